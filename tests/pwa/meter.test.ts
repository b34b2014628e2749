import { describe, expect, it } from "vitest";
import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import { count } from "../../pwa/src/meter.ts";
import { DAY_MS, dayNumber } from "../../pwa/src/ration.ts";
import { noteIn } from "./rows.ts";

const MIDNIGHT = Date.UTC(2025, 10, 21, 16); // in Shanghai, the 22nd begins
const DAY = dayNumber(MIDNIGHT);

describe("the meter", () => {
  it("adds up what went by day, and forgets what is more than a week old", async () => {
    const store = memoryStore();
    const went = (up: number, down: number, photos: number, ms: number) =>
      store.write(["notes"], (tx) => count(tx, { up, down }, photos, ms));
    await went(10, 20, 100, MIDNIGHT - 1);
    await went(1, 2, 0, MIDNIGHT);
    await went(1, 2, 50, MIDNIGHT + 1);
    expect(await noteIn(store, "meter")).toEqual({ [DAY - 1]: [110, 20, 100], [DAY]: [52, 4, 50] });
    await went(0, 0, 0, MIDNIGHT + 7 * DAY_MS);
    expect(Object.keys((await noteIn(store, "meter")) ?? {})).toEqual([String(DAY), String(DAY + 7)]);
  });

  it("counts nothing twice", async () => {
    const store = memoryStore();
    const tally = { up: 5, down: 6 };
    for (let times = 0; times < 2; times++)
      await store.write(["notes"], (tx) => count(tx, tally, 0, MIDNIGHT));
    expect(await noteIn(store, "meter")).toEqual({ [DAY]: [5, 6, 0] });
  });
});
