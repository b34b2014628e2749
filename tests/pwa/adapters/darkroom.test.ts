import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64, fit, keyOf, lean } from "../../../pwa/src/adapters/darkroom.ts";

describe("a photo's name", () => {
  it("is the first 16 bytes of its hash in base64url, 22 characters", () => {
    const hash = createHash("sha256").update("photo").digest();
    const name = keyOf(new Uint8Array(hash));
    expect(name).toBe(hash.subarray(0, 16).toString("base64url"));
    expect(name).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(base64(new Uint8Array(hash))).toBe(hash.toString("base64"));
  });
});

describe("the size of a picture", () => {
  it("fits the long edge, keeps the shape, and never grows", () => {
    expect(fit(4000, 3000, 1600)).toEqual([1600, 1200]);
    expect(fit(3000, 4000, 1600)).toEqual([1200, 1600]);
    expect(fit(800, 600, 1600)).toEqual([800, 600]);
    expect(fit(8000, 1, 1600)).toEqual([1600, 1]);
  });
});

describe("a WebP", () => {
  const chunk = (name: string, size: number): number[] => {
    const body = Array.from({ length: size + (size % 2) }, (_, at) => (at < size ? at + 1 : 0));
    return [...Buffer.from(name), size, 0, 0, 0, ...body];
  };
  const file = (...chunks: number[][]): Uint8Array => {
    const rest = [...Buffer.from("WEBP"), ...chunks.flat()];
    return new Uint8Array([...Buffer.from("RIFF"), rest.length, 0, 0, 0, ...rest]);
  };

  it("is left with its picture alone", () => {
    const full = file(chunk("VP8X", 10), chunk("ICCP", 21), chunk("VP8 ", 7));
    expect(lean(full)).toEqual(file(chunk("VP8 ", 7)));
  });

  it("stays as it is when it is plain already, is half transparent, or is none", () => {
    const plain = file(chunk("VP8 ", 7));
    const clear = file(chunk("VP8X", 10), chunk("ALPH", 4), chunk("VP8 ", 7));
    const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]);
    const broken = file(chunk("VP8X", 10), chunk("ICCP", 20));
    for (const bytes of [plain, clear, jpeg, broken, new Uint8Array()]) expect(lean(bytes)).toBe(bytes);
  });
});
