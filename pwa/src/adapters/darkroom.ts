// Photos made small before they are kept: the screen size (long edge 1600) and a preview of at most
// 4 KB. Decoding is scaled where the browser can (measured: +19 MB instead of +192 MB for 48 megapixels),
// encoding is the browser's own thread's work. A canvas writes no metadata.

import type { Darkroom, Developed } from "../ports.ts";

const SCREEN_EDGE = 1600; // px
const SCREEN_BYTES = 200_000; // aimed at, not insisted on
const PREVIEW_BYTES = 4096; // the server takes no more
const PREVIEW_EDGES = [240, 176, 128, 96]; // px; the server takes up to 320
const HINT = 1.3; // a scaled decode may come out smaller than asked: ask for more
const SCREEN_QUALITIES = [1, 0.85, 0.7]; // of the usual one, tried until the size is met
const PREVIEW_QUALITIES = [0.6, 0.4, 0.25];

interface Picture {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  close(): void;
}

export const darkroom = (): Darkroom => ({ develop });

async function develop(file: Blob): Promise<Developed | null> {
  const picture = await open(file);
  if (!picture) return null;
  const canvas = drawn(picture, SCREEN_EDGE);
  picture.close();
  const screen = await screenOf(canvas);
  const preview = await previewOf(canvas);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await screen.arrayBuffer()));
  return { key: keyOf(hash), sha256: base64(hash), screen, preview: base64(preview) };
}

/** Name a photo by the first 16 bytes of its hash: base64url without padding (I7). */
export const keyOf = (hash: Uint8Array): string =>
  base64(hash.slice(0, 16)).replace(/=+$/, "").replace(/\+/g, "-").replace(/\//g, "_");

/** Spell bytes in base64. */
export const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

async function open(file: Blob): Promise<Picture | null> {
  return (await scaled(file).catch(() => null)) ?? (await whole(file).catch(() => null));
}

/** Decode small. Without `rotation` a kernel would show portraits lying: those take the other way. */
async function scaled(file: Blob): Promise<Picture | null> {
  if (typeof ImageDecoder === "undefined" || typeof VideoFrame === "undefined") return null;
  if (!("rotation" in VideoFrame.prototype) || !(await ImageDecoder.isTypeSupported(file.type))) return null;
  const want = Math.ceil(SCREEN_EDGE * HINT);
  const decoder = new ImageDecoder({
    data: file.stream(),
    type: file.type,
    desiredWidth: want,
    desiredHeight: want,
  });
  const { image } = await decoder.decode();
  const close = (): void => {
    image.close();
    decoder.close();
  };
  return { source: image, width: image.displayWidth, height: image.displayHeight, close };
}

/** Decode whole, by an <img> without decode(): that keeps a second copy in memory. */
async function whole(file: Blob): Promise<Picture> {
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

function drawn(
  { source, width, height }: Pick<Picture, "source" | "width" | "height">,
  edge: number,
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fit(width, height, edge);
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  pen.fillStyle = "#fff"; // a JPEG would show what is transparent as black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** WebP where the canvas writes it; a browser that cannot gives a PNG instead, and then it is a JPEG. */
async function encode(canvas: HTMLCanvasElement, webp: number, jpeg: number): Promise<Blob> {
  const first = await blobOf(canvas, "image/webp", webp);
  return first?.type === "image/webp" ? first : ((await blobOf(canvas, "image/jpeg", jpeg)) ?? noBlob());
}

const blobOf = (canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob | null> =>
  new Promise((made) => canvas.toBlob(made, type, quality));

function noBlob(): never {
  throw new Error("the canvas could not be encoded");
}

async function screenOf(canvas: HTMLCanvasElement): Promise<Blob> {
  let best: Blob | null = null;
  for (const part of SCREEN_QUALITIES) {
    best = await encode(canvas, 0.75 * part, 0.7 * part);
    if (best.size <= SCREEN_BYTES) break;
  }
  return best ?? noBlob();
}

/** The tiny picture of the first packet; empty when even the smallest is too large. */
async function previewOf(canvas: HTMLCanvasElement): Promise<Uint8Array> {
  for (const edge of PREVIEW_EDGES) {
    const small = drawn({ source: canvas, width: canvas.width, height: canvas.height }, edge);
    for (const quality of PREVIEW_QUALITIES) {
      const blob = await encode(small, quality, quality);
      const bytes = lean(new Uint8Array(await blob.arrayBuffer()));
      if (bytes.length <= PREVIEW_BYTES) return bytes;
    }
  }
  return new Uint8Array();
}

const HEAD = 12; // "RIFF", length, "WEBP"

/** Leave only the picture of a WebP: Chromium adds 480 bytes to say that the colours are the usual ones. */
export function lean(bytes: Uint8Array): Uint8Array {
  const nameAt = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (nameAt(0) !== "RIFF" || nameAt(HEAD) !== "VP8X") return bytes;
  for (let at = HEAD; at + 8 <= bytes.length; ) {
    const name = nameAt(at);
    const end = at + 8 + view.getUint32(at + 4, true);
    const next = end + (end % 2);
    if (name === "ALPH") return bytes;
    if (name === "VP8 " || name === "VP8L") return wrapped(bytes, at, next);
    at = next;
  }
  return bytes;
}

function wrapped(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const file = new Uint8Array(HEAD + to - from);
  file.set(bytes.subarray(0, HEAD));
  file.set(bytes.subarray(from, to), HEAD);
  new DataView(file.buffer).setUint32(4, file.length - 8, true);
  return file;
}
