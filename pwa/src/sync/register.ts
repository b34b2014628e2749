// Twin of sync/register.py: read the reasons there. Shared cases: tests/vectors/register.json.
import { order, type Stamp } from "./clock.ts";
import {
  type Added,
  type Both,
  type Cell,
  type Count,
  join,
  type Living,
  type Log,
  type Options,
  type Single,
  type Union,
} from "./merges.ts";
import { canonical, type Named, own, type Value } from "./value.ts";

/** A change of a union field: elements added, and the very adds that are dropped. */
export interface SetChange {
  readonly add?: readonly string[];
  readonly drop?: readonly Added[];
}

/** A change of a keep_both or authority field: the value, and the stamps it is written over. */
export interface OverChange {
  readonly is: Value;
  readonly over?: readonly Stamp[];
}

export type Change = Value | SetChange | OverChange; // its shape follows the rule, see `write`
export type Cells = Named<Cell>;

/** When a part of a record last changed: [lane position, by whom, last position by anyone else]. */
export type Held = readonly [seq: number, device: string, base: number];

/** One line of a record's history: a step that was decided, with what it carried. */
export interface Entry {
  readonly seq: number; // position in the lane; 0 on a phone
  readonly stamp: Stamp;
  readonly person: number; // 0 is the system
  readonly step: string; // "" for the creation
  readonly start: string; // state it was taken from
  readonly to: string; // state it leads, or would have led, to
  readonly outcome: "done" | "overtaken" | "auto";
  readonly receivedMs: number;
  readonly sets: Named<Change>;
}

/** One record of one kind: facts that merge, and a state that is decided (I4). */
export interface Record {
  readonly id: string;
  readonly kind: string;
  readonly area: number; // org unit it belongs to
  readonly author: number; // person who made it
  readonly madeMs: number; // stamp of the creating op
  readonly receivedMs: number; // server time of the creating op
  readonly state: string;
  readonly head: Held; // of state, area and author
  readonly cells: Cells;
  readonly held: Named<Held>; // by field, as cells
  readonly story: readonly Entry[];
}

/** Read a line of history from the list it is in Python. */
export function toEntry(row: readonly unknown[]): Entry {
  const [seq, stamp, person, step, start, to, outcome, receivedMs, sets] = row;
  return { seq, stamp, person, step, start, to, outcome, receivedMs, sets } as Entry;
}

/** Merge two copies of a record's cells, field by field; never drop a field. */
export function merge(
  mine: Cells,
  theirs: Cells,
  rules: Named<readonly [rule: string, options: Options]>,
): Cells {
  const merged = Object.entries(theirs).map(([name, cell]): [string, Cell] => {
    const old = own(mine, name);
    const how = own(rules, name);
    return [name, old && how ? join(how[0], old, cell, how[1]) : cell];
  });
  return { ...mine, ...Object.fromEntries(merged) };
}

/** Turn what an op writes to a field into the cell that is joined into the record. */
export function write(rule: string, change: Change, stamp: Stamp, weight = 0): Cell {
  switch (rule) {
    case "union": {
      const { add = [], drop = [] } = change as SetChange;
      return settled(rule, [add.map((element) => [stamp, element]), drop]);
    }
    case "log":
      return [[stamp, change]];
    case "count":
      return [[stamp[2], change]];
    case "keep_both":
    case "authority": {
      const { is, over = [] } = change as OverChange;
      return rule === "keep_both"
        ? settled(rule, [[[stamp, is]], over])
        : settled(rule, [[[stamp, weight, is]], over.map((each) => [each, weight])]);
    }
  }
  return [change, stamp];
}

/** Join a cell with itself: that sorts its lists and names each element once. */
const settled = (rule: string, cell: Cell): Cell => join(rule, cell, cell);

/** Give what a person sees of a cell: the value without stamps. */
export function plain(rule: string, cell: Cell): Value {
  switch (rule) {
    case "union":
      return present(cell);
    case "log":
      return (cell as Log).map(([, value]) => value);
    case "count":
      return (cell as Count).reduce((sum, [, total]) => sum + total, 0);
    case "keep_both":
    case "authority":
      return foremost(cell);
  }
  return (cell as Single)[0];
}

/** List the elements of a union cell that are in it now, in the order they were first added. */
export function present(cell: Cell): readonly string[] {
  const [adds, drops] = cell as Union;
  const dropped = new Set(drops.map(canonical));
  return [...new Set(adds.filter((add) => !dropped.has(canonical(add))).map((add) => add[1]))];
}

const weightOf = (entry: Living): number => (entry.length === 3 ? entry[1] : 0);
const saying = (entry: Living): Value => (entry.length === 3 ? entry[2] : entry[1]);

/** Give the live value that is shown first: by weight, then the last written; null if none. */
export function foremost(cell: Cell): Value {
  let best: Living | undefined;
  for (const entry of (cell as Both)[0])
    if (!best || (weightOf(entry) - weightOf(best) || order(entry[0], best[0])) > 0) best = entry;
  return best ? saying(best) : null;
}

/** List the live values a person must settle; empty while they agree. */
export function rivals(cell: Cell): readonly (readonly [stamp: Stamp, value: Value])[] {
  const live = (cell as Both)[0];
  if (new Set(live.map((entry) => canonical(saying(entry)))).size < 2) return [];
  return live.map((entry) => [entry[0], saying(entry)]);
}

/** Note that `device` changed a part at `seq`, remembering the last change by anyone else. */
export function touch(held: Held | undefined, seq: number, device: string): Held {
  if (!held) return [seq, device, 0];
  return [seq, device, held[1] === device ? held[2] : held[0]];
}

/** Tell whether a device that has heard all up to `since` still needs this part. */
export const fresh = ([seq, by, base]: Held, device: string, since: number): boolean =>
  seq > since && (since === 0 || by !== device || base > since);

/** Put a record into another state and write the line of its history. */
export const moved = (record: Record, state: string, entry: Entry, device: string): Record => ({
  ...record,
  state,
  head: touch(record.head, entry.seq, device),
  story: [...record.story, entry],
});
