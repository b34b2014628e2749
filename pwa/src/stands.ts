// How far one photo has come, as a person is told. Pure.

import type { Stand } from "./model.ts";
import type { PhotoRow, PreviewRow } from "./ports.ts";
import { STATES } from "./sync/wire.ts";

/** Read it off this phone's own copy, or, of another's photo, off what the server said last. */
export function standOf(
  key: string,
  photos: readonly PhotoRow[],
  preview: PreviewRow | undefined,
  backed: number,
): Stand {
  const own = photos.find((photo) => photo.id === key);
  if (own?.state === "held") return "held";
  if (own && own.state !== "verified") return own.offset ? "part" : "phone";
  if (own) return own.at && own.at <= backed ? "safe" : "there";
  if (preview?.here) return "there";
  return told[STATES[preview?.state ?? 0] ?? ""] ?? "coming";
}

const told: { readonly [state: string]: Stand } = { overdue: "late", partial: "part" };
