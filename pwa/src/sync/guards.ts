// Twin of sync/guards.py: read the reasons there. Shared cases: tests/vectors/guards.json.
import { type KindPage, marksOf, type Step } from "./kind.ts";
import type { Refusal } from "./op.ts";
import type { Units } from "./permit.ts";
import { type Change, plain, type Record } from "./register.ts";
import * as turns from "./turns.ts";
import { type Named, own, type Value } from "./value.ts";

const WEEK_MS = 7 * 86_400_000;

/** What is known when a question is asked; never the records around: what looks at those the server decides. */
export interface Near {
  readonly nowMs: number; // when the step is taken, by its stamp
  readonly units: Units;
  readonly sets: Named<Change> | null; // what the step carries; null where it is only offered
}

export const ALONE: Near = { nowMs: 0, units: new Map(), sets: null };

/** What a guard may look at. `person` is 0 when the system asks. */
export interface Question extends Near {
  readonly kind: KindPage;
  readonly record: Record;
  readonly step: Pick<Step, "name">;
  readonly person: number;
}

/** A named question, and the refusal a person reads when the answer is no. */
export interface Guard {
  readonly holds: (question: Question) => boolean;
  readonly refusal: Refusal;
}

/** A guard that the server alone asks: a person's step passes here, one taken by itself does not. */
const far = (refusal: Refusal): Guard => ({ holds: ({ person }) => person !== 0, refusal });

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

/** Hold if the report is marked urgent (I13), or the task wanted at once. */
export const isEmergency = (question: Question): boolean =>
  valueOf(question, "emergency") === true || valueOf(question, "urgency") === "emergency";

/** Hold unless the report is marked urgent. */
export const notEmergency = (question: Question): boolean => !isEmergency(question);

/** Hold if the visit's result says that nobody was met. */
export const nobodyAnswered = (question: Question): boolean => valueOf(question, "result") === "no_answer";

/** Hold if the visit has a result and somebody was met. */
export const somebodyAnswered = (question: Question): boolean =>
  valueOf(question, "result") !== null && !nobodyAnswered(question);

/** Hold if the check of a place wrote down something that is wrong. */
export const hazardFound = (question: Question): boolean =>
  ((valueOf(question, "hazards") ?? []) as readonly Value[]).length > 0;

/** Hold for 7 days of 24 hours from the step that led to this state. */
export function withinDays7({ record, nowMs }: Question): boolean {
  const moves = record.story.filter((entry) => entry.outcome !== "overtaken" && entry.start !== entry.to);
  const led = moves[moves.length - 1];
  return led !== undefined && nowMs - led.stamp[0] < WEEK_MS;
}

/** Read a mark of the matter the record is about; "" if the matter is not said, or has no such mark. */
const markOf = (question: Question, name: string): string =>
  own(marksOf(question.kind, "matter", valueOf(question, "matter")), name) ?? "";

/** Name the way a report goes. */
const wayOf = (question: Question): string =>
  isEmergency(question) || level1(question) ? "emergency" : markOf(question, "route");

/** Hold if it may wait for nobody: it is marked urgent, or its matter is a danger to life (I13). */
export const routeEmergency = (question: Question): boolean => wayOf(question) === "emergency";

/** Hold if its matter goes to the town centre at once. */
export const routeCentre = (question: Question): boolean => wayOf(question) === "centre";

/** Hold if the community looks at it first: all that goes neither way else, so that one always holds. */
export const routeCommunity = (question: Question): boolean =>
  !routeEmergency(question) && !routeCentre(question);

/** Hold if its matter is of the gravest level. */
export const level1 = (question: Question): boolean => markOf(question, "level") === "1";

/** Hold if its matter is of the second level. */
export const level2 = (question: Question): boolean => markOf(question, "level") === "2";

/** Hold if its matter is of the third or fourth level, or none was said. */
export const levelLow = (question: Question): boolean => !level1(question) && !level2(question);

/** Hold if its matter is on the grid's duty list (domain section 1). */
export const onDutyList = (question: Question): boolean => markOf(question, "duty") !== "";

/** Hold if what is said to be wrong is what a worker sees for herself: the secretary decides. */
export const sortOwn = (question: Question): boolean => valueOf(question, "sort") === "own";

/** Hold if a register answers for what is said to be wrong: the data steward decides. */
export const sortOwner = (question: Question): boolean => valueOf(question, "sort") === "owner";

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
  out_of_reach: far("needs_field"),
  met_since: far("needs_field"),
  hazard_found: { holds: hazardFound, refusal: "needs_field" },
  moves_left: far("used_up"),
  original_closed: far("wrong_state"),
  target_open: far("bad_target"),
  parts_done: far("parts_open"),
  has_parts: far("wrong_state"),
  replaced: far("wrong_state"),
  within_days_7: { holds: withinDays7, refusal: "too_late" },
  grant_live: far("out_of_list"),
  route_emergency: { holds: routeEmergency, refusal: "wrong_state" },
  route_centre: { holds: routeCentre, refusal: "wrong_state" },
  route_community: { holds: routeCommunity, refusal: "wrong_state" },
  level_1: { holds: level1, refusal: "wrong_state" },
  level_2: { holds: level2, refusal: "wrong_state" },
  level_low: { holds: levelLow, refusal: "wrong_state" },
  sort_own: { holds: sortOwn, refusal: "wrong_state" },
  sort_owner: { holds: sortOwner, refusal: "wrong_state" },
  can_mend: far("cannot_mend"),
  on_duty_list: { holds: onDutyList, refusal: "out_of_list" },
  first_decline: { holds: turns.firstDecline, refusal: "only_once" },
  twice_declined: { holds: turns.twiceDeclined, refusal: "wrong_state" },
  not_binding: { holds: turns.notBinding, refusal: "binding" },
  was_dispatched: { holds: turns.wasDispatched, refusal: "wrong_state" },
  never_dispatched: { holds: turns.neverDispatched, refusal: "wrong_state" },
  went_to_district: { holds: turns.wentToDistrict, refusal: "wrong_state" },
  only_in_town: { holds: turns.onlyInTown, refusal: "no_return" },
  above_community: { holds: turns.aboveCommunity, refusal: "no_return" },
  extensions_left: { holds: turns.extensionsLeft, refusal: "used_up" },
  nobody_wrote: { holds: turns.nobodyWrote, refusal: "wrong_state" },
  within_days_3: { holds: turns.withinDays3, refusal: "too_late" },
  self_resolved: { holds: turns.selfResolved, refusal: "wrong_state" },
  has_responder: far("wrong_state"),
  no_unit: far("wrong_state"),
  unit_listed: far("not_listed"),
  within_board: far("not_your_field"),
  conditions_met: { holds: turns.conditionsMet, refusal: "needs_field" },
  evidence_given: { holds: turns.evidenceGiven, refusal: "needs_field" },
  came_late: { holds: turns.cameLate, refusal: "wrong_state" },
  cause_given: far("needs_cause"),
  not_negative: { holds: turns.notNegative, refusal: "negative" },
  names_self: { holds: turns.namesSelf, refusal: "not_your_field" },
  not_refuser: { holds: turns.notRefuser, refusal: "your_own_work" },
  in_list: far("out_of_list"),
  part_came_back: far("parts_open"),
  no_personal_data: far("personal_data"),
};
