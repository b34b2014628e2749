import { describe, expect, it } from "vitest";
import { thumbHash } from "../../pwa/src/adapters/thumbhash.ts";
import { bitmapOf, blurOf } from "../../pwa/src/blur.ts";

/** A picture whose halves have two colours. */
function halves(width: number, height: number, left: readonly number[], right: readonly number[]) {
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) rgba.set([...(i % width < width / 2 ? left : right), 255], i * 4);
  return rgba;
}

const at = (rgba: Uint8ClampedArray, width: number, x: number, y: number) =>
  [...rgba.slice((y * width + x) * 4, (y * width + x) * 4 + 3)] as unknown as readonly [
    number,
    number,
    number,
  ];

describe("a blur", () => {
  it("has the shape and the colours of what was hashed", () => {
    const [red, blue] = [
      [220, 40, 40],
      [40, 40, 220],
    ] as const;
    const blur = blurOf(thumbHash(80, 60, halves(80, 60, red, blue)));
    if (!blur) throw new Error("no blur");
    expect(blur.width / blur.height).toBeCloseTo(4 / 3, 0);
    const [left, right] = [at(blur.rgba, blur.width, 3, 10), at(blur.rgba, blur.width, blur.width - 4, 10)];
    expect(left[0]).toBeGreaterThan(left[2] + 80);
    expect(right[2]).toBeGreaterThan(right[0] + 80);
  });

  it("is upright where the picture was", () => {
    const blur = blurOf(thumbHash(45, 80, halves(45, 80, [9, 90, 9], [9, 90, 9])));
    expect(blur && blur.height > blur.width).toBe(true);
    const [r, g, b] = at(blur?.rgba ?? new Uint8ClampedArray(), blur?.width ?? 0, 4, 4);
    expect(Math.abs(r - 9)).toBeLessThan(12);
    expect(Math.abs(g - 90)).toBeLessThan(12);
    expect(Math.abs(b - 9)).toBeLessThan(12);
  });

  it("is what the published page draws of its own example", () => {
    const hash = Uint8Array.from(atob("1QcSHQRnh493V4dIh4eXh1h4kJUI"), (char) => char.charCodeAt(0));
    const blur = blurOf(hash);
    expect([blur?.width, blur?.height]).toEqual([23, 32]);
  });

  it("is none of bytes that are none", () => {
    expect(blurOf(new Uint8Array(3))).toBeNull();
    expect(blurOf(Uint8Array.of(0, 0, 0x80, 0, 0, 0))).toBeNull();
  });

  it("becomes a bitmap, top row first", async () => {
    const rgba = Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 255);
    const file = new Uint8Array(await bitmapOf({ width: 1, height: 2, rgba }).arrayBuffer());
    expect(String.fromCharCode(...file.slice(0, 2))).toBe("BM");
    expect(new DataView(file.buffer).getInt32(22, true)).toBe(-2);
    expect([...file.slice(54)]).toEqual([3, 2, 1, 255, 6, 5, 4, 255]);
  });
});
