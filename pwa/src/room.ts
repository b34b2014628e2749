// Room for what is new: what the server has may go from the phone, the oldest first, and originals before the
// pictures themselves. What was never sent is not touched: rather a new photo is refused, in words.

import type { PhotoRow, Reader, Store, Writer } from "./ports.ts";
import type { Named } from "./sync/value.ts";

const ROOM_BYTES = 16_000_000; // made at a time: three photos with their originals
const ORIGINALS_BYTES_MAX = 300_000_000; // on the phone, waiting for Wi-Fi or a word; about 75 of them

/** Forget what can be had from the server, or done without; gives how many bytes that was. */
export function makeRoom(store: Store): Promise<number> {
  return store.write(["photos"], async (tx) => {
    const left = await dropOriginals(tx, ROOM_BYTES);
    return ROOM_BYTES - (await dropVerified(tx, left));
  });
}

/** Keep as many originals as the person wants, and no more than a phone can bear. */
export async function trimOriginals(tx: Writer, prefs: Named<string | number>): Promise<void> {
  const held = (await oldestFirst(tx)).reduce((sum, { original }) => sum + (original?.size ?? 0), 0);
  await dropOriginals(tx, prefs.originals === "no" ? held : held - ORIGINALS_BYTES_MAX);
}

const oldestFirst = async (tx: Reader): Promise<readonly PhotoRow[]> =>
  [...(await tx.all("photos"))]
    .filter(({ state }) => state !== "draft")
    .sort((a, b) => a.takenMs - b.takenMs);

/** Forget originals until so many bytes are gone; gives what is left to be found. */
async function dropOriginals(tx: Writer, bytes: number): Promise<number> {
  let left = bytes;
  for (const photo of await oldestFirst(tx)) {
    const { original, ...bare } = photo;
    if (!original || left <= 0) continue;
    await tx.put("photos", bare);
    left -= original.size;
  }
  return left;
}

async function dropVerified(tx: Writer, bytes: number): Promise<number> {
  let left = bytes;
  for (const { id, state, size } of await oldestFirst(tx)) {
    if (state !== "verified" || left <= 0) continue;
    await tx.drop("photos", id);
    left -= size;
  }
  return left;
}
