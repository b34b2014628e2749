// Twin of sync/evidence.py: read the reasons there. Shared cases: tests/vectors/evidence.json.

import type { Bytes } from "./digest.ts";

export const HASH_BYTES = 32;
export const KEY_BYTES = 65;
export const SIGNATURE_BYTES = 64;
const NUMBER_BYTES = 8;
const LINK_MARK = "QSLINK\0\x01";
const RECEIPT_MARK = "QSRECV\0\x01";
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

/** One photo as its phone vouches for it. */
export interface Link {
  readonly device: string; // 16 hex digits
  readonly n: number; // 0: in no chain
  readonly prev: Bytes;
  readonly screen: Bytes;
  readonly original: Bytes;
  readonly takenMs: number;
  readonly source: number;
  readonly place: readonly number[] | null;
}

/** What the server keeps beside a photo it has received. */
export interface Receipt {
  readonly key: Bytes;
  readonly at: number;
  readonly log: Bytes;
  readonly signature: Bytes;
}

export interface Seal {
  readonly device: string;
  readonly prev: Bytes;
  readonly signature: Bytes;
}

const text = (word: string): Bytes => Uint8Array.from(word, (char) => char.charCodeAt(0));

/** Put pieces after one another; numbers as eight bytes. */
export function joined(pieces: readonly (Bytes | number)[]): Bytes {
  const parts = pieces.map((piece) => {
    if (typeof piece !== "number") return piece;
    const number = new Uint8Array(NUMBER_BYTES);
    new DataView(number.buffer).setBigInt64(0, BigInt(piece));
    return number;
  });
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Read hex digits. */
export const unhex = (digits: string): Bytes =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Spell bytes as hex digits. */
export const hex = (bytes: Bytes): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Read base64; empty for no bytes, and for what is none. */
export function unbase64(letters: string): Bytes {
  try {
    return text(atob(letters));
  } catch {
    return new Uint8Array();
  }
}

/** Spell a link, 192 bytes; an absent place is seven zeros. */
export function linkBytes({ device, n, prev, screen, original, takenMs, source, place }: Link): Bytes {
  const where = place ? [1, ...place] : [0, 0, 0, 0, 0, 0, 0];
  return joined([text(LINK_MARK), unhex(device), n, prev, screen, original, takenMs, source, ...where]);
}

/** Hash a link: what the phone signs, and what the next link names. */
export const linkHash = async (link: Link): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", linkBytes(link)));

/** Spell what the server signs when a photo is on its disk and checked, 128 bytes. */
export const receiptBytes = (
  town: number,
  receivedMs: number,
  { at, log }: Receipt,
  screen: Bytes,
  link: Bytes,
): Bytes => joined([text(RECEIPT_MARK), town, receivedMs, at, log, screen, link]);

/** Spell a seal for an announcement, base64 of 104 bytes. */
export const spellSeal = ({ device, prev, signature }: Seal): string =>
  btoa(String.fromCharCode(...joined([unhex(device), prev, signature])));

/** Read a seal; null if it is none. */
export function readSeal(letters: string): Seal | null {
  const body = unbase64(letters);
  if (body.length !== NUMBER_BYTES + HASH_BYTES + SIGNATURE_BYTES) return null;
  return { device: hex(body.slice(0, 8)), prev: body.slice(8, 40), signature: body.slice(40) };
}

/** Read what is kept of a statement; null if it is none. */
export function readReceipt(body: Bytes): Receipt | null {
  const end = KEY_BYTES + NUMBER_BYTES;
  if (body.length !== end + HASH_BYTES + SIGNATURE_BYTES) return null;
  const at = Number(new DataView(body.buffer, body.byteOffset + KEY_BYTES).getBigInt64(0));
  const log = body.slice(end, end + HASH_BYTES);
  return { key: body.slice(0, KEY_BYTES), at, log, signature: body.slice(end + HASH_BYTES) };
}

/** Whether a signature is the smaller one of its two spellings. */
export const isLow = (signature: Bytes): boolean =>
  signature.length === SIGNATURE_BYTES && BigInt(`0x${hex(signature.slice(32))}`) <= HALF_ORDER;
