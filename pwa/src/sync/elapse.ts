// Twin of sync/elapse.py: read the reasons there. Shared cases: tests/vectors/elapse.json.
import type { Stamp } from "./clock.ts";
import { agenda } from "./clocks.ts";
import type { Calendar } from "./deadline.ts";
import type { KindPage, Step } from "./kind.ts";
import type { Record } from "./register.ts";
import { advance, refusedBy } from "./workflow.ts";

/** List the steps that time will take, with their times, the next first; what is closed now is not in it. */
export const waiting = (
  kind: KindPage,
  record: Record,
  calendar: Calendar,
): readonly (readonly [atMs: number, step: Step])[] =>
  agenda(kind, record, calendar)
    .filter(([, step]) => refusedBy(kind, record, step, 0) === null)
    .sort(([one], [other]) => one - other);

/** Say when the system must look at a record again; 0 if never. */
export const nextMs = (kind: KindPage, record: Record, calendar: Calendar): number =>
  waiting(kind, record, calendar)[0]?.[0] ?? 0;

/** Find the step that time takes on a record now; of several the one that was due first. */
export const timed = (kind: KindPage, record: Record, calendar: Calendar, nowMs: number): Step | null =>
  waiting(kind, record, calendar).find(([atMs]) => atMs <= nowMs)?.[1] ?? null;

/** Take the step that time takes on a record by now; null if none is due. */
export function elapse(
  record: Record,
  kind: KindPage,
  calendar: Calendar,
  clock: Stamp,
  seq: number,
  nowMs: number,
): Record | null {
  const step = timed(kind, record, calendar, nowMs);
  return step && advance(kind, record, step, 0, {}, { stamp: clock, seq, by: "", nowMs });
}
