// What there is to know of the photos of a record: whose, since when, received when, and what the server
// asks a reviewer to look at. Read off the record's cells: who added a photo, and when, is the add's stamp.

import type { Mirror } from "./mirror.ts";
import type { Original, Shown, View } from "./model.ts";
import { note } from "./outbox.ts";
import type { Link, Store } from "./ports.ts";
import type { Union } from "./sync/merges.ts";
import { mayReview } from "./sync/permit.ts";
import { isNamed } from "./sync/value.ts";

const SEEN = "seen_before"; // names the record the other photo came with: this one says nothing new
const WISH: readonly Original[] = ["ask", "asked", "here"]; // as told of an original: 0, 1, 2
const NUMBER_DIGITS = 8; // of a device id: its number, in hex

/** Where photos are looked up: what the phone holds. */
export type Held = Pick<Mirror, "records" | "directory" | "person" | "preview" | "kinds" | "actor" | "units">;

/** The photos of a record, in the order of its fields, each with what is known of it. */
export async function shotsOf(view: View | undefined, held: Held): Promise<readonly Shown[]> {
  if (!view) return [];
  const all = Object.entries(view.photos).flatMap(([field, keys]) =>
    keys.map((key) => ({ field, key, ...addOf(held, view.id, field, key) })),
  );
  const reviews = reviewed(view, held);
  return Promise.all(
    all.map(async (shot) => {
      const row = await held.preview(shot.key);
      const flags = (row?.flags ?? []).filter(([code, , record]) => code !== SEEN || record !== view.id);
      const original = (reviews && WISH[row?.original ?? 0]) || "";
      return { ...shot, here: row?.here ?? false, flags, original };
    }),
  );
}

/** Tell whether this person reviews a record; not before the server has it. */
function reviewed(view: View, { records, kinds, actor, units }: Held): boolean {
  const [kind, me, record] = [kinds.value.get(view.kind), actor.value, records.value.get(view.id)];
  return !!(kind && me && record) && mayReview(kind, me, record, units.value);
}

/** Ask for the original of a photo; see Model.askOriginal. */
export async function askOriginal(
  key: string,
  { store, link }: { readonly store: Store; readonly link: Link },
): Promise<string> {
  const { token = "" } = (await store.read(["notes"], (tx) => note(tx, "session"))) ?? {};
  const ask = async (path: string, name: string, body?: string): Promise<string> => {
    const answer = await link.ask(token, `/api/photos/${key}/${path}`, body);
    return answer.ok && isNamed(answer.value) ? String(answer.value[name] ?? "") : "";
  };
  const told = await ask("original", "original", "{}");
  return told === "here" ? ask("link?size=original", "path") : told;
}

/** Who added a photo, when by the clock of the stamps, and when the server had word of it, 0 if not known. */
function addOf({ records, directory, person }: Held, id: string, field: string, key: string) {
  const record = records.value.get(id);
  const cell = record?.cells[field] as Union | undefined;
  const stamp = cell?.[0].find(([, element]) => element === key)?.[0];
  if (!record || !stamp) return { person: person.value, atMs: 0, gotMs: 0 }; // it has not left this phone
  const [atMs, count, device] = stamp;
  const number = Number.parseInt(device.slice(0, NUMBER_DIGITS), 16);
  const owner = (directory.value?.devices ?? []).find(([known]) => known === number)?.[1];
  const first = atMs === record.madeMs;
  const line = record.story.find((entry) => entry.stamp[0] === atMs && entry.stamp[1] === count);
  const gotMs = first ? record.receivedMs : (line?.receivedMs ?? 0);
  return { person: owner ?? line?.person ?? (first ? record.author : 0), atMs, gotMs };
}
