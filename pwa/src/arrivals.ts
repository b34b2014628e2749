// What receipts and uploads say of photos, kept: how far each has come on the server, and which of them this
// phone need not hold any more. A verified photo stays until a backup has it: phones are the tail of the backup.

import { note } from "./outbox.ts";
import type { OpRow, PhotoRow, Piece, Writer } from "./ports.ts";
import { type Photo, type PhotoTold, type Receipt, STATES } from "./sync/wire.ts";

const HERE = STATES.indexOf("verified");
const OVERDUE = STATES.indexOf("overdue");
const ASKED = 1; // of an original: somebody wants it
const UNKNOWN = Number.MAX_SAFE_INTEGER; // head of an answer that is none of an exchange
const AGAIN = { state: "announced", tries: 0, laterMs: 0, offset: 0, at: 0 } as const;

/** Take in what a receipt says of photos; `backed` is the position up to which a backup exists now. */
export async function keepPhotos(
  tx: Writer,
  { photos, anew, head }: Pick<Receipt, "photos" | "anew" | "head">,
  announced: readonly Photo[],
  refused: readonly OpRow[],
  backed: number,
): Promise<void> {
  for (const [key, state, preview, flags, original = 0] of photos) {
    const { flags: _, ...known } = (await tx.get("previews", key)) ?? { preview: "" };
    const row = {
      ...known,
      ...(flags ? { flags } : {}),
      id: key,
      preview: preview || known.preview,
      here: state === HERE,
      state,
      original,
    };
    await tx.put("previews", row);
  }
  const told = new Map(photos.map((each) => [each[0], each]));
  const sent = new Set(announced.map(([key]) => key));
  const back = new Set(refused.flatMap((row) => row.photos));
  for (const before of await tx.all("photos")) {
    if (before.state === "draft") continue;
    let photo = anew ? renewed(before, backed) : before;
    photo = toldOf(photo, told.get(photo.id));
    if (photo.state === "waiting" && sent.has(photo.id)) photo = { ...photo, state: "announced" };
    if (photo.state !== "verified" && back.has(photo.id)) photo = { ...photo, state: "held" };
    if (photo.state === "verified" && !photo.at && head > 0 && head < UNKNOWN) photo = { ...photo, at: head };
    await put(tx, photo, before, backed);
  }
}

/** In a log that was restored, only what a backup held is there: the rest is announced and sent again. */
const renewed = (photo: PhotoRow, backed: number): PhotoRow =>
  photo.state === "announced" || (photo.state === "verified" && !kept(photo, backed))
    ? { ...photo, ...AGAIN, state: "waiting" }
    : photo;

/** What the server says of a photo that this phone holds. One that it has no more, or waits for, goes again. */
function toldOf(before: PhotoRow, told: PhotoTold | undefined): PhotoRow {
  if (!told) return before;
  const state = told[1];
  const photo = told[4] === ASKED && before.original ? { ...before, wanted: true } : before;
  if (state === HERE)
    return photo.state === "verified" ? photo : { ...photo, state: "verified", offset: 0, at: 0 };
  if (photo.state === "verified") return { ...photo, ...AGAIN };
  return state === OVERDUE && photo.state === "announced" ? { ...photo, tries: 0, laterMs: 0 } : photo;
}

/** A piece is on the server, its hash checked; `at` is the position that says so, 0 if that is not known. */
export async function arrived(tx: Writer, photo: PhotoRow, part: Piece["part"], at: number): Promise<void> {
  const known = await tx.get("previews", photo.id);
  await tx.put("previews", {
    ...known,
    id: photo.id,
    preview: known?.preview ?? "",
    here: true,
    state: HERE,
  });
  const { original, ...bare } = photo;
  const rest = original && part === "screen" ? { ...bare, original } : { ...bare, wanted: false };
  const now: PhotoRow = { ...rest, state: "verified", offset: 0, at: at || (photo.at ?? 0) };
  await put(tx, now, photo, (await note(tx, "heard"))?.backed ?? 0);
}

/** Whether a backup holds the screen size. */
const kept = ({ at = 0 }: PhotoRow, backed: number): boolean => at > 0 && at <= backed;

async function put(tx: Writer, photo: PhotoRow, before: PhotoRow, backed: number): Promise<void> {
  if (photo.state === "verified" && !photo.original && kept(photo, backed)) await tx.drop("photos", photo.id);
  else if (photo !== before) await tx.put("photos", photo);
}
