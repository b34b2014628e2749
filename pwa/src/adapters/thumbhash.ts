// A picture in about twenty bytes: its average colour and its few slowest waves, to be drawn as a blur.
// Source: ThumbHash by Evan Wallace, github.com/evanw/thumbhash, js/thumbhash.js (MIT); the opaque half of it.

const EDGE_MAX = 100; // px; more adds time and no waves
const WAVES_L = 7; // of brightness along the long edge
const WAVES_C = 3; // of each colour axis

/** A wave's mean, its waves scaled to 0..1, and by how much. */
type Waves = readonly [mean: number, waves: readonly number[], scale: number];

/** Hash an opaque picture of at most 100 by 100 px, given as RGBA. */
export function thumbHash(width: number, height: number, rgba: ArrayLike<number>): Uint8Array {
  if (width > EDGE_MAX || height > EDGE_MAX) throw new Error("too large for a ThumbHash");
  const size = width * height;
  const [l, p, q] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (let at = 0; at < size; at++) {
    const [r = 0, g = 0, b = 0] = [0, 1, 2].map((part) => (1 / 255) * (rgba[at * 4 + part] ?? 0));
    l[at] = (r + g + b) / 3;
    p[at] = (r + g) / 2 - b; // yellow against blue
    q[at] = r - g; // red against green
  }
  const across = wavesAlong(width, width, height);
  const down = wavesAlong(height, width, height);
  const waves = (channel: Float64Array, nx: number, ny: number): Waves =>
    transformed(channel, width, height, Math.max(WAVES_C, nx), Math.max(WAVES_C, ny));
  const parts = [waves(l, across, down), waves(p, 0, 0), waves(q, 0, 0)] as const;
  return packed(parts, width > height, width > height ? down : across);
}

const wavesAlong = (edge: number, width: number, height: number): number =>
  Math.max(1, Math.round((WAVES_L * edge) / Math.max(width, height)));

/** The first waves of a channel's cosine transform, a triangle of them. */
function transformed(channel: Float64Array, width: number, height: number, nx: number, ny: number): Waves {
  const found: number[] = [];
  for (let cy = 0; cy < ny; cy++)
    for (let cx = 0; cx * ny < nx * (ny - cy); cx++) found.push(wave(channel, width, height, cx, cy));
  const [mean = 0, ...rest] = found;
  const scale = Math.max(0, ...rest.map(Math.abs));
  return [mean, scale ? rest.map((each) => 0.5 + (0.5 / scale) * each) : rest, scale];
}

function wave(channel: Float64Array, width: number, height: number, cx: number, cy: number): number {
  const fx = Float64Array.from({ length: width }, (_, x) => Math.cos((Math.PI / width) * cx * (x + 0.5)));
  let sum = 0;
  for (let y = 0; y < height; y++) {
    const fy = Math.cos((Math.PI / height) * cy * (y + 0.5));
    for (let x = 0; x < width; x++) sum += (channel[x + y * width] ?? 0) * (fx[x] ?? 0) * fy;
  }
  return sum / (width * height);
}

/** Five bytes of means and scales, then the waves, four bits each. */
function packed([l, p, q]: readonly [Waves, Waves, Waves], wide: boolean, shortWaves: number): Uint8Array {
  const { round } = Math;
  const means =
    round(63 * l[0]) |
    (round(31.5 + 31.5 * p[0]) << 6) |
    (round(31.5 + 31.5 * q[0]) << 12) |
    (round(31 * l[2]) << 18);
  const scales = shortWaves | (round(63 * p[2]) << 3) | (round(63 * q[2]) << 9) | (Number(wide) << 15);
  const waves = [...l[1], ...p[1], ...q[1]].map((each) => round(15 * each));
  const bytes = [means & 255, (means >> 8) & 255, means >> 16, scales & 255, scales >> 8];
  for (let at = 0; at < waves.length; at += 2) bytes.push((waves[at] ?? 0) | ((waves[at + 1] ?? 0) << 4));
  return new Uint8Array(bytes);
}
