import { expect, it } from "vitest";
import type { Unit } from "../../../pwa/src/model.ts";
import { METRES_PER_E7, metresOutside } from "../../../pwa/src/sync/place.ts";
import { metresWords } from "../../../pwa/src/widgets/distance.ts";
import { standingWords } from "../../../pwa/src/widgets/grid-map.tsx";

const LAT = 295_000_000;
const LON = 1_065_000_000;
const SIDE = 100_000; // 1e-7 degrees
const shape = [
  [LAT, LON],
  [LAT, LON + SIDE],
  [LAT + SIDE, LON + SIDE],
  [LAT + SIDE, LON],
] as const;
const grid = { id: 1, tier: 5, parent: 0, name: "一网格", shape } as unknown as Unit;
const south = (metres: number): number => LAT - Math.round(metres / METRES_PER_E7);

it("says how far a fix is outside its grid in the very figure that a flag of the server says", () => {
  const differing = Array.from({ length: 2_000 }, (_, at) => 31 + at * 0.7).filter((metres) => {
    const fix = [south(metres), LON + SIDE / 2] as const;
    const told = metresWords(metresOutside(fix, shape)); // twin of what backend/doubts.py measures with
    return !standingWords(grid, ...fix, 1_000).includes(`网格线外 ${told}`);
  });
  expect(differing).toEqual([]);
});

it("claims no more than the fix can, and no metre of nothing", () => {
  const said = (metres: number, accuracyCm: number): string =>
    standingWords(grid, south(metres), LON + SIDE / 2, accuracyCm).replaceAll("\u00a0", " ");
  expect(said(420, 1_200)).toBe("定位在网格线外 420 米，误差约 12 米，人可能站在网格外拍的。");
  expect(said(8, 1_200)).toBe("定位在网格线外 8 米，误差约 12 米，两边都有可能。");
  expect(said(-8, 500)).toBe("在网格里，离边线 8 米，误差约 5 米。");
  expect(said(0.2, 0)).toContain("网格线外 1 米");
  expect(standingWords({ ...grid, shape: [] }, LAT, LON, 0)).toBe("");
});
