// From what a person put into a form to what an op writes: a change, in the shape its merge rule wants.
// Only what differs from what they saw is written, and only over what they saw.

import type { Stamp } from "./sync/clock.ts";
import type { Field, KindPage } from "./sync/kind.ts";
import type { Added, Both, Cell, Count, Union } from "./sync/merges.ts";
import { type Change, plain, present, type Record, rivals } from "./sync/register.ts";
import { canonical, isNamed, type Named, own, type Value } from "./sync/value.ts";

type Values = Named<Value | undefined>;

/** Whether a value says nothing, so that a new record need not carry it. */
const blank = (value: Value | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === false ||
  (Array.isArray(value) && !value.length);

/** What the fields of a new record write. Fields the page lacks are left out: nobody could read them. */
export function firstChanges(kind: KindPage, values: Values): Named<Change> {
  const filled = Object.entries(values).filter(([name, value]) => own(kind.fields, name) && !blank(value));
  return Object.fromEntries(
    filled.map(([name, value]) => [name, firstChange(own(kind.fields, name) as Field, value as Value)]),
  );
}

function firstChange(field: Field, value: Value): Change {
  if (field.rule === "union") return { add: value as string[] };
  return field.rule === "keep_both" || field.rule === "authority" ? { is: value } : value;
}

/**
 * What new values change of a record as its editor saw it; `device` is the one that writes. What a step
 * `needs` goes with it even when it says the same as before.
 */
export function changesOf(
  kind: KindPage,
  record: Record,
  values: Values,
  device: string,
  needs: readonly string[] = [],
): Named<Change> {
  const changes: [string, Change][] = [];
  for (const [name, value] of Object.entries(values)) {
    const field = own(kind.fields, name);
    if (!field || value === undefined) continue;
    const cell = own(record.cells, name);
    const change = cell && changeOf(field, cell, value, device);
    const anew = (!cell || needs.includes(name)) && !blank(value);
    if (change !== undefined) changes.push([name, change]);
    else if (anew) changes.push([name, firstChange(field, value)]);
  }
  return Object.fromEntries(changes);
}

function changeOf(field: Field, cell: Cell, value: Value, device: string): Change | undefined {
  switch (field.rule) {
    case "first":
      return undefined; // written once
    case "log":
      return blank(value) ? undefined : value;
    case "union":
      return setChange(cell as Union, (value ?? []) as string[]);
    case "count":
      return countChange(cell as Count, value, device);
    case "keep_both":
    case "authority":
      return overChange(field.rule, cell, value);
  }
  return canonical(plain(field.rule, cell)) === canonical(value) ? undefined : value;
}

/** Add what is new, drop the very adds of what is no longer wanted. */
function setChange(cell: Union, wanted: readonly string[]): Change | undefined {
  const there = present(cell);
  const add = wanted.filter((each) => !there.includes(each));
  const drop = addsOf(
    cell,
    there.filter((each) => !wanted.includes(each)),
  );
  if (!add.length && !drop.length) return undefined;
  return drop.length ? { add, drop } : { add };
}

const addsOf = (cell: Union, elements: readonly string[]): readonly Added[] => {
  const dropped = new Set(cell[1].map(canonical));
  return cell[0].filter((add) => elements.includes(add[1]) && !dropped.has(canonical(add)));
};

/** A device's own total grows by what the person added to the sum they saw. */
function countChange(cell: Count, value: Value, device: string): Change | undefined {
  const more = Number(value) - (plain("count", cell) as number);
  const mine = cell.find(([each]) => each === device)?.[1] ?? 0;
  return more > 0 ? mine + more : undefined;
}

/** Write over the value that was shown, and over what says the same; a rival stays until it is settled. */
function overChange(rule: string, cell: Cell, value: Value): Change | undefined {
  const shown = canonical(plain(rule, cell));
  if (shown === canonical(value)) return undefined;
  const seen = liveOf(cell).filter(([, each]) => canonical(each) === shown);
  return { is: value, over: seen.map(([stamp]) => stamp) };
}

/** Settle a field over every value alive in it. */
export const settled = (cell: Cell, value: Value): Change => ({
  is: value,
  over: liveOf(cell).map(([stamp]) => stamp),
});

const liveOf = (cell: Cell): readonly (readonly [Stamp, Value])[] =>
  (cell as Both)[0].map((entry) => [entry[0], entry[entry.length - 1] as Value]);

/** Whether a field has rivals to settle. */
export const clashes = (field: Field, cell: Cell): boolean =>
  (field.rule === "keep_both" || field.rule === "authority") && rivals(cell).length > 0;

/** What a change says, without its dressing. */
export function said(change: Change): Value {
  if (!isNamed(change)) return change as Value;
  return "is" in change ? (change.is as Value) : ((change.add ?? []) as string[]);
}

/** Every stamp inside a piece of a record: a write made in sight of them must be ordered after them. */
export function stampsIn(piece: unknown): readonly Stamp[] {
  if (!Array.isArray(piece)) return [];
  const [wallMs, count, device] = piece;
  if (
    piece.length === 3 &&
    typeof wallMs === "number" &&
    typeof count === "number" &&
    typeof device === "string"
  )
    return [piece as unknown as Stamp];
  return piece.flatMap(stampsIn);
}
