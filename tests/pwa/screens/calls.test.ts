import { describe, expect, it } from "vitest";
import type { Offer, StoryLine, View } from "../../../pwa/src/model.ts";
import { askedOf, callsOn, missesOf, movesOf, putOff, takenBy } from "../../../pwa/src/screens/calls.ts";
import type { KindPage, Option } from "../../../pwa/src/sync/kind.ts";
import { field, NOW, view, visit } from "./sights.ts";

const DAY_MS = 86_400_000;
const call: KindPage = {
  ...visit,
  round: {
    of: "household",
    every: "rhythm",
    again: "",
    moved: "not_before",
    soon: ["missed"],
    step: "check",
  },
};
const offer = (step: string, ...needs: string[]): Offer => ({
  step,
  to: "",
  needs,
  takes: [],
  tone: "plain",
});
const line = (step: string, atMs: number): StoryLine => ({
  atMs,
  person: 7,
  step,
  from: "a",
  to: "a",
  outcome: "done",
  sets: {},
});
const option = (value: string, marks: Option["marks"] = {}, retired = false): Option => ({
  value,
  zh: value,
  en: value,
  icon: "",
  family: "",
  words: "",
  marks,
  retired,
});
const visited = (id: string, daysAgo: number, state: string, on = "home"): View =>
  view({ id, kind: "visit", state, values: { household: on }, madeMs: NOW - daysAgo * DAY_MS });
const home = (more: Partial<View> = {}, values: View["values"] = {}): View =>
  view({ id: "home", kind: "household", state: "living", values, ...more });
const mapped = (...views: View[]) => new Map(views.map((each) => [each.id, each]));

describe("calls on somebody", () => {
  it("are those of the kind and of them, newest first", () => {
    const views = mapped(
      visited("a", 9, "done"),
      visited("b", 2, "missed"),
      visited("c", 1, "done", "other"),
      home(),
    );
    expect(callsOn(views, call, "home").map(({ id }) => id)).toEqual(["b", "a"]);
  });

  it("are counted as missed one after the other, from the newest back", () => {
    const [met, missed] = [visited("m", 9, "done"), visited("n", 1, "missed")];
    expect(missesOf([missed, missed, met, missed], call)).toBe(2);
    expect(missesOf([missed, missed], call)).toBe(2);
    expect(missesOf([met, missed], call)).toBe(0);
    expect(missesOf([], call)).toBe(0);
  });
});

describe("what is due", () => {
  const moved = (times: number) =>
    home({
      offers: [offer("other"), offer("put_off", "not_before")],
      story: Array.from({ length: times }, (_, at) => line("put_off", NOW - at * DAY_MS)),
    });

  it("may be put off three times, and again after the next call", () => {
    expect(putOff(moved(2), call, [])?.step).toBe("put_off");
    expect(putOff(moved(3), call, [])).toBeUndefined();
    expect(putOff(moved(3), call, [visited("v", 1, "done")])?.step).toBe("put_off");
    expect(movesOf(moved(3), "put_off", [visited("v", 1, "done")])).toBe(1);
  });

  it("may not be put off where no step does", () => {
    expect(putOff(home({ offers: [offer("other")] }), call, [])).toBeUndefined();
    expect(putOff(moved(0), { ...call, round: null }, [])).toBeUndefined();
  });

  it("is dealt with by the step that the round names", () => {
    expect(takenBy(home({ offers: [offer("check")] }), call)?.step).toBe("check");
    expect(takenBy(home({ offers: [offer("other")] }), call)).toBeUndefined();
  });
});

describe("what a page says of a record", () => {
  it("asks what is asked everywhere, and what its kind of place is asked", () => {
    const items = field("choices", "哪样", {
      options: [
        option("exits"),
        option("gas", { at: "eatery school" }),
        option("slope", { at: "water" }),
        option("old", {}, true),
      ],
    });
    expect(askedOf(items, home({}, { sort: "school" })).map(({ value }) => value)).toEqual(["exits", "gas"]);
  });
});
