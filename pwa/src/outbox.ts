// The outbox: every write of this phone becomes an op, numbered and stamped in the transaction that
// stores it, before anything else happens. Nothing here speaks to the server.

import { FIELDS } from "./bindings.ts";
import type { Developed, OpRow, PhotoRow, Reader, Self, Session, Tables, Writer } from "./ports.ts";
import { waits } from "./push.ts";
import { order, type Stamp, tick, witness } from "./sync/clock.ts";
import { minted, type Op, type StepTaken } from "./sync/op.ts";
import type { Change } from "./sync/register.ts";
import { isNamed, type Named } from "./sync/value.ts";

/** A write as the model words it; the outbox adds number, stamp and, for a new record, its name. */
export interface Write {
  readonly kind: string;
  readonly record: string | null; // null: named after this op
  readonly area: number | null; // only with an op that makes a record
  readonly sets: Named<Change>;
  readonly step: StepTaken | null;
  readonly photos: readonly string[]; // keys it adds
  readonly seen: readonly Stamp[]; // what its author had in sight
}

/** Name this phone as the stamps of what it writes now do; earlier incarnations share the number before it. */
export const deviceOf = (session: Session, self: Self): string => session.number + self.incarnation;

/** Read one note. */
export async function note<T extends Tables["notes"]["id"]>(tx: Reader, name: T) {
  const row = await tx.get("notes", name);
  return row?.value as Extract<Tables["notes"], { id: T }>["value"] | undefined;
}

/** Make sure the store knows who it is; a store that was emptied begins a new incarnation (trap 2). */
export async function begun(tx: Writer, incarnation: string): Promise<Self> {
  const known = await note(tx, "self");
  if (known) return known;
  const self = { incarnation, top: 0, wallMs: 0, count: 0 };
  await tx.put("notes", { id: "self", value: self });
  return self;
}

/** Both must be there before anything is written: only a signed-in person has a form in front of them. */
async function writer(tx: Reader): Promise<readonly [Session, Self]> {
  const session = await note(tx, "session");
  const self = await note(tx, "self");
  if (!session || !self) throw new Error("nobody is signed in");
  return [session, self];
}

/** Put a write into the outbox. Needs outbox, notes, photos in the transaction. */
export async function enqueue(tx: Writer, write: Write, nowMs: number): Promise<OpRow> {
  const [session, self] = await writer(tx);
  const device = deviceOf(session, self);
  const n = self.top + 1;
  const last = write.seen.reduce((clock, heard) => witness(clock, heard, nowMs), [
    self.wallMs,
    self.count,
    device,
  ] as Stamp);
  const stamp = tick(last, nowMs);
  const { kind, record, area, sets, step } = write;
  const op: Op = { n, stamp, kind, record: record ?? minted(device, n), area, sets, step };
  const row = fresh(op, session.person, write.photos);
  await tx.put("outbox", row);
  await tx.put("notes", { id: "self", value: { ...self, top: n, wallMs: stamp[0], count: stamp[1] } });
  for (const key of write.photos) await release(tx, key, row);
  return row;
}

const fresh = (op: Op, person: number, photos: readonly string[]): OpRow => ({
  id: minted(op.stamp[2], op.n),
  op,
  person,
  photos,
  urgent: op.sets[FIELDS.emergency] === true,
  undone: false,
  ...UNSENT,
});

/** How an op stands that nobody has answered. */
export const UNSENT = { leftMs: 0, code: "", refused: false, receivedMs: 0, tries: 0, laterMs: 0 } as const;

/** A photo goes with its op: from now on it waits to be sent. */
export async function release(tx: Writer, key: string, { urgent, person }: OpRow): Promise<void> {
  const photo = await tx.get("photos", key);
  if (photo && (photo.state === "draft" || photo.state === "held"))
    await tx.put("photos", { ...photo, state: "waiting", person, urgent, tries: 0, laterMs: 0 });
}

/** The rows of one record, oldest first. */
export const rowsOf = (rows: readonly OpRow[], record: string): readonly OpRow[] =>
  rows.filter((row) => row.op.record === record && !row.undone).sort((a, b) => a.op.n - b.op.n);

