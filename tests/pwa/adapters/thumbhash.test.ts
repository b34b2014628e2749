import { describe, expect, it } from "vitest";
import { thumbHash } from "../../../pwa/src/adapters/thumbhash.ts";

/** A picture that any program can draw again: three slow waves. */
function picture(width: number, height: number): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      rgba[(y * width + x) * 4] = (x * 7 + y * 3) % 256;
      rgba[(y * width + x) * 4 + 1] = (x * x + y * 5) % 256;
      rgba[(y * width + x) * 4 + 2] = (y * y + 40) % 256;
    }
  return rgba;
}

// Made with the author's own package, thumbhash 0.1.1 on npm.
const KNOWN: readonly (readonly [width: number, height: number, hash: string])[] = [
  [96, 72, "XwgGFYKHh1d0Zwd0dVN3dYdvuW8i"],
  [72, 96, "HwgGDQKHdnSHUYRQZnVXaIZ/Dvie"],
  [100, 100, "H/gBFwJ3ZpNiWStSRgQ2JmeQdve3ZY8E"],
  [96, 5, "FwoGEYQkArB2d4d3A3qnkIk="],
  [1, 1, "wwYKVwAI9wiIh4hwj3CI+AiIcH/4AAAA"],
];

describe("a ThumbHash", () => {
  it.each(KNOWN)("of %i by %i px is what its author's code makes of it", (width, height, hash) => {
    const bytes = thumbHash(width, height, picture(width, height));
    expect(Buffer.from(bytes).toString("base64")).toBe(hash);
  });

  it("is not made of anything larger than a hundred px", () => {
    expect(() => thumbHash(101, 50, new Uint8Array(101 * 50 * 4))).toThrow();
  });
});
