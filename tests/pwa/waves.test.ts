import { describe, expect, it } from "vitest";
import { takenPhoto } from "../../pwa/src/outbox.ts";
import type { PhotoRow } from "../../pwa/src/ports.ts";
import { dayNumber, untilMidnight } from "../../pwa/src/ration.ts";
import { choose } from "../../pwa/src/waves.ts";
import { developed } from "./rig.ts";
import { NOON } from "./town.ts";

const CALM = { prefs: {}, meter: undefined, free: undefined, nowMs: NOON };
const photo = (name: string, more: Partial<PhotoRow> = {}): PhotoRow => ({
  ...takenPhoto(developed(name), 7, NOON),
  state: "announced",
  ...more,
});
const there = (name: string, more: Partial<PhotoRow> = {}) => photo(name, { state: "verified", ...more });

/** The pieces in the order in which they would go. */
function order(photos: readonly PhotoRow[], ration: Partial<typeof CALM> | object = {}): string[] {
  const found: string[] = [];
  for (let left = [...photos]; ; ) {
    const { task } = choose(left, { ...CALM, ...ration });
    if (!task) return found;
    found.push(`${task.photo.id.replace(/x+$/, "")} ${task.part}`);
    left = left.filter((each) => each.id !== task.photo.id);
    if (task.part === "screen") left.push({ ...task.photo, state: "verified" });
  }
}

describe("waves", () => {
  it("bring screen sizes first, an emergency's before all, then the oldest", () => {
    const photos = [
      photo("new", { takenMs: NOON + 2 }),
      photo("old", { takenMs: NOON + 1 }),
      photo("urgent", { urgent: true, takenMs: NOON + 3 }),
      there("sent"),
    ];
    expect(order(photos)).toEqual(["urgent screen", "old screen", "new screen"]);
    expect(order(photos, { free: true }).slice(3)).toEqual([
      "urgent original",
      "sent original",
      "old original",
      "new original",
    ]);
  });

  it.each([
    ["no", [false, false, false], [false, false, false]],
    ["say", [false, false, false], [true, true, true]],
    ["wifi", [false, false, true], [true, true, true]],
    ["any", [true, true, true], [true, true, true]],
  ])("let originals go as the person set: %s", (originals, unasked, asked) => {
    const goes = (wanted: boolean) =>
      [undefined, false, true].map((free) => {
        const row = there("one", wanted ? { wanted } : {});
        return choose([row], { ...CALM, prefs: { originals }, free }).task !== null;
      });
    expect(goes(false)).toEqual(unasked);
    expect(goes(true)).toEqual(asked);
  });

  it("leave alone what is a draft's, was not told of, or is not wanted there", () => {
    for (const state of ["draft", "waiting", "held"] as const)
      expect(choose([photo("one", { state })], { ...CALM, free: true })).toEqual({ task: null, restMs: -1 });
  });

  it("say when there may be something: after a failure, or at midnight above the ceiling", () => {
    const late = photo("late", { laterMs: NOON + 5 });
    expect(choose([late], CALM)).toEqual({ task: null, restMs: 5 });
    const meter = { [dayNumber(NOON)]: [0, 0, 5_000_000] } as const;
    const full = { ...CALM, prefs: { ceiling: 5 }, meter };
    expect(choose([photo("one")], full)).toEqual({ task: null, restMs: untilMidnight(NOON) });
    expect(order([photo("one"), photo("urgent", { urgent: true })], full)).toEqual(["urgent screen"]);
    expect(order([photo("one")], { ...full, nowMs: NOON + untilMidnight(NOON) })).toEqual(["one screen"]);
  });
});
