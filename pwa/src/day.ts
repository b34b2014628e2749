// The day: its date, its sheet, what the sheet asks, and whom to look in on. Pure; the parts that kinds
// play in it stand in bindings.ts.

import { FIELDS, KINDS } from "./bindings.ts";
import type { DueVisit, DutyRow, View } from "./model.ts";
import type { Field, KindPage, Kinds } from "./sync/kind.ts";
import type { Single } from "./sync/merges.ts";
import { perDay } from "./sync/op.ts";
import { type Actor, path, type Units } from "./sync/permit.ts";
import { metresApart, type Point } from "./sync/place.ts";
import type { Record } from "./sync/register.ts";
import { own, type Value } from "./sync/value.ts";
import { pick, say } from "./words/say.ts";

const DAY_MS = 86_400_000;
const OFFSET_MS = 8 * 3_600_000; // Asia/Shanghai: one zone, no summer time

/** The calendar day at the place, as yyyymmdd. */
export function dayOf(ms: number): number {
  const at = new Date(ms + OFFSET_MS);
  return at.getUTCFullYear() * 10_000 + (at.getUTCMonth() + 1) * 100 + at.getUTCDate();
}

/** The page of the day's sheet, if the town has one. */
export const dayPage = (kinds: Kinds): KindPage | undefined => kinds.get(KINDS.day);

/** The id of a person's sheet of a day, the same on every phone. */
export const sheetId = (page: KindPage, person: number, day: number): string =>
  perDay(person, page.series, day);

/** The items of a sheet, in the order of the page. */
export const itemsOf = (page: KindPage): readonly (readonly [string, Field])[] =>
  Object.entries(page.fields).filter(([, field]) => field.type === "choice" && field.ask && !field.retired);

/** The rows of the day's list. */
export function dutiesOf(page: KindPage, sheet: Record | undefined, due: number): readonly DutyRow[] {
  return itemsOf(page).map(([item]) => {
    const cell = sheet && (own(sheet.cells, item) as Single | undefined);
    const value = typeof cell?.[0] === "string" ? cell[0] : "";
    const hint = item === FIELDS.visitDuty && due > 0 ? say("today.hint", { n: due }) : "";
    return { item, value, atMs: value && cell ? cell[1][0] : 0, hint };
  });
}

/** Own sheets of earlier days that still wait to be handed in: record and step. */
export function unclosed(views: Iterable<View>, kinds: Kinds, person: number, today: number) {
  const open: { record: string; step: string }[] = [];
  for (const view of views) {
    const page = kinds.get(view.kind);
    if (page?.identity !== "person_day" || view.author !== person || view.state !== page.workflow.begin)
      continue;
    if (Number(view.id.slice(-8)) >= today) continue;
    const offer = view.offers.find((each) => each.tone === "go" && !each.needs.length);
    if (offer) open.push({ record: view.id, step: offer.step });
  }
  return open;
}

interface Latest {
  readonly view: View;
  readonly atMs: number;
}

/** Households of the person's own units whose turn has come: nearest first, without a fix the longest unseen. */
export function dueVisitsOf(
  views: ReadonlyMap<string, View>,
  kinds: Kinds,
  units: Units,
  actor: Actor,
  here: Point | null,
  today: number,
): readonly DueVisit[] {
  const [visit, household] = [kinds.get(KINDS.visit), kinds.get(KINDS.household)];
  if (!visit || !household) return [];
  const latest = latestVisits(views, visit, household.name);
  const areas = new Set([...units.keys()].filter((unit) => within(unit, actor, units)));
  const due: DueVisit[] = [];
  for (const view of views.values()) {
    if (view.kind !== household.name || household.workflow.states[view.state]?.final) continue;
    if (!areas.has(view.area)) continue;
    const last = latest.get(view.id);
    if (isDue(Number(view.values[FIELDS.rhythm] ?? 0), last, visit, today))
      due.push(rowOf(view, household, last, visit, here));
  }
  const far = (row: DueVisit): number => (row.metres < 0 ? Number.MAX_SAFE_INTEGER : row.metres);
  return due.sort((a, b) => far(a) - far(b) || a.lastMs - b.lastMs || (a.household < b.household ? -1 : 1));
}

const within = (area: number, actor: Actor, units: Units): boolean =>
  path(area, units).some((unit) => actor.grants.some((grant) => grant.unit === unit));

function latestVisits(
  views: ReadonlyMap<string, View>,
  visit: KindPage,
  of: string,
): ReadonlyMap<string, Latest> {
  const ref = Object.entries(visit.fields).find(
    ([, field]) => field.type === "ref" && field.refers === of,
  )?.[0];
  const latest = new Map<string, Latest>();
  for (const view of views.values()) {
    if (view.kind !== visit.name || !ref) continue;
    const whom = String(view.values[ref] ?? "");
    const atMs = Number(view.values[FIELDS.captured] ?? view.madeMs);
    if (atMs > (latest.get(whom)?.atMs ?? 0)) latest.set(whom, { view, atMs });
  }
  return latest;
}

/** A day agreed on at the last visit goes before the rhythm; nobody met means tomorrow. */
function isDue(rhythm: number, last: Latest | undefined, visit: KindPage, today: number): boolean {
  if (rhythm <= 0) return false;
  if (!last) return true;
  const agreed = firstValue(visit, last.view, "day");
  if (typeof agreed === "number") return agreed <= today && dayOf(last.atMs) < today;
  if (visit.workflow.states[last.view.state]?.tone === "act") return dayOf(last.atMs) < today;
  return dayOf(last.atMs + rhythm * DAY_MS) <= today;
}

function firstValue(page: KindPage, view: View, type: Field["type"]): Value | undefined {
  const name = Object.entries(page.fields).find(([, field]) => field.type === type)?.[0];
  return name === undefined ? undefined : view.values[name];
}

function rowOf(
  view: View,
  page: KindPage,
  last: Latest | undefined,
  visit: KindPage,
  here: Point | null,
): DueVisit {
  const place = firstValue(page, view, "place");
  return {
    household: view.id,
    name: String(view.values[page.title[0] ?? ""] ?? ""),
    about: String(view.values[page.about[0] ?? ""] ?? ""),
    lastMs: last?.atMs ?? 0,
    lastWords: last ? answersOf(last.view, visit) : "",
    metres: here && Array.isArray(place) ? metresApart(here, place as unknown as Point) : -1,
  };
}

/** The choices a visit insists on, in words: "电话，平安". */
function answersOf(view: View, page: KindPage): string {
  const words = Object.entries(page.fields).flatMap(([name, field]) => {
    if (field.type !== "choice" || !field.required) return [];
    const option = field.options.find((each) => each.value === view.values[name]);
    return option ? [pick({ zh: option.zh, en: option.en })] : [];
  });
  return words.join(say("listGap"));
}
