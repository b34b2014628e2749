// The journal's bytes: every op of this phone once more, in a file beside the database. An entry is a mark,
// the length and the CRC-32C of its body, and the body, JSON in UTF-8. What is damaged is stepped over:
// reading goes on at the next mark, and says how much it could not read.
//
// Source: CRC-32C (Castagnoli) as in RFC 3720, section 12.1 and appendix B.4.

import type { OpRow } from "./ports.ts";
import { minted } from "./sync/op.ts";
import { isNamed, type Named } from "./sync/value.ts";

const MARK = [0xf8, 0x51, 0x53, 0x4a] as const; // no UTF-8 text holds F8: a body never looks like an entry
const HEAD_BYTES = 12; // mark, length and sum
const BODY_BYTES_MAX = 8 << 20; // no op, and no town, is larger than the largest request
const POLYNOMIAL = 0x82f63b78; // Castagnoli's, bits reversed

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
  return sum;
});

/** What could be read of a journal. */
export interface Journal {
  readonly generation: number; // of the rewrites; 0 if no head could be read
  readonly floors: Named<number>; // as noted by the last rewrite: see `floor` in ports.ts
  readonly rows: ReadonlyMap<string, OpRow>; // by id; of one id the last
  readonly damaged: number; // bytes that belong to no whole entry
  readonly gaps: number; // places where such bytes stand
}

export const EMPTY: Journal = { generation: 0, floors: {}, rows: new Map(), damaged: 0, gaps: 0 };

/** Sum bytes up; the empty sum is 0. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] as number);
  return (sum ^ 0xffffffff) >>> 0;
}

/** Spell one op. */
export const entry = (row: OpRow): Uint8Array => sealed([row.op.stamp[2], row.op.n, row]);

/** Spell the head of a rewritten journal. */
export const head = (generation: number, floors: Named<number>): Uint8Array => sealed([generation, floors]);

/** Spell anything else in the same frame; a file of its own holds it. */
export function sealed(body: unknown): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(body));
  const bytes = new Uint8Array(HEAD_BYTES + text.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MARK);
  view.setUint32(4, text.length, true);
  view.setUint32(8, crc32c(text), true);
  bytes.set(text, HEAD_BYTES);
  return bytes;
}

/** Put pieces after one another. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Read a journal; never throws, whatever the bytes. */
export function parse(bytes: Uint8Array): Journal {
  const rows = new Map<string, OpRow>();
  let [generation, floors, damaged, gaps]: [number, Named<number>, number, number] = [0, {}, 0, 0];
  for (let at = 0, whole = true; at < bytes.length; ) {
    const body = bodyAt(bytes, at);
    const read = body && readBody(body);
    if (body && read) {
      if (typeof read === "number") [generation, floors] = [read, floorsIn(body)];
      else rows.set(minted(read.op.stamp[2], read.op.n), read);
      at += HEAD_BYTES + body.length;
      whole = true;
      continue;
    }
    const next = markFrom(bytes, at + 1);
    damaged += next - at;
    if (whole) gaps++;
    whole = false;
    at = next;
  }
  return { generation, floors, rows, damaged, gaps };
}

/** Read what `sealed` wrote; empty if it is not whole. */
export function unsealed(bytes: Uint8Array): readonly unknown[] {
  const body = bodyAt(bytes, 0);
  return body ? listIn(body) : [];
}

/** The body of the entry that begins here, if it is whole. */
function bodyAt(bytes: Uint8Array, at: number): Uint8Array | null {
  if (at + HEAD_BYTES > bytes.length || !marked(bytes, at)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEAD_BYTES);
  const length = view.getUint32(4, true);
  if (length > BODY_BYTES_MAX || at + HEAD_BYTES + length > bytes.length) return null;
  const body = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
  return crc32c(body) === view.getUint32(8, true) ? body : null;
}

const marked = (bytes: Uint8Array, at: number): boolean =>
  MARK.every((byte, place) => bytes[at + place] === byte);

function markFrom(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(MARK[0], from); at >= 0; at = bytes.indexOf(MARK[0], at + 1))
    if (marked(bytes, at)) return at;
  return bytes.length;
}

/** The op of a body, or, of a head, its generation; null for what we never wrote. */
function readBody(body: Uint8Array): OpRow | number | null {
  const [first, n, row] = listIn(body);
  if (typeof first === "number" && isNamed(n)) return first;
  return typeof first === "string" && isNamed(row) && row.id === minted(first, n as number)
    ? (row as unknown as OpRow)
    : null;
}

const floorsIn = (body: Uint8Array): Named<number> => listIn(body)[1] as Named<number>;

function listIn(body: Uint8Array): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(body));
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}
