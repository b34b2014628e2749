// A picture out of about twenty bytes: its average colour and its few slowest waves, drawn as a blur.
// Source: ThumbHash by Evan Wallace, github.com/evanw/thumbhash, js/thumbhash.js (MIT); the opaque half of
// it. The other way round: adapters/thumbhash.ts.

const EDGE = 32; // px of the long edge: it is stretched anyway
const SATURATION = 1.25; // what four bits a wave lose of it

interface Waves {
  readonly mean: number;
  readonly nx: number;
  readonly ny: number;
  readonly waves: readonly number[];
}

/** A blur in RGBA. */
export interface Blur {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

/** Draw a hash; null of bytes that are none. */
export function blurOf(hash: Uint8Array): Blur | null {
  if (hash.length < 5) return null;
  const at = (n: number): number => hash[n] ?? 0;
  const means = at(0) | (at(1) << 8) | (at(2) << 16);
  const scales = at(3) | (at(4) << 8);
  if (means >> 23) return null; // with transparency: no photo has any
  const [wide, short] = [scales >> 15, Math.max(3, scales & 7)];
  const [nx, ny] = wide ? [7, short] : [short, 7];
  const nibbles = [...hash.slice(5)].flatMap((byte) => [byte & 15, byte >> 4]);
  const read = (mean: number, scale: number, across: number, down: number): Waves => {
    const count = wavesIn(across, down);
    const waves = nibbles.splice(0, count).map((each) => (each / 7.5 - 1) * scale);
    return { mean, nx: across, ny: down, waves };
  };
  const l = read((means & 63) / 63, ((means >> 18) & 31) / 31, nx, ny);
  const p = read(((means >> 6) & 63) / 31.5 - 1, (((scales >> 3) & 63) / 63) * SATURATION, 3, 3);
  const q = read(((means >> 12) & 63) / 31.5 - 1, (((scales >> 9) & 63) / 63) * SATURATION, 3, 3);
  const [longer, shorter] = [7, scales & 7 || 1];
  const ratio = wide ? longer / shorter : shorter / longer;
  const width = Math.round(ratio > 1 ? EDGE : EDGE * ratio);
  const height = Math.round(ratio > 1 ? EDGE / ratio : EDGE);
  return { width, height, rgba: drawn([l, p, q], width, height) };
}

function wavesIn(nx: number, ny: number): number {
  let n = -1; // the mean is none
  for (let cy = 0; cy < ny; cy++) for (let cx = 0; cx * ny < nx * (ny - cy); cx++) n++;
  return n;
}

function drawn([l, p, q]: readonly [Waves, Waves, Waves], width: number, height: number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const [u, v] = [(Math.PI / width) * (x + 0.5), (Math.PI / height) * (y + 0.5)];
      const [light, yellow, red] = [valueAt(l, u, v), valueAt(p, u, v), valueAt(q, u, v)];
      const b = light - (2 / 3) * yellow;
      const r = (3 * light - b + red) / 2;
      rgba.set([255 * r, 255 * (r - red), 255 * b, 255], i);
    }
  }
  return rgba;
}

function valueAt({ mean, nx, ny, waves }: Waves, u: number, v: number): number {
  let sum = mean;
  for (let cy = 0, j = 0; cy < ny; cy++) {
    for (let cx = cy ? 0 : 1; cx * ny < nx * (ny - cy); cx++, j++)
      sum += (waves[j] ?? 0) * Math.cos(cx * u) * Math.cos(cy * v) * 2;
  }
  return sum;
}

/** A blur as a bitmap file, which every browser shows. */
export function bitmapOf({ width, height, rgba }: Blur): Blob {
  const head = new DataView(new ArrayBuffer(54));
  head.setUint16(0, 0x424d); // "BM"
  head.setUint32(2, 54 + rgba.length, true);
  head.setUint32(10, 54, true); // where the pixels begin
  head.setUint32(14, 40, true); // size of what follows of the head
  head.setInt32(18, width, true);
  head.setInt32(22, -height, true); // top row first
  head.setUint16(26, 1, true);
  head.setUint16(28, 32, true); // bits a pixel
  const bgra = rgba.slice();
  for (let i = 0; i < bgra.length; i += 4)
    bgra.set([rgba[i + 2] ?? 0, rgba[i + 1] ?? 0, rgba[i] ?? 0, 255], i);
  return new Blob([head, bgra], { type: "image/bmp" });
}
