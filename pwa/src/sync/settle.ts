// Twin of sync/settle.py: read the reasons there. Shared cases: tests/vectors/settle.json.
// A phone predicts what the server will decide; it keeps no log, so nothing is hashed here.
import { amend, COUNT_MAX, order, type Stamp } from "./clock.ts";
import { type Field, type KindPage, type Kinds, type Step, spec } from "./kind.ts";
import { join } from "./merges.ts";
import {
  type Code,
  goodNumber,
  minted,
  type Op,
  perDay,
  type StepTaken,
  type Verdict,
  WAITING,
} from "./op.ts";
import { type Actor, mayCreate, mayRead, mayWrite, type Units, weight } from "./permit.ts";
import { type Change, type Entry, moved, type Record, touch, write } from "./register.ts";
import { flawOf, saysSomething } from "./shape.ts";
import { canonical, isDay, isInt, own } from "./value.ts";
import { advance, begin, type Event, find, follow, judge, refusedBy } from "./workflow.ts";

/** What the town is made of: kind pages and org units. */
export interface World {
  readonly kinds: Kinds;
  readonly units: Units;
}

/** What an op number was first used for, and what was said to it. */
export interface Answer {
  readonly op: Op;
  readonly verdict: Verdict;
}

/** What the store holds that bears on a push. */
export interface Known {
  readonly records: ReadonlyMap<string, Record>; // by id, those the ops name
  readonly answers: ReadonlyMap<number, Answer>; // by op number, those the ops repeat
  readonly stamps: readonly (readonly [wallMs: number, count: number])[]; // already used, of those named
  readonly clock: Stamp; // the lane's own clock
  readonly seq: number; // last position taken in the lane
}

/** The outcome of a push. */
export interface Settled {
  readonly records: ReadonlyMap<string, Record>; // changed ones, by id
  readonly verdicts: readonly Verdict[]; // one per op, in the order of the push
  readonly clock: Stamp;
  readonly seq: number;
}

/** How one op was decided: the word for it, the field or step meant, and the record after it. */
type Mark = readonly [code: Code, detail?: string, record?: Record];

type Changes = ReadonlyMap<string, Change>; // by field

/** One op with all that bears on it. */
interface Bearing {
  readonly op: Op;
  readonly kind: KindPage;
  readonly actor: Actor;
  readonly units: Units;
  readonly event: Event;
  readonly amended: boolean;
}

/** Settle the ops of one device in the order given; `nowMs` is the server's time. */
export function settle(known: Known, ops: readonly Op[], actor: Actor, world: World, nowMs: number): Settled {
  const records = new Map<string, Record>();
  const verdicts: Verdict[] = [];
  const answers = new Map(known.answers);
  const stamps = new Set(known.stamps.map(String));
  let { clock, seq } = known;
  for (const op of ops) {
    const first = answers.get(op.n);
    if (first) {
      const same = canonical(first.op) === canonical(op);
      verdicts.push(same ? first.verdict : { n: op.n, code: "number_reused", receivedMs: nowMs, detail: "" });
      continue;
    }
    const [stamp, after] = amend(clock, op.stamp, nowMs);
    const event = { stamp, seq: seq + 1, by: actor.device, nowMs };
    const record = records.get(op.record) ?? known.records.get(op.record);
    const [code, detail = "", settled] = mark(op, record, actor, world, event, stamps);
    const verdict = { n: op.n, code, receivedMs: nowMs, detail };
    verdicts.push(verdict);
    if (WAITING.has(code) || code === "bad_number") continue;
    seq++;
    if (settled) {
      records.set(settled.id, settled);
      clock = after;
    }
    answers.set(op.n, { op, verdict });
    if (code !== "bad_stamp") stamps.add(String(stamp.slice(0, 2)));
  }
  return { records, verdicts, clock, seq };
}

function mark(
  op: Op,
  record: Record | undefined,
  actor: Actor,
  { kinds, units }: World,
  event: Event,
  stamps: ReadonlySet<string>,
): Mark {
  const kind = kinds.get(op.kind);
  if (!kind) return ["unknown_kind", op.kind];
  if (!goodNumber(op.n)) return ["bad_number"];
  const fault = stampFault(op.stamp, actor, stamps) ?? flawOf(op, kind);
  if (fault) return fault;
  const bearing = { op, kind, actor, units, event, amended: order(event.stamp, op.stamp) !== 0 };
  if (!record) return make(bearing);
  if (record.kind !== op.kind || !mayRead(kind, actor, record, units)) return ["not_found"];
  return put(bearing, record, false);
}

function stampFault([wallMs, count, device]: Stamp, actor: Actor, stamps: ReadonlySet<string>): Mark | null {
  if (device !== actor.device || !isInt(wallMs, 0) || !isInt(count, 0, COUNT_MAX)) return ["bad_stamp"];
  return stamps.has(String([wallMs, count])) ? ["stamp_reused"] : null;
}

