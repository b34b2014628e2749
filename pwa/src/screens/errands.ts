// What somebody finds who is on the road for other reasons: own reports, small things near by, and thanks. Pure;
// read off the pages, and never off the name of a role.

import type { Me, Offer, View } from "../model.ts";
import type { KindPage, Kinds } from "../sync/kind.ts";
import { metresApart, type Point } from "../sync/place.ts";
import { DAY_MS } from "../widgets/dates.ts";
import { ERRAND, TAKER, THANKS } from "./registry.ts";

const HEARD_MS = 3 * DAY_MS; // so long what somebody did stands there once it is over
const FAR = Number.MAX_SAFE_INTEGER;

type Views = ReadonlyMap<string, View>;

/** An errand, and how far it is from where the person last reported; -1 if that is not known. */
export interface Errand {
  readonly view: View;
  readonly metres: number;
}

/** The page of the errands, if the person is one to whom they are offered: may see them, and makes none. */
export function errandPage(me: Me, kinds: Kinds): KindPage | undefined {
  const page = kinds.get(ERRAND);
  const shares = (roles: readonly string[]): boolean => me.grants.some(({ role }) => roles.includes(role));
  return page && shares(page.read) && !shares(page.create) ? page : undefined;
}

/** The step by which one takes an errand on: it asks for nothing but who that is. */
export const taking = (view: View): Offer | undefined =>
  view.offers.find(({ needs }) => needs.length === 1 && needs[0] === TAKER);

/** What may be taken on, nearest first and then the newest. */
export function errandsOf(views: Views, kinds: Kinds, me: number): readonly Errand[] {
  const here = lastPlace(views, kinds, me);
  const open = [...views.values()].filter((view) => view.kind === ERRAND && taking(view));
  const found = open.map((view) => {
    const at = placeOf(view, kinds);
    return { view, metres: here && at ? metresApart(here, at) : -1 };
  });
  const far = ({ metres }: Errand): number => (metres < 0 ? FAR : metres);
  return found.sort((a, b) => far(a) - far(b) || b.view.madeMs - a.view.madeMs);
}

/** What the person took on, until a while after it is over. */
export const takenBy = (views: Views, page: KindPage, me: number, nowMs: number): readonly View[] =>
  newest(views, (view) => {
    if (view.kind !== page.name || view.values[TAKER] !== me || taking(view)) return false;
    const last = view.story[view.story.length - 1];
    return !page.workflow.states[view.state]?.final || nowMs - (last?.atMs ?? 0) < HEARD_MS;
  });

/** What the person reported, newest first. */
export const reportsOf = (views: Views, kind: string, me: number): readonly View[] =>
  newest(views, (view) => view.kind === kind && view.author === me);

/** All that the person was thanked with, added up; it only ever grows. */
export function thanksOf(views: Views, kinds: Kinds, me: number): number {
  const page = kinds.get(THANKS);
  const fieldOf = (type: string): string =>
    Object.entries(page?.fields ?? {}).find(([, field]) => field.type === type)?.[0] ?? "";
  const [person, amount] = [fieldOf("person"), fieldOf("int")];
  let sum = 0;
  for (const view of views.values())
    if (view.kind === page?.name && view.values[person] === me) sum += Number(view.values[amount]) || 0;
  return sum;
}

/** What was done about a report that is over, in the words of whoever did it; "" if none were left. */
export function doneWords(view: View, page: KindPage): string {
  if (page.workflow.states[view.state]?.tone !== "done") return "";
  for (const line of [...view.story].reverse())
    for (const [name, value] of Object.entries(line.sets))
      if (page.fields[name]?.type === "text" && typeof value === "string" && value) return value;
  return "";
}

/** Where the person last stood when they wrote something down: nobody is located for this. */
function lastPlace(views: Views, kinds: Kinds, me: number): Point | null {
  const own = newest(views, (view) => view.author === me && placeOf(view, kinds) !== null);
  return own[0] ? placeOf(own[0], kinds) : null;
}

function placeOf(view: View, kinds: Kinds): Point | null {
  const fields = Object.entries(kinds.get(view.kind)?.fields ?? {});
  const at = view.values[fields.find(([, { type }]) => type === "place")?.[0] ?? ""];
  return Array.isArray(at) ? (at as unknown as Point) : null;
}

const newest = (views: Views, wanted: (view: View) => boolean): View[] =>
  [...views.values()].filter(wanted).sort((a, b) => b.madeMs - a.madeMs);
