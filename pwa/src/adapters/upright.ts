// Which way up a JPEG is. Kernels disagree on who turns it: some decoders do, some do not, some only for
// some ways of asking. So we read the mark, take it off the copy that is decoded, and turn it ourselves.
// Source: Exif 2.32 (CIPA DC-008), sections 4.5 and 4.6.4 (tag 0x0112); JPEG, ITU-T T.81, annex B.

const HEAD_BYTES = 256 * 1024; // the mark stands in the first segments; an Exif segment has at most 64 KB
const EXIF = 0x45786966; // "Exif"
const ORIENTATION = 0x0112;
const SCAN = 0xffda; // here the picture begins

/** A file to decode, and how it then has to be turned: the Exif orientation, 1 (as it is) to 8. */
export interface Upright {
  readonly file: Blob;
  readonly turn: number;
}

/** Take the mark off a JPEG; any other file is given back as it is, its decoder turns it. */
export async function upright(file: Blob): Promise<Upright> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const at = markAt(head);
  if (at < 0) return { file, turn: 1 };
  const view = new DataView(head.buffer);
  const little = view.getUint16(tiffAt(head)) === 0x4949;
  const turn = view.getUint16(at, little);
  if (turn < 2 || turn > 8) return { file, turn: 1 };
  view.setUint16(at, 1, little);
  return { file: new Blob([head, file.slice(head.length)], { type: file.type }), turn };
}

/** Where the value of the orientation stands, -1 if there is none. */
export function markAt(head: Uint8Array): number {
  const start = tiffAt(head);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (start < 0 || start + 8 > head.length) return -1;
  const little = view.getUint16(start) === 0x4949;
  const list = start + view.getUint32(start + 4, little);
  if (list + 2 > head.length) return -1;
  for (let n = view.getUint16(list, little), at = list + 2; n > 0 && at + 12 <= head.length; n--, at += 12) {
    if (view.getUint16(at, little) === ORIENTATION) return at + 8;
  }
  return -1;
}

/** Where the Exif segment's own file begins, -1 if there is none. */
function tiffAt(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head.length < 4 || view.getUint16(0) !== 0xffd8) return -1;
  for (let at = 2; at + 10 <= head.length; at += 2 + view.getUint16(at + 2)) {
    const mark = view.getUint16(at);
    if (mark >> 8 !== 0xff || mark === SCAN) return -1;
    if (mark === 0xffe1 && view.getUint32(at + 4) === EXIF) return at + 10;
  }
  return -1;
}

/** The canvas transform that shows a picture the right way up, for a target `width` by `height` px. */
export function turned(
  turn: number,
  width: number,
  height: number,
): readonly [a: number, b: number, c: number, d: number, e: number, f: number] {
  switch (turn) {
    case 2:
      return [-1, 0, 0, 1, width, 0];
    case 3:
      return [-1, 0, 0, -1, width, height];
    case 4:
      return [1, 0, 0, -1, 0, height];
    case 5:
      return [0, 1, 1, 0, 0, 0];
    case 6:
      return [0, 1, -1, 0, width, 0];
    case 7:
      return [0, -1, -1, 0, width, height];
    case 8:
      return [0, -1, 1, 0, 0, height];
    default:
      return [1, 0, 0, 1, 0, 0];
  }
}

/** Whether turning exchanges width and height. */
export const onItsSide = (turn: number): boolean => turn > 4;