/** Whether a record can be taken back: nothing of it has left, and nothing else of ours points at it. */
export function undoable(rows: readonly OpRow[], record: string): boolean {
  const own = rowsOf(rows, record);
  if (own[0]?.op.area == null || own.some((row) => row.leftMs > 0 || row.refused)) return false;
  return !rows.some((row) => row.op.record !== record && mentions(row.op.sets, record));
}

function mentions(value: unknown, record: string): boolean {
  if (Array.isArray(value)) return value.some((each) => mentions(each, record));
  return isNamed(value) ? Object.values(value).some((each) => mentions(each, record)) : value === record;
}

/**
 * Take back a record that has not left; gives its ops, or null when it is too late. Its numbers go out as
 * empty ops: the server must never miss one, and a number used twice could come back from a damaged store.
 */
export async function undo(tx: Writer, record: string): Promise<readonly OpRow[] | null> {
  const rows = await tx.all("outbox");
  if (!undoable(rows, record)) return null;
  const taken = rowsOf(rows, record);
  for (const row of taken) {
    await tx.put("outbox", emptied(row));
    for (const key of row.photos) {
      const photo = await tx.get("photos", key);
      if (photo) await tx.put("photos", { ...photo, state: "draft" });
    }
  }
  return taken;
}

/** Take back steps that are held and have not left; gives how many. The rest of their records stays. */
export async function takeBack(tx: Writer, ids: readonly string[]): Promise<number> {
  const rows = (await tx.all("outbox")).filter((row) => ids.includes(row.id) && !row.leftMs && !row.undone);
  for (const row of rows) await tx.put("outbox", { ...emptied(row), laterMs: 0 });
  return rows.length;
}

/** Send the ops of a record again: refused ones under new numbers, since a number has one answer (I6). */
export async function resend(tx: Writer, record: string, nowMs: number): Promise<void> {
  let named: string | null = record;
  for (const row of rowsOf(await tx.all("outbox"), record)) {
    // An edit that waits behind a record which now gets another name goes out anew behind it.
    if (!row.refused && (named === record || row.leftMs > 0)) {
      await tx.put("outbox", { ...row, code: "", tries: 0, laterMs: 0 });
      continue;
    }
    const makes = row.op.area !== null && row.op.record === row.id;
    const write: Write = { ...row.op, record: makes ? null : named, photos: row.photos, seen: [] };
    named = (await enqueue(tx, write, nowMs)).op.record;
    await (row.refused ? file(tx, row) : tx.put("outbox", emptied(row)));
  }
}

/** Move an answered op to the sent ones. */
export async function file(tx: Writer, row: OpRow): Promise<void> {
  await tx.put("sent", row);
  await tx.drop("outbox", row.id);
}

/** What goes out in place of an op that was taken back: its number alone. */
export const emptied = (row: OpRow): OpRow => ({
  ...row,
  op: { ...row.op, area: null, sets: {}, step: null },
  photos: [],
  undone: true,
});

/**
 * Give the ops of one person a new device's numbers: those that wait, and the sent ones that the log held
 * after `backed`. A phone signed in anew has another device number, under which the old stamps and record
 * names would be refused.
 */
export async function rehome(tx: Writer, session: Session, backed: number): Promise<void> {
  const self = await note(tx, "self");
  if (!self) throw new Error("the store has not begun");
  const device = deviceOf(session, self);
  const sent = (await tx.all("sent")).filter((row) => !row.undone && (row.at ?? 0) > backed);
  const rows = [...(await tx.all("outbox")), ...sent]
    .filter((row) => row.person === session.person && !row.refused && row.op.stamp[2] !== device)
    .sort(earlier);
  const kept = rows.filter((row) => !row.undone);
  for (const row of rows) await file(tx, emptied(row));
  await move(tx, kept, device);
  await tx.put("notes", { id: "self", value: { ...self, top: kept.length } });
}

