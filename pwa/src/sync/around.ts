// Twin of sync/around.py, as far as a phone can know: of the records around one it holds some, so it can say that a
// guard will not hold, and never that it will. Shared cases: tests/vectors/around.json.
import { dayOf, numberOf } from "./deadline.ts";
import { GUARDS, onDutyList, type Question } from "./guards.ts";
import { type KindPage, type Kinds, marksOf, type State } from "./kind.ts";
import type { Refusal } from "./op.ts";
import { isBody, path } from "./permit.ts";
import { plain, type Record, write } from "./register.ts";
import { type Named, own, type Value } from "./value.ts";

/** What the phone holds around a record. */
export interface Around {
  readonly kinds: Kinds;
  readonly find: (id: string) => Record | undefined;
  readonly naming: (id: string) => readonly Record[]; // those that may name it as the whole they are parts of
}

type Asked = (question: Question, around: Around) => boolean;

const CHINA = { offsets: [[0, 480]] } as const; // minutes before UTC, all year

/** Give what a field says of any record, with what a step carries laid over it; null if nothing. */
function told({ kinds }: Around, record: Record, name: string, sets: Question["sets"] = null): Value {
  const field = own(kinds.get(record.kind)?.fields ?? {}, name);
  const cell = own(record.cells, name);
  const change = own(sets ?? {}, name);
  if (change !== undefined) return change as Value;
  return field && cell ? plain(field.rule, cell) : null;
}

const stateOf = ({ kinds }: Around, { kind, state }: Record): State | undefined =>
  own(kinds.get(kind)?.workflow.states ?? {}, state);

/** The record that a field names, if this phone holds it. */
const named = (question: Question, around: Around, name: string): Record | undefined =>
  around.find(String(told(around, question.record, name, question.sets) ?? ""));

/** Hold unless what it is to be merged into is itself, of another kind, or merged away. */
const targetOpen: Asked = (question, around) => {
  const target = named(question, around, "merged_into");
  if (!target) return told(around, question.record, "merged_into", question.sets) !== question.record.id;
  const moves = target.story.filter(({ outcome, start, to }) => outcome !== "overtaken" && start !== to);
  const led = moves[moves.length - 1];
  return (
    target.id !== question.record.id &&
    target.kind === question.kind.name &&
    own(led?.sets ?? {}, "merged_into") === undefined
  );
};

/** Hold unless a part that this phone holds is not over. */
const partsDone: Asked = ({ record }, around) =>
  around
    .naming(record.id)
    .every((part) => told(around, part, "parent") !== record.id || stateOf(around, part)?.final === true);

/** Hold unless no grant is named, or the one named is not active, or its last day is past. */
const grantLive: Asked = (question, around) => {
  if (!told(around, question.record, "grant", question.sets)) return false;
  const grant = named(question, around, "grant");
  const until = grant && told(around, grant, "until");
  const today = numberOf(dayOf(question.nowMs, CHINA));
  return !grant || (grant.state === "active" && typeof until === "number" && until >= today);
};

/** Hold unless the matter is off the duty list, and no grant covers it. */
const inList: Asked = (question, around) => onDutyList(question) || grantLive(question, around);

/** List the units that may be called for a matter, as the marks of its answer name them. */
export const calledFor = (kind: KindPage, matter: unknown): readonly string[] => {
  const said = marksOf(kind, "matter", matter);
  return ["unit_at", "first_at", "whistle_at"].flatMap((name) => own(said, name)?.split(" ") ?? []);
};

/** Hold if the unit is one of those the matter lists; of a matter whose units nobody has told, any is. */
const unitListed: Asked = ({ kind, record, sets }, around) => {
  const units = calledFor(kind, told(around, record, "matter", sets));
  return !units.length || units.includes(String(told(around, record, "unit", sets)));
};

/** Hold if the unit it goes to is of the board, or the department, that has it. */
const withinBoard: Asked = ({ record, sets, units }, around) => {
  const at = (said: Value) => path(Number(said), units);
  const bodies = at(told(around, record, "unit")).filter((unit) => isBody(unit, units));
  return !sets || at(told(around, record, "unit", sets)).includes(bodies[bodies.length - 1] ?? 0);
};

/** Hold if it is said why it came back, of what happened there before. */
const causeGiven: Asked = ({ record, sets }, around) =>
  !sets ||
  !told(around, record, "recurs", sets) ||
  String(told(around, record, "root_cause", sets) ?? "").trim() !== "";

// The last three need no record but the one asked about: they are told here, on the form, and decided by the server.
const FAR: { readonly [guard: string]: Asked } = {
  target_open: targetOpen,
  parts_done: partsDone,
  grant_live: grantLive,
  in_list: inList,
  unit_listed: unitListed,
  within_board: withinBoard,
  cause_given: causeGiven,
};

/** Say what the server will refuse a step, or a new record, with, if what this phone holds shows it; else null. */
export function foreseen(guards: readonly string[], question: Question, around: Around): Refusal | null {
  const no = guards.find((name) => own(FAR, name)?.(question, around) === false);
  return no ? (own(GUARDS, no)?.refusal ?? null) : null;
}

/** What a form says, as the record it would make. */
export const unborn = (page: KindPage, values: Named<Value>): Record => ({
  id: "",
  kind: page.name,
  area: 0,
  author: 0,
  madeMs: 0,
  receivedMs: 0,
  state: page.workflow.begin,
  head: [0, "", 0],
  held: {},
  story: [],
  cells: Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const rule = page.fields[name]?.rule ?? "";
      return ["first", "latest"].includes(rule) ? [[name, write(rule, value, [0, 0, ""])]] : [];
    }),
  ),
});
