// Who has said that they read something, and who has not: read off the pages (`nods`) and what this phone holds.
// One person counts once, on however many phones they said so.

import type { Me, Staff, Unit, View } from "../model.ts";
import type { KindPage, Kinds } from "../sync/kind.ts";
import { mayCreate, path } from "../sync/permit.ts";

type Views = ReadonlyMap<string, View>;
type Units = ReadonlyMap<number, Unit>;

/** Something the person has to say that they read, and the record by which they do. */
export interface Unread {
  readonly view: View;
  readonly page: KindPage;
  readonly field: string; // of the answer: names what was read
  readonly area: number; // where the answer is made: where the person belongs
}

/** Who was to read something, as far as this person looks after them, and who of them has not. */
export interface Readers {
  readonly all: number;
  readonly left: readonly (readonly [person: number, unit: number])[];
}

/** Kinds that only say that something was read: they stand in no list of their own. */
export const isNod = (page: KindPage, kinds: Kinds): boolean =>
  [...kinds.values()].some(({ nods }) => nods?.by === page.name);

/** Whether readers have to say that they read a record, as it stands. */
export const asksNod = ({ nods }: KindPage, view: View): boolean =>
  !!nods?.states.includes(view.state) && view.values[nods.must] === true;

const refTo = (page: KindPage, kind: string): string =>
  Object.entries(page.fields).find(([, { type, refers }]) => type === "ref" && refers === kind)?.[0] ?? "";

/** The people who said that they read a record. */
function saidBy(view: View, field: string, by: string, views: Views): ReadonlySet<number> {
  const nods = [...views.values()].filter((each) => each.kind === by && each.values[field] === view.id);
  return new Set(nods.map(({ author }) => author));
}

/** What the person has still to say that they read, what is due first before the others. */
export function unreadOf(views: Views, kinds: Kinds, me: Me, units: Units): readonly Unread[] {
  const found: Unread[] = [];
  for (const view of views.values()) {
    const page = kinds.get(view.kind);
    const answer = page?.nods && asksNod(page, view) ? kinds.get(page.nods.by) : undefined;
    if (!page || !answer || view.author === me.person) continue;
    const field = refTo(answer, page.name);
    const area = belongs(answer, me, units);
    if (area && !saidBy(view, field, answer.name, views).has(me.person))
      found.push({ view, page, field, area });
  }
  const due = ({ view, page }: Unread): number =>
    Number(view.values[page.nods?.due ?? ""]) || Number.MAX_SAFE_INTEGER;
  return found.sort((a, b) => due(a) - due(b) || b.view.madeMs - a.view.madeMs);
}

/** Where the person belongs: the unit of the first of their posts at which they may answer; 0 if none. */
function belongs(answer: KindPage, me: Me, units: Units): number {
  const actor = { person: me.person, grants: me.grants, device: "" };
  return me.grants.find(({ unit }) => !mayCreate(answer, actor, unit, units))?.unit ?? 0;
}

/** Who was to read a record: those beneath it who may answer, and whose answers come to this person. */
export function readersOf(
  view: View,
  page: KindPage,
  { views, kinds, units }: { views: Views; kinds: Kinds; units: Units },
  staff: Staff,
  me: Me,
): Readers {
  const answer = kinds.get(page.nods?.by ?? "");
  if (!answer) return { all: 0, left: [] };
  const mine = me.grants.filter(({ role }) => answer.read.includes(role)).map(({ unit }) => unit);
  const readers = new Map<number, number>();
  for (const [person, unit] of answer.create.flatMap((role) => staff[role] ?? [])) {
    const above = path(unit, units);
    const hears = person !== view.author && person !== me.person && above.includes(view.area);
    if (hears && mine.some((each) => above.includes(each)) && !readers.has(person)) readers.set(person, unit);
  }
  const said = saidBy(view, refTo(answer, page.name), answer.name, views);
  return { all: readers.size, left: [...readers].filter(([person]) => !said.has(person)) };
}
