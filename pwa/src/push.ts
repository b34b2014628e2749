// What goes up next. Pure: from all that waits, the part that fits one request, emergencies first, then
// oldest first, and the bytes of it.

import type { KindsNote, OpRow, PhotoRow, PreviewRow, Self } from "./ports.ts";
import type { Kinds } from "./sync/kind.ts";
import { WAITING } from "./sync/op.ts";
import { PHOTOS_MAX, type Photo, pack, parts, row, VERSION } from "./sync/wire.ts";

export const OPS_MOST = 100; // ops of one request
export const BYTES_MOST = 12_000; // of one request before compression: a weak link carries it in one breath

/** What there is to choose from. */
export interface Stock {
  readonly device: string; // that writes now
  readonly rows: readonly OpRow[]; // of this phone and person, earlier incarnations' too
  readonly photos: ReadonlyMap<string, PhotoRow>;
  readonly previews: ReadonlyMap<string, PreviewRow>;
}

/** What one request carries. */
export interface Load {
  readonly device: string; // under which its ops were made: one push speaks for one incarnation
  readonly rows: readonly OpRow[];
  readonly photos: readonly Photo[];
  readonly urgent: boolean;
}

/** Whether an op still has to be answered. */
export const waits = (row: OpRow): boolean => !row.refused;

/** Choose the next load: at most `most` ops. */
export function choose(stock: Stock, kinds: Kinds, most: number, nowMs: number): Load {
  const ready = readyOf(stock.rows, nowMs);
  const hurried = new Set(ready.filter((each) => each.urgent).map((each) => each.op.record));
  const urgent = ready.filter((each) => hurried.has(each.op.record));
  const all = urgent.length ? urgent : ready;
  const device = all[0]?.op.stamp[2] ?? stock.device;
  const queue = all.filter((each) => each.op.stamp[2] === device);
  const rows: OpRow[] = [];
  const photos = new Map<string, Photo>();
  let bytes = 0;
  for (const each of queue.slice(0, most)) {
    const added = announced(each.photos, stock).filter(([key]) => !photos.has(key));
    const size =
      sizeOf(each, kinds, nowMs) + added.reduce((sum, [, , preview]) => sum + preview.length + 40, 0);
    if (rows.length && (bytes + size > BYTES_MOST || photos.size + added.length > PHOTOS_MAX)) break;
    rows.push(each);
    for (const photo of added) photos.set(photo[0], photo);
    bytes += size;
  }
  if (!rows.length) for (const photo of orphans(stock)) photos.set(photo[0], photo);
  return { device, rows, photos: [...photos.values()], urgent: urgent.length > 0 };
}

/**
 * Whose turn it is: the oldest incarnation first, its ops by number. What builds on an op that is set aside
 * waits with it; others go on.
 */
function readyOf(rows: readonly OpRow[], nowMs: number): readonly OpRow[] {
  const aside = new Set<string>();
  const began = new Map<string, number>();
  for (const { op } of rows)
    began.set(op.stamp[2], Math.min(began.get(op.stamp[2]) ?? op.stamp[0], op.stamp[0]));
  const age = ({ op }: OpRow): number => began.get(op.stamp[2]) ?? 0;
  return rows
    .filter(waits)
    .sort((a, b) => age(a) - age(b) || a.op.n - b.op.n)
    .filter((each) => {
      if (each.laterMs > nowMs) aside.add(each.op.record);
      return !aside.has(each.op.record);
    });
}

/** Whether there is anything to send now. */
export const anyReady = (rows: readonly OpRow[], nowMs: number): boolean => readyOf(rows, nowMs).length > 0;

const sizeOf = (each: OpRow, kinds: Kinds, nowMs: number): number =>
  JSON.stringify(row(each.op, kinds, nowMs)).length;

/** The photos of an op that the server has not been told of. */
const announced = (keys: readonly string[], stock: Stock): readonly Photo[] =>
  keys.flatMap((key): Photo[] => {
    const photo = stock.photos.get(key);
    if (photo?.state !== "waiting") return [];
    const told = [key, photo.size, stock.previews.get(key)?.preview ?? ""] as const;
    return [photo.shot ? [...told, photo.shot] : told];
  });

/** Photos whose op is long answered but which the server says it does not know: one at a time. */
function orphans(stock: Stock): readonly Photo[] {
  const owned = new Set(stock.rows.flatMap((each) => each.photos));
  const lost = [...stock.photos.values()].filter(
    (photo) => photo.state === "waiting" && !owned.has(photo.id),
  );
  return announced(
    lost.slice(0, 1).map((photo) => photo.id),
    stock,
  );
}

/** Spell a load as a push; empty parts at its end are left out. */
export function spell(
  load: Load,
  stock: Stock,
  pages: { version: KindsNote["version"]; kinds: Kinds },
  self: Self,
  cursor: string,
  deviceMs: number,
): readonly unknown[] {
  const { device } = load;
  const open = stock.rows.filter((each) => waits(each) && each.op.stamp[2] === device).map(({ op }) => op.n);
  const top = Math.max(device === stock.device ? self.top : (self.past?.[device] ?? 0), ...open);
  const push = parts({
    version: VERSION,
    kinds: pages.version,
    incarnation: device.slice(-8),
    deviceMs,
    cursor,
    top,
    low: Math.min(top + 1, ...open),
    ops: load.rows.length
      ? pack(
          load.rows.map((each) => each.op),
          pages.kinds,
          deviceMs,
        )
      : null,
    photos: load.photos,
  });
  const end = load.photos.length ? push.length : load.rows.length ? push.length - 1 : push.length - 2;
  return push.slice(0, end);
}

/** Ops that waited for newer pages are tried again as soon as there are some. */
export const awaitsPages = (each: OpRow): boolean => WAITING.has(each.code);
