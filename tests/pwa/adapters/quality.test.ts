import { describe, expect, it } from "vitest";
import {
  AIM_BYTES,
  foretold,
  qualityFor,
  type Write,
  writtenSmall,
} from "../../../pwa/src/adapters/quality.ts";

const WEBP = "image/webp";

/** An encoder whose sizes grow as those of photos do; each call is counted. */
function encoder(atHalf: number, slope: number) {
  const asked: number[] = [];
  const write: Write = async (quality) => {
    asked.push(quality);
    return { size: Math.round(atHalf * Math.exp(slope * (quality - 0.5))) } as Blob;
  };
  return { write, asked };
}

describe("the quality of a photo", () => {
  it("is read off two sizes of a sample", async () => {
    const sample = encoder(7_000, 2.2);
    const quality = await foretold(WEBP, sample.write, 15);
    expect(sample.asked).toEqual([0.5, 0.75]);
    const photo = encoder(7_000 * 15, 2.2);
    expect((await photo.write(quality)).size / AIM_BYTES).toBeCloseTo(1, 2);
  });

  it("lies on the line through both", () => {
    expect(qualityFor(200, 100, 200)).toBeCloseTo(0.75);
    expect(qualityFor(100, 100, 200)).toBeCloseTo(0.5);
    expect(Number.isFinite(qualityFor(200, 100, 100))).toBe(true);
  });

  it("stays between what can be read and what is worth its bytes", async () => {
    expect(await foretold(WEBP, encoder(100_000, 2).write, 15)).toBe(0.35);
    expect(await foretold(WEBP, encoder(100, 2).write, 15)).toBe(0.82);
    expect(await foretold("image/jpeg", encoder(100, 2).write, 15)).toBe(0.8);
  });
});

describe("writing a photo", () => {
  it("is done once when it comes out small enough", async () => {
    const { write, asked } = encoder(120_000, 2);
    expect((await writtenSmall(WEBP, write, 0.6)).size).toBeLessThan(180_000);
    expect(asked).toEqual([0.6]);
  });

  it("is done again, smaller, when the sample was wrong, and at most three times", async () => {
    const twice = encoder(200_000, 3);
    expect((await writtenSmall(WEBP, twice.write, 0.55)).size).toBeLessThan(180_000);
    const hopeless = encoder(900_000, 0.1);
    await writtenSmall(WEBP, hopeless.write, 0.8);
    expect(hopeless.asked.length).toBeLessThanOrEqual(3);
    expect(Math.min(...hopeless.asked)).toBeGreaterThanOrEqual(0.35);
  });
});
