import { describe, expect, it } from "vitest";
import { lean } from "../../../pwa/src/adapters/lean.ts";

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
