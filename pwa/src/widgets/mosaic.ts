// Covering parts of a picture so that the bytes do not tell what was there. Not a blur: a blur can be undone,
// and a fine mosaic can be guessed by trying what it might be a mosaic of. Each square becomes one colour,
// the mean of it and the squares around it, rounded to a few levels: nothing else of it is left.
// Source: Hill et al., "On the (In)effectiveness of Mosaicing and Blurring as Tools for Document Redaction",
// PoPETs 2016(4): what is left of a mosaic is its means, so they are made few and coarse.

const SQUARES = 40; // along the long edge: a face that fills a tenth of a photo is four squares wide
const EDGE_MIN = 12; // px of one square
const LEVELS = 16; // of each colour

/** The squares of a picture, each with its one colour. */
export interface Mosaic {
  readonly edge: number; // px of one square
  readonly across: number;
  readonly down: number;
  readonly colours: Uint8Array; // red, green and blue by square, row by row
}

type Pixels = ArrayLike<number>; // RGBA

/** The squares of a picture of `width` by `height` px. */
export function mosaicOf(pixels: Pixels, width: number, height: number): Mosaic {
  const edge = Math.max(EDGE_MIN, Math.ceil(Math.max(width, height) / SQUARES));
  const [across, down] = [Math.ceil(width / edge), Math.ceil(height / edge)];
  const means = new Float64Array(across * down * 3);
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++)
      means.set(meanOf(pixels, width, height, edge, x, y), (y * across + x) * 3);
  const colours = Uint8Array.from({ length: means.length }, (_, at) => {
    const square = Math.floor(at / 3);
    const mean = aroundMean(means, across, down, square % across, Math.floor(square / across), at % 3);
    return Math.min(255, Math.round(mean / LEVELS) * LEVELS);
  });
  return { edge, across, down, colours };
}

function meanOf(
  pixels: Pixels,
  width: number,
  height: number,
  edge: number,
  column: number,
  row: number,
): number[] {
  const [right, bottom] = [Math.min(width, (column + 1) * edge), Math.min(height, (row + 1) * edge)];
  const sum = [0, 0, 0];
  for (let y = row * edge; y < bottom; y++)
    for (let x = column * edge; x < right; x++)
      for (let part = 0; part < 3; part++)
        sum[part] = (sum[part] ?? 0) + (pixels[(y * width + x) * 4 + part] ?? 0);
  return sum.map((each) => each / ((right - column * edge) * (bottom - row * edge)));
}

function aroundMean(
  means: Float64Array,
  across: number,
  down: number,
  column: number,
  row: number,
  part: number,
): number {
  let [sum, count] = [0, 0];
  for (let y = Math.max(0, row - 1); y <= Math.min(down - 1, row + 1); y++)
    for (let x = Math.max(0, column - 1); x <= Math.min(across - 1, column + 1); x++) {
      sum += means[(y * across + x) * 3 + part] ?? 0;
      count++;
    }
  return sum / count;
}

/** The squares that a finger `radius` px wide touches between two points. */
export function squaresAlong(
  { edge, across, down }: Mosaic,
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
  radius: number,
): Set<number> {
  const touched = new Set<number>();
  const steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / (edge / 2)));
  for (let step = 0; step <= steps; step++) {
    const x = from[0] + ((to[0] - from[0]) * step) / steps;
    const y = from[1] + ((to[1] - from[1]) * step) / steps;
    for (const [column, row] of squaresIn(edge, x - radius, y - radius, x + radius, y + radius))
      if (column < across && row < down) touched.add(row * across + column);
  }
  return touched;
}

/** The squares that a rectangle touches; it may reach over the picture's edge. */
function* squaresIn(edge: number, left: number, top: number, right: number, bottom: number) {
  for (let row = Math.max(0, Math.floor(top / edge)); row * edge < bottom; row++)
    for (let column = Math.max(0, Math.floor(left / edge)); column * edge < right; column++)
      yield [column, row] as const;
}
