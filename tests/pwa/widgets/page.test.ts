import { describe, expect, it } from "vitest";
import { asked, empty, firstOf, flagsOf, named, toneOf } from "../../../pwa/src/widgets/page.ts";
import { field, incident, view } from "../screens/sights.ts";

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
