// The store against its journal, when the app opens: what one of them lost the other gives back, a store
// that fell behind gets a new incarnation (trap 2), and what neither has is told, not passed over (trap 6).

import type { Journal } from "./journal.ts";
import { UNHEARD } from "./keep.ts";
import { emptied, note, UNSENT } from "./outbox.ts";
import type { Lost, OpRow, Room, Self, Session, Store, Writer } from "./ports.ts";
import type { Named } from "./sync/value.ts";

/** What is known outside the store: the spare copies of who we are and of the last op's id. */
export interface Spared {
  readonly session: Session | null;
  readonly top: string;
}

/** What the comparison came to. */
export interface Mended {
  readonly changed: boolean; // the page must read the store again
  readonly lacking: readonly OpRow[]; // rows that the journal must take in
  readonly kept: ReadonlySet<string>; // ids whose op is still in the store: the others may go
  readonly floors: Named<number>;
}

type Tops = Map<string, number>;

/** Chance and time, as the comparison needs them. */
export interface Means {
  readonly incarnation: string; // fresh, should one be needed
  readonly nowMs: number;
  readonly room: Room | null; // null where the phone keeps no files
}

/** Compare and repair, in one transaction. */
export function mend(store: Store, journal: Journal, spared: Spared, means: Means): Promise<Mended> {
  return store.write(["outbox", "sent", "photos", "notes"], async (tx) => {
    const sight = await look(tx, journal, spared);
    const back = sight.behind
      ? absent(sight, journal)
      : absent(sight, journal).filter((row) => row.op.n > floorOf(sight, row));
    for (const row of back) await tx.put("outbox", waitingAgain(row, means.nowMs));
    const over = sight.outbox.filter((row) => !row.undone && journal.rows.get(row.id)?.undone);
    for (const row of over) await tx.put("outbox", emptied(row));
    if (sight.behind) await remint(tx, sight, journal, spared, means);
    const told = await tell(tx, sight, journal, back.length, means);
    await letGo(tx);
    if (means.room) await tx.put("notes", { id: "room", value: means.room });
    const lacking = await unwritten(tx, sight, journal);
    const kept = new Set([...sight.known, ...back.map((row) => row.id)]);
    const changed = sight.behind || told || back.length + over.length > 0;
    return { changed, lacking, kept, floors: sight.floors };
  });
}

/** As it was before any answer; it may have left, so it can no longer be taken back. */
const waitingAgain = (row: OpRow, nowMs: number): OpRow => ({
  ...row,
  ...UNSENT,
  leftMs: nowMs,
});

/** Rows of the store that the journal has not, or not as they are now: what one of the two says is taken back, is. */
async function unwritten(tx: Writer, { outbox, known }: Sight, { rows }: Journal): Promise<readonly OpRow[]> {
  const waiting = outbox.filter(({ id, undone }) => !rows.has(id) || (undone && !rows.get(id)?.undone));
  const open = new Set(outbox.map((row) => row.id));
  const over = [...known].filter((id) => !open.has(id) && !rows.has(id));
  const sent = await Promise.all(over.map((id) => tx.get("sent", id)));
  return [...waiting, ...sent.flatMap((row) => (row ? [row] : []))];
}

interface Sight {
  readonly outbox: readonly OpRow[];
  readonly known: ReadonlySet<string>; // ids in outbox and sent
  readonly self: Self | undefined;
  readonly number: string; // device number, "" if nobody knows it any more
  readonly tops: Tops; // highest number made, by device id, as far as anything tells
  readonly floors: Named<number>;
  readonly behind: boolean; // the store knows less than what was made
}

async function look(tx: Writer, journal: Journal, spared: Spared): Promise<Sight> {
  const outbox = await tx.all("outbox");
  const known = new Set([...outbox.map((row) => row.id), ...(await tx.keys("sent"))]);
  const self = await note(tx, "self");
  const number = ((await note(tx, "session")) ?? spared.session)?.number ?? "";
  const tops: Tops = new Map(Object.entries(self?.past ?? {}));
  for (const id of [...known, ...journal.rows.keys(), spared.top]) raise(tops, id);
  const made = self ? (tops.get(number + self.incarnation) ?? 0) : tops.size;
  if (self) raise(tops, `${number}${self.incarnation}.${self.top}`);
  const floors = { ...journal.floors };
  for (const [device, n] of Object.entries((await note(tx, "floor")) ?? {}))
    floors[device] = Math.max(n, floors[device] ?? 0);
  return { outbox, known, self, number, tops, floors, behind: made > (self?.top ?? 0) };
}

/** Take note of the highest number a device is known to have reached. */
function raise(tops: Tops, id: string): void {
  const [device = "", n = ""] = id.split(".");
  if (device && Number(n) > (tops.get(device) ?? 0)) tops.set(device, Number(n));
}

