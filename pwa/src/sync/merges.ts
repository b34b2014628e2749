// Twin of sync/merges.py: read the reasons there. Shared cases: tests/vectors/merges.json.
import { order, type Stamp } from "./clock.ts";
import { canonical, compare, type Named, own, rank, type Value } from "./value.ts";

export type Cell = readonly unknown[]; // plain JSON; its shape follows the field's rule, below
export type Single = readonly [value: Value, stamp: Stamp]; // first, latest, largest
export type Added = readonly [stamp: Stamp, element: string];
export type Union = readonly [adds: readonly Added[], drops: readonly Added[]];
export type Log = readonly (readonly [stamp: Stamp, value: Value])[];
export type Count = readonly (readonly [device: string, total: number])[];
export type Weighed = readonly [Stamp, weight: number, Value];
export type Over = readonly [Stamp, weight: number];
/** A live value: [stamp, value] by keep_both, with its weight by authority. */
export type Living = readonly [Stamp, Value] | Weighed;
export type Both = readonly [live: readonly Living[], over: readonly Stamp[]];
export type Owned = readonly [live: readonly Weighed[], over: readonly Over[]];
export type Options = readonly string[];

/** Unite two lists: each element once, oldest first. */
function unite<T>(mine: readonly T[], theirs: readonly T[], stampOf: (each: T) => Stamp): T[] {
  const once = new Map([...mine, ...theirs].map((each) => [canonical(each), each]));
  return [...once]
    .sort(([a, one], [b, other]) => order(stampOf(one), stampOf(other)) || compare(a, b))
    .map(([, each]) => each);
}

/** Unite two lists: each stamp once, with the greatest weight, oldest first. */
function heaviest(mine: readonly Over[], theirs: readonly Over[]): Over[] {
  const lightFirst = [...mine, ...theirs].sort((one, other) => one[1] - other[1]);
  const most = new Map(lightFirst.map((each) => [canonical(each[0]), each]));
  return [...most.values()].sort((one, other) => order(one[0], other[0]));
}

const head = <T>(each: readonly [Stamp, ...T[]]): Stamp => each[0];

/** Written once; the earliest write stands (evidence). */
export const first = (mine: Single, theirs: Single): Single =>
  order(theirs[1], mine[1]) < 0 ? theirs : mine;

/** The last write stands; equal stamps name the same write (I1). */
export const latest = (mine: Single, theirs: Single): Single =>
  order(theirs[1], mine[1]) > 0 ? theirs : mine;

/** The graver value stands; among equals the last write. */
export const largest = (mine: Single, theirs: Single, options: Options): Single =>
  (rank(options, theirs[0]) - rank(options, mine[0]) || order(theirs[1], mine[1])) > 0 ? theirs : mine;

/** A set in which adding wins. */
export const union = (mine: Union, theirs: Union): Union => [
  unite(mine[0], theirs[0], head),
  unite(mine[1], theirs[1], head),
];

/** Append only; a correction is another entry. */
export const log = (mine: Log, theirs: Log): Log => unite(mine, theirs, head);

/** Each device's own running total only grows; the sum is the value. */
export function count(mine: Count, theirs: Count): Count {
  const totals = new Map(mine);
  for (const [device, total] of theirs) totals.set(device, Math.max(total, totals.get(device) ?? 0));
  return [...totals].sort(([a], [b]) => compare(a, b));
}

/** Two people's words stay alive until somebody writes over both. */
export function keepBoth(mine: Both, theirs: Both): Both {
  const over = unite(mine[1], theirs[1], (stamp) => stamp);
  const gone = new Set(over.map(canonical));
  const live = unite(mine[0], theirs[0], head);
  return [live.filter((entry) => !gone.has(canonical(entry[0]))), over];
}

/** Like keepBoth; what was written with less weight than a value has never writes over it. */
export function authority(mine: Owned, theirs: Owned): Owned {
  const over = heaviest(mine[1], theirs[1]);
  const least = new Map(over.map(([stamp, weight]) => [canonical(stamp), weight]));
  const live = unite(mine[0], theirs[0], head);
  const stands = ([stamp, weight]: Weighed): boolean => {
    const written = least.get(canonical(stamp));
    return written === undefined || weight > written;
  };
  return [live.filter(stands), over];
}

type Rule = (mine: never, theirs: never, options: Options) => Cell;
export const RULES: Named<Rule> = {
  first,
  latest,
  largest,
  union,
  log,
  count,
  keep_both: keepBoth,
  authority,
};

/** Merge two copies of one field by the rule its kind page names. */
export function join(rule: string, mine: Cell, theirs: Cell, options: Options = []): Cell {
  const merge = own(RULES, rule);
  if (!merge) throw new Error(`no rule ${rule}`);
  return merge(mine as never, theirs as never, options);
}
