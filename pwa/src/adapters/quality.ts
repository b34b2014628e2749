// How strongly a photo is compressed so that it comes to about 150 KB. Encoding WebP is slow on a cheap
// phone, so the quality is not searched for on the photo itself: a sample of it, a fifteenth, is written
// twice, and between the two the logarithm of the size is nearly a straight line.

export const AIM_BYTES = 150_000; // a minute at 20 kbit/s
const OVER_BYTES = 180_000; // and this is still all right
const TRIES = 3;
const [LOW, HIGH] = [0.5, 0.75]; // qualities at which the sample is written
const STEP_DOWN = 0.05; // at least, when what was foretold came out too large

/** The strongest and the weakest compression that a person can read a photo at, by what writes it. */
const RANGES: Readonly<Record<string, readonly [worst: number, best: number]>> = {
  "image/webp": [0.35, 0.82],
  "image/jpeg": [0.35, 0.8],
};

/** Writes the photo, or the sample, at a quality from 0 to 1. */
export type Write = (quality: number) => Promise<Blob>;

/** The quality at which a photo `times` as large as the sample comes to `AIM_BYTES`. */
export async function foretold(type: string, sample: Write, times: number): Promise<number> {
  const low = (await sample(LOW)).size * times;
  const high = (await sample(HIGH)).size * times;
  return within(type, qualityFor(AIM_BYTES, low, high));
}

/** On the line through two sizes, the quality of a third. */
export function qualityFor(bytes: number, low: number, high: number): number {
  const slope = Math.log(Math.max(high, low + 1) / low) / (HIGH - LOW);
  return LOW + Math.log(bytes / low) / slope;
}

/** Write the photo at a quality, and at lower ones while it is too large. */
export async function writtenSmall(type: string, write: Write, first: number): Promise<Blob> {
  let quality = within(type, first);
  let best = await write(quality);
  for (let tries = 1; tries < TRIES && best.size > OVER_BYTES; tries++) {
    const next = within(type, quality - Math.max(STEP_DOWN, (best.size / AIM_BYTES - 1) / 4));
    if (next >= quality) break;
    quality = next;
    best = await write(quality);
  }
  return best;
}

function within(type: string, quality: number): number {
  const [worst, best] = RANGES[type] ?? [LOW, HIGH];
  return Math.min(best, Math.max(worst, quality));
}
