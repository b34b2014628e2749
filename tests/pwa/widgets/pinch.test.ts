import { describe, expect, it } from "vitest";
import { held, pinched, turned, WHOLE, zoomed } from "../../../pwa/src/widgets/pinch.ts";

describe("a look", () => {
  it("stays on the stage", () => {
    expect(held({ scale: 0.4, x: 90, y: 90 }, 100, 200)).toBe(WHOLE);
    expect(held({ scale: 2, x: 90, y: -900 }, 100, 200)).toEqual({ scale: 2, x: 50, y: -100 });
    expect(held({ scale: 90, x: 0, y: 0 }, 100, 200).scale).toBe(6);
  });

  it("keeps what lies under a spot there", () => {
    const spot = { x: 30, y: -20 };
    const on = (look: { scale: number; x: number; y: number }) => (spot.x - look.x) / look.scale;
    const near = zoomed({ scale: 2, x: 5, y: 5 }, 3, spot);
    expect(on(near)).toBeCloseTo(on({ scale: 2, x: 5, y: 5 }));
    expect(zoomed(WHOLE, 1, spot)).toEqual(WHOLE);
  });

  it("moves with two fingers that keep their distance", () => {
    const before = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
    ] as const;
    const after = [
      { x: 7, y: 3 },
      { x: 17, y: 3 },
    ] as const;
    expect(pinched({ scale: 2, x: 0, y: 0 }, before, after)).toEqual({ scale: 2, x: 7, y: 3 });
  });
});

describe("a swipe", () => {
  it("turns by how far or how quick it was", () => {
    expect(turned(-70, 1_000, 360)).toBe(1);
    expect(turned(70, 1_000, 360)).toBe(-1);
    expect(turned(30, 50, 360)).toBe(-1);
    expect(turned(30, 500, 360)).toBe(0);
    expect(turned(-8, 1, 360)).toBe(0);
  });
});
