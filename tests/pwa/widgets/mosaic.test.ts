import { describe, expect, it } from "vitest";
import { mosaicOf, squaresAlong } from "../../../pwa/src/widgets/mosaic.ts";

const WIDTH = 1600;
const HEIGHT = 1200;

function picture(colour: (x: number, y: number) => number): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(WIDTH * HEIGHT * 4).fill(255);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) pixels.fill(colour(x, y), (y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 3);
  return pixels;
}

describe("a mosaic", () => {
  it("has forty squares along the long edge, and the last ones may reach over the picture", () => {
    const { edge, across, down, colours } = mosaicOf(
      picture(() => 100),
      WIDTH,
      HEIGHT,
    );
    expect([edge, across, down]).toEqual([40, 40, 30]);
    expect(colours).toHaveLength(40 * 30 * 3);
    expect(new Set(colours)).toEqual(new Set([96]));
    expect(mosaicOf(new Uint8ClampedArray(50 * 31 * 4), 50, 31)).toMatchObject({ across: 5, down: 3 });
  });

  it("says nearly the same of a line of writing whatever it says", () => {
    const written = (word: number) =>
      picture((x, y) => (y > 600 && y < 640 && x > 400 && x < 720 && ((x >> 4) + word) % 2 === 0 ? 0 : 255));
    const [one, other] = [0, 1].map((word) => mosaicOf(written(word), WIDTH, HEIGHT).colours);
    const apart = one?.map((colour, at) => Math.abs(colour - (other?.[at] ?? 0))) ?? [255];
    expect(Math.max(...apart)).toBeLessThanOrEqual(16); // one level of its colours
  });

  it("still shows where it is dark and where it is light", () => {
    const { colours } = mosaicOf(
      picture((x) => (x < 800 ? 0 : 240)),
      WIDTH,
      HEIGHT,
    );
    expect([colours[0], colours[39 * 3]]).toEqual([0, 240]);
  });
});

describe("a finger over it", () => {
  const squares = mosaicOf(
    picture(() => 0),
    WIDTH,
    HEIGHT,
  );
  it("touches every square between two points, without a gap", () => {
    const touched = squaresAlong(squares, [20, 20], [1580, 20], 5);
    expect(touched).toEqual(new Set(Array.from({ length: 40 }, (_, at) => at)));
  });
  it("covers as wide as it is, and nothing beyond the picture", () => {
    expect(squaresAlong(squares, [20, 20], [20, 20], 45).size).toBe(4);
    expect(squaresAlong(squares, [-500, -500], [-400, -400], 20).size).toBe(0);
    for (const square of squaresAlong(squares, [1500, 1100], [1900, 1400], 60))
      expect(square).toBeLessThan(1200);
  });
});
