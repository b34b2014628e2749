import { describe, expect, it } from "vitest";
import type { Meter } from "../../pwa/src/model.ts";
import type { PhotoRow } from "../../pwa/src/ports.ts";
import { DAY_MS, dayNumber, rationed, spending, untilMidnight } from "../../pwa/src/ration.ts";

const MIDNIGHT = Date.UTC(2025, 10, 21, 16); // in Shanghai, the 22nd begins
const DAY = dayNumber(MIDNIGHT);
const MB = 1_000_000;

describe("a day", () => {
  it("begins at midnight in Shanghai", () => {
    expect([MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + DAY_MS - 1].map(dayNumber)).toEqual([DAY - 1, DAY, DAY]);
    expect([MIDNIGHT - 1, MIDNIGHT].map(untilMidnight)).toEqual([1, DAY_MS]);
  });
});

it("seven days are added up, today among them", () => {
  const days = Array.from({ length: 9 }, (_, ago) => [DAY - ago, [1, 10, 100]]);
  expect(spending(Object.fromEntries(days) as Meter, MIDNIGHT)).toEqual({
    today: [1, 10, 100],
    week: [7, 70, 700],
  });
  expect(spending(undefined, MIDNIGHT)).toEqual({ today: [0, 0, 0], week: [0, 0, 0] });
});

describe("a ceiling", () => {
  const photo = { size: MB, offset: 0, urgent: false, original: { size: 3 * MB } } as PhotoRow;
  const spent: Meter = { [DAY - 1]: [0, 0, 99 * MB], [DAY]: [9 * MB, 0, 4 * MB] };
  const at = (more: Partial<PhotoRow>, free?: boolean, part: "screen" | "original" = "screen", ceiling = 5) =>
    rationed({ ...photo, ...more }, part, { prefs: { ceiling }, meter: spent, free, nowMs: MIDNIGHT });

  it("holds what would go above it today, and counts only photos, and only today's", () => {
    expect(at({})).toBe(false);
    expect(at({ size: MB + 1 })).toBe(true);
    expect(at({ size: MB + 1, offset: 1 })).toBe(false); // the rest alone is to come
    expect(at({}, undefined, "original")).toBe(true);
    expect(at({}, undefined, "original", 20)).toBe(false);
    expect(at({ size: 900 * MB }, undefined, "screen", 0)).toBe(false);
  });

  it("is not for emergencies, not for what is sent at once, and not for a link that costs nothing", () => {
    const large = { size: 2 * MB };
    expect(at(large)).toBe(true);
    expect(at(large, false)).toBe(true);
    expect(at(large, true)).toBe(false);
    expect(at({ ...large, urgent: true })).toBe(false);
    expect(at({ ...large, urgent: true }, undefined, "original")).toBe(true);
    expect(at({ ...large, urgent: true, wanted: true }, undefined, "original")).toBe(false);
    expect(at({ ...large, wanted: true }, undefined, "original")).toBe(true); // asked for or not: it is their money
    expect(at({ ...large, now: true })).toBe(false); // and their word
  });
});
