// Twin of sync/kind.py: read the reasons there. Shared cases: tests/vectors/kind.json.
// Pages are checked where they are written, on the server; here they are read as GET /api/kinds gives
// them, names as in the page. A page may be newer than this build: what it names may be unknown here.
import { short } from "./digest.ts";
import type { Options } from "./merges.ts";
import { compare, type Named, own, type Spec } from "./value.ts";

export type Words = Named<string>; // by language tag: zh and en
export type Tone = "go" | "back" | "plain";
export type FieldType =
  | "text"
  | "int"
  | "flag"
  | "choice"
  | "choices"
  | "day"
  | "instant"
  | "place"
  | "photos"
  | "ref"
  | "refs"
  | "person"
  | "unit";

/** One answer of a choice, with its words and the name of its picture. */
export interface Option {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly icon: string;
  readonly family: string; // heading under which a long list shows it
  readonly words: string; // synonyms and pinyin to search by, split by blanks
  readonly marks: Named<string>; // what clocks and guards read of it
  readonly retired: boolean; // no longer offered
}

/** What answers a duty of a day sheet by itself: a record that the person made, or moved on, that day. */
export interface Tick {
  readonly kind: string;
  readonly gives: string; // the option it answers with
  readonly step: string; // counts those on which the person took this step, instead of those made
  readonly field: string; // only if this field of the record says something
  readonly answers: readonly string[]; // and, if any are named, one of these
  readonly whose: string; // only if the record it is about says something in this field
  readonly due: boolean; // the calls of this kind that are due stand under the duty
}

/** One field: its type, how it merges, who writes it, how much it reveals. */
export interface Field {
  readonly type: FieldType;
  readonly label: Words;
  readonly rule: string;
  readonly options: readonly Option[];
  readonly listed: string; // where the options come from, "" the page
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly write: readonly string[] | null; // roles; null: as the page; []: only with a step
  readonly see: readonly string[] | null; // roles; null: whoever may read the record
  readonly own: readonly string[]; // roles whose value outranks the others
  readonly sensitivity: number; // 0 open, 1 internal, 2 personal, 3 sensitive
  readonly ask: boolean;
  readonly required: boolean;
  readonly indexed: boolean;
  readonly refers: string;
  readonly holds: "pictures" | "sound"; // of photos: what its files are
  readonly echoes: string; // what is written to that field is written here too
  readonly fresh_days: number; // younger than this, it is not asked for again
  readonly purpose: string; // why it is kept at all
  readonly known: string; // "ref.field": what that record said lately is not asked again
  readonly ticks: readonly Tick[]; // of a choice on a day sheet: what answers it
  readonly sums: string; // of an int: proposed is the sum of this one over the records of the kind that hold now
  readonly correct: "" | "own" | "owner"; // who decides when somebody says it is wrong
  readonly nameless: boolean; // many will read it: no numbers of persons or cars
  readonly retired: boolean;
}

/** How long the states that name it may last together. */
export interface Clock {
  readonly limit: string;
  readonly of: string; // a choice field; the mark of its answer outranks the limit
  readonly mark: string;
  readonly until: string; // a day field: where it says a day, it runs until that is over instead
  readonly anew: readonly string[]; // a step that carries such a field starts it anew
}

/** When the system takes a step: at a share (thousandths) of the clock, or so long past its end. */
export interface Timed {
  readonly share: number;
  readonly past: string;
  readonly clock: string; // the clock beside that counts; that of the state if ""
}

/** One state of the workflow, with its word, whose turn it is, and how it looks. */
export interface State {
  readonly label: Words;
  readonly tone: "wait" | "act" | "done";
  readonly one_way: boolean;
  readonly final: boolean;
  readonly clock: string; // name in workflow.clocks
  readonly holder: readonly string[];
  readonly answer: Words; // what the author reads
  readonly rests: boolean; // nobody's turn, and nothing is due
  readonly withheld: boolean; // nobody reads it through `@below` meanwhile
}

/** One decision: from which states, by whom, with what, to which state. */
export interface Step {
  readonly name: string;
  readonly start: readonly string[];
  readonly to: string; // "": it stays where it is
  readonly label: Words;
  readonly by: readonly string[]; // roles; empty: the system
  readonly needs: readonly string[];
  readonly takes: readonly string[];
  readonly guards: readonly string[];
  readonly auto: boolean;
  readonly timed: Timed | null;
  readonly extends: string; // an int field: so many units more on the clock
  readonly pauses: boolean;
  readonly resumes: boolean;
  readonly via: string; // a ref field: `copies` come from the record it names
  readonly copies: readonly string[];
  readonly responder: string; // a unit field, filled with who answers for the matter
  readonly mends: boolean; // what it says is right is written into the record it is about
  readonly offline: "apply" | "propose" | "online_only";
  readonly tone: Tone;
  readonly tells: readonly string[];
}