/** Make the record a creating op names, or say why it may not be made. */
function make(bearing: Bearing): Mark {
  const { op, kind, actor, units, event, amended } = bearing;
  if (op.area === null || !namesOwn(bearing)) return ["not_found"];
  const refusal = mayCreate(kind, actor, op.area, units);
  if (refusal) return [refusal];
  const record = {
    id: op.record,
    kind: op.kind,
    area: op.area,
    author: actor.person,
    madeMs: event.stamp[0],
    receivedMs: event.nowMs,
    state: kind.workflow.begin,
    head: [event.seq, amended ? "" : actor.device, 0],
    cells: {},
    held: {},
    story: [],
  } as const;
  return put(bearing, record, true);
}

/** Tell whether the op's record id is one this device (or this person, for that day) may mint. */
function namesOwn({ op, kind, actor }: Bearing): boolean {
  if (kind.identity === "device") return op.record === minted(actor.device, op.n);
  const day = Number(op.record.slice(17)) % 1e8;
  return isDay(day) && op.record === perDay(actor.person, kind.series, day);
}

/** Merge the facts of an op, then decide its step. */
function put(bearing: Bearing, record: Record, fresh: boolean): Mark {
  const { op, kind, actor, units } = bearing;
  const step = op.step && find(kind, op.step.name);
  const carried = step ? [...step.needs, ...step.takes] : [];
  const facts = new Map<string, Change>();
  const withStep = new Map<string, Change>();
  for (const [name, change] of Object.entries(op.sets)) {
    const field = kind.fields[name] as Field; // flawOf knows every name
    if (mayWrite(kind, field, actor, record, units)) facts.set(name, change);
    else if (!carried.includes(name)) return ["not_your_field", name];
    if (carried.includes(name)) withStep.set(name, change);
  }
  const near = { nowMs: bearing.event.stamp[0], units, sets: Object.fromEntries([...facts, ...withStep]) };
  const born = fresh && merged(bearing, bearing.event, facts, record);
  const barred = born && refusedBy(kind, born, kind, actor.person, near);
  if (barred) return [barred];
  if (!op.step || !step) return apply(bearing, null, facts, withStep, record, fresh);
  const lacking = step.needs.find((name) => !saysSomething(own(op.sets, name)));
  if (lacking !== undefined) return ["needs_field", lacking];
  const word = judge(kind, record, op.step, actor, units, near);
  if (word === "overtaken")
    return overtake(bearing, op.step, step.to || op.step.saw, facts, withStep, record, fresh);
  if (word) return [word, step.name];
  return apply(bearing, step, new Map([...facts, ...withStep]), withStep, record, fresh);
}

/** Write the facts, take the step if there is one, and the steps that follow by themselves. */
function apply(
  bearing: Bearing,
  step: Step | null,
  facts: Changes,
  withStep: Changes,
  record: Record,
  fresh: boolean,
): Mark {
  const { kind, actor, amended } = bearing;
  const event = amended ? { ...bearing.event, by: "" } : bearing.event;
  record = merged(bearing, event, facts, record);
  if (fresh) record = begin(record, event);
  record = step
    ? advance(kind, record, step, actor.person, Object.fromEntries(withStep), event)
    : follow(kind, record, event);
  return [amended ? "amended" : "applied", "", record];
}

/** Keep a step that came too late: its facts merge, its decision becomes a line of the history. */
function overtake(
  bearing: Bearing,
  taken: StepTaken,
  to: string,
  facts: Changes,
  withStep: Changes,
  record: Record,
  fresh: boolean,
): Mark {
  const { kind, actor } = bearing;
  const event = { ...bearing.event, by: "" }; // everyone hears of it, its author too
  record = merged(bearing, event, facts, record);
  if (fresh) record = begin(record, event);
  const line: Entry = {
    seq: event.seq,
    stamp: event.stamp,
    person: actor.person,
    step: taken.name,
    start: taken.saw,
    to,
    outcome: "overtaken",
    receivedMs: event.nowMs,
    sets: Object.fromEntries(withStep),
  };
  record = moved(record, record.state, line, event.by);
  return ["overtaken", taken.name, follow(kind, record, event)];
}

/** Join what an op writes into the record's cells, noting which of them changed. */
function merged({ kind, actor, units }: Bearing, event: Event, changes: Changes, record: Record): Record {
  const cells = new Map(Object.entries(record.cells));
  const held = new Map(Object.entries(record.held));
  const echoed = Object.entries(kind.fields).flatMap(([name, { echoes }]) =>
    changes.has(echoes) ? [[name, changes.get(echoes) as Change] as const] : [],
  );
  for (const [name, change] of new Map([...echoed, ...changes])) {
    const field = kind.fields[name] as Field;
    const old = cells.get(name);
    const heavy = weight(kind, field, actor, record, units);
    let cell = write(field.rule, change, event.stamp, heavy);
    if (old) {
      cell = join(field.rule, old, cell, spec(field).options);
      if (canonical(cell) === canonical(old)) continue;
    }
    cells.set(name, cell);
    held.set(name, touch(held.get(name), event.seq, event.by));
  }
  return { ...record, cells: Object.fromEntries(cells), held: Object.fromEntries(held) };
}
