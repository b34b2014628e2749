// Whether this phone holds what it should, asked once a day of the server (docs/sync.md section 14). It
// finds what no rule foresaw: a fold that came out otherwise, a store that lost a row.

import type { Parts, Told } from "./exchange.ts";
import { STALE } from "./fold.ts";
import { purge } from "./keep.ts";
import { note } from "./outbox.ts";
import type { Reader, RecordRow, Session, Store, Writer } from "./ports.ts";
import { waits } from "./push.ts";
import { fingerprint, tally } from "./sync/sameness.ts";
import { isNamed, type Named } from "./sync/value.ts";

const DAY_MS = 86_400_000;
const SLICE = 100; // records fingerprinted at a time: a few milliseconds

type Print = readonly [id: string, print: number];

/** The server's answer; what is empty is left out. */
interface Checked {
  readonly stale?: boolean;
  readonly areas?: Named<readonly Print[]>; // that differ: all there is in them
  readonly cursor?: string;
  readonly after?: number; // where to go on
}

const isChecked = (value: unknown): value is Checked =>
  isNamed(value) && (value.areas === undefined || (isNamed(value.areas) && typeof value.cursor === "string"));

/** Ask, if a day has gone by or some areas were left; true if something is to be heard anew, so exchange. */
export async function check({ store, link, time }: Parts, told: Told): Promise<boolean> {
  const nowMs = time.now();
  for (;;) {
    const due = await dueOf(store, nowMs);
    if (!due) return false;
    const { session, cursor, after } = due;
    const body = JSON.stringify({ cursor, areas: await holding(store), ...(after ? { after } : {}) });
    const answer = await link.ask(session.token, "/api/check", body);
    if (!answer.ok || !isChecked(answer.value) || answer.value.stale) return false;
    const found = await heal(store, answer.value, session, cursor, nowMs);
    if (!found) return false;
    if (answer.value.areas) {
      await told.changed(found);
      return true;
    }
  }
}

/** Who asks, from where on, and under which cursor; null if it is not time, or all is just being told anew. */
function dueOf(store: Store, nowMs: number) {
  return store.read(["notes"], async (tx) => {
    const session = await note(tx, "session");
    const heard = await note(tx, "heard");
    const { atMs, after } = (await note(tx, "checked")) ?? { atMs: 0, after: 0 };
    if (!session || session.out || !heard?.cursor || heard.renewing) return null;
    return after === 0 && nowMs - atMs < DAY_MS ? null : { session, cursor: heard.cursor, after };
  });
}

/** What this phone holds: by area, how many records, and their fingerprints together. */
async function holding(store: Store) {
  const records = await store.read(["records"], (tx) => tx.all("records"));
  const prints = new Map<number, number[]>();
  for (const [at, record] of records.entries()) {
    if (at % SLICE === 0) await new Promise((next) => setTimeout(next)); // a tap goes first
    if (record.gone) continue;
    const area = prints.get(record.area) ?? [];
    prints.set(record.area, area);
    area.push(fingerprint(record));
  }
  return Object.fromEntries([...prints].map(([area, each]) => [area, tally(each)]));
}

/**
 * Forget what differs; it is told again. What is listed otherwise than it is here stays in sight until then,
 * and what own ops name stays until they are answered. Null if the answer is to what was held before.
 */
async function heal(store: Store, checked: Checked, session: Session, cursor: string, nowMs: number) {
  const { areas = {}, after = 0 } = checked;
  return store.write(["outbox", "records", "photos", "previews", "notes"], async (tx) => {
    const heard = await note(tx, "heard");
    if (heard?.cursor !== cursor || (await note(tx, "session"))?.token !== session.token) return null;
    const done = { atMs: nowMs, after };
    await tx.put("notes", { id: "checked", value: done });
    if (!checked.areas) return { records: [], photos: [] };
    await tx.put("notes", { id: "heard", value: { ...heard, cursor: checked.cursor ?? "" } });
    return forget(tx, await differing(tx, areas), areas);
  });
}

async function differing(tx: Reader, areas: NonNullable<Checked["areas"]>): Promise<readonly RecordRow[]> {
  const records = (await tx.all("records")).filter((record) => String(record.area) in areas && !record.gone);
  return records.filter((record) => {
    const listed = areas[record.area]?.find(([id]) => id === record.id);
    return listed?.[1] !== fingerprint(record);
  });
}

async function forget(tx: Writer, records: readonly RecordRow[], areas: NonNullable<Checked["areas"]>) {
  const named = new Set((await tx.all("outbox")).filter(waits).map((row) => row.op.record));
  const listed = new Set(Object.values(areas).flatMap((each) => each.map(([id]) => id)));
  const kept = records.filter(({ id }) => named.has(id) || listed.has(id));
  for (const record of kept)
    await tx.put("records", { ...record, era: STALE, ...(listed.has(record.id) ? {} : { gone: true }) });
  const gone = records.filter((record) => !kept.includes(record)).map(({ id }) => id);
  const photos = gone.length ? await purge(tx, gone) : [];
  return { records: records.map(({ id }) => id), photos };
}
