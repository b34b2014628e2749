// What needs the person: refused entries, clashes they may settle, entries that were parked, and steps that
// came too late. Pure, but for what is kept about it. Nothing leaves the list by itself.

import { FIELDS } from "./bindings.ts";
import { clashes as clashing, said } from "./change.ts";
import type { Entered, Need, View } from "./model.ts";
import { file, note } from "./outbox.ts";
import type { NeedsNote, OpRow, RecordRow, Writer } from "./ports.ts";
import type { KindPage, Kinds } from "./sync/kind.ts";
import { type Actor, mayWrite, type Units } from "./sync/permit.ts";
import type { Change, Entry } from "./sync/register.ts";
import { type Named, own, type Value } from "./sync/value.ts";

/** What the list depends on besides records and ops. */
export interface By {
  readonly kinds: Kinds;
  readonly units: Units;
  readonly actor: Actor;
  readonly note: NeedsNote | undefined;
}

type Views = ReadonlyMap<string, View>;

const NONE: NeedsNote = { away: [], asked: {} };
const SORTS: readonly Need["sort"][] = ["refused", "clash", "parked", "overtaken"];

/** List what needs the person, what they must do first and then the latest before the others. */
export function needsOf(
  rows: readonly OpRow[],
  records: ReadonlyMap<string, RecordRow>,
  views: Views,
  by: By,
): readonly Need[] {
  const needs = rows.filter((row) => row.refused && !row.undone).map((row) => ofRow(row, views, by.kinds));
  for (const record of records.values()) {
    const page = by.kinds.get(record.kind);
    if (!page) continue;
    needs.push(...overtaken(record, page, by), ...clashes(record, page, views, by));
    if (page.identity === "entry") needs.push(...parked(record, page, by));
  }
  const rank = (need: Need): number => Number(!need.open) * SORTS.length + SORTS.indexOf(need.sort);
  return needs.sort((a, b) => rank(a) - rank(b) || b.atMs - a.atMs);
}

const EMPTY = { open: true, code: "", step: "", field: "", sets: {}, photos: [], sentOn: "" } as const;

function ofRow(row: OpRow, views: Views, kinds: Kinds): Need {
  const { id, op, photos, code, sentOn = "" } = row;
  const view = views.get(op.record);
  const open = !sentOn || isDone(views.get(sentOn), kinds);
  const { kind, record } = op;
  const need = { ...EMPTY, id, sort: "refused", open, kind, record, code, photos, sentOn } as const;
  const area = op.area ?? view?.area ?? 0;
  return { ...need, area, atMs: op.stamp[0], step: op.step?.name ?? "", sets: saidOf(op.sets) };
}

/** Whether what the secretary has is dealt with. */
const isDone = (view: View | undefined, kinds: Kinds): boolean =>
  view !== undefined && kinds.get(view.kind)?.workflow.states[view.state]?.final === true;

const saidOf = (sets: Named<Change>): Named<Value> =>
  Object.fromEntries(Object.entries(sets).map(([name, change]) => [name, said(change)]));

const stampKey = (entry: Entry): string => entry.stamp.join();

/** Own steps that came too late; not where the record went on for the sake of one: that counted. */
function overtaken({ id, kind, area, story }: RecordRow, page: KindPage, by: By): Need[] {
  const { actor, note: kept = NONE } = by;
  const counts = page.workflow.steps.filter(({ guards }) => guards.includes("came_late"));
  if (counts.some(({ name }) => story.some(({ step }) => step === name))) return [];
  const mine = story.filter(
    (entry) =>
      entry.outcome === "overtaken" && entry.person === actor.person && !kept.away.includes(stampKey(entry)),
  );
  return mine.map((entry) => {
    const need = { ...EMPTY, id: stampKey(entry), sort: "overtaken", kind, record: id, area } as const;
    return { ...need, atMs: entry.stamp[0], step: entry.step, sets: saidOf(entry.sets) };
  });
}

/** Fields in which two people wrote different things, as far as this person may decide between them. */
function clashes(record: RecordRow, page: KindPage, views: Views, by: By): Need[] {
  const { id, kind, area } = record;
  return Object.entries(record.cells).flatMap(([name, cell]): Need[] => {
    const field = own(page.fields, name);
    if (!field || field.retired || !clashing(field, cell)) return [];
    const clash = views.get(id)?.clashes.find((each) => each.field === name); // not if just settled here
    if (!clash || !mayWrite(page, field, by.actor, record, by.units)) return [];
    const need = {
      ...EMPTY,
      id: `${id}/${name}`,
      sort: "clash",
      kind,
      record: id,
      area,
      field: name,
    } as const;
    const sentOn = by.note?.asked[need.id] ?? "";
    const atMs = Math.max(...clash.choices.map((choice) => choice.atMs));
    return [{ ...need, atMs, sentOn, open: !sentOn || isDone(views.get(sentOn), by.kinds) }];
  });
}

/** An entry of this person that the server has given to the secretary, as it was written. */
function parked({ id, area, author, madeMs, state, cells }: RecordRow, page: KindPage, by: By): Need[] {
  if (author !== by.actor.person || by.note?.away.includes(id)) return [];
  const open = page.workflow.states[state]?.final === true;
  const need = {
    ...EMPTY,
    id,
    sort: "parked",
    open,
    area,
    atMs: madeMs,
    code: told(cells, FIELDS.reason),
    sentOn: id,
  } as const;
  return [{ ...need, kind: page.name, record: id, ...enteredIn(cells) }];
}

const told = (cells: RecordRow["cells"], name: string): string =>
  String((own(cells, name) as readonly unknown[] | undefined)?.[0] ?? "");

/** What an entry that was kept says; nothing of one that the server could not read either. */
export function enteredIn(cells: RecordRow["cells"]): Entered | null {
  try {
    const [kind, record, , sets, step] = JSON.parse(told(cells, FIELDS.entry));
    return { kind, record, sets: saidOf(sets), step: step?.[0] ?? "" };
  } catch {
    return null;
  }
}

/** Keep with a refused op or a clash which note asks about it. Needs outbox and notes in the transaction. */
export async function asked(tx: Writer, need: Need, sentOn: string): Promise<void> {
  const row = await tx.get("outbox", need.id);
  if (row) return tx.put("outbox", { ...row, sentOn });
  const known = (await note(tx, "needs")) ?? NONE;
  await tx.put("notes", { id: "needs", value: { ...known, asked: { ...known.asked, [need.id]: sentOn } } });
}

/** Take note of something: of an overtaken step, or of what the secretary has dealt with. */
export async function putAway(tx: Writer, need: Need): Promise<void> {
  const row = await tx.get("outbox", need.id);
  if (row) return row.sentOn ? file(tx, row) : undefined;
  const known = (await note(tx, "needs")) ?? NONE;
  await tx.put("notes", { id: "needs", value: { ...known, away: [...known.away, need.id] } });
}
