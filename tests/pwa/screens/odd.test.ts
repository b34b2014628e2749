import { describe, expect, it } from "vitest";
import type { StoryLine, View } from "../../../pwa/src/model.ts";
import { byHand, oddOf } from "../../../pwa/src/screens/odd.ts";
import type { Value } from "../../../pwa/src/sync/value.ts";
import { daySheet, NOON, world } from "../town.ts";

const DAY_MS = 86_400_000;

const handed = (person: number, atMs: number): StoryLine => ({
  atMs,
  person,
  step: "submit",
  from: "open",
  to: "submitted",
  outcome: person ? "done" : "auto",
  sets: {},
});

const sheet = (day: number, values: { [name: string]: Value }, more: Partial<View> = {}): View => ({
  id: `ffffffff00000007.1${day}`,
  kind: world.kinds.get("day_sheet")?.name ?? "",
  area: 2,
  author: 7,
  madeMs: NOON,
  receivedMs: NOON,
  state: "submitted",
  values,
  photos: {},
  sounds: [],
  clashes: [],
  story: [handed(7, NOON)],
  offers: [],
  turn: [],
  sent: "done",
  kept: "server",
  reason: "",
  number: "",
  undoable: false,
  entry: null,
  ...more,
});

const odd = (...sheets: [View, ...View[]]) =>
  oddOf(sheets[0], daySheet, new Map(sheets.map((each) => [each.id, each])));

describe("what is odd about a day", () => {
  it("is nothing where records stand behind what was done", () => {
    const values = { patrol_visit: "ok", key_person_care: "zero", extra: "na", backed: ["patrol_visit"] };
    expect(odd(sheet(20251118, values))).toEqual([]);
  });

  it("is how many answers were ticked by hand that a record could have given", () => {
    expect(odd(sheet(20251118, { patrol_visit: "ok", extra: "found", backed: ["extra"] }))).toEqual([
      ["byHand", 1],
    ]);
    expect(byHand("zero", false)).toBe(false);
    expect(byHand("", false)).toBe(false);
  });

  it("is how many days running were as the one before, and that nobody knows where it was said", () => {
    const same = { extra: "zero", same_as: 20251117 };
    const here = { ...same, place: [1, 2, 3, 0, 0, 0] };
    expect(odd(sheet(20251118, same))).toEqual([
      ["same", 1],
      ["noPlace", 0],
    ]);
    expect(
      odd(sheet(20251118, here), sheet(20251117, same), sheet(20251114, {}), sheet(20251113, same)),
    ).toEqual([["same", 2]]);
  });

  it("is that it was handed in by itself, by the server or on another day", () => {
    expect(odd(sheet(20251118, {}, { story: [handed(0, NOON)] }))).toEqual([["byItself", 0]]);
    expect(odd(sheet(20251118, {}, { story: [handed(7, NOON + DAY_MS)] }))).toEqual([["byItself", 0]]);
  });
});
