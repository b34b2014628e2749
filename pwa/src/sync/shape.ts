// Twin of sync/shape.py: read the reasons there. Shared cases: tests/vectors/shape.json.
import { COUNT_MAX } from "./clock.ts";
import { type Field, type KindPage, spec } from "./kind.ts";
import type { Op, Refusal } from "./op.ts";
import { fits, isDevice, isElement, isInt, isNamed, isRecordId, LIST_MAX, own } from "./value.ts";
import { find } from "./workflow.ts";

export const SETS_MAX = 64; // fields one op may write
export const OVER_MAX = 64; // values one write may settle

/** Find what is wrong with an op that can be said without knowing the record: [code, field]. */
export function flawOf(op: Op, kind: KindPage): readonly [code: Refusal, detail: string] | null {
  if (!isRecordId(op.record)) return ["bad_record", ""];
  if (op.step && !find(kind, op.step.name)) return ["unknown_step", op.step.name];
  const sets = Object.entries(op.sets);
  if (!sets.length && !op.step && op.area === null) return ["empty_op", ""];
  if (sets.length > SETS_MAX) return ["bad_value", ""];
  for (const [name, change] of sets) {
    const field = own(kind.fields, name);
    if (!field) return ["unknown_field", name];
    if (!wellFormed(field, change)) return ["bad_value", name];
  }
  return null;
}

/** Tell whether a change has the shape its field's merge rule wants, and its value fits. */
export function wellFormed(field: Field, change: unknown): boolean {
  switch (field.rule) {
    case "union":
      return goodSetChange(field, change);
    case "count":
      return isInt(change, 1);
    case "keep_both":
    case "authority":
      return (
        only(change, "is", "over") &&
        "is" in change &&
        fits(spec(field), change.is) &&
        goodStamps(change.over === undefined ? [] : change.over)
      );
    case "log":
      return change !== null && fits(spec(field), change);
  }
  return fits(spec(field), change);
}

/** Tell whether a change is an object with no other names than these. */
const only = <Name extends string>(
  change: unknown,
  ...names: Name[]
): change is { readonly [name in Name]?: unknown } =>
  isNamed(change) && Object.keys(change).every((name) => (names as string[]).includes(name));

function goodSetChange(field: Field, change: unknown): boolean {
  if (!only(change, "add", "drop")) return false;
  const { add = [], drop = [] } = change;
  if (!Array.isArray(add) || !Array.isArray(drop) || add.length + drop.length > LIST_MAX) return false;
  if (!drop.every((each) => Array.isArray(each) && each.length === 2)) return false;
  if (!goodStamps(drop.map((each) => each[0]))) return false;
  const wanted = spec(field);
  return [...add, ...drop.map((each) => each[1])].every((each) => isElement(wanted, each));
}

const goodStamps = (stamps: unknown): boolean =>
  Array.isArray(stamps) &&
  stamps.length <= OVER_MAX &&
  stamps.every(
    (stamp) =>
      Array.isArray(stamp) &&
      stamp.length === 3 &&
      isInt(stamp[0], 0) &&
      isInt(stamp[1], 0, COUNT_MAX) &&
      isDevice(stamp[2]),
  );

/** Tell whether a change that a step needs holds anything. */
export function saysSomething(change: unknown): boolean {
  if (!isNamed(change)) return change !== undefined && change !== null && change !== "";
  return saysSomething(change.is) || (Array.isArray(change.add) && change.add.length > 0);
}
