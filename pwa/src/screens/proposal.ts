// What a correction says: of which field of which record, what stands there and what should. Read off the
// page whose steps mend, whatever it is called; names of its fields as in sync/correct.py. Pure.

import type { View } from "../model.ts";
import type { Field, KindPage, Kinds } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { type NamedField, toneOf } from "../widgets/page.ts";

const VALUES = { own: "value", owner: "owner_value" } as const;
const OLDS = { own: "old", owner: "owner_old" } as const;
const PLACE = "place";

/** What is said to be wrong. */
export interface Proposal {
  readonly target: string; // id of the record
  readonly field: Field | undefined; // undefined where its page is not known
  readonly name: string; // of the field
  readonly old: Value;
  readonly value: Value;
  readonly secret: boolean; // this person does not see the values
}

/** Whether records of this page put others right. */
export const mends = (page: KindPage): boolean => page.workflow.steps.some((step) => step.mends);

/** The page by which a record is said to be wrong, if the town has one. */
export const mender = (kinds: Kinds): KindPage | undefined => [...kinds.values()].find(mends);

/** The fields of a page that may be said to be wrong. */
export const correctable = (page: KindPage): NamedField[] =>
  Object.entries(page.fields).filter(([, field]) => field.correct !== "" && !field.retired);

/** What a form of that page says, beside its note and photos. */
export function proposing(
  target: View,
  kind: KindPage,
  name: string,
  value: Value | undefined,
  title: string,
): Readonly<Record<string, Value>> {
  const field = kind.fields[name];
  if (!field || field.correct === "") return { target: target.id };
  const said = {
    target: target.id,
    name: title,
    kind: kind.name,
    field: name,
    sort: field.correct,
    [OLDS[field.correct]]: JSON.stringify(target.values[name] ?? null),
  };
  if (field.type === PLACE || value === undefined || value === null) return said;
  return { ...said, [VALUES[field.correct]]: JSON.stringify(value) };
}

/** Read a correction; null of any other record. */
export function proposalOf(view: View, page: KindPage, kinds: Kinds): Proposal | null {
  if (!mends(page)) return null;
  const text = (name: string): string => String(view.values[name] ?? "");
  const kind = kinds.get(text("kind"));
  const name = text("field");
  const field = kind?.fields[name];
  const sort = text("sort") === "owner" ? "owner" : "own";
  const value = field?.type === PLACE ? (view.values[PLACE] ?? null) : parsed(view.values[VALUES[sort]]);
  const old = parsed(view.values[OLDS[sort]]);
  return { target: text("target"), field, name, old, value, secret: value === null && old === null };
}

/** The corrections of a record that nobody has decided on yet, the oldest first. */
export function openOn(target: string, views: Iterable<View>, kinds: Kinds): View[] {
  const page = mender(kinds);
  const open = (view: View): boolean =>
    view.kind === page?.name &&
    view.values.target === target &&
    !page.workflow.states[view.state]?.final &&
    toneOf(page, view.state) !== "done";
  return [...views].filter(open).sort((a, b) => a.madeMs - b.madeMs);
}

/** Read a value as it was written; null where this person does not see it, or nobody said it. */
function parsed(text: Value | undefined): Value {
  try {
    return typeof text === "string" ? (JSON.parse(text) as Value) : null;
  } catch {
    return null;
  }
}
