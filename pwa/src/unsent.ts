// Between a draft and the fields of its page, both ways. Pure.

import { fixOf, placeOf } from "./area.ts";
import { FIELDS } from "./bindings.ts";
import { said } from "./change.ts";
import type { DraftNote, OpRow } from "./ports.ts";
import type { KindPage } from "./sync/kind.ts";
import { type Record as Kept, present } from "./sync/register.ts";
import { type Named, own, type Value } from "./sync/value.ts";

/** Whether a draft holds anything a person would miss. */
export const held = (draft: DraftNote | undefined): boolean =>
  draft !== undefined &&
  (draft.photos.length > 0 ||
    Object.values(draft.values).some((value) => value !== "" && value !== null && value !== false));

const placeField = (page: KindPage): string | undefined =>
  Object.entries(page.fields).find(([, field]) => field.type === "place" && !field.retired)?.[0];

/** What a draft says of the fields of a record, photos and place included; photos add to those it has. */
export function draftValues(
  draft: DraftNote,
  page: KindPage,
  record: Kept | undefined,
  nowMs: number,
): Named<Value> {
  const values: { [name: string]: Value } = { ...draft.values };
  for (const { key, field } of draft.photos) {
    const cell = record && own(record.cells, field);
    const before = values[field] ?? (cell ? present(cell) : []);
    values[field] = [...(before as string[]), key];
  }
  const place = placeField(page);
  if (draft.fix && place) values[place] = placeOf(draft.fix, nowMs);
  return values;
}

/** What a draft of a new record says: also when it was taken, and where its photo came from. */
export function firstValues(draft: DraftNote, page: KindPage, takenMs: number, nowMs: number): Named<Value> {
  const picture = draft.photos.find(({ field }) => own(page.fields, field)?.holds !== "sound");
  const source = picture ? (picture.source === "album" ? "album" : "camera") : "none"; // taken on the spot, whatever took it
  const known = own(page.fields, FIELDS.source)?.options.some((option) => option.value === source);
  return {
    [FIELDS.captured]: takenMs,
    ...(known ? { [FIELDS.source]: source } : {}),
    ...draftValues(draft, page, undefined, nowMs),
  };
}

/** The draft again, from the ops that were made of it. */
export function unsent(page: KindPage, area: number, rows: readonly OpRow[], nowMs: number): DraftNote {
  const values: { [name: string]: Value } = {};
  const photos: { key: string; field: string; source: string }[] = [];
  const sets = Object.assign({}, ...rows.map((row) => row.op.sets));
  const source = String(sets[FIELDS.source] ?? "album");
  const madeMs = rows[0]?.op.stamp[0] ?? nowMs;
  for (const [name, change] of Object.entries<Value>(sets)) {
    const type = own(page.fields, name)?.type;
    const value = said(change);
    if (type === "photos") photos.push(...(value as string[]).map((key) => ({ key, field: name, source })));
    else if (type !== "place" && name !== FIELDS.captured && name !== FIELDS.source) values[name] = value;
  }
  const fix = fixOf(sets[placeField(page) ?? ""], madeMs);
  const begunMs = Number(sets[FIELDS.captured] ?? madeMs);
  return {
    kind: page.name,
    record: "",
    step: "",
    values,
    photos,
    fix,
    area,
    chosen: true,
    cameraOpen: false,
    begunMs,
    savedMs: nowMs,
  };
}
