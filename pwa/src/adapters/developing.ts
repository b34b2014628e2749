// A photo made ready: the screen size (long edge 1600 px, about 150 KB), a preview of at most 4 KB, a
// ThumbHash, and the hashes of screen size and original, before anything leaves the phone. Runs in a worker
// of its own (darkroom-worker.ts); in the page where there is no canvas for workers.
//
// 1. Decode: scaled where the browser can (measured: +19 MB instead of +192 MB for 48 megapixels).
// 2. Draw straight into the small canvas, the right way up: some phones cannot hold a large one.
// 3. Write it as WebP; as JPEG where the browser, asked for WebP, gives something else.
// A canvas writes no metadata.

import type { Developed } from "../ports.ts";
import { lean } from "./lean.ts";
import { base64, hashOf, keyOf } from "./naming.ts";
import { foretold, type Write, writtenSmall } from "./quality.ts";
import { thumbHash } from "./thumbhash.ts";
import { onItsSide, turned, upright } from "./upright.ts";

const SCREEN_EDGE = 1600; // px
const ORIGINAL_BYTES_MAX = 20 * 1024 * 1024; // the server takes no more
const PREVIEW_BYTES_MAX = 4096; // the server takes no more
const PREVIEW_EDGES = [240, 176, 128, 96]; // px; the server takes up to 320
const PREVIEW_QUALITIES = [0.6, 0.4, 0.25];
const HINT = 1.3; // a scaled decode may come out smaller than asked: ask for more
const THUMB_EDGE = 96; // px
const TILE = 128; // px; the sample is eight of them
const TILES = [4, 2] as const; // across and down

export const WEBP = "image/webp";
const JPEG = "image/jpeg";

type Surface = OffscreenCanvas | HTMLCanvasElement;

interface Picture {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  close(): void;
}

// By their first bytes: JPEG, PNG, WebP; HEIC and AVIF, which are files of the same box format.
const PICTURE = /^(\xff\xd8\xff|\x89PNG|RIFF....WEBP|....ftyp(hei|hev|mif|msf|avi))/s;

/** What came of it, and the format this browser writes: to be asked for first the next time; "" if unknown. */
export interface Made {
  readonly developed: Developed;
  readonly type: string;
}

/** Develop a photo; take it as it is with `bare`, and when it cannot be read here; null when it is none. */
export async function develop(file: Blob, type: string, bare = false): Promise<Made | null> {
  if (bare || file.type.startsWith("audio/")) return asItIs(file);
  return (await drawnSmall(file, type).catch(() => null)) ?? asItIs(file);
}

async function drawnSmall(file: Blob, type: string): Promise<Made> {
  const { file: plain, turn } = await upright(file);
  const picture = await open(plain);
  const canvas = drawn(picture, SCREEN_EDGE, turn);
  picture.close();
  const screen = await screenOf(canvas, type);
  const preview = await previewOf(canvas, screen.type);
  const thumb = thumbOf(canvas);
  canvas.width = 0; // gives its memory back at once
  const hash = await hashOf(screen);
  const developed = { key: keyOf(hash), sha256: base64(hash), screen, preview: base64(preview), thumb };
  return { developed: { ...developed, ...(await original(file)) }, type: screen.type };
}

/** What this phone cannot read, but the server can, is its own screen size: without preview, for nothing
 *  here can draw it. A photo somebody took is not refused because a phone is old. */
async function asItIs(file: Blob): Promise<Made | null> {
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  if (file.size > ORIGINAL_BYTES_MAX || !(file.type.startsWith("audio/") || PICTURE.test(head))) return null;
  const hash = await hashOf(file);
  const developed: Developed = {
    key: keyOf(hash),
    sha256: base64(hash),
    screen: file.slice(0, file.size, file.type), // without its name
    preview: "",
    thumb: "",
    original: null,
    originalSha256: "",
    originalSize: 0,
  };
  return { developed, type: "" };
}

/** The file as it came is named even if it is too large to be sent. */
async function original(
  file: Blob,
): Promise<Pick<Developed, "original" | "originalSha256" | "originalSize">> {
  return {
    original: file.size <= ORIGINAL_BYTES_MAX ? file : null,
    originalSha256: base64(await hashOf(file)),
    originalSize: file.size,
  };
}

async function open(file: Blob): Promise<Picture> {
  return (await scaled(file).catch(() => null)) ?? (await bitmap(file).catch(() => element(file)));
}

