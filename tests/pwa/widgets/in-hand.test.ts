// In whose hands a record is.

import { describe, expect, it } from "vitest";
import type { View } from "../../../pwa/src/model.ts";
import { givenTo, inHand } from "../../../pwa/src/widgets/in-hand.ts";
import { field, incident, NOW, person, UNITS, view } from "../screens/sights.ts";

const STATE = "handling";

describe("whose hands it is in", () => {
  const fields = { ...incident.fields, assignee: field("person", "谁") };
  const of = { ...incident, fields };
  const told = (
    to: string,
    value: number,
    outcome: "done" | "overtaken" = "done",
  ): View["story"][number] => ({
    ...{ atMs: NOW, person: 8, step: "assign", from: STATE, to, outcome },
    sets: { assignee: value },
  });
  const seen = (...story: View["story"]) => view({ state: STATE, turn: ["community_secretary"], story });
  const worker = person(["fulltime_worker", 2]);
  const held = (on: View, me = worker) => inHand(on, of, me, UNITS);

  it("is in those of who has the post over its unit, and of nobody elsewhere", () => {
    expect([held(seen(), person(["community_secretary", 1])), held(seen())]).toEqual([true, false]);
    expect(held(seen(), person(["community_secretary", 4]))).toBe(false);
  });
  it("is in those of whoever was named with it since it came there", () => {
    expect(held(seen(told(STATE, 7)))).toBe(true);
    expect(held(seen(told(STATE, 7), told(STATE, 9)))).toBe(false);
    expect(held(seen(told(STATE, 7, "overtaken")))).toBe(false);
    expect(held(seen(told(STATE, 7), told("in_review", 0), told(STATE, 0)))).toBe(false);
    expect([givenTo(seen(told(STATE, 9)), of), givenTo(seen(), of)]).toEqual([9, 0]);
  });
  it("is in everybody's where it is nobody's turn", () => {
    expect(held({ ...seen(), turn: [] })).toBe(true);
  });
});
