// A receipt, folded into what the phone holds. Pure: what was known and what was heard go in, what
// changes comes out; exchange.ts stores it together with the cursor that describes it.

import type { OpRow, RecordRow } from "./ports.ts";
import { settleOne } from "./predict.ts";
import { waits } from "./push.ts";
import { order } from "./sync/clock.ts";
import { WAITING } from "./sync/op.ts";
import type { Actor } from "./sync/permit.ts";
import type { Entry } from "./sync/register.ts";
import type { World } from "./sync/settle.ts";
import { canonical } from "./sync/value.ts";
import type { Delta, Receipt, Span } from "./sync/wire.ts";

/** What the receipt bears on. */
export interface Before {
  readonly rows: readonly OpRow[]; // the outbox of this device and person
  readonly pushed: readonly string[]; // ids of the rows the push held
  readonly records: ReadonlyMap<string, RecordRow>; // those named by pushed rows, deltas and gone
  readonly era: number; // in which this receipt is heard
  readonly renewing: boolean; // and there may be more of it to come
}

/** What it changes. */
export interface After {
  readonly rows: readonly OpRow[]; // changed ones that stay in the outbox
  readonly answered: readonly OpRow[]; // these go to the sent ones
  readonly records: ReadonlyMap<string, RecordRow | null>; // null: forget it
  readonly refused: readonly OpRow[]; // newly refused: their photos are held back
  readonly reused: readonly OpRow[]; // the server has another op under their number: this store was copied
  readonly amiss: boolean; // what an op came to cannot be told from what is here: hear everything again
}

const LATER_MS = 300_000; // before an op the server does not understand yet is tried again

/** The era of a record that must not be merged with what is told of it next. */
export const STALE = -1;

/** Fold one receipt. */
export function fold(before: Before, receipt: Receipt, actor: Actor, world: World): After {
  const { era, renewing } = before;
  const records = new Map<string, RecordRow | null>();
  const find = (id: string): RecordRow | undefined =>
    (records.has(id) ? records.get(id) : before.records.get(id)) ?? undefined;
  const answers = answersOf(before, receipt);
  let amiss = false;
  for (const { op, code, receivedMs } of answers.done) {
    if (code !== "applied") continue;
    const known = find(op.record);
    const settled = settleOne(known, op, actor, world, receivedMs);
    if (settled.code === "applied" && settled.record)
      records.set(op.record, { ...(known ?? born(era)), ...settled.record });
    else amiss = true;
    // What is told of it in this receipt lacks what this op wrote, and takes the place of the older era's copy.
    amiss ||= !renewing && known !== undefined && (known.era ?? 0) !== era;
  }
  for (const delta of receipt.records) records.set(delta.id, mergedDelta(find(delta.id), delta, era));
  // A copy of an older era stays only for the ops that name it; now the server is asked what became of it.
  const old = [...answers.done, ...answers.refused].map(({ op }) => find(op.record));
  amiss ||= !renewing && old.some((record) => record && (record.era ?? 0) !== era);
  const named = namedBy(before.rows, answers);
  for (const id of receipt.gone) {
    const record = find(id);
    if (record) records.set(id, named.has(id) ? { ...record, gone: true } : null);
  }
  for (const { op } of answers.done) {
    const record = find(op.record);
    if (record)
      records.set(op.record, record.gone && !named.has(op.record) ? null : { ...record, at: receipt.head });
  }
  const { kept, done, refused, reused } = answers;
  return { rows: kept, answered: done, records, refused, reused, amiss };
}

interface Answers {
  readonly kept: readonly OpRow[];
  readonly done: readonly OpRow[];
  readonly refused: readonly OpRow[];
  readonly reused: readonly OpRow[];
}

/**
 * Sort the pushed rows by their answers. An op that was not in this push is never taken as answered,
 * even when its number is acknowledged: what was said to it then is not repeated here.
 */
function answersOf({ rows, pushed }: Before, receipt: Receipt): Answers {
  const kept: OpRow[] = [];
  const done: OpRow[] = [];
  const refused: OpRow[] = [];
  const reused: OpRow[] = [];
  const verdicts = new Map(receipt.verdicts.map((verdict) => [verdict.n, verdict]));
  for (const row of rows.filter((each) => pushed.includes(each.id) && waits(each))) {
    const verdict = verdicts.get(row.op.n);
    if (!verdict && !within(row.op.n, receipt.acks)) continue;
    const { code, receivedMs } = verdict ?? { code: "applied", receivedMs: receipt.serverMs };
    const answered = { ...row, code, receivedMs, tries: 0, laterMs: 0 };
    if (WAITING.has(code)) kept.push({ ...answered, receivedMs: 0, laterMs: receipt.serverMs + LATER_MS });
    else if (row.undone || ACCEPTED.has(code)) done.push(answered);
    else if (code === "number_reused") reused.push(row);
    else refused.push({ ...answered, refused: true });
  }
  return { kept: [...kept, ...refused], done, refused, reused };
}

const ACCEPTED: ReadonlySet<string> = new Set(["applied", "amended", "overtaken", "parked", "gone"]);

/** Tell whether a number lies in one of the spans. */
export const within = (n: number, spans: readonly Span[]): boolean =>
  spans.some(([first, last]) => first <= n && n <= last);

/** The records that unanswered ops still name. */
function namedBy(rows: readonly OpRow[], { done, refused, reused }: Answers): ReadonlySet<string> {
  const over = new Set([...done, ...refused, ...reused].map((row) => row.id));
  return new Set(rows.filter((row) => waits(row) && !over.has(row.id)).map((row) => row.op.record));
}

/** The mark of an era on a record; the first needs none. */
const born = (era: number): Pick<RecordRow, "era"> => (era ? { era } : {});

/**
 * Take over what changed of a record: the server's cell is the whole truth of a field. What is told of a
 * record of another era is all of it: nothing that this phone held beside it is true any more.
 */
export function mergedDelta(known: RecordRow | undefined, delta: Delta, era: number): RecordRow {
  const record = (known?.era ?? 0) === era ? known : undefined;
  const { id, kind, area, author, madeMs, receivedMs, state, cells, story } = delta;
  return {
    id,
    kind,
    area,
    author,
    madeMs,
    receivedMs,
    state: state || (record?.state ?? ""),
    head: [0, "", 0],
    cells: Object.fromEntries(
      Object.entries({ ...record?.cells, ...cells }).filter(([, cell]) => cell !== null), // null: no longer theirs to see
    ),
    held: {},
    story: mergedStory(record?.story ?? [], story),
    ...born(era),
    ...(known?.at ? { at: known.at } : {}),
  };
}

const lineKey = (entry: Entry): string => canonical([entry.stamp, entry.step, entry.outcome === "overtaken"]);

/** Put heard lines among the known ones; where both tell of the same step, the server's stands. */
function mergedStory(mine: readonly Entry[], theirs: readonly Entry[]): readonly Entry[] {
  const lines = new Map(mine.map((entry) => [lineKey(entry), entry]));
  for (const entry of theirs) lines.set(lineKey(entry), entry);
  return [...lines.values()].sort((a, b) => a.receivedMs - b.receivedMs || order(a.stamp, b.stamp));
}
