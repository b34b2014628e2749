// What the photos of a record come to together: whose are not here yet, and which belong before and after.

import type { Shown } from "../model.ts";

/** Those that are not on the server and not on this phone, by whose they are, the oldest of each. */
export function missingOf(shots: readonly Shown[], mine: number): readonly Missing[] {
  const by = new Map<number, Missing>();
  for (const { here, person, atMs } of shots) {
    if (here || person === mine) continue;
    const known = by.get(person);
    by.set(person, { person, n: (known?.n ?? 0) + 1, atMs: Math.min(atMs, known?.atMs ?? atMs) });
  }
  return [...by.values()];
}

/** Photos of one person that are not here yet. */
export interface Missing {
  readonly person: number;
  readonly n: number;
  readonly atMs: number; // of the oldest
}

/** What was photographed at first, and what came of it: the first photos field of a page and those that follow. */
export function pairsOf(shots: readonly Shown[]): readonly (readonly [before: Shown, after: Shown])[] {
  const [first, ...rest] = [...new Set(shots.map(({ field }) => field))];
  const before = shots.filter(({ field }) => field === first);
  const after = shots.filter(({ field }) => rest.includes(field));
  const n = before.length && after.length ? Math.max(before.length, after.length) : 0;
  return Array.from({ length: n }, (_, at) => [
    before[Math.min(at, before.length - 1)] as Shown,
    after[Math.min(at, after.length - 1)] as Shown,
  ]);
}
