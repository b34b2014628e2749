import { describe, expect, it } from "vitest";
import { Hands } from "../../../pwa/src/widgets/hands.ts";
import type { Look } from "../../../pwa/src/widgets/pinch.ts";

function stage() {
  const seen: { look: Look; turns: number[] } = { look: { scale: 1, x: 0, y: 0 }, turns: [] };
  const hands = new Hands({
    size: () => [360, 600],
    show: (look) => {
      seen.look = look;
    },
    turn: (by) => seen.turns.push(by),
  });
  const swipe = (dx: number, ms = 300, from = { x: 0, y: 0 }): void => {
    hands.press(1, from, 0);
    hands.move(1, { x: from.x + dx, y: from.y });
    hands.lift(1, { x: from.x + dx, y: from.y }, ms);
  };
  const tap = (x: number, atMs: number): void => {
    hands.press(1, { x, y: 0 }, atMs);
    hands.lift(1, { x, y: 0 }, atMs + 40);
  };
  return { hands, seen, swipe, tap };
}

describe("fingers", () => {
  it("turn the page by a long swipe or a quick one, and not by a short slow one", () => {
    const { seen, swipe } = stage();
    swipe(-100);
    swipe(100);
    swipe(-40, 60);
    swipe(-40, 600);
    expect(seen.turns).toEqual([1, -1, 1]);
    expect(seen.look).toEqual({ scale: 1, x: 0, y: 0 });
  });

  it("enlarge with two, what lies between them staying there, and then move without turning", () => {
    const { hands, seen, swipe } = stage();
    hands.press(1, { x: 40, y: 0 }, 0);
    hands.press(2, { x: 60, y: 0 }, 5);
    hands.move(1, { x: 30, y: 0 });
    hands.move(2, { x: 70, y: 0 });
    expect(seen.look.scale).toBe(2);
    expect(seen.look.x).toBeCloseTo(-50);
    hands.lift(1, { x: 30, y: 0 }, 50);
    hands.lift(2, { x: 70, y: 0 }, 60);
    swipe(-500);
    expect(seen.look).toEqual({ scale: 2, x: -180, y: 0 });
    expect(seen.turns).toEqual([]);
  });

  it("never make it smaller than the stage, nor larger than it is fine", () => {
    const { hands, seen } = stage();
    hands.wheel({ x: 0, y: 0 }, 10_000);
    expect(seen.look).toEqual({ scale: 1, x: 0, y: 0 });
    hands.wheel({ x: 0, y: 0 }, -10_000);
    expect(seen.look.scale).toBe(6);
  });

  it("go close and back by two taps at one place, soon after each other", () => {
    const { seen, tap } = stage();
    tap(90, 1_000);
    tap(90, 1_200);
    expect(seen.look).toEqual({ scale: 2.5, x: -135, y: 0 });
    tap(90, 1_250);
    expect(seen.look.scale).toBe(2.5);
    tap(90, 1_400);
    expect(seen.look.scale).toBe(1);
    tap(90, 2_000);
    tap(-90, 2_100);
    tap(-90, 3_000);
    expect(seen.look.scale).toBe(1);
  });

  it("that the browser takes away leave the picture on the stage", () => {
    const { hands, seen } = stage();
    hands.press(1, { x: 0, y: 0 }, 0);
    hands.move(1, { x: 90, y: 0 });
    hands.drop(1);
    expect(seen.look).toEqual({ scale: 1, x: 0, y: 0 });
    hands.move(1, { x: 200, y: 0 });
    expect(seen.look.x).toBe(0);
  });
});
