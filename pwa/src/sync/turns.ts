// Twin of sync/turns.py: read the reasons there. Shared cases: tests/vectors/guards.json.
import type { Question } from "./guards.ts";
import { marksOf } from "./kind.ts";
import { type Entry, plain } from "./register.ts";
import { own, type Value } from "./value.ts";

const MOST = 2; // times that more time is given, and units that say no
const OBJECT_MS = 3 * 86_400_000;
const COMMUNITY = 4;

const lines = ({ record }: Question): readonly Entry[] =>
  record.story.filter((entry) => entry.outcome !== "overtaken");

/** Give what a field holds, with what the step carries laid over it; null if nothing. */
function held({ kind, record, sets }: Question, name: string): Value {
  const field = own(kind.fields, name);
  const change = own(sets ?? {}, name);
  const cell = own(record.cells, name);
  if (field?.rule === "latest" && change !== undefined) return change as Value;
  return field && cell ? plain(field.rule, cell) : null;
}

/** List what a field of several values holds, with what the step adds. */
const added = (question: Question, name: string): readonly Value[] => [
  ...((held(question, name) ?? []) as readonly Value[]),
  ...((own(question.sets ?? {}, name) as { add?: readonly Value[] } | undefined)?.add ?? []),
];

const marks = (question: Question): { readonly [name: string]: string } =>
  marksOf(question.kind, "matter", held(question, "matter"));

/** List the units that said no since the commander last settled it. */
function declined(question: Question): readonly Value[] {
  let unit: Value = 0;
  let found: Value[] = [];
  for (const { sets, step } of lines(question)) {
    unit = (own(sets, "unit") as Value | undefined) ?? unit;
    if (step === "decide") found = [];
    if (step === "decline" || step === "decline_upper") found.push(unit);
  }
  return found;
}

const came = (question: Question, state: string): boolean => lines(question).some(({ to }) => to === state);

const moves = (question: Question): Entry[] => lines(question).filter(({ start, to }) => start !== to);

/** Hold unless the unit that has it now has said no before. */
export const firstDecline = (question: Question): boolean =>
  !declined(question).includes(held(question, "unit"));

/** Hold once two said no: now it is to be settled. */
export const twiceDeclined = (question: Question): boolean => declined(question).length >= MOST;

/** Hold unless the commander settled who does it: that cannot be declined. */
export const notBinding = (question: Question): boolean =>
  moves(question)
    .filter(({ to }) => to === "dispatched")
    .pop()?.step !== "decide";

/** Hold if it was ever sent to a unit. */
export const wasDispatched = (question: Question): boolean => came(question, "dispatched");

/** Hold if nobody outside the centre had it yet. */
export const neverDispatched = (question: Question): boolean => !wasDispatched(question);

/** Hold if it was ever with the district: the town cannot have it back. */
export const wentToDistrict = (question: Question): boolean => came(question, "at_district");

/** Hold while it never was with the district. */
export const onlyInTown = (question: Question): boolean => !wentToDistrict(question);

/** Hold unless the unit it is to go to is a community or a grid: what went up never comes down (W5). */
export const aboveCommunity = (question: Question): boolean =>
  (question.units.get(held(question, "unit") as number)?.tier ?? 0) < COMMUNITY;

/** Hold while more time was given fewer than two times. */
export function extensionsLeft(question: Question): boolean {
  const giving = question.kind.workflow.steps.filter((step) => step.extends).map(({ name }) => name);
  return lines(question).filter(({ step }) => giving.includes(step)).length < MOST;
}

/** Hold if nobody has written a word since the record came into its state. */
export function nobodyWrote(question: Question): boolean {
  const story = lines(question);
  const since = story.map(({ start, to }) => start !== to).lastIndexOf(true);
  const said = (own(question.record.cells, "progress") ?? []) as readonly (readonly [readonly [number]])[];
  return (
    story.slice(Math.max(since, 0) + 1).every(({ person }) => !person) &&
    said.every(([[at]]) => at <= (story[Math.max(since, 0)]?.stamp[0] ?? 0))
  );
}

/** Hold for 3 days of 24 hours from the step that led to this state. */
export function withinDays3(question: Question): boolean {
  const led = moves(question).pop();
  return led !== undefined && question.nowMs - led.stamp[0] < OBJECT_MS;
}

/** Hold if whoever reported it says that it was put right on the spot. */
export const selfResolved = (question: Question): boolean => held(question, "self_resolved") === true;

/** Hold if each thing is ticked that the catalogue wants true before the matter is closed. */
export const conditionsMet = (question: Question): boolean =>
  !question.sets ||
  (own(marks(question), "close") ?? "")
    .split(" ")
    .every((each) => !each || added(question, "conditions").includes(each));

/** Hold if there is a photo of how it looks now, where the catalogue wants one; in general it holds. */
export const evidenceGiven = (question: Question): boolean =>
  !question.sets ||
  own(marks(question), "evidence") !== "after_photo" ||
  added(question, "result_photos").length > 0;

/** Hold if somebody handed in work that was called off before it was heard of. */
export const cameLate = ({ kind, record }: Question): boolean =>
  record.story.some(
    ({ outcome, step }) =>
      outcome === "overtaken" &&
      kind.workflow.steps.some(({ name, needs }) => name === step && needs.includes("result")),
  );

/** Hold unless an answer bears the mark of what no grid may ever be sent for (domain W7). */
export const notNegative = (question: Question): boolean =>
  Object.keys(question.kind.fields).every(
    (name) => !own(marksOf(question.kind, name, held(question, name)), "negative"),
  );

/** Hold if each person that the step's op names is the one who takes it; in general it holds. */
export const namesSelf = ({ kind, person, sets }: Question): boolean =>
  Object.entries(sets ?? {}).every(
    ([name, said]) => own(kind.fields, name)?.type !== "person" || said === person,
  );

/** Hold unless the asker once ended it: who looks at it again is somebody else (domain W9). */
export const notRefuser = (question: Question): boolean =>
  lines(question).every(
    ({ person, to }) => person !== question.person || !own(question.kind.workflow.states, to)?.final,
  );
