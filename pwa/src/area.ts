// Under which unit a new record belongs: what the person chose, else where they stand, else their own.

import type { Fix } from "./ports.ts";
import type { KindPage } from "./sync/kind.ts";
import { type Actor, mayCreate } from "./sync/permit.ts";
import { gridOf, metresOutside, type Point, type Ring } from "./sync/place.ts";
import { ACCURACY_CM_MAX, AGE_MS_MAX, type Value } from "./sync/value.ts";

interface Land {
  readonly id: number;
  readonly tier: number;
  readonly parent: number;
  readonly shape: Ring;
}

export type Lands = ReadonlyMap<number, Land>;

/** Find the unit for a new record; 0 when the person may make none of this kind anywhere. */
export function areaFor(page: KindPage, chosen: number, fix: Fix | null, actor: Actor, lands: Lands): number {
  if (chosen) return chosen;
  const own = ownLands(page, actor, lands);
  const here: Point | null = fix && [fix.latE7, fix.lonE7];
  if (!here) return own[0]?.id ?? 0;
  const stood = gridOf(here, new Map(own.map((land) => [land.id, land.shape])));
  if (stood) return stood;
  const drawn = own.filter((land) => land.shape.length > 2);
  const near = drawn.map((land) => [metresOutside(here, land.shape), land.id] as const);
  return near.sort((a, b) => a[0] - b[0])[0]?.[1] ?? own[0]?.id ?? 0;
}

/** The units in which the person may make such a record, in the order of the grants. */
function ownLands(page: KindPage, actor: Actor, lands: Lands): readonly Land[] {
  const may = [...lands.values()].filter((land) => !mayCreate(page, actor, land.id, lands));
  const rank = (land: Land): number => {
    const at = actor.grants.findIndex((grant) => grant.unit === land.id);
    return at < 0 ? actor.grants.length : at;
  };
  return may.sort((a, b) => rank(a) - rank(b) || a.id - b.id);
}

const clamp = (number: number, high: number): number => Math.max(0, Math.min(high, Math.round(number)));

/** Write a fix as a place value, with its age at `nowMs`; both by the server's time. */
export const placeOf = (fix: Fix, nowMs: number): Value => [
  fix.latE7,
  fix.lonE7,
  clamp(fix.accuracyCm, ACCURACY_CM_MAX),
  clamp(nowMs - fix.atMs, AGE_MS_MAX),
  fix.source,
  0, // WGS-84, as captured
];

/** Read a place value back into the fix it was written from. */
export function fixOf(place: Value | undefined, nowMs: number): Fix | null {
  if (!Array.isArray(place) || place.length < 5) return null;
  const [latE7, lonE7, accuracyCm, ageMs, source] = place as number[];
  return { latE7, lonE7, accuracyCm, atMs: nowMs - (ageMs ?? 0), source } as Fix;
}