/**
 * Begin a new incarnation for ops whose numbers the server knows from another phone's writes: this store
 * was copied (trap 2). The same person's ops that never left move along, and whatever names what these make;
 * but not what the server holds a number of: that may be the very same op, brought by the copy.
 */
export async function renumber(
  tx: Writer,
  reused: readonly OpRow[],
  incarnation: string,
  held: (row: OpRow) => boolean,
): Promise<void> {
  const [session, self] = await writer(tx);
  const rows = (await tx.all("outbox"))
    .filter((row) => row.person === session.person && waits(row) && !row.undone)
    .filter(
      (row) => !(row.leftMs || held(row)) || reused.some(({ id }) => row.id === id || mentions([row.op], id)),
    )
    .sort(earlier);
  for (const row of rows) await file(tx, emptied(row));
  await move(tx, rows, session.number + incarnation);
  const past = { ...self.past, [deviceOf(session, self)]: self.top };
  await tx.put("notes", { id: "self", value: { ...self, incarnation, top: rows.length, past } });
}

/** In the order they were written, whatever device id they bear. */
const earlier = (a: OpRow, b: OpRow): number => order(a.op.stamp, b.op.stamp);

/** Number ops anew, from 1, under another device id, in the order given. */
async function move(tx: Writer, rows: readonly OpRow[], device: string): Promise<void> {
  const names = new Map(rows.map((row, at) => [row.id, minted(device, at + 1)]));
  const stamps = new Set(rows.map((row) => row.op.stamp.join()));
  const counted = await counts(tx, rows);
  for (const [at, row] of rows.entries()) {
    const op = renamed(row.op, names, stamps, device) as Op;
    const stamp = [row.op.stamp[0], row.op.stamp[1], device] as const;
    const own = { ...op, n: at + 1, stamp, sets: { ...op.sets, ...counted(row) } };
    await tx.put("outbox", { ...row, ...UNSENT, id: minted(device, at + 1), op: own });
  }
}

/** What rows that move say of counted fields: a total stays with its device id, only what it grew by moves. */
async function counts(tx: Reader, rows: readonly OpRow[]) {
  const pages = (await note(tx, "kinds"))?.kinds ?? {};
  const known = [...rows, ...(await tx.all("outbox")), ...(await tx.all("sent"))];
  const totals = new Map<string, number>();
  return ({ op }: OpRow): Named<number> => {
    const same = known.filter(
      (each) => each.op.record === op.record && each.op.stamp[2] === op.stamp[2] && each.op.n < op.n,
    );
    const fields = Object.keys(op.sets).filter((name) => pages[op.kind]?.fields[name]?.rule === "count");
    return Object.fromEntries(
      fields.map((name) => {
        const before = Math.max(0, ...same.map((each) => Number(each.op.sets[name] ?? 0)));
        const key = `${op.record} ${name}`;
        totals.set(key, (totals.get(key) ?? 0) + Number(op.sets[name]) - before);
        return [name, totals.get(key) as number];
      }),
    );
  };
}

/** Replace record names, and the stamps of ops that move, wherever they stand. */
function renamed(
  value: unknown,
  names: ReadonlyMap<string, string>,
  stamps: ReadonlySet<string>,
  device: string,
): unknown {
  const again = (each: unknown): unknown => renamed(each, names, stamps, device);
  if (typeof value === "string") return names.get(value) ?? value;
  if (Array.isArray(value)) {
    const stamp = typeof value[0] === "number" && stamps.has(value.join());
    return stamp ? [value[0], value[1], device] : value.map(again);
  }
  if (!isNamed(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, again(each)]));
}

/** A photo just taken: it belongs to the draft until that is sent. */
export const takenPhoto = (
  { key, sha256, screen, original, originalSha256 }: Omit<Developed, "preview" | "thumb" | "originalSize">,
  person: number,
  takenMs: number,
): PhotoRow => ({
  id: key,
  person,
  screen,
  size: screen.size,
  sha256,
  ...(original ? { original, originalSha256 } : {}),
  state: "draft",
  urgent: false,
  takenMs,
  tries: 0,
  laterMs: 0,
});
