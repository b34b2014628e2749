// Twin of sync/proof.py: read the reasons there. Shared cases: tests/vectors/proof.json.

import type { Bundle, Check, Fault } from "./bundle.ts";
import { type Bytes, chain } from "./digest.ts";
import {
  hex,
  linkHash,
  type Receipt,
  readReceipt,
  readSeal,
  receiptBytes,
  unbase64,
  unhex,
} from "./evidence.ts";
import { compare, INSTANT_MAX, isInt, isNamed, type Named } from "./value.ts";
import type { Shot } from "./wire.ts";

const [SEGMENT, OWN, OTHER] = [0x53, 0x45, 0x44];
const NOTHING: Bytes = new Uint8Array(32);

interface PhotoTold {
  readonly key: string;
  readonly sha256: string;
  readonly device: string;
  readonly received_ms: number;
  readonly receipt: string;
  readonly shot: Shot;
}

type LinkTold = readonly [device: string, n: number, prev: string, hash: string, signature: string];
type Marks = readonly (readonly [after: number, upto: number, readonly (readonly [number, Bytes])[]])[];

/** What is proven of one photo. */
export interface PhotoProof {
  readonly key: string;
  readonly receivedMs: number;
  readonly at: number; // position of the log, 0 if the server did not sign
  readonly takenMs: number; // as the phone says
  readonly device: string;
  readonly n: number;
  readonly screen: "same" | "other" | "absent";
  readonly original: "same" | "other" | "absent" | "none";
  readonly signed: "yes" | "no" | "bad" | "no_key"; // by the phone
  readonly receipt: "yes" | "none" | "bad"; // by the server
  readonly log: "fits" | "not_shown" | "other";
  readonly sameServer: boolean;
}

/** What is proven of a record; all is well if there are no faults. */
export interface Proof {
  readonly entries: number;
  readonly photos: readonly PhotoProof[];
  readonly gaps: readonly (readonly [device: string, first: number, last: number])[];
  readonly forks: readonly (readonly [device: string, n: number])[];
  readonly faults: readonly Fault[]; // in the order of the file
}

/** Hold the parts of a bundle against each other and against what was signed. Never throws. */
export async function prove(bundle: Bundle, check: Check): Promise<Proof> {
  const walked = await readLog(bundle.content("log"));
  const photos = listOf(bundle, "photos", isPhoto);
  const links = listOf(bundle, "links", isLink);
  const keys = keysOf(bundle);
  const parts = { log: walked, photos, keys, links };
  const faults = Object.entries(parts).flatMap(([name, part]) => (part ? [] : [bundle.fault(name)]));
  const proofs: PhotoProof[] = [];
  for (const told of photos ?? []) {
    const proof = await photoOf(bundle, told, keys ?? {}, walked?.marks ?? [], check);
    faults.push(...contradicted(proof).map((name) => bundle.fault(name)));
    proofs.push(proof);
  }
  const known = await verified(links ?? [], keys ?? {}, check);
  const order = [...new Map(faults.map((fault) => [fault.at, fault])).values()].sort((a, b) => a.at - b.at);
  return {
    entries: walked?.entries ?? 0,
    photos: proofs,
    gaps: gapsOf(known),
    forks: forksOf(known),
    faults: order,
  };
}

function json(bundle: Bundle, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bundle.content(name)));
  } catch {
    return null;
  }
}

function listOf<T>(bundle: Bundle, name: string, is: (told: unknown) => told is T): readonly T[] | null {
  const told = json(bundle, name);
  return Array.isArray(told) && told.every(is) ? told : null;
}

function keysOf(bundle: Bundle): Named<string> | null {
  const told = json(bundle, "keys");
  return isNamed(told) && Object.values(told).every(isString) ? (told as Named<string>) : null;
}

const isString = (value: unknown): value is string => typeof value === "string";
const FIELDS = ["device", "key", "person", "receipt", "received_ms", "sha256", "shot", "size"];

