// Twin of sync/sameness.py: read the reasons there. Shared cases: tests/vectors/sameness.json.

import type { Record } from "./register.ts";
import { canonical, compare } from "./value.ts";

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = (byte >>> 1) ^ (byte & 1 && 0xedb88320);
  return byte;
});

const crc32 = (text: string): number =>
  ~new TextEncoder()
    .encode(text)
    .reduce((crc, byte) => (crc >>> 8) ^ (TABLE[(crc ^ byte) & 255] as number), -1) >>> 0;

/** Hash a record as this phone has it, 0..2^32-1. */
export function fingerprint({ id, kind, area, author, state, cells, story }: Record): number {
  const lines = story
    .map((line) => canonical([line.stamp, line.person, line.step, line.start, line.to, line.outcome]))
    .sort(compare);
  return crc32(canonical([id, kind, area, author, state, cells, lines]));
}

/** Sum the fingerprints of an area up: how many there are, and all of them together. */
export function tally(prints: Iterable<number>): readonly [count: number, total: number] {
  let count = 0;
  let total = 0;
  for (const each of prints) {
    count++;
    total ^= each;
  }
  return [count, total >>> 0];
}
