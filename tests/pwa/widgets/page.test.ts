import { describe, expect, it } from "vitest";
import {
  asked,
  askingOf,
  empty,
  firstOf,
  flagsOf,
  named,
  toneOf,
  wentUp,
} from "../../../pwa/src/widgets/page.ts";
import { field, incident, NOW, view } from "../screens/sights.ts";

const returned = {
  atMs: NOW,
  person: 8,
  step: "return",
  from: "in_review",
  to: "returned",
  outcome: "done" as const,
  sets: { return_field: "place", return_note: "上面还是下面？" },
};

describe("a page", () => {
  it("asks what it asks, in its own order", () => {
    expect(
      asked(incident)
        .map(([name]) => name)
        .slice(0, 3),
    ).toEqual(["matter", "note", "photos"]);
    expect(firstOf(asked(incident), "text")?.[0]).toBe("note");
    expect(named(incident, ["return_note", "unheard_of"]).map(([name]) => name)).toEqual(["return_note"]);
  });
  it("has a tone for states it does not know", () => {
    expect([toneOf(incident, "returned"), toneOf(incident, "unheard_of")]).toEqual(["act", "wait"]);
  });
});

it("marks what raises the alarm, and no flag that only says how something was", () => {
  const page = {
    ...incident,
    fields: { ...incident.fields, self_resolved: field("flag", "当场弄好了", { rule: "first" }) },
  };
  const marked = (values: { [name: string]: boolean }) =>
    flagsOf(page, view({ state: "in_review", values })).map(({ label }) => label.zh);
  expect(marked({ emergency: true, self_resolved: true })).toEqual(["很急"]);
  expect(marked({ self_resolved: true })).toEqual([]);
});

it("tells an empty value from one that says something", () => {
  expect([undefined, null, "", false, []].every(empty)).toBe(true);
  expect([0, "0", true, ["x"]].some(empty)).toBe(false);
});

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

it("knows a record that went up by its state or its history", () => {
  expect(wentUp(incident, view({ state: "at_center" }))).toBe(true);
  expect(wentUp(incident, view({ story: [returned] }))).toBe(false);
});