function isPhoto(told: unknown): told is PhotoTold {
  if (!isNamed(told) || Object.keys(told).sort().join() !== FIELDS.join()) return false;
  const { key, sha256, size, device, person, received_ms, receipt, shot } = told;
  return (
    [key, sha256, device, receipt].every(isString) && [size, person, received_ms].every(whole) && isShot(shot)
  );
}

const whole = (value: unknown): boolean => typeof value === "number" && Number.isInteger(value);

function isShot(told: unknown): told is Shot {
  if (!Array.isArray(told)) return false;
  const [source = 0, taken = 0, place = null, thumb = "", original = "", size = 0, link = 0, seal = ""] =
    told;
  const placed = place === null || (Array.isArray(place) && place.every(whole));
  return placed && [source, taken, size, link].every(whole) && [thumb, original, seal].every(isString);
}

const isLink = (told: unknown): told is LinkTold =>
  Array.isArray(told) && told.length === 5 && whole(told[1]) && [told[0], ...told.slice(2)].every(isString);

/** Walk the part "log": how many rows are the record's own, and the hashes; null if it is not whole. */
async function readLog(body: Bytes): Promise<{ entries: number; marks: Marks } | null> {
  const marks: [number, number, [number, Bytes][]][] = [];
  let entries = 0;
  for (let at = 0; at < body.length; ) {
    if (body[at] !== SEGMENT || at + 53 > body.length) return null;
    const [after, upto, rows] = [long(body, at + 1), long(body, at + 41), short(body, at + 49)];
    let mark = body.slice(at + 9, at + 41);
    let seq = after;
    const hashes: [number, Bytes][] = [[after, mark]];
    at += 53;
    for (let count = 0; count < rows; count++) {
      const row = await rowAt(body, at);
      if (!row || row.seq <= seq || row.seq > upto) return null;
      if (row.own) entries++;
      mark = await chain(mark, row.digest);
      seq = row.seq;
      hashes.push([seq, mark]);
      at = row.next;
    }
    marks.push([after, upto, hashes]);
  }
  return { entries, marks };
}

const short = (body: Bytes, at: number): number =>
  new DataView(body.buffer, body.byteOffset + at).getUint32(0);
const long = (body: Bytes, at: number): number =>
  Number(new DataView(body.buffer, body.byteOffset + at).getBigInt64(0));

async function rowAt(body: Bytes, at: number) {
  if (body[at] === OTHER && at + 41 <= body.length)
    return { seq: long(body, at + 1), digest: body.slice(at + 9, at + 41), own: false, next: at + 41 };
  if (body[at] !== OWN || at + 37 > body.length) return null;
  const next = at + 37 + short(body, at + 33);
  if (next > body.length) return null;
  const numbers = [1, 9, 17, 25].map((offset) => long(body, at + offset));
  const words = new TextEncoder().encode(numbers.map((each) => `${each} `).join(""));
  return {
    seq: numbers[0] as number,
    digest: await chain(words, body.slice(at + 37, next)),
    own: true,
    next,
  };
}

/** Say what is proven of one photo. */
async function photoOf(bundle: Bundle, told: PhotoTold, keys: Named<string>, marks: Marks, check: Check) {
  const screen = unhex(told.sha256);
  const [source = 0, takenMs = 0, place = null, , original = "", , n = 0, seal = ""] = told.shot;
  const receipt = readReceipt(unhex(told.receipt));
  if (!plain(told, screen)) return unspeakable(told.key);
  const found = n ? readSeal(seal) : null;
  const link = {
    device: found?.device ?? told.device,
    n: found ? n : 0,
    prev: found?.prev ?? NOTHING,
    screen,
    original: original ? unbase64(original) : NOTHING,
    takenMs,
    source,
    place,
  };
  const hash = await linkHash(link);
  const key = unhex(keys[link.device] ?? "");
  const signed = !found
    ? n
      ? "bad"
      : "no"
    : !key.length
      ? "no_key"
      : await yesNo(check(key, hash, found.signature));
  const stated =
    receipt &&
    (await check(
      receipt.key,
      receiptBytes(bundle.index.town, told.received_ms, receipt, screen, hash),
      receipt.signature,
    ));
  return {
    key: told.key,
    receivedMs: told.received_ms,
    at: receipt?.at ?? 0,
    takenMs,
    device: link.device,
    n: link.n,
    screen: await bytesOf(bundle, `screen/${told.key}`, screen),
    original: link.original.some(Boolean)
      ? await bytesOf(bundle, `original/${told.key}`, link.original)
      : "none",
    signed,
    receipt: stated ? "yes" : told.receipt ? "bad" : "none",
    log: logged(marks, receipt),
    sameServer: receipt !== null && hex(receipt.key) === hex(bundle.key),
  } as const;
}

