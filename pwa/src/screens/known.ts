// What is known already and need not be asked again: what the record itself says, or the one it names, if
// that was asked lately (`fresh_days`). Collected once, used many times. Pure, and read off the kind pages.

import type { View } from "../model.ts";
import type { Field, KindPage, Kinds } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { DAY_MS } from "../widgets/dates.ts";
import { empty, type NamedField } from "../widgets/page.ts";

/** A value somebody gave, on which record, and when it was last asked. */
export interface Known {
  readonly view: View;
  readonly named: NamedField;
  readonly value: Value;
  readonly atMs: number;
}

/** What there is to know, and the time. */
export interface Around {
  readonly kinds: Kinds;
  readonly views: ReadonlyMap<string, View>;
  readonly nowMs: number;
  readonly writtenMs: (record: string, field: string) => number;
}

/** Whether a value was asked so lately that it is not asked again. */
export const fresh = (
  { fresh_days }: Field,
  value: Value | undefined,
  atMs: number,
  nowMs: number,
): boolean => fresh_days > 0 && !empty(value) && nowMs - atMs < fresh_days * DAY_MS;

/** Why a field is not asked in a form: it is on `view`, or on the record its `known` leads to; null if it is asked. */
export function knownOf(
  named: NamedField,
  values: Readonly<Record<string, Value>>,
  view: View | undefined,
  around: Around,
): Known | null {
  const [ref = "", name = ""] = (named[1].known ?? "").split(".");
  const other = around.views.get(String(values[ref] ?? view?.values[ref] ?? ""));
  const page: KindPage | undefined = other && around.kinds.get(other.kind);
  const field = page?.fields[name];
  return (
    (view && there(named, view, around)) ??
    (other && field && empty(view?.values[named[0]]) ? there([name, field], other, around) : null)
  );
}

function there(named: NamedField, view: View, { nowMs, writtenMs }: Around): Known | null {
  const [name, field] = named;
  const value = view.values[name];
  const atMs = writtenMs(view.id, name);
  return value !== undefined && fresh(field, value, atMs, nowMs) ? { view, named, value, atMs } : null;
}