const absent = ({ known }: Sight, journal: Journal): readonly OpRow[] =>
  [...journal.rows.values()].filter((row) => !known.has(row.id));

const floorOf = ({ floors }: Sight, row: OpRow): number => floors[row.op.stamp[2]] ?? 0;

/** Begin a new incarnation: the old numbers are used up, and everything is heard anew. */
async function remint(tx: Writer, sight: Sight, journal: Journal, spared: Spared, means: Means) {
  const { self, number, tops, outbox } = sight;
  const past = Object.fromEntries([...tops].filter(([device]) => number && device.startsWith(number)));
  const walls = [...outbox, ...journal.rows.values()].map((row) => row.op.stamp[0]);
  const wallMs = walls.reduce((most, wall) => Math.max(most, wall + 1), self?.wallMs ?? 0); // later than all of them
  await tx.put("notes", {
    id: "self",
    value: { incarnation: means.incarnation, top: 0, wallMs, count: 0, past },
  });
  if (spared.session && !(await note(tx, "session")))
    await tx.put("notes", { id: "session", value: spared.session });
  const heard = (await note(tx, "heard")) ?? UNHEARD;
  await tx.put("notes", { id: "heard", value: { ...heard, cursor: "" } });
}

/** Note what is nowhere any more, and what was found again; true if there is something new to tell. */
async function tell(tx: Writer, sight: Sight, journal: Journal, found: number, means: Means) {
  const old = await note(tx, "lost");
  const gaps = [...sight.tops].flatMap(([device, top]) => gapOf(sight, journal, device, top));
  const by = Object.fromEntries(gaps.map((gap) => [gap.device, gap.count]));
  const fresh = gaps.filter((gap) => gap.count > (old?.by[gap.device] ?? 0));
  const count = fresh.reduce((sum, gap) => sum + gap.count - (old?.by[gap.device] ?? 0), 0);
  if (!count && !found) {
    if (old) await tx.put("notes", { id: "lost", value: { ...old, by } });
    return false;
  }
  const before = old && !old.seen && old.count ? old : null; // not put away yet: it is told together with this
  const times = await Promise.all(fresh.map((gap) => timesOf(tx, sight, journal, gap)));
  const spans = [...times, ...(before ? [[before.fromMs, before.toMs] as const] : [])];
  const value: Lost = {
    count: count + (before?.count ?? 0),
    found: found + (before?.found ?? 0),
    device: (fresh[0] ?? before)?.device ?? "",
    fromMs: spans.length ? Math.min(...spans.map(([from]) => from)) : 0,
    toMs: spans.length ? Math.max(...spans.map(([, to]) => to || means.nowMs)) : 0,
    foundMs: means.nowMs,
    by,
    seen: false,
  };
  await tx.put("notes", { id: "lost", value });
  return true;
}

interface Gap {
  readonly device: string;
  readonly count: number;
  readonly first: number; // number before the first that is missing
  readonly last: number; // number after the last
}

/** What of 1..top of a device is neither in the store nor in the journal, nor was thrown away. */
function gapOf(sight: Sight, journal: Journal, device: string, top: number): readonly Gap[] {
  const floor = sight.floors[device] ?? 0;
  const there = [...new Set([...sight.known, ...journal.rows.keys()])]
    .filter((id) => id.startsWith(`${device}.`))
    .map((id) => Number(id.slice(device.length + 1)))
    .filter((n) => n > floor)
    .sort((a, b) => a - b);
  const count = top - floor - there.length;
  if (count <= 0) return [];
  const marks = [floor, ...there, top + 1];
  const holes = marks.filter((n, at) => (marks[at + 1] ?? n) > n + 1);
  const last = holes[holes.length - 1] ?? floor;
  return [{ device, count, first: holes[0] ?? floor, last: marks.find((n) => n > last) ?? top + 1 }];
}

/** When the ops before and after a gap were made; 0 where none is known. */
async function timesOf(tx: Writer, { outbox }: Sight, journal: Journal, { device, first, last }: Gap) {
  const wallOf = async (n: number): Promise<number> => {
    const id = `${device}.${n}`;
    const row = outbox.find((each) => each.id === id) ?? journal.rows.get(id) ?? (await tx.get("sent", id));
    return row?.op.stamp[0] ?? 0;
  };
  return [await wallOf(first), await wallOf(last)] as const;
}

/** Photos of ops that were saved when the phone was too full to mark them: now they go. */
async function letGo(tx: Writer): Promise<void> {
  const drafted = new Set((await note(tx, "draft"))?.photos.map((photo) => photo.key));
  for (const row of await tx.all("outbox"))
    for (const key of row.photos) {
      const photo = await tx.get("photos", key);
      if (photo?.state === "draft" && !drafted.has(key))
        await tx.put("photos", { ...photo, state: "waiting", person: row.person, urgent: row.urgent });
    }
}