/** The states and steps of one kind; `begin` is the state of a new record. */
export interface Workflow {
  readonly begin: string;
  readonly states: Named<State>;
  readonly steps: readonly Step[];
  readonly clocks: Named<Clock>;
}

/** Records of this kind are calls on another's, again and again; phones list whose turn it is. */
export interface Round {
  readonly of: string; // ref field: on whom, or on what
  readonly every: string; // field of that kind: days, or a choice whose mark `days` says them
  readonly again: string; // day field of this kind: agreed on at a call
  readonly moved: string; // day field of that kind: not before this day
  readonly soon: readonly string[]; // states of a call that did not work out: again the next day
  readonly step: string; // step of that kind which a call takes
}

/** Its records answer questions: found without a network, also while somebody asks. */
export interface Answers {
  readonly look: readonly string[]; // fields that are searched, the weightiest first
  readonly tell: readonly string[]; // fields that are the answer
  readonly states: readonly string[]; // in which a record answers
  readonly solved: string; // step that ends a question with an answer found
  readonly publish: string; // step that writes it up
  readonly review: string; // day field: to be looked at again then
}

/** Its form proposes what somebody has in hand; each thing kept becomes a record beside it. */
export interface Plate {
  readonly whose: string; // person field
  readonly part: string; // kind of those records
}

/** What a worker can show at the door. */
export interface Notice {
  readonly why: Words; // what all of it is for
  readonly basis: Words; // which law lets it be asked
}

/** Readers answer its records by one of another kind, made where they themselves belong. */
export interface Nods {
  readonly by: string; // kind of those answers
  readonly must: string; // flag field: only where it is set
  readonly due: string; // day field: until then
  readonly states: readonly string[]; // in which a record is to be read
}

/** One kind page. */
export interface KindPage {
  readonly name: string;
  readonly label: Words;
  readonly identity: "device" | "person_day" | "entry";
  readonly create: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly fields: Named<Field>; // in page order
  readonly workflow: Workflow;
  readonly icon: string;
  readonly series: number; // with identity person_day: tells such kinds apart
  readonly tier: number | readonly number[]; // tiers of the unit a record belongs to; 5 is the grid
  readonly bodies: boolean; // it may belong to a department, board or post as well
  readonly title: readonly string[];
  readonly about: readonly string[];
  readonly review: readonly string[]; // roles that hear what is odd about photos, and may open originals
  readonly round: Round | null; // of calls made again and again
  readonly stop: string; // person field: what is that person's turn stands in their day
  readonly notice: Notice | null; // why people are asked for this at all
  readonly filed: boolean; // made over others' units too
  readonly guards: readonly string[]; // all must hold of a new record, or it is refused
  readonly weighed: string; // list of what is unusual about a record
  readonly risks: readonly Option[]; // its rows; the mark `points` orders the review
  readonly answers: Answers | null; // its records answer questions
  readonly nods: Nods | null; // its readers say that they have read it
  readonly plate: Plate | null; // its form proposes what somebody has in hand
}

export type Kinds = ReadonlyMap<string, KindPage>;

/** What a value of a field may be. */
export const spec = ({ type, options, low, high }: Field): Spec => ({
  type,
  options: options.map((option) => option.value),
  low,
  high,
});

/** Give the marks of an answer to a choice; none of one this page does not know. */
export const marksOf = (kind: KindPage, name: string, value: unknown): Named<string> =>
  own(kind.fields, name)?.options.find((option) => option.value === value)?.marks ?? {};

/** Merge rule and ordered options by field. */
export const rules = (kind: KindPage): Named<readonly [rule: string, options: Options]> =>
  Object.fromEntries(
    Object.entries(kind.fields).map(([name, field]) => [name, [field.rule, spec(field).options]]),
  );

/** Put pages together in the order of their names, for wire codes count places in it. */
export function gather(pages: readonly KindPage[]): Kinds {
  const sorted = [...pages].sort((a, b) => compare(a.name, b.name));
  const kinds = new Map(sorted.map((page) => [page.name, page]));
  const series = pages.filter((page) => page.identity === "person_day").map((page) => page.series);
  if (kinds.size < pages.length || new Set(series).size < series.length)
    throw new Error("two pages share a name or a series");
  return kinds;
}

/** Name this set of pages in 8 hex digits: wire codes are only valid under the same version. */
export const version = (kinds: Kinds): Promise<string> =>
  short(
    [...kinds]
      .sort(([a], [b]) => compare(a, b))
      .map(([, page]) => [page, Object.keys(page.fields), Object.keys(page.workflow.states)]),
  );
