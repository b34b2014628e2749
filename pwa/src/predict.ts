// What a record will be once the server has heard all: the confirmed record with this phone's own
// unanswered ops settled on top, by the same code that the server runs.

import type { OpRow } from "./ports.ts";
import { order, type Stamp } from "./sync/clock.ts";
import { spec } from "./sync/kind.ts";
import { join } from "./sync/merges.ts";
import type { Op, Verdict } from "./sync/op.ts";
import type { Actor } from "./sync/permit.ts";
import { type Record, write } from "./sync/register.ts";
import { settle, type World } from "./sync/settle.ts";
import { own } from "./sync/value.ts";

const NOWHERE = [0, "", 0] as const; // a phone has no lane: where a part stands in it means nothing here

/** Settle one op on a record as the server would at `nowMs`. */
export function settleOne(
  record: Record | undefined,
  op: Op,
  actor: Actor,
  world: World,
  nowMs: number,
): { record: Record | undefined; code: Verdict["code"] } {
  const records = new Map(record ? [[record.id, record]] : []);
  const clock: Stamp = [0, 0, actor.device];
  const known = { records, answers: new Map(), stamps: [], clock, seq: -1 };
  const settled = settle(known, [op], { ...actor, device: op.stamp[2] }, world, nowMs);
  const after = settled.records.get(op.record);
  const code = settled.verdicts[0]?.code ?? "bad_record";
  return { record: after && { ...after, held: {}, head: NOWHERE }, code };
}

/** Put a record's unanswered and refused ops on top of it, oldest first. */
export function predict(
  confirmed: Record | undefined,
  rows: readonly OpRow[],
  actor: Actor,
  world: World,
): Record | undefined {
  return rows.reduce((record, { op, refused }) => {
    const settled = refused ? undefined : settleOne(record, op, actor, world, op.stamp[0]).record;
    return settled ?? laid(record, op, actor, world);
  }, confirmed);
}

/** What a person wrote stays in sight even where it will not, or did not, count (I3). */
function laid(record: Record | undefined, op: Op, actor: Actor, world: World): Record | undefined {
  const kind = world.kinds.get(op.kind);
  const base = record ?? unborn(op, actor.person, kind?.workflow.begin ?? "");
  if (!kind) return base;
  const cells = { ...base.cells };
  for (const [name, change] of Object.entries(op.sets)) {
    const field = own(kind.fields, name);
    if (!field) continue;
    const cell = write(field.rule, change, op.stamp);
    const old = own(cells, name);
    cells[name] = old ? join(field.rule, old, cell, spec(field).options) : cell;
  }
  return { ...base, cells };
}

/** A record that only its author's phone knows. */
const unborn = (op: Op, author: number, state: string): Record => ({
  id: op.record,
  kind: op.kind,
  area: op.area ?? 0,
  author,
  madeMs: op.stamp[0],
  receivedMs: 0,
  state,
  head: NOWHERE,
  cells: {},
  held: {},
  story: [],
});

/** Whether a line of the history was written by one of these ops. */
export const writtenBy = (rows: readonly OpRow[], stamp: Stamp): boolean =>
  rows.some((row) => order(row.op.stamp, stamp) === 0);
