import { describe, expect, it } from "vitest";
import { askingOf } from "../../../pwa/src/widgets/asking.ts";
import { incident, NOW, view } from "../screens/sights.ts";

const returned = {
  atMs: NOW,
  person: 8,
  step: "return",
  from: "in_review",
  to: "returned",
  outcome: "done" as const,
  sets: { return_field: "place", return_note: "上面还是下面？" },
};

describe("what a decision asks for", () => {
  it("is the field its reason names, with the question", () => {
    expect(askingOf(incident, view({ state: "returned", story: [returned] }))).toEqual({
      person: 8,
      atMs: NOW,
      field: "place",
      reason: "return_field",
      question: "上面还是下面？",
    });
  });
  it("is nothing once the record moved on, and nothing of a step that came too late", () => {
    expect(askingOf(incident, view({ state: "in_review", story: [returned] }))).toBeNull();
    expect(
      askingOf(incident, view({ state: "returned", story: [{ ...returned, outcome: "overtaken" }] })),
    ).toBeNull();
  });
  it("names no field when the reason is none", () => {
    const sets = { return_field: "duplicate" };
    expect(askingOf(incident, view({ state: "returned", story: [{ ...returned, sets }] }))?.field).toBe("");
  });
});