const yesNo = async (answer: Promise<boolean>): Promise<"yes" | "bad"> => ((await answer) ? "yes" : "bad");

/** A photo of which nothing can be said: what stands there is no description of one. */
const unspeakable = (key: string): PhotoProof => ({
  key,
  receivedMs: 0,
  at: 0,
  takenMs: 0,
  device: "",
  n: 0,
  screen: "other",
  original: "none",
  signed: "no",
  receipt: "bad",
  log: "not_shown",
  sameServer: false,
});

function plain(told: PhotoTold, screen: Bytes): boolean {
  const [source = 0, takenMs = 0, place = null, , original = "", , n = 0] = told.shot;
  const placed = place === null || (place.length === 6 && place.every((each) => isInt(each)));
  const sized = screen.length === 32 && unhex(told.device).length === 8;
  const hashed = !original || (original.length === 44 && unbase64(original).length === 32);
  return (
    sized &&
    placed &&
    hashed &&
    [takenMs, n, source, told.received_ms].every((each) => isInt(each, 0, INSTANT_MAX))
  );
}

async function bytesOf(bundle: Bundle, name: string, digest: Bytes): Promise<"same" | "other" | "absent"> {
  if (!bundle.index.parts.some((part) => part.name === name)) return "absent";
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bundle.content(name)));
  return hex(found) === hex(digest) ? "same" : "other";
}

/** Hold the log's hash of a receipt against the log that is shown. */
function logged(marks: Marks, receipt: Receipt | null): "fits" | "not_shown" | "other" {
  for (const [after, upto, hashes] of marks) {
    if (!receipt || receipt.at < after || receipt.at > upto) continue;
    const before = hashes.filter(([seq]) => seq <= receipt.at);
    const last = before[before.length - 1]?.[1] ?? NOTHING;
    return hex(last) === hex(receipt.log) ? "fits" : "other";
  }
  return "not_shown";
}

/** Name the parts that contradict what the server signed when it received a photo. */
const contradicted = ({ key, log, receipt, screen, original }: PhotoProof): readonly string[] => [
  ...(log === "other" ? ["log"] : []),
  ...(receipt === "bad" ? ["photos"] : []),
  ...(screen === "other" ? [`screen/${key}`] : []),
  ...(original === "other" ? [`original/${key}`] : []),
];

/** Keep the links whose signature holds, in the order of their chains. */
async function verified(links: readonly LinkTold[], keys: Named<string>, check: Check) {
  const good: LinkTold[] = [];
  for (const link of links) {
    const [device, , , hash, signature] = link;
    if (await check(unhex(keys[device] ?? ""), unhex(hash), unhex(signature))) good.push(link);
  }
  return good.sort((a, b) => compare(a[0], b[0]) || a[1] - b[1]);
}

const gapsOf = (links: readonly LinkTold[]) =>
  links.flatMap(([device, n], at): (readonly [string, number, number])[] => {
    const next = links[at + 1];
    return next && next[0] === device && next[1] > n + 1 ? [[device, n + 1, next[1] - 1]] : [];
  });

const forksOf = (links: readonly LinkTold[]) =>
  links.flatMap(([device, n, , hash], at): (readonly [string, number])[] => {
    const next = links[at + 1];
    if (!next || next[0] !== device) return [];
    return next[1] === n || (next[1] === n + 1 && next[2] !== hash) ? [[device, next[1]]] : [];
  });
