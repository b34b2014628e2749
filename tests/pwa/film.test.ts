import { describe, expect, it } from "vitest";
import { giveUp, isRaw, rawOf, rawPhoto, swapped } from "../../pwa/src/film.ts";
import type { DraftNote } from "../../pwa/src/ports.ts";

const KEY = "9bFlIkpYt5HfavHYMD5hzQ";
const raw = rawPhoto(new Blob(["jpeg"]), "0123456789abcdef", 7, 1000);

const draft = (...keys: string[]): DraftNote => ({
  kind: "incident",
  record: "",
  step: "",
  values: {},
  photos: keys.map((key) => ({ key, field: "photos", source: "camera" })),
  fix: null,
  area: 0,
  chosen: false,
  cameraOpen: false,
  begunMs: 0,
  savedMs: 0,
});

describe("a photo that is not developed", () => {
  it("has a name that no photo key can have, and belongs to the draft", () => {
    expect(raw).toMatchObject({ state: "draft", tries: 0, takenMs: 1000, size: 4 });
    expect(/^[A-Za-z0-9_-]{22}$/.test(raw.id)).toBe(false);
    expect([isRaw(raw.id), isRaw(KEY)]).toEqual([true, false]);
    expect(rawOf(draft(KEY, raw.id)).map(({ key }) => key)).toEqual([raw.id]);
    expect([rawOf(null), rawOf(undefined)]).toEqual([[], []]);
  });

  it("is taken as it is once it has ended the page twice", () => {
    expect([0, 1, 2].map((tries) => giveUp({ ...raw, tries }))).toEqual([false, false, true]);
  });

  it("keeps its place when it is developed, and the same photo is there once", () => {
    const keys = ({ photos }: DraftNote) => photos.map(({ key }) => key);
    expect(keys(swapped(draft("a", raw.id, "b"), raw.id, KEY))).toEqual(["a", KEY, "b"]);
    expect(keys(swapped(draft(KEY, raw.id), raw.id, KEY))).toEqual([KEY]);
  });
});
