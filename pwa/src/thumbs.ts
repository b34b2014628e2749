// Thumbnails that were fetched are kept, so that yesterday's list is not blank where there is no network.
// They lie in the rows of the previews, which go when a record leaves the view (I12), and take so much at most.

import { note } from "./outbox.ts";
import type { Store, Writer } from "./ports.ts";

/** All of them together, bytes: about 600, which is what one person looks at in some weeks. */
export const SMALLS_MAX = 12 * 2 ** 20;

type Listed = readonly (readonly [key: string, bytes: number])[];

/** Keep one, and let go of those unused longest for which there is no room. */
export async function keepSmall(store: Store, key: string, body: ArrayBuffer): Promise<void> {
  await store.write(["previews", "notes"], async (tx) => {
    const row = await tx.get("previews", key);
    if (!row || body.byteLength > SMALLS_MAX) return; // the first: its record has left the view meanwhile
    const list = ((await note(tx, "smalls")) ?? []).filter(([known]) => known !== key);
    const kept = fitting([...list, [key, body.byteLength]]);
    for (const [old] of list.slice(0, list.length + 1 - kept.length)) await letGo(tx, old);
    await tx.put("previews", { ...row, small: body });
    await tx.put("notes", { id: "smalls", value: kept });
  });
}

/** The latest of a list for which there is room. */
export function fitting(list: Listed): Listed {
  let bytes = 0;
  const first = [...list].reverse().findIndex(([, size]) => {
    bytes += size;
    return bytes > SMALLS_MAX;
  });
  return first < 0 ? list : list.slice(list.length - first);
}

async function letGo(tx: Writer, key: string): Promise<void> {
  const row = await tx.get("previews", key);
  if (!row) return;
  const { small: _, ...rest } = row;
  await tx.put("previews", rest);
}
