// Why a phone's entries may be stuck or lost, in plain words, each with one sentence to say on the phone.
// The codes and the units of their figures are those of docs/sync.md section 13.

import type { Phone } from "../model.ts";
import { waitWords, whenWords } from "../widgets/dates.ts";
import { say } from "../words/apart.ts";
import { lacking } from "./ailing.ts";

/** How much of what a person wrote and took is on their phones only; -1 where none of them is known. */
export function unsentOf(rows: readonly Phone[], person: number): number {
  const own = rows.filter((phone) => phone.person === person);
  return own.length ? own.reduce((sum, phone) => sum + lacking(phone) + (phone.photos?.count ?? 0), 0) : -1;
}

const SPANS_SHOWN = 3; // ranges of numbers; nobody reads out more

type Words = readonly [cause: string, tell: string];
type Speak = (figure: number, phone: Phone, atMs: number) => Words;

const timed =
  (cause: Parameters<typeof say>[0], tell: Parameters<typeof say>[0]): Speak =>
  (figure) => [say(cause, { wait: waitWords(figure), n: figure }), say(tell)];

const CAUSES: Readonly<Record<string, Speak>> = {
  missing: timed("devices.missing", "devices.missing.tell"),
  store_damaged: damaged,
  stuck: timed("devices.stuck", "devices.stuck.tell"),
  not_heard: timed("devices.silent", "devices.silent.tell"),
  storage_low: timed("devices.full", "devices.full.tell"),
  storage_not_kept: timed("devices.loose", "devices.loose.tell"),
  clock_off: (figure) => [
    say(figure > 0 ? "devices.slow" : "devices.fast", { wait: waitWords(Math.abs(figure)) }),
    say("devices.clock.tell"),
  ],
  old_version: timed("devices.version", "devices.version.tell"),
  no_place: timed("devices.place", "devices.place.tell"),
  photos_late: timed("devices.photosLate", "devices.photosLate.tell"),
};

/** A cause and what to tell the person; one this version does not know is named by its code. */
export const causeOf = (phone: Phone, code: string, figure: number, atMs: number): Words =>
  CAUSES[code]?.(figure, phone, atMs) ?? [say("devices.other", { code }), say("devices.other.tell")];

function damaged(count: number, { lost }: Phone, atMs: number): Words {
  if (!count) return [say("devices.mended"), say("devices.mended.tell")];
  const gaps = lost.filter((each) => each.count > 0);
  const when = (ms: number): string => (ms ? whenWords(ms, atMs) : "…");
  const from = when(Math.min(...gaps.map((gap) => gap.fromMs)));
  const to = when(Math.max(...gaps.map((gap) => gap.toMs)));
  return [say("devices.damaged", { n: count, from, to }), say("devices.damaged.tell")];
}

/** The numbers that are nowhere, as people quote them: device and count, "10-232 到 10-240". */
export function spanWords({ device, missing }: Phone): string {
  const listed = missing.slice(0, SPANS_SHOWN).map(([first, last]) => {
    const from = `${device}-${first}`;
    return first === last ? from : say("devices.span", { from, to: `${device}-${last}` });
  });
  const more = missing.length > SPANS_SHOWN ? "…" : "";
  return say("devices.numbers", { list: listed.join(say("listGap")) + more });
}

/** The photos of a phone that are not there yet: how many, how many of them in part, and since when. */
export function photoWords({ photos }: Phone, atMs: number): string {
  if (!photos?.count) return "";
  const { count, partial, oldestMs } = photos;
  const words = [say("devices.photos", { n: count })];
  if (partial) words.push(say("devices.photosPart", { n: partial }));
  if (oldestMs) words.push(say("devices.photosOld", { when: whenWords(oldestMs, atMs) }));
  return words.join(say("listGap"));
}
