// Twin of sync/bundle.py: read the reasons there. It only reads. Shared cases: tests/vectors/bundle.json.

import type { Bytes } from "./digest.ts";
import { hex, isLow, joined, KEY_BYTES, SIGNATURE_BYTES } from "./evidence.ts";
import { isInt } from "./value.ts";

const MAGIC = "QSEVID\0\x01";
export const BLOCK = 64; // bytes of the file
const BODY = 60; // of them content
const SPAN = 64; // blocks under one hash
const HEAD = 4; // blocks before the index
const SIZE_MAX = 2 ** 40;
const HEX_DIGITS = 64;
const MARK_DIGITS = 16; // of one block's hash
const NEAR = 50_000; // blocks to either side among which one that moved is looked for

export type Why = "alien" | "changed" | "dropped" | "inserted" | "moved" | "cut" | "added" | "forged";
export type Check = (key: Bytes, message: Bytes, signature: Bytes) => Promise<boolean>;

/** Where a file first differs from what was exported: in the bytes from `at` to before `to`. */
export interface Fault {
  readonly at: number;
  readonly to: number;
  readonly part: string;
  readonly why: Why;
  readonly count: number;
}

interface Part {
  readonly name: string;
  readonly size: number;
  readonly spans: readonly string[];
}

interface Index {
  readonly town: number;
  readonly record: string;
  readonly parts: readonly Part[];
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = (byte >>> 1) ^ (byte & 1 && 0xedb88320);
  return byte;
});

/** CRC-32 of `bytes`, going on from the sum of what came before. */
function crc32(bytes: Uint8Array, before = 0): number {
  let sum = ~before;
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 255] as number);
  return ~sum >>> 0;
}

