// What somebody has in hand, as this phone knows it: what it is their turn with, and whom they should look in on.
// Pure; read off the pages (`holder`, `round`, `ticks`), for the form that hands it over.

import { stopsOf } from "../day.ts";
import type { Staff, View } from "../model.ts";
import type { KindPage, Kinds } from "../sync/kind.ts";
import { AUTHOR, type Grant, path, type Units } from "../sync/permit.ts";
import type { Value } from "../sync/value.ts";
import { empty } from "./page.ts";

type Views = ReadonlyMap<string, View>;

/** What plates are read from. */
export interface Table {
  readonly views: Views;
  readonly kinds: Kinds;
  readonly units: Units;
  readonly staff: Staff;
}

/** One thing in hand: the record, and whether it is somebody to look in on rather than something to do. */
export interface Thing {
  readonly view: View;
  readonly due: boolean;
}

/** All that a person has in hand, work first and the oldest first. */
export function plateOf(person: number, table: Table, today: number): Thing[] {
  const grants = grantsOf(person, table.staff);
  const calls = callsOf(person, grants, table, today);
  const work = [...table.views.values()]
    .filter((view) => inHand(view, person, grants, table) && !calls.includes(view))
    .sort((a, b) => a.madeMs - b.madeMs);
  return [...work.map((view) => ({ view, due: false })), ...calls.map((view) => ({ view, due: true }))];
}

/** The posts of a person, as far as the directory on this phone tells them. */
const grantsOf = (person: number, staff: Staff): Grant[] =>
  Object.entries(staff).flatMap(([role, held]) =>
    held.filter(([who]) => who === person).map(([, unit]) => ({ role, unit })),
  );

/** Whether it is the person's turn with an open record. Days close by themselves; hand-overs are what this is for. */
function inHand(view: View, person: number, grants: readonly Grant[], { kinds, units }: Table): boolean {
  const page = kinds.get(view.kind);
  const state = page?.workflow.states[view.state];
  if (!page || !state || state.final || state.rests || page.identity !== "device") return false;
  if (page.plate || parts(kinds).has(page.name)) return false;
  return state.holder.some((token) => holds(token, view, person, grants, units));
}

const parts = (kinds: Kinds): ReadonlySet<string> =>
  new Set([...kinds.values()].flatMap(({ plate }) => (plate ? [plate.part] : [])));

function holds(token: string, view: View, person: number, grants: readonly Grant[], units: Units): boolean {
  const [role = "", field] = token.split("@");
  const named = field ? Number(view.values[field] ?? 0) : 0;
  if (token === AUTHOR) return view.author === person;
  if (field && !role) return named === person;
  const reach = path(field ? named : view.area, units);
  return grants.some((grant) => grant.role === role && reach.includes(grant.unit));
}

/** The records of those whom the person is to look in on: whose calls stand on the day's list. */
function callsOf(
  person: number,
  grants: readonly Grant[],
  { views, kinds, units }: Table,
  today: number,
): View[] {
  const actor = { person, grants, device: "" };
  const ticks = [...kinds.values()]
    .filter((page) => page.identity === "person_day")
    .flatMap((page) => Object.values(page.fields).flatMap((field) => field.ticks))
    .filter((tick) => tick.due);
  return stopsOf(views, kinds, units, actor, null, today).flatMap(({ kind, on }) => {
    const view = views.get(on);
    const wanted = ticks.some(
      (tick) => tick.kind === kind && (!tick.whose || !empty(view?.values[tick.whose])),
    );
    return view && wanted ? [view] : [];
  });
}

/** The field by which the records of a plate name the one that hands them over. */
export const wholeOf = (part: KindPage | undefined, page: KindPage): string =>
  Object.entries(part?.fields ?? {}).find(([, field]) => field.refers === page.name)?.[0] ?? "";

/** The records that hand over what a plate held, oldest first. */
export function partsOf(
  view: View,
  page: KindPage,
  { views, kinds }: Pick<Table, "views" | "kinds">,
): View[] {
  const part = kinds.get(page.plate?.part ?? "");
  const whole = wholeOf(part, page);
  return [...(part ? views.values() : [])]
    .filter((each) => each.kind === part?.name && each.values[whole] === view.id)
    .sort((a, b) => a.madeMs - b.madeMs || (a.id < b.id ? -1 : 1));
}

/** Those of them that nobody has taken over yet. */
export const openParts = (view: View, page: KindPage, table: Pick<Table, "views" | "kinds">): View[] =>
  partsOf(view, page, table).filter(
    ({ kind, state }) => !table.kinds.get(kind)?.workflow.states[state]?.final,
  );

/** Where a person has a post: the first of these units, 0 if none. */
export const postOf = (person: number, staff: Staff, units: readonly { readonly id: number }[]): number => {
  const held = new Set(grantsOf(person, staff).map(({ unit }) => unit));
  return units.find(({ id }) => held.has(id))?.id ?? 0;
};

/** What is written of one thing that is handed over: what it is, which record, and whatever both pages call alike. */
export function partValues(
  part: KindPage,
  page: KindPage,
  whole: string,
  thing: { readonly id: string; readonly words: string },
  values: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const fields = Object.entries(part.fields);
  const [text, limit] = fields.flatMap(([name, { type, high }]) => (type === "text" ? [name, high] : []));
  const item = fields.find(([, { type, refers }]) => type === "ref" && refers !== page.name)?.[0];
  const alike = fields.flatMap(([name, { type }]) =>
    type === "person" && typeof values[name] === "number" ? [[name, values[name] as Value] as const] : [],
  );
  return {
    [wholeOf(part, page)]: whole,
    ...(item && thing.id ? { [item]: thing.id } : {}),
    ...(text ? { [text]: [...thing.words].slice(0, Number(limit ?? 100)).join("") } : {}),
    ...Object.fromEntries(alike),
  };
}
