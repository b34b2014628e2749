// A photo between the camera and the darkroom. The file is kept as it came before anything is done to it:
// making it small takes seconds on a cheap phone, and the browser may be killed meanwhile, by that very work
// even. So it lies in the draft under a name of its own until it is developed, here or after the next start.

import type { DraftNote, PhotoRow } from "./ports.ts";

const RAW = "raw-"; // no photo key begins so: they have 22 characters
const TRIES_MAX = 2; // a photo that killed the page twice is not opened here again

/** A photo as it came, under a name that is its own on this phone. */
export const rawPhoto = (file: Blob, name: string, person: number, takenMs: number): PhotoRow => ({
  id: RAW + name,
  person,
  screen: file,
  size: file.size,
  sha256: "",
  state: "draft",
  urgent: false,
  takenMs,
  tries: 0,
  laterMs: 0,
});

/** Under which name a voice note lies while it is being spoken: each second more of it, in the place of the last. */
export const liveName = (field: string): string => `live-${field}`;

/** Whether a photo of a draft is not developed yet. */
export const isRaw = (key: string): boolean => key.startsWith(RAW);

/** Those of a draft. */
export const rawOf = (draft: DraftNote | null | undefined): DraftNote["photos"] =>
  draft?.photos.filter(({ key }) => isRaw(key)) ?? [];

/** Whether it is to be taken as it is. */
export const giveUp = (raw: PhotoRow): boolean => raw.tries >= TRIES_MAX;

/** A draft with one photo in the place of another; twice the same photo is one. */
export function swapped(draft: DraftNote, from: string, to: string): DraftNote {
  const others = draft.photos.filter(({ key }) => key !== from);
  const twice = others.some(({ key }) => key === to);
  const photos = draft.photos.map((photo) => (photo.key === from ? { ...photo, key: to } : photo));
  return { ...draft, photos: twice ? others : photos };
}
