// What a reviewer should look at, in plain words: what is so, never what it means. A person took the photo.

import type { Flag, Shown } from "../model.ts";
import { say } from "../words/apart.ts";
import { waitWords, whenWords } from "./dates.ts";
import { metresWords } from "./distance.ts";
import type { Missing } from "./pairs.ts";
import { personWords, type World } from "./value-words.ts";

type Speak = (figures: readonly unknown[], nowMs: number) => string;

const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const seconds = (value: unknown): string => waitWords(Math.abs(number(value)) * 1000);

const SPOKEN: Readonly<Record<string, Speak>> = {
  seen_before: ([, , atMs, , bits], nowMs) =>
    say(bits === 0 ? "flag.same" : "flag.seen", { when: whenWords(number(atMs), nowMs) }),
  late: ([late]) =>
    number(late) < 0 ? say("flag.early", { wait: seconds(late) }) : say("flag.late", { wait: seconds(late) }),
  place_odds: ([metres]) => say("flag.place", { far: metresWords(number(metres)) }),
  exif_time: ([apart]) => say("flag.exifTime", { wait: seconds(apart) }),
  exif_place: ([metres]) => say("flag.exifPlace", { far: metresWords(number(metres)) }),
  album: () => say("flag.album"),
  speed: ([kmh]) => say("flag.speed", { n: number(kmh) }),
  seal_bad: () => say("flag.seal"),
};

/** One note; "" for what this version has no words for. */
export const flagWords = ([code, ...figures]: Flag, nowMs: number): string =>
  SPOKEN[code]?.(figures, nowMs) ?? "";

/** A photo that was seen before: its key, its record, when that came in, and how far apart they were. */
export interface Seen {
  readonly key: string;
  readonly record: string;
  readonly atMs: number;
  readonly metres: number; // -1 if not known
}

/** Read off a flag what can be looked at beside a photo; null for the very same file, and for what may not be seen. */
export function seenIn([code, key, record, atMs, metres]: Flag, own: string): Seen | null {
  if (code !== "seen_before" || typeof key !== "string" || !key || key === own) return null;
  return { key, record: String(record), atMs: number(atMs), metres: number(metres) };
}

/** Who took a photo, and when word of it came in: what its own clock says is not proven. */
export function takenWords({ person, gotMs, atMs, here }: Shown, world: World): string {
  const who = person || !atMs ? personWords(person, world) : say("someone");
  if (gotMs) return say("shot.got", { who, when: whenWords(gotMs, world.nowMs) });
  return say(here ? "shot.by" : "shot.here", { who });
}

/** Whose photos are not here yet. */
export const missingWords = ({ person, n, atMs }: Missing, world: World): string =>
  say("shot.missing", {
    n,
    who: person ? personWords(person, world) : say("someone"),
    when: whenWords(atMs, world.nowMs),
  });
