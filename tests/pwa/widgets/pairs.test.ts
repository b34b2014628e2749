import { describe, expect, it } from "vitest";
import type { Shown } from "../../../pwa/src/model.ts";
import { missingOf, pairsOf } from "../../../pwa/src/widgets/pairs.ts";

const shot = (key: string, more: Partial<Shown> = {}): Shown => ({
  key,
  field: "photos",
  person: 7,
  atMs: 100,
  gotMs: 0,
  here: true,
  flags: [],
  original: "",
  ...more,
});
const names = (shots: readonly Shown[]) => pairsOf(shots).map((pair) => pair.map(({ key }) => key).join());

describe("pairs", () => {
  it("are what was before and after, the last of the fewer standing for the rest", () => {
    const after = { field: "result_photos" };
    expect(names([shot("a"), shot("b"), shot("x", after)])).toEqual(["a,x", "b,x"]);
    expect(names([shot("a"), shot("x", after), shot("y", after)])).toEqual(["a,x", "a,y"]);
  });

  it("are none while there is but one of both", () => {
    expect(names([])).toEqual([]);
    expect(names([shot("a"), shot("b")])).toEqual([]);
  });
});

describe("what is missing", () => {
  it("is told by whose it is, with the oldest, but not one's own", () => {
    const shots = [
      shot("a", { here: false, atMs: 300 }),
      shot("b", { here: false, atMs: 200 }),
      shot("c", { here: false, person: 8 }),
      shot("d", { here: false, person: 9 }),
      shot("e"),
    ];
    expect(missingOf(shots, 8)).toEqual([
      { person: 7, n: 2, atMs: 200 },
      { person: 9, n: 1, atMs: 100 },
    ]);
  });
});
