// Twin of sync/kind.py: read the reasons there. Shared cases: tests/vectors/kind.json.
// Pages are checked where they are written, on the server; here they are read as GET /api/kinds gives
// them, names as in the page. A page may be newer than this build: what it names may be unknown here.
import { short } from "./digest.ts";
import type { Options } from "./merges.ts";
import { compare, type Named, type Spec } from "./value.ts";

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
  | "person"
  | "unit";

/** One answer of a choice, with its words and the name of its picture. */
export interface Option {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly icon: string;
}

/** One field: its type, how it merges, who writes it, how much it reveals. */
export interface Field {
  readonly type: FieldType;
  readonly label: Words;
  readonly rule: string;
  readonly options: readonly Option[];
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
  readonly retired: boolean;
}

/** One state of the workflow, with its word and how it looks. */
export interface State {
  readonly label: Words;
  readonly tone: "wait" | "act" | "done";
  readonly one_way: boolean;
  readonly final: boolean;
}

/** One decision: from which states, by whom, with what, to which state. */
export interface Step {
  readonly name: string;
  readonly start: readonly string[];
  readonly to: string;
  readonly label: Words;
  readonly by: readonly string[]; // roles; empty: the system
  readonly needs: readonly string[];
  readonly takes: readonly string[];
  readonly guards: readonly string[];
  readonly auto: boolean;
  readonly after_hours: number; // 0 never
  readonly offline: "apply" | "propose" | "online_only";
  readonly tone: Tone;
  readonly tells: readonly string[];
}

/** The states and steps of one kind; `begin` is the state of a new record. */
export interface Workflow {
  readonly begin: string;
  readonly states: Named<State>;
  readonly steps: readonly Step[];
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
  readonly tier: number; // tier of the unit a record belongs to; 5 is the grid
  readonly title: readonly string[];
  readonly about: readonly string[];
  readonly review: readonly string[]; // roles that hear what is odd about photos, and may open originals
}

export type Kinds = ReadonlyMap<string, KindPage>;

/** What a value of a field may be. */
export const spec = ({ type, options, low, high }: Field): Spec => ({
  type,
  options: options.map((option) => option.value),
  low,
  high,
});

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
