// A receipt, stored: what it brings and the cursor that says so in one transaction, so that neither is
// ever there without the other (I9).

import { keepPhotos } from "./arrivals.ts";
import { fold, within } from "./fold.ts";
import { deviceOf, emptied, file, note, release, renumber, UNSENT } from "./outbox.ts";
import type {
  Heard,
  OpRow,
  PhotoRow,
  PreviewRow,
  Reader,
  RecordRow,
  Self,
  Session,
  Writer,
} from "./ports.ts";
import { type Load, type Stock, waits } from "./push.ts";
import { COUNT_MAX, LEAD_MS_MAX } from "./sync/clock.ts";
import type { Actor } from "./sync/permit.ts";
import type { World } from "./sync/settle.ts";
import type { Receipt } from "./sync/wire.ts";

/** The push that the receipt answers. */
export interface Pushed {
  readonly session: Session;
  readonly cursor: string;
  readonly load: Load;
}

/** What storing it came to. */
export interface Kept {
  readonly changed: readonly string[]; // ids of records
  readonly photos: readonly string[]; // keys of photos that nothing here shows any more
  readonly answers: number; // of own ops
  readonly again: boolean; // there is more to do at once
  readonly late?: boolean; // another tab was faster: nothing of it was kept
}

export const UNHEARD: Heard = {
  cursor: "",
  directory: "",
  offsetMs: 0,
  lastMs: 0,
  era: 0,
  renewing: false,
  backed: 0,
};
const NOTHING: Kept = { changed: [], photos: [], answers: 0, again: false };
/** Before a cursor: tell everything again, and still say if the log is not the one it was heard from. */
const AGAIN = "*";
/** Where no log is known to hold an op: it is never thrown away as backed up. */
export const NOWHERE = Number.MAX_SAFE_INTEGER;
const UNREAD: ReadonlySet<string> = new Set(["parked"]); // what came as bytes, unless it was answered before

/**
 * Store a receipt; `incarnation` is for a store that turns out to be a copy. Needs all tables in the
 * transaction. Of a receipt that answers another cursor than the one held nothing is kept, for one position
 * stands for what was heard and for what was acknowledged: the ops are simply sent again (I11).
 */
export async function keep(
  tx: Writer,
  pushed: Pushed,
  receipt: Receipt,
  actor: Actor,
  world: World,
  offsetMs: number,
  incarnation: string,
): Promise<Kept> {
  const session = await note(tx, "session");
  const self = await note(tx, "self");
  // Another person signed in meanwhile: this answer is not theirs.
  if (session?.token !== pushed.session.token || !self) return NOTHING;
  const heard = { ...UNHEARD, ...(await note(tx, "heard")) };
  if (heard.cursor !== pushed.cursor) return { ...NOTHING, late: true };
  const rows = await ownRows(tx, session);
  const ids = pushed.load.rows.map((row) => row.id);
  const sent = rows.filter((row) => ids.includes(row.id));
  if (receipt.anew) await moveAlong(tx, receipt.head);
  const now = hearing(heard, receipt, offsetMs);
  const before = { rows, pushed: ids, records: await recordsOf(tx, sent, receipt), ...now };
  const after = fold(before, receipt, actor, world);
  for (const row of after.rows) await tx.put("outbox", row);
  for (const row of after.answered) await file(tx, { ...row, at: receipt.head });
  for (const [, record] of after.records) if (record) await tx.put("records", record);
  // No record shows the photos of an op that was kept unread: they stay here.
  const unshown = after.answered.filter(({ code }) => receipt.head === NOWHERE && UNREAD.has(code));
  const lost = !heard.cursor && !ids.length; // so it asked, see exchange.ts
  // Positions of two logs do not compare: what the new one says of backups is of other ops.
  const backed = receipt.anew || lost ? Math.min(heard.backed, now.backed) : now.backed;
  const told = { ...receipt, anew: receipt.anew || lost };
  await keepPhotos(tx, told, pushed.load.photos, [...after.refused, ...unshown], backed);
  const back = await offerAgain(tx, receipt, lost, backed, actor.device, rows, session);
  const reused = after.reused.length > 0 || beyond(receipt, self, actor.device === deviceOf(session, self));
  const over = now.renewing && !receipt.more ? await untold(tx, now.era, session) : [];
  const left = [...[...after.records].flatMap(([id, record]) => (record ? [] : [id])), ...over];
  const photos = left.length ? await purge(tx, left) : [];
  const cursor = after.amiss || reused ? AGAIN + receipt.cursor.replace(AGAIN, "") : receipt.cursor;
  const renewing = now.renewing && receipt.more;
  await tx.put("notes", { id: "heard", value: { ...now, cursor, renewing } });
  await calm(tx, self, receipt.serverMs, rows);
  const held = ({ op }: OpRow): boolean => op.stamp[2] === actor.device && within(op.n, receipt.acks);
  if (reused) await renumber(tx, after.reused, incarnation, held);
  return {
    changed: [...after.records.keys(), ...after.answered.map((row) => row.op.record), ...over],
    photos,
    answers: after.answered.length + after.rows.length + after.reused.length,
    again: back > 0 || after.amiss || reused,
  };
}

/** Whether the server holds numbers that this store never gave: it is a copy, and the other one writes, too. */
const beyond = ({ acks }: Receipt, { top }: Self, present: boolean): boolean =>
  present && acks.some(([, last]) => last > top);