/** Decode small. Without `rotation` a kernel would show what is no JPEG lying: that takes the other way. */
async function scaled(file: Blob): Promise<Picture | null> {
  if (typeof ImageDecoder === "undefined" || !(await ImageDecoder.isTypeSupported(file.type))) return null;
  if (file.type !== JPEG && !("rotation" in VideoFrame.prototype)) return null;
  const want = Math.ceil(SCREEN_EDGE * HINT);
  const decoder = new ImageDecoder({
    data: file.stream(),
    type: file.type,
    desiredWidth: want,
    desiredHeight: want,
  });
  try {
    const { image } = await decoder.decode();
    const close = (): void => image.close();
    return { source: image, width: image.displayWidth, height: image.displayHeight, close };
  } finally {
    decoder.close();
  }
}

/** Decode whole. Older kernels do not know the word for turning, and some of them turn without it. */
async function bitmap(file: Blob): Promise<Picture> {
  const whole = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() =>
    createImageBitmap(file),
  );
  return { source: whole, width: whole.width, height: whole.height, close: () => whole.close() };
}

/** Decode by an <img>, which only a page has, without decode(): that keeps a second copy in memory. */
async function element(file: Blob): Promise<Picture> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  const close = (): void => URL.revokeObjectURL(url);
  await new Promise((loaded, failed) => {
    image.onload = loaded;
    image.onerror = failed;
    image.src = url;
  }).catch((fault) => {
    close();
    throw fault;
  });
  return { source: image, width: image.naturalWidth, height: image.naturalHeight, close };
}

/** The size that fits a long edge, never larger than it was. */
export function fit(width: number, height: number, edge: number): readonly [width: number, height: number] {
  const scale = Math.min(1, edge / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

function surface(width: number, height: number): Surface {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

function penOf(canvas: Surface): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D {
  const pen = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null;
  if (!pen) throw new Error("no canvas");
  pen.imageSmoothingQuality = "high";
  return pen;
}

function drawn(picture: Omit<Picture, "close">, edge: number, turn = 1): Surface {
  const [along, down] = fit(picture.width, picture.height, edge);
  const [width, height] = onItsSide(turn) ? [down, along] : [along, down];
  const canvas = surface(width, height);
  const pen = penOf(canvas);
  pen.fillStyle = "#fff"; // a JPEG would show what is transparent as black
  pen.fillRect(0, 0, width, height);
  pen.setTransform(...turned(turn, width, height));
  pen.drawImage(picture.source, 0, 0, along, down);
  return canvas;
}

const smaller = (canvas: Surface, edge: number): Surface =>
  drawn({ source: canvas, width: canvas.width, height: canvas.height }, edge);

const blobOf = (canvas: Surface, type: string, quality: number): Promise<Blob> =>
  "convertToBlob" in canvas
    ? canvas.convertToBlob({ type, quality })
    : new Promise((made, failed) =>
        canvas.toBlob((blob) => (blob ? made(blob) : failed(new Error("not encoded"))), type, quality),
      );

/** The screen size; a browser that cannot write WebP gives a PNG instead, and then it is a JPEG. */
async function screenOf(canvas: Surface, wanted: string): Promise<Blob> {
  const sample = sampleOf(canvas);
  const type = (await blobOf(sample, wanted, 0)).type === WEBP ? WEBP : JPEG;
  const writer =
    (from: Surface): Write =>
    (quality) =>
      blobOf(from, type, quality);
  const times = (canvas.width * canvas.height) / (sample.width * sample.height);
  return writtenSmall(type, writer(canvas), await foretold(type, writer(sample), times));
}

/** Pieces of a picture from all over it, side by side: what is in them compresses as the whole does. */
function sampleOf(canvas: Surface): Surface {
  const [across, down] = TILES;
  const sample = surface(across * TILE, down * TILE);
  const pen = penOf(sample);
  for (let n = 0; n < across * down; n++) {
    const [x, y] = [n % across, Math.floor(n / across)];
    const left = ((canvas.width - TILE) * (x + 0.5)) / across;
    const top = ((canvas.height - TILE) * (y + 0.5)) / down;
    pen.drawImage(canvas, left, top, TILE, TILE, x * TILE, y * TILE, TILE, TILE);
  }
  return sample;
}

/** The tiny picture of the first packet; empty when even the smallest is too large. */
async function previewOf(canvas: Surface, type: string): Promise<Uint8Array> {
  for (const edge of PREVIEW_EDGES) {
    const small = smaller(canvas, edge);
    for (const quality of PREVIEW_QUALITIES) {
      const blob = await blobOf(small, type, quality);
      const bytes = lean(new Uint8Array(await blob.arrayBuffer()));
      if (bytes.length <= PREVIEW_BYTES_MAX) return bytes;
    }
  }
  return new Uint8Array();
}

function thumbOf(canvas: Surface): string {
  const { width, height, ...small } = pixelsOf(smaller(canvas, THUMB_EDGE));
  return base64(thumbHash(width, height, small.rgba));
}

function pixelsOf(canvas: Surface) {
  const { width, height } = canvas;
  return { width, height, rgba: penOf(canvas).getImageData(0, 0, width, height).data };
}
