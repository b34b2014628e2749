// Twin of sync/workflow.py: read the reasons there. Shared cases: tests/vectors/workflow.json.
import type { Stamp } from "./clock.ts";
import { ALONE, GUARDS, type Near } from "./guards.ts";
import type { KindPage, Step } from "./kind.ts";
import type { Refusal, StepTaken } from "./op.ts";
import { type Actor, mayStep, type Units } from "./permit.ts";
import { type Change, type Entry, moved, type Record } from "./register.ts";
import { type Named, own } from "./value.ts";

/** Where, when and by which device a move is written. */
export interface Event {
  readonly stamp: Stamp;
  readonly seq: number; // position in the lane
  readonly by: string; // device the change is credited to; "" makes everyone hear it
  readonly nowMs: number;
}

/** Find a step by name. */
export const find = (kind: KindPage, name: string): Step | null =>
  kind.workflow.steps.find((step) => step.name === name) ?? null;

/**
 * Ask the step's guards in order; the first that says no gives the refusal. A guard this build does not
 * know cannot be asked, so the step waits, as one it does not know would.
 */
export function refusedBy(
  kind: KindPage,
  record: Record,
  step: Pick<Step, "name" | "guards">, // or a page: what it asks of a new record
  person: number,
  near: Near = ALONE,
): Refusal | null {
  for (const name of step.guards) {
    const guard = own(GUARDS, name);
    if (!guard) return "unknown_step";
    if (!guard.holds({ ...near, kind, record, step, person })) return guard.refusal;
  }
  return null;
}

/** Decide a step a person took: null lets it happen, else why not. */
export function judge(
  kind: KindPage,
  record: Record,
  taken: StepTaken,
  actor: Actor,
  units: Units,
  near: Near = ALONE,
): Refusal | "overtaken" | null {
  const step = find(kind, taken.name);
  if (!step) return "unknown_step";
  if (!mayStep(kind, step, actor, record, units)) return "not_your_role";
  if (!step.start.includes(taken.saw)) return "wrong_state";
  if (taken.saw !== record.state) return "overtaken";
  return refusedBy(kind, record, step, actor.person, { ...near, units });
}

/** List the steps this person may take on the record as it is now, in page order. */
export const offers = (kind: KindPage, record: Record, actor: Actor, units: Units): readonly string[] =>
  kind.workflow.steps
    .map((step) => step.name)
    .filter((name) => judge(kind, record, { name, saw: record.state }, actor, units) === null);

/** Move a record into `to`, if that is anywhere, and write the line. */
function put(
  record: Record,
  to: string,
  event: Event,
  line: Pick<Entry, "person" | "step" | "start" | "outcome" | "sets">,
): Record {
  const there = to || record.state;
  const entry = { ...line, to: there, seq: event.seq, stamp: event.stamp, receivedMs: event.nowMs };
  return moved(record, there, entry, event.by);
}

/** Write the first line of a new record's history; `advance` or `follow` takes it from there. */
export function begin(record: Record, event: Event): Record {
  const line = { person: record.author, step: "", start: "", outcome: "done", sets: {} } as const;
  return put(record, record.state, event, line);
}

/** Take a step that was judged good, and the steps that follow by themselves. */
export function advance(
  kind: KindPage,
  record: Record,
  step: Step,
  person: number,
  sets: Named<Change>,
  event: Event,
): Record {
  const outcome = step.by.length ? "done" : "auto";
  const line = { person, step: step.name, start: record.state, outcome, sets } as const;
  return follow(kind, put(record, step.to, event, line), event);
}

const ready = (kind: KindPage, record: Record, near: Near): Step | undefined =>
  kind.workflow.steps.find(
    (step) => step.auto && step.start.includes(record.state) && !refusedBy(kind, record, step, 0, near),
  );

/** Take automatic steps while one fits, at most as many as the page has: it cannot loop for ever. */
export function follow(kind: KindPage, record: Record, event: Event): Record {
  for (const _ of kind.workflow.steps) {
    const step = ready(kind, record, { ...ALONE, nowMs: event.stamp[0] });
    if (!step) return record;
    const line = { person: 0, step: step.name, start: record.state, outcome: "auto", sets: {} } as const;
    record = put(record, step.to, event, line);
  }
  return record;
}