/** How far the phone has heard with this receipt; one that tells everything begins an era. */
function hearing(heard: Heard, receipt: Receipt, offsetMs: number): Heard {
  const anew = receipt.anew || !heard.cursor || heard.cursor.startsWith(AGAIN);
  return {
    ...heard,
    directory: receipt.directory || heard.directory,
    offsetMs,
    lastMs: receipt.serverMs,
    era: heard.era + Number(anew),
    renewing: anew || heard.renewing,
    backed: receipt.backed || (receipt.anew ? 0 : heard.backed),
    more: receipt.more,
  };
}

/** Records that were not told in this era: they are gone, but for what own ops still name. */
async function untold(tx: Reader, era: number, session: Session): Promise<readonly string[]> {
  const named = new Set((await ownRows(tx, session)).filter(waits).map((row) => row.op.record));
  const old = (await tx.all("records")).filter((record) => (record.era ?? 0) !== era);
  return old.flatMap(({ id }) => (named.has(id) ? [] : [id]));
}

const KEY = /"([\w-]{22})"/g; // a photo key, as cells hold it

const keysIn = ({ cells }: RecordRow): readonly string[] =>
  [...JSON.stringify(cells).matchAll(KEY)].map(([, key = ""]) => key);

/** Forget records, and the previews of photos that nothing here shows any more; gives the keys of those. */
export async function purge(tx: Writer, ids: readonly string[]): Promise<readonly string[]> {
  const gone = await Promise.all(ids.map((id) => tx.get("records", id)));
  for (const id of ids) await tx.drop("records", id);
  const keys = new Set(gone.flatMap((record) => (record ? keysIn(record) : [])));
  if (!keys.size) return [];
  const shown = (await tx.all("records")).flatMap(keysIn);
  const own = (await tx.all("photos")).filter(({ state }) => state !== "verified"); // they are not sent yet
  for (const key of [...shown, ...own.map(({ id }) => id)]) keys.delete(key);
  for (const key of keys) await tx.drop("previews", key);
  return [...keys];
}

/** Whether a session may send an op: its person wrote it on this phone, under whatever incarnation. */
export const mayOffer = ({ person, number }: Session, row: OpRow): boolean =>
  row.person === person && row.op.stamp[2].startsWith(number);

const ownRows = async (tx: Reader, session: Session): Promise<readonly OpRow[]> =>
  (await tx.all("outbox")).filter((row) => mayOffer(session, row));

/** What there is to choose a load from. */
export async function stockOf(tx: Reader, session: Session, self: Self): Promise<Stock> {
  const photos = new Map<string, PhotoRow>();
  const previews = new Map<string, PreviewRow>();
  for (const photo of await tx.all("photos")) {
    if (photo.state !== "waiting" || photo.person !== session.person) continue;
    photos.set(photo.id, photo);
    const preview = await tx.get("previews", photo.id);
    if (preview) previews.set(photo.id, preview);
  }
  return { device: deviceOf(session, self), rows: await ownRows(tx, session), photos, previews };
}

async function recordsOf(tx: Reader, rows: readonly OpRow[], receipt: Receipt) {
  const deltas = receipt.records.map((delta) => delta.id);
  const ids = new Set([...rows.map((row) => row.op.record), ...deltas, ...receipt.gone]);
  const records = new Map<string, RecordRow>();
  for (const id of ids) {
    const record = await tx.get("records", id);
    if (record) records.set(id, record);
  }
  return records;
}

/**
 * A server restored from an older backup lacks what it once answered: it is offered again (I10), and what was
 * refused, too, for it may be answered otherwise now. When its log is another one, or may be as the phone had no
 * cursor to tell by, so is what earlier incarnations wrote, of which a receipt says nothing.
 */
async function offerAgain(
  tx: Writer,
  { missing, anew, head }: Receipt,
  lost: boolean,
  backed: number,
  device: string,
  rows: readonly OpRow[],
  session: Session,
): Promise<number> {
  const open = rows.filter((row) => row.op.stamp[2] === device && within(row.op.n, missing));
  const refused = open.filter((row) => row.refused);
  for (const row of refused) {
    await tx.put("outbox", { ...row, ...UNSENT, leftMs: row.leftMs });
    for (const key of row.photos) await release(tx, key, row);
  }
  const lacking = missing.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  let back = refused.length;
  if (!anew && !lost && lacking <= open.length) return back;
  for (const row of await tx.all("sent")) {
    const mine = row.op.stamp[2] === device;
    // A number that is not missing may be a copy's by now, which was faster.
    const unsure = (anew || lost) && mayOffer(session, row) && (!mine || (row.at || NOWHERE) > backed);
    if (unsure || (mine && within(row.op.n, missing))) {
      const { leftMs } = row;
      await tx.put("outbox", { ...(row.refused ? emptied(row) : row), ...UNSENT, leftMs });
      await tx.drop("sent", row.id);
      back++;
    } else if (anew) await tx.put("sent", { ...row, at: mine ? head : NOWHERE });
  }
  return back;
}

/** In another log, what this phone was told stands elsewhere: where it was when it is told again at the latest. */
async function moveAlong(tx: Writer, at: number): Promise<void> {
  for (const record of await tx.all("records")) if (record.at) await tx.put("records", { ...record, at });
}

/**
 * A clock that once ran far ahead comes back as soon as no op of that time is still on the phone: to after the
 * server's instant, for in that lie the stamps that were given in place of its own.
 */
async function calm(tx: Writer, self: Self, serverMs: number, rows: readonly OpRow[]): Promise<void> {
  if (self.wallMs - serverMs <= LEAD_MS_MAX || rows.some(waits)) return;
  await tx.put("notes", { id: "self", value: { ...self, wallMs: serverMs, count: COUNT_MAX } });
}
