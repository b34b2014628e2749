// A record as a person sees it. Pure: confirmed record and own ops in, one View out. The costly parts
// are made when they are looked at: a list of two thousand shows thirty.

import { clashes, said } from "./change.ts";
import type { Clash, Offer, Sent, StoryLine, View } from "./model.ts";
import { enteredIn } from "./needs.ts";
import { undoable } from "./outbox.ts";
import type { OpRow, RecordRow } from "./ports.ts";
import { predict, writtenBy } from "./predict.ts";
import { ALONE } from "./sync/guards.ts";
import type { KindPage, Kinds } from "./sync/kind.ts";
import type { Both } from "./sync/merges.ts";
import { PERSON_ORIGIN } from "./sync/op.ts";
import type { Actor, Units } from "./sync/permit.ts";
import { type Entry, type Record as Kept, plain, present } from "./sync/register.ts";
import { isRecordId, own, type Value } from "./sync/value.ts";
import { judge } from "./sync/workflow.ts";
import { turnOf } from "./whose.ts";

/** What a view depends on besides its record. */
export interface Sight {
  readonly kinds: Kinds;
  readonly units: Units;
  readonly actor: Actor;
  readonly outbox: readonly OpRow[]; // all own rows: one may point at another's record
  readonly sending: ReadonlySet<string>; // ids of the op rows in the request under way
  readonly backed: number; // position of the log up to which a backup exists, 0 if none is known
  readonly online: boolean; // steps that need the link are offered only then
  readonly writerOf: (device: string) => number; // person who writes on a device, 0 if not known
  readonly now: () => number; // Unix ms
}

/** Build the view of one record; undefined when there is neither a record nor an op that makes one. */
export function viewOf(
  confirmed: RecordRow | undefined,
  rows: readonly OpRow[],
  sight: Sight,
): View | undefined {
  const record = rows.length ? predict(confirmed, rows, sight.actor, sight) : confirmed;
  if (!record) return undefined;
  const kind = sight.kinds.get(record.kind);
  const failed = rows.find((row) => row.refused || (row.code !== "" && row.laterMs > 0));
  const lazy = lazily(record, rows, sight);
  return {
    id: record.id,
    kind: record.kind,
    area: record.area,
    author: record.author,
    madeMs: record.madeMs,
    receivedMs: confirmed?.receivedMs ?? 0,
    state: record.state,
    get values() {
      return lazy.values();
    },
    get photos() {
      return lazy.photos();
    },
    get sounds() {
      return lazy.sounds();
    },
    get clashes() {
      return lazy.clashes();
    },
    get story() {
      return lazy.story();
    },
    get offers() {
      return lazy.offers();
    },
    get turn() {
      return lazy.turn();
    },
    get entry() {
      return lazy.entry();
    },
    sent: sentOf(rows, failed, sight.sending),
    kept: rows.length ? "phone" : confirmed?.at && confirmed.at <= sight.backed ? "backup" : "server",
    reason: failed?.sentOn ? "sent_on" : (failed?.code ?? ""),
    number: confirmed ? numberOf(record.id) : "",
    undoable: kind?.identity === "device" && !confirmed && undoable(sight.outbox, record.id),
  };
}

function lazily(record: Kept, rows: readonly OpRow[], sight: Sight) {
  const kind = sight.kinds.get(record.kind);
  return {
    values: once(() => (kind ? valuesOf(kind, record) : {})),
    photos: once(() => (kind ? photosOf(kind, record, false) : {})),
    sounds: once(() => (kind ? Object.values(photosOf(kind, record, true)).flat() : [])),
    clashes: once(() => (kind ? clashesOf(kind, record, sight) : [])),
    story: once(() => record.story.map((entry) => lineOf(entry, rows))),
    offers: once(() => (kind ? offersOf(kind, record, sight) : [])),
    turn: once(() => (kind ? turnOf(kind, record, sight.units, sight.now()) : [])),
    entry: once(() => (kind?.identity === "entry" ? enteredIn(record.cells) : null)),
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function sentOf(rows: readonly OpRow[], failed: OpRow | undefined, sending: ReadonlySet<string>): Sent {
  if (failed) return "fail";
  if (!rows.length) return "done";
  return rows.some((row) => sending.has(row.id)) ? "send" : "wait";
}

/** The number people quote: the device's and its own count, "10-12". A person's day is named by its date. */
function numberOf(id: string): string {
  if (!isRecordId(id) || id.startsWith(PERSON_ORIGIN)) return "";
  return `${Number.parseInt(id.slice(0, 8), 16)}-${id.slice(17)}`;
}

function valuesOf(kind: KindPage, record: Kept): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [name, cell] of Object.entries(record.cells)) {
    const field = own(kind.fields, name);
    if (field) values[name] = plain(field.rule, cell);
  }
  return values;
}

function photosOf(kind: KindPage, record: Kept, sound: boolean): Record<string, readonly string[]> {
  const photos: Record<string, readonly string[]> = {};
  for (const [name, field] of Object.entries(kind.fields)) {
    const cell = field.type === "photos" && (field.holds === "sound") === sound && own(record.cells, name);
    const keys = cell ? present(cell) : [];
    if (keys.length) photos[name] = keys;
  }
  return photos;
}

function clashesOf(kind: KindPage, record: Kept, sight: Sight): Clash[] {
  return Object.entries(record.cells).flatMap(([name, cell]): Clash[] => {
    const field = own(kind.fields, name);
    if (!field || field.retired || !clashes(field, cell)) return [];
    const live = (cell as Both)[0];
    const choices = live.map((entry) => {
      const stamp = entry[0];
      const mine = stamp[2] === sight.actor.device;
      const person = mine ? sight.actor.person : writerIn(record, stamp[2]) || sight.writerOf(stamp[2]);
      return {
        value: entry[entry.length - 1] as Value,
        person,
        device: stamp[2],
        atMs: stamp[0],
        mine,
        stamp,
      };
    });
    return [{ field: name, choices }];
  });
}

/** Who writes on a device, as far as this record's history tells. */
const writerIn = (record: Kept, device: string): number =>
  record.story.find((entry) => entry.stamp[2] === device && entry.person > 0)?.person ?? 0;

function lineOf(entry: Entry, rows: readonly OpRow[]): StoryLine {
  const sets = Object.entries(entry.sets).map(([name, change]) => [name, said(change)] as const);
  return {
    atMs: entry.person || !entry.receivedMs ? entry.stamp[0] : entry.receivedMs, // the system acts when it acts
    person: entry.person,
    step: entry.step,
    from: entry.start,
    to: entry.to,
    outcome: writtenBy(rows, entry.stamp) ? "waiting" : entry.outcome,
    sets: Object.fromEntries(sets),
  };
}

function offersOf(kind: KindPage, record: Kept, sight: Sight): Offer[] {
  return kind.workflow.steps.flatMap(({ name, start, to, needs, takes, tone, offline }): Offer[] => {
    if (!start.includes(record.state) || (offline === "online_only" && !sight.online)) return [];
    const near = { ...ALONE, nowMs: sight.now() };
    const no = judge(kind, record, { name, saw: record.state }, sight.actor, sight.units, near);
    return no ? [] : [{ step: name, to, needs, takes, tone }];
  });
}
