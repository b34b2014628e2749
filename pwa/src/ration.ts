// A day's ration: what photos may use of the link, at a ceiling the person sets.

import type { Meter, Spent } from "./model.ts";
import type { PhotoRow, Piece } from "./ports.ts";
import type { Named } from "./sync/value.ts";

const OFFSET_MS = 8 * 3_600_000; // Asia/Shanghai: one zone, no summer time
export const DAY_MS = 86_400_000;
const MEGABYTE = 1_000_000; // as people are billed

/** The number of a day. */
export const dayNumber = (ms: number): number => Math.floor((ms + OFFSET_MS) / DAY_MS);

/** How long until the next day begins. */
export const untilMidnight = (ms: number): number => DAY_MS - ((ms + OFFSET_MS) % DAY_MS);

/** What one day took. */
export const spentOn = (meter: Meter | undefined, day: number): Spent => meter?.[day] ?? [0, 0, 0];

/** What today took, and what seven days did, this one among them. */
export function spending(meter: Meter | undefined, nowMs: number): { today: Spent; week: Spent } {
  const days = Array.from({ length: 7 }, (_, ago) => spentOn(meter, dayNumber(nowMs) - ago));
  const sum = (at: 0 | 1 | 2): number => days.reduce((all, day) => all + day[at], 0);
  return { today: spentOn(meter, dayNumber(nowMs)), week: [sum(0), sum(1), sum(2)] };
}

/** What a person's ceiling is held against. */
export interface Ration {
  readonly prefs: Named<string | number>;
  readonly meter: Meter | undefined;
  readonly free: boolean | undefined; // bytes cost nothing now; undefined: the browser does not say
  readonly nowMs: number;
}

/** Whether a piece must wait for the next day, or for Wi-Fi. An emergency's picture never does, nor what the person
 *  sends at once. */
export function rationed(
  photo: PhotoRow,
  part: Piece["part"],
  { prefs, meter, free, nowMs }: Ration,
): boolean {
  const ceiling = Number(prefs.ceiling ?? 0);
  if (!ceiling || free || photo.now || (photo.urgent && (part === "screen" || photo.wanted))) return false;
  const size = (part === "screen" ? photo.size : (photo.original?.size ?? 0)) - (photo.offset ?? 0);
  return size + spentOn(meter, dayNumber(nowMs))[2] > ceiling * MEGABYTE;
}
