import { describe, expect, it } from "vitest";
import type { Draft } from "../../../pwa/src/model.ts";
import { draftFits, held, newRecord } from "../../../pwa/src/widgets/filling.ts";

const draft: Draft = {
  kind: "visit",
  record: "",
  step: "",
  values: {},
  photos: [],
  fix: null,
  area: 2,
  cameraOpen: false,
  trouble: "",
  savedMs: 1,
};

describe("a draft", () => {
  it("is held once it has a photo or an answer", () => {
    expect([null, draft, { ...draft, values: { note: "", needs: [] } }].map(held)).toEqual([
      false,
      false,
      false,
    ]);
    expect(held({ ...draft, values: { mode: "door" } })).toBe(true);
    const photo = { key: "k", previewUrl: "", field: "photos", ready: true, sound: false };
    expect(held({ ...draft, photos: [photo] })).toBe(true);
  });
  it("belongs to the form of its record, its step and what it is about", () => {
    const goal = newRecord("visit", 2, { household: "a.1" });
    expect(draftFits(draft, goal)).toBe(true);
    expect(draftFits({ ...draft, values: { household: "a.1" } }, goal)).toBe(true);
    expect(draftFits({ ...draft, values: { household: "a.2" } }, goal)).toBe(false);
    expect(draftFits({ ...draft, record: "a.9" }, goal)).toBe(false);
    expect(draftFits(draft, { ...goal, step: "finish" })).toBe(false);
    expect(draftFits(null, goal)).toBe(false);
  });
});