const sumOf = (number: number, body: Bytes): number => crc32(body, crc32(joined([number])));
const blocks = (size: number): number => Math.ceil(size / BODY);
const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const uint = (bytes: Bytes, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
const long = (bytes: Bytes, at: number): number => uint(bytes, at) * 2 ** 32 + uint(bytes, at + 4);
const empty = (bytes: Bytes): boolean => bytes.every((byte) => byte === 0);

function bodies(data: Bytes, first: number, end: number): Bytes {
  const found = new Uint8Array((end - first) * BODY);
  for (let at = first; at < end; at++)
    found.set(data.subarray(at * BLOCK, at * BLOCK + BODY), (at - first) * BODY);
  return found;
}

const fits = (data: Bytes, at: number, number: number): boolean =>
  at + BLOCK <= data.length && sumOf(number, data.subarray(at, at + BODY)) === uint(data, at + BODY);

/** Count the blocks from the start whose sums fit. */
function wholeOf(data: Bytes): number {
  let number = 0;
  while (fits(data, number * BLOCK, number)) number++;
  return number;
}

/** A bundle whose bytes are those that were exported by whoever holds the key. */
export class Bundle {
  readonly index: Index;
  readonly exportedMs: number;
  readonly key: Bytes;
  private readonly data: Bytes;
  private readonly first: ReadonlyMap<string, number>;

  constructor(data: Bytes, index: Index, head: Bytes, first: ReadonlyMap<string, number>) {
    this.data = data;
    this.index = index;
    this.exportedMs = long(head, 8);
    this.key = head.slice(BODY, BODY + KEY_BYTES);
    this.first = first;
  }

  /** Give a part's content; empty if there is no such part. */
  content(name: string): Bytes {
    const found = this.index.parts.find((part) => part.name === name);
    if (!found) return new Uint8Array();
    const first = this.first.get(name) ?? 0;
    return bodies(this.data, first, first + blocks(found.size)).subarray(0, found.size);
  }

  /** Name a part whose content contradicts what was signed before it was exported. */
  fault(name: string): Fault {
    const found = this.index.parts.find((part) => part.name === name);
    const at = (this.first.get(name) ?? 0) * BLOCK;
    const size = blocks(found?.size ?? 0) * BLOCK;
    return { at, to: at + Math.max(1, size), part: name, why: "forged", count: 0 };
  }
}

/** Read a file: the bundle, if it is what its key signed, else where it first differs. Never throws. */
export async function openBundle(data: Bytes, check: Check): Promise<Bundle | Fault> {
  const whole = wholeOf(data);
  const isHead = (body: Bytes): Promise<boolean> => signed(body, check);
  if (whole < HEAD) return broken(data, whole, { part: "head", first: 0, end: HEAD, holds: isHead });
  const head = bodies(data, 0, HEAD);
  if (!(await isHead(head))) return forged("head", 0, HEAD);
  const size = long(head, 16);
  const end = HEAD + blocks(size);
  const holds = async (body: Bytes): Promise<boolean> =>
    hex(await sha256(body.slice(0, size))) === hex(head.slice(24, 56)) && empty(body.subarray(size));
  if (whole < end) return broken(data, whole, { part: "index", first: HEAD, end, holds });
  const body = bodies(data, HEAD, end);
  const index = (await holds(body)) ? readIndex(body.subarray(0, size)) : null;
  if (!index) return forged("index", HEAD, end);
  const fault = await partsOf(data, whole, index, end);
  return fault ?? new Bundle(data, index, head, firsts(index, end));
}

const forged = (part: string, first: number, end: number): Fault => ({
  at: first * BLOCK,
  to: end * BLOCK,
  part,
  why: "forged",
  count: 0,
});

async function signed(head: Bytes, check: Check): Promise<boolean> {
  const end = BODY + KEY_BYTES + SIGNATURE_BYTES;
  const signature = head.slice(end - SIGNATURE_BYTES, end);
  const marked = String.fromCharCode(...head.subarray(0, MAGIC.length)) === MAGIC;
  if (!marked || !empty(head.subarray(end)) || !empty(head.subarray(56, BODY)) || !isLow(signature))
    return false;
  return check(head.slice(BODY, BODY + KEY_BYTES), head.slice(0, BODY), signature);
}

function readIndex(body: Bytes): Index | null {
  try {
    const { format, town, record, parts, ...more } = JSON.parse(new TextDecoder().decode(body));
    if (format !== 1 || !isInt(town) || typeof record !== "string" || Object.keys(more).length) return null;
    const read = (parts as unknown[]).map(readPart);
    const names = new Set(read.map((part) => part?.name));
    return read.every((part) => part !== null) && names.size === read.length
      ? { town, record, parts: read }
      : null;
  } catch {
    return null;
  }
}

function readPart(told: unknown): Part | null {
  const [name, size, spans, ...more] = told as [unknown, unknown, unknown, ...unknown[]];
  if (typeof name !== "string" || !isInt(size, 0, SIZE_MAX) || !Array.isArray(spans) || more.length)
    return null;
  const count = blocks(size);
  const full = spans.every(
    (each, at) =>
      typeof each === "string" &&
      each.length === HEX_DIGITS + MARK_DIGITS * Math.min(SPAN, count - at * SPAN),
  );
  return full && spans.length === Math.ceil(count / SPAN) ? { name, size, spans } : null;
}

function firsts(index: Index, first: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let at = first;
  for (const { name, size } of index.parts) {
    found.set(name, at);
    at += blocks(size);
  }
  return found;
}

/** Blocks that are proven together. */
interface Region {
  readonly part: string;
  readonly first: number;
  readonly end: number;
  readonly holds: (body: Bytes) => Promise<boolean>;
}

/** Hold every span against its hash, in the order of the file; then nothing may follow. */
async function partsOf(data: Bytes, whole: number, index: Index, begin: number): Promise<Fault | null> {
  let first = begin;
  for (const { name, size, spans } of index.parts) {
    const end = first + blocks(size);
    for (const digest of spans) {
      const to = Math.min(first + SPAN, end);
      const fault = await faultOf(data, whole, digest, { part: name, first, end: to });
      if (fault) return fault;
      first = to;
    }
  }
  const extra = data.length - first * BLOCK;
  return extra > 0 ? { at: first * BLOCK, to: data.length, part: "", why: "added", count: extra } : null;
}

/** Where a span first differs; a block whose sum fits, and its hash does not, was changed on purpose. */
async function faultOf(data: Bytes, whole: number, digest: string, span: Omit<Region, "holds">) {
  const { part, first, end } = span;
  const holds = async (body: Bytes): Promise<boolean> =>
    hex(await sha256(body)) === digest.slice(0, HEX_DIGITS);
  if (whole >= end && (await holds(bodies(data, first, end)))) return null;
  for (let at = first; at < Math.min(whole, end); at++) {
    const place = HEX_DIGITS + MARK_DIGITS * (at - first);
    const mark = hex(await sha256(bodies(data, at, at + 1))).slice(0, MARK_DIGITS);
    if (mark !== digest.slice(place, place + MARK_DIGITS)) return forged(part, at, at + 1);
  }
  return whole < end ? broken(data, whole, { ...span, holds }) : forged(part, first, end);
}

/** Name the block whose sum does not fit, or the very byte, if putting that right proves the region. */
async function broken(data: Bytes, block: number, region: Region): Promise<Fault> {
  const at = block * BLOCK;
  const { part, first, end, holds } = region;
  const whole = { at, to: at + BLOCK, part, count: 0 };
  if (data.length < at + BLOCK) return { ...whole, why: "cut" };
  const marked = String.fromCharCode(...data.subarray(0, 6)) === MAGIC.slice(0, 6);
  const found = single(data, block);
  if (found && end * BLOCK <= data.length) {
    const [place, delta] = found;
    const body = bodies(data, first, end);
    if (place < BODY) (body[(block - first) * BODY + place] as number) ^= delta;
    if (await holds(body)) return { ...whole, at: at + place, to: at + place + 1, why: "changed" };
  }
  const [why, count] = moved(data, block);
  return { ...whole, why: why === "changed" && block === 0 && !marked ? "alien" : why, count };
}

/** Say whether the file goes on nearby with blocks of other places, and how many bytes that makes. */
function moved(data: Bytes, block: number): readonly [why: Why, count: number] {
  const at = block * BLOCK;
  const zeros = new Uint8Array(BODY);
  const zero = sumOf(0, zeros);
  const keys = new Map<number, number>();
  const last = Math.min(block + NEAR, Math.floor((2 * data.length) / BLOCK));
  for (let each = Math.max(0, block - NEAR); each < last; each++)
    keys.set((sumOf(each, zeros) ^ zero) >>> 0, each);
  const number = (offset: number): number => {
    if (offset + BLOCK > data.length) return -1;
    const sum = sumOf(0, data.subarray(offset, offset + BODY));
    return keys.get((sum ^ uint(data, offset + BODY)) >>> 0) ?? -1;
  };
  for (let offset = at; offset < Math.min(at + 2 * BLOCK, data.length); offset++) {
    const found = number(offset);
    if (found < 0) continue;
    const missing = found * BLOCK - offset;
    if (missing && number(offset + BLOCK) === found + 1)
      return missing > 0 ? ["dropped", missing] : ["inserted", -missing];
    if (offset === at) return ["moved", 0];
  }
  return ["changed", 0];
}

/** Say which one byte of a block, changed by what, would explain its sum: place and exclusive or. */
function single(data: Bytes, block: number): readonly [place: number, delta: number] | undefined {
  const at = block * BLOCK;
  const gap = (sumOf(block, data.subarray(at, at + BODY)) ^ uint(data, at + BODY)) >>> 0;
  for (let place = 0; place < 4; place++) {
    const delta = gap >>> (8 * place);
    if (delta < 256 && (delta << (8 * place)) >>> 0 === gap) return [BLOCK - 1 - place, delta];
  }
  effects ??= effectsOf();
  return effects.get(gap);
}

let effects: ReadonlyMap<number, readonly [place: number, delta: number]> | undefined;

/** How each change of one byte of content changes the sum. */
function effectsOf() {
  const body = new Uint8Array(BODY);
  const plain = crc32(body);
  const found = new Map<number, readonly [number, number]>();
  for (let place = 0; place < BODY; place++) {
    for (let delta = 1; delta < 256; delta++) {
      body[place] = delta;
      found.set((crc32(body) ^ plain) >>> 0, [place, delta]);
    }
    body[place] = 0;
  }
  return found;
}
