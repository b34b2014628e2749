// What a person may begin, and what of a record they may still write.

import { describe, expect, it } from "vitest";
import { creatable, isRegister, writable } from "../../../pwa/src/screens/begin.ts";
import { household, incident, KINDS, person, UNITS, view, visit } from "./sights.ts";

const worker = person(["fulltime_worker", 2]);
const secretary = person(["community_secretary", 1]);

describe("what a person may begin", () => {
  it("never begins a day by hand", () => {
    expect(creatable(worker, KINDS).map((page) => page.name)).toEqual(["household", "incident", "visit"]);
  });
  it("knows a register by being pointed at", () => {
    expect([isRegister(household, KINDS), isRegister(visit, KINDS)]).toEqual([true, false]);
    const told = { ...household, read: ["author"] }; // whoever made it hears of it: it happened
    expect(isRegister(told, KINDS)).toBe(false);
  });
});

describe("what may still be written", () => {
  const names = (me: typeof worker, of = view()) => writable(incident, of, me, UNITS).map(([name]) => name);
  it("is the author's own fields, but not what steps carry nor what was written once", () => {
    expect(names(worker)).toEqual(["matter", "note", "photos", "place", "address", "emergency", "made"]);
    expect(names(worker, view({ values: { made: 20261120 } })).includes("made")).toBe(false);
  });
  it("is a log for those who keep it, within their units", () => {
    expect(names(secretary, view({ author: 9 }))).toEqual(["progress"]);
    expect(names(secretary, view({ author: 9, area: 4 }))).toEqual([]);
  });
});
