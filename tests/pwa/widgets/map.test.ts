import { describe, expect, it } from "vitest";
import { box, nearView, outline, plane, standing, toBorder } from "../../../pwa/src/widgets/map.ts";

const LAT = 295_000_000;
const LON = 1_065_000_000;
const SIDE = 100_000; // 1e-7 degrees: 1113 m of latitude
const square = [
  [LAT, LON],
  [LAT, LON + SIDE],
  [LAT + SIDE, LON + SIDE],
  [LAT + SIDE, LON],
] as const;

describe("the plane", () => {
  it("has its origin at the fix, east to the right and north up", () => {
    const to = plane([LAT, LON]);
    expect(to([LAT, LON])).toEqual([0, 0]);
    const [x, y] = to([LAT + SIDE, LON + SIDE]);
    expect([Math.round(x), Math.round(y)]).toEqual([969, -1113]);
  });
});

describe("the line of a grid", () => {
  const ring = [
    [0, 0],
    [100, 0],
    [100, 100],
    [0, 100],
  ] as const;
  it("is as far as its nearest point", () => {
    expect([toBorder(ring, [50, 10]), toBorder(ring, [130, 140]), toBorder(ring, [0, 50])]).toEqual([
      10, 50, 0,
    ]);
  });
  it("may have a point twice", () => {
    expect(toBorder([...ring, [0, 100]], [-5, 50])).toBe(5);
  });
});

describe("what a fix says about its grid", () => {
  const inside = [LAT + 900, LON + SIDE / 2] as const; // 10 m north of the southern line
  const outside = [LAT - 720, LON + SIDE / 2] as const; // 8 m south of it
  it("is certain only when the line is farther than the fix may be wrong", () => {
    expect(standing(square, inside, 500)).toMatchObject({ within: true, sure: true });
    expect(standing(square, inside, 1200)).toMatchObject({ within: true, sure: false });
    expect(standing(square, outside, 1200)).toMatchObject({ within: false, sure: false });
    expect(standing(square, outside, 500)).toMatchObject({ within: false, sure: true });
    expect(Math.round(standing(square, outside, 0)?.metres ?? 0)).toBe(8);
  });
  it("is nothing where the grid has no shape", () => {
    expect(standing([], inside, 500)).toBeNull();
  });
});

describe("the picture", () => {
  it("shows ring and line when near, and is never a keyhole", () => {
    expect([nearView(12, 8), nearView(12, 400), nearView(400, 8)]).toEqual([60, 618, 1200]);
  });
  it("frames all points with a margin", () => {
    expect(
      box(
        [
          [0, 0],
          [100, 50],
        ],
        0.1,
      ),
    ).toEqual([-10, -5, 120, 60]);
  });
  it("draws a closed path", () => {
    expect(
      outline([
        [0, 0],
        [1.26, -3],
      ]),
    ).toBe("M0.0 0.0L1.3 -3.0Z");
  });
});
