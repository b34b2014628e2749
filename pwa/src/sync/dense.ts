// Twin of sync/dense.py: read the reasons there; a phone only writes. Shared cases: tests/vectors/dense.json.

import type { Bytes } from "./digest.ts";

const TEXT = 1;
const KEY = 2;
const HEX = 3;
const KEYED = /^[\w-]{21}[AQgw]$/;
const SPELLED = /^([0-9a-f]{2}){4,}$/;
const LONE = /\p{Cs}/u; // half a character: nobody could read it
const FIXED = [1, 2, 4, 8, 16]; // bytes of an extension that needs no length
const utf8 = new TextEncoder();

type Out = number[];

/** Write a JSON value. */
export function dense(value: unknown): Bytes {
  const out: Out = [];
  put(out, value);
  return Uint8Array.from(out);
}

function put(out: Out, value: unknown): void {
  if (typeof value === "string") text(out, value);
  else if (typeof value === "number") number(out, value);
  else if (typeof value === "boolean") out.push(value ? 0xc3 : 0xc2);
  else if (Array.isArray(value)) {
    head(out, value.length, 0x90, 16, 0, 0xdc);
    for (const each of value) put(out, each);
  } else if (value) {
    const named = Object.entries(value).filter(([, each]) => each !== undefined);
    head(out, named.length, 0x80, 16, 0, 0xde);
    for (const [name, each] of named) {
      plain(out, utf8.encode(name));
      put(out, each);
    }
  } else out.push(0xc0);
}

/** Say how much follows: in the type's own byte, or in one, two or four after it. */
function head(out: Out, size: number, short: number, below: number, one: number, two: number): void {
  if (size < below) out.push(short + size);
  else if (one && size < 0x100) whole(out, size, 1, one);
  else if (size < 0x10000) whole(out, size, 2, two);
  else whole(out, size, 4, two + 1);
}

function whole(out: Out, value: number, width: number, type: number): void {
  out.push(type);
  for (let at = width - 1; at >= 0; at--) out.push(Math.floor(value / 256 ** at) & 0xff);
}

function number(out: Out, value: number): void {
  if (!Number.isInteger(value)) out.push(0xcb, ...new Uint8Array(Float64Array.of(value).buffer).reverse());
  else if (value >= -32 && value < 128) out.push(value & 0xff);
  else {
    const [type, room] = value < 0 ? [0xd0, -2 * value - 1] : [0xcc, value];
    const at = [1, 2, 4, 8].findIndex((width) => room < 256 ** width);
    whole(out, value, 2 ** at, type + at);
  }
}

function text(out: Out, value: string): void {
  const bytes = utf8.encode(value);
  if (KEYED.test(value)) {
    const letters = atob(value.replace(/-/g, "+").replace(/_/g, "/"));
    extension(out, KEY, Array.from(letters, unit));
  } else if (SPELLED.test(value))
    extension(
      out,
      HEX,
      (value.match(/../g) ?? []).map((two) => Number.parseInt(two, 16)),
    );
  else if (2 * value.length < bytes.length && !LONE.test(value))
    extension(
      out,
      TEXT,
      value
        .split("")
        .map(unit)
        .flatMap((each) => [each >> 8, each & 0xff]),
    );
  else plain(out, bytes);
}

const unit = (letter: string): number => letter.charCodeAt(0);

function plain(out: Out, bytes: Uint8Array): void {
  head(out, bytes.length, 0xa0, 32, 0xd9, 0xda);
  for (const byte of bytes) out.push(byte);
}

function extension(out: Out, type: number, bytes: readonly number[]): void {
  const fixed = FIXED.indexOf(bytes.length);
  if (fixed < 0) head(out, bytes.length, 0, 0, 0xc7, 0xc8);
  else out.push(0xd4 + fixed);
  out.push(type);
  for (const byte of bytes) out.push(byte);
}
