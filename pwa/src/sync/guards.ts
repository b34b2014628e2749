// Twin of sync/guards.py: read the reasons there. Shared cases: tests/vectors/guards.json.
import type { KindPage, Step } from "./kind.ts";
import type { Refusal } from "./op.ts";
import { plain, type Record } from "./register.ts";
import { type Named, own, type Value } from "./value.ts";

/** What a guard may look at. `person` is 0 when the system asks. */
export interface Question {
  readonly kind: KindPage;
  readonly record: Record;
  readonly step: Step;
  readonly person: number;
}

/** A named question, and the refusal a person reads when the answer is no. */
export interface Guard {
  readonly holds: (question: Question) => boolean;
  readonly refusal: Refusal;
}

/** Give a field's plain value, or null if nobody wrote it. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the twin of value_of; a module has no methods
export function valueOf({ kind, record }: Question, name: string): Value {
  const cell = own(record.cells, name);
  const field = own(kind.fields, name);
  return cell && field ? plain(field.rule, cell) : null;
}

/** Hold unless the asker made the record: nobody decides on their own entry. */
export const notAuthor = ({ person, record }: Question): boolean => person !== record.author;

/** Hold unless the asker took the step that led here: nobody verifies their own work. */
export function notHandler({ person, record }: Question): boolean {
  const done = record.story.filter((entry) => entry.outcome === "done");
  return done[done.length - 1]?.person !== person;
}

/** Hold while this step was never taken on this record. */
export const notRepeated = ({ record, step }: Question): boolean =>
  record.story.every((entry) => entry.step !== step.name || entry.outcome === "overtaken");

/** Hold if the record was ever in a one-way state: it has left the community. */
export const wentUp = ({ kind, record }: Question): boolean =>
  record.story.some(
    (entry) => entry.outcome !== "overtaken" && own(kind.workflow.states, entry.to)?.one_way === true,
  );

/** Hold while the record never left the community (one-way escalation, domain W5). */
export const neverWentUp = (question: Question): boolean => !wentUp(question);

/** Hold if the report is marked urgent (I13). */
export const isEmergency = (question: Question): boolean => valueOf(question, "emergency") === true;

/** Hold unless the report is marked urgent. */
export const notEmergency = (question: Question): boolean => !isEmergency(question);

/** Hold if the visit's result says that nobody was met. */
export const nobodyAnswered = (question: Question): boolean => valueOf(question, "result") === "no_answer";

/** Hold if the visit has a result and somebody was met. */
export const somebodyAnswered = (question: Question): boolean =>
  valueOf(question, "result") !== null && !nobodyAnswered(question);

export const GUARDS: Named<Guard> = {
  not_author: { holds: notAuthor, refusal: "your_own" },
  not_handler: { holds: notHandler, refusal: "your_own_work" },
  not_repeated: { holds: notRepeated, refusal: "only_once" },
  went_up: { holds: wentUp, refusal: "no_return" },
  never_went_up: { holds: neverWentUp, refusal: "no_return" },
  is_emergency: { holds: isEmergency, refusal: "needs_field" },
  not_emergency: { holds: notEmergency, refusal: "no_return" },
  nobody_answered: { holds: nobodyAnswered, refusal: "needs_field" },
  somebody_answered: { holds: somebodyAnswered, refusal: "needs_field" },
};
