// A WebP without what Chromium puts beside the picture.

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
