// Bundles for the tests, spoilt as tests/sync/bundles.py spoils them.

import type { Bytes } from "../../../pwa/src/sync/digest.ts";
import { unbase64 } from "../../../pwa/src/sync/evidence.ts";
import { type Json, resolve } from "./vectors.ts";

const [BLOCK, BODY] = [64, 60];

export const SAMPLE: Bytes = unbase64(resolve({ $: "bundle" }).bytes);

/** Put pieces after one another. */
export function pieced(...pieces: Uint8Array[]): Bytes {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Make the bytes a shared case speaks of: a bundle, and what was done to it, in this order. */
export function spoilt(told: Json): Bytes {
  let body = unbase64(told.bytes);
  for (const [at, value] of told.set ?? []) body[at] = value;
  if (told.cut) body = pieced(body.subarray(0, told.cut[0]), body.subarray(told.cut[0] + told.cut[1]));
  if (told.put) {
    const [at, digits] = told.put;
    const piece = Uint8Array.from(digits.match(/../g) ?? [], (pair: string) => Number.parseInt(pair, 16));
    body = pieced(body.subarray(0, at), piece, body.subarray(at));
  }
  if (told.swap) {
    const [one, other, size] = told.swap;
    const first = body.slice(one, one + size);
    body.set(body.slice(other, other + size), one);
    body.set(first, other);
  }
  return told.mend ? mended(body) : body;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = (byte >>> 1) ^ (byte & 1 && 0xedb88320);
  return byte;
});

/** Make all sums fit again, as somebody would who knows how. */
export function mended(spoilt: Bytes): Bytes {
  const body = spoilt.slice();
  const view = new DataView(body.buffer);
  for (let at = 0; at + BLOCK <= body.length; at += BLOCK) {
    const number = new Uint8Array(8);
    new DataView(number.buffer).setBigUint64(0, BigInt(at / BLOCK));
    let sum = -1;
    for (const byte of [...number, ...body.subarray(at, at + BODY)])
      sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 255] as number);
    view.setUint32(at + BODY, ~sum >>> 0);
  }
  return body;
}

/** At which offset two files first differ; -1 if they do not. */
export function firstDifference(one: Bytes, other: Bytes): number {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at++) if (one[at] !== other[at]) return at;
  return one.length === other.length ? -1 : shorter;
}
