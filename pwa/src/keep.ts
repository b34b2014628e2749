// A receipt, stored: what it brings and the cursor that says so in one transaction, so that neither is
// ever there without the other (I9).

import { fold, within } from "./fold.ts";
import { deviceOf, file, note } from "./outbox.ts";
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
import { LEAD_MS_MAX } from "./sync/clock.ts";
import type { Actor } from "./sync/permit.ts";
import type { World } from "./sync/settle.ts";
import type { Photo, Receipt } from "./sync/wire.ts";

/** The push that the receipt answers. */
export interface Pushed {
  readonly session: Session;
  readonly cursor: string;
  readonly load: Load;
}

/** What storing it came to. */
export interface Kept {
  readonly changed: readonly string[]; // ids of records
  readonly answers: number; // of own ops
  readonly again: boolean; // there is more to do at once
}

export const UNHEARD: Heard = { cursor: "", directory: "", offsetMs: 0, lastMs: 0 };

/** Store a receipt. Needs all tables in the transaction. */
export async function keep(
  tx: Writer,
  pushed: Pushed,
  receipt: Receipt,
  actor: Actor,
  world: World,
  offsetMs: number,
): Promise<Kept> {
  const session = await note(tx, "session");
  const self = await note(tx, "self");
  // Another person signed in meanwhile: this answer is not theirs.
  if (session?.token !== pushed.session.token || !self) return { changed: [], answers: 0, again: false };
  const heard = (await note(tx, "heard")) ?? UNHEARD;
  const fresh = heard.cursor === pushed.cursor; // else another tab was faster and knows more
  const rows = await ownRows(tx, session, self);
  const ids = pushed.load.rows.map((row) => row.id);
  const sent = rows.filter((row) => ids.includes(row.id));
  const before = { rows, pushed: ids, records: await recordsOf(tx, sent, receipt) };
  const after = fold(before, receipt, actor, world, fresh);
  for (const row of after.rows) await tx.put("outbox", row);
  for (const row of after.answered) await file(tx, row);
  for (const [id, record] of after.records)
    await (record ? tx.put("records", record) : tx.drop("records", id));
  await keepPhotos(tx, receipt.photos, pushed.load.photos, after.refused);
  const back = await offerAgain(tx, receipt, actor.device, self.top, rows);
  const cursor = after.amiss ? "" : fresh ? receipt.cursor : heard.cursor;
  const directory = (fresh && receipt.directory) || heard.directory;
  await tx.put("notes", { id: "heard", value: { cursor, directory, offsetMs, lastMs: receipt.serverMs } });
  await calm(tx, self, receipt.serverMs, rows);
  return {
    changed: [...after.records.keys(), ...after.answered.map((row) => row.op.record)],
    answers: after.answered.length + after.rows.length,
    again: back > 0 || after.amiss,
  };
}

/** The rows this device and person may send. */
export async function ownRows(tx: Reader, session: Session, self: Self): Promise<readonly OpRow[]> {
  const device = deviceOf(session, self);
  return (await tx.all("outbox")).filter(
    (row) => row.person === session.person && row.op.stamp[2] === device,
  );
}

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
  return { rows: await ownRows(tx, session, self), photos, previews };
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

async function keepPhotos(
  tx: Writer,
  heard: readonly Photo[],
  announced: readonly Photo[],
  refused: readonly OpRow[],
): Promise<void> {
  for (const [key, here, preview] of heard) {
    const known = await tx.get("previews", key);
    const row = {
      id: key,
      preview: preview || (known?.preview ?? ""),
      here: here === 1 || known?.here === true,
    };
    await tx.put("previews", row);
    const mine = row.here && (await tx.get("photos", key));
    if (mine && mine.state !== "draft") await tx.drop("photos", key);
  }
  for (const [key] of announced) {
    const photo = await tx.get("photos", key);
    if (photo?.state === "waiting") await tx.put("photos", { ...photo, state: "announced" });
  }
  for (const key of refused.flatMap((row) => row.photos)) {
    const photo = await tx.get("photos", key);
    if (photo && photo.state !== "draft") await tx.put("photos", { ...photo, state: "held" });
  }
}

/** A server restored from an older backup lacks what it once acknowledged: it is offered again (I10). */
async function offerAgain(
  tx: Writer,
  { missing }: Receipt,
  device: string,
  top: number,
  rows: readonly OpRow[],
): Promise<number> {
  const open = new Set(rows.map((row) => row.op.n));
  const lacking = missing.some(([from, to]) => {
    for (let n = from; n <= Math.min(to, top); n++) if (!open.has(n)) return true;
    return false;
  });
  if (!lacking) return 0;
  const back = (await tx.all("sent")).filter(
    (row) => row.op.stamp[2] === device && within(row.op.n, missing),
  );
  for (const row of back) {
    await tx.put("outbox", { ...row, code: "", receivedMs: 0, tries: 0, laterMs: 0 });
    await tx.drop("sent", row.id);
  }
  return back.length;
}

/** A clock that once ran far ahead comes back as soon as no op of that time is still on the phone. */
async function calm(tx: Writer, self: Self, serverMs: number, rows: readonly OpRow[]): Promise<void> {
  if (self.wallMs - serverMs <= LEAD_MS_MAX || rows.some(waits)) return;
  await tx.put("notes", { id: "self", value: { ...self, wallMs: serverMs, count: 0 } });
}
