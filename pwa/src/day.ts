// The day: its date, its sheet, what ticks it, and where to go. Pure; what a page says of it (ticks,
// rounds) is read there, and the one kind that plays a part by name stands in bindings.ts.

import { FIELDS, KINDS } from "./bindings.ts";
import type { DutyRow, Stop, View } from "./model.ts";
import type { Field, KindPage, Kinds, Round, Tick } from "./sync/kind.ts";
import type { Single } from "./sync/merges.ts";
import { perDay } from "./sync/op.ts";
import { type Actor, path, type Units } from "./sync/permit.ts";
import { metresApart, type Point } from "./sync/place.ts";
import type { Record } from "./sync/register.ts";
import { own, type Value } from "./sync/value.ts";
import { pick, say } from "./words/say.ts";

const DAY_MS = 86_400_000;
export const OFFSET_MS = 8 * 3_600_000; // Asia/Shanghai: one zone, no summer time

type Views = ReadonlyMap<string, View>;

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

/** What a record says of an item by itself. */
export interface Ticked {
  readonly value: string;
  readonly atMs: number;
}

/** The items that the records of a day answer: by item, the first tick of the page that some record fits. */
export function ticksOf(page: KindPage, kinds: Kinds, views: Views, person: number, day: number) {
  const found = new Map<string, Ticked>();
  const own = workOf(page, views, person, day);
  for (const [item, field] of itemsOf(page)) {
    for (const tick of field.ticks) {
      const view = own.find((each) => fits(tick, each, kinds, views, person, day));
      if (!view) continue;
      found.set(item, { value: tick.gives, atMs: timeOf(view) });
      break;
    }
  }
  return found;
}

const timeOf = (view: View): number => Number(view.values[FIELDS.captured] ?? view.madeMs);

const ticking = (page: KindPage): ReadonlySet<string> =>
  new Set(itemsOf(page).flatMap(([, field]) => field.ticks.map((tick) => tick.kind)));

/** The records of the kinds that tick, which the person made or moved on that day. */
function workOf(page: KindPage, views: Views, person: number, day: number): readonly View[] {
  const kinds = ticking(page);
  return [...views.values()].filter(
    (view) => kinds.has(view.kind) && (madeOn(view, person, day) || tookOn(view, person, day)),
  );
}

const madeOn = (view: View, person: number, day: number): boolean =>
  view.author === person && dayOf(view.madeMs) === day;

const tookOn = (view: View, person: number, day: number, step = ""): boolean =>
  view.story.some(
    (line) => line.person === person && (!step || line.step === step) && dayOf(line.atMs) === day,
  );

function fits(tick: Tick, view: View, kinds: Kinds, views: Views, person: number, day: number): boolean {
  if (tick.kind !== view.kind) return false;
  if (!(tick.step ? tookOn(view, person, day, tick.step) : madeOn(view, person, day))) return false;
  if (tick.field && !says(view.values[tick.field], tick.answers)) return false;
  if (!tick.whose) return true;
  const ref = kinds.get(view.kind)?.round?.of;
  return says(views.get(String(view.values[ref ?? ""]))?.values[tick.whose], []);
}

function says(value: Value | undefined, answers: readonly string[]): boolean {
  if (answers.length) return answers.includes(String(value));
  return Array.isArray(value) ? value.length > 0 : !!value;
}

/** The rows of the day's list: what the person said stands, else what a record says. */
export function dutiesOf(
  page: KindPage,
  sheet: Record | undefined,
  ticks: ReadonlyMap<string, Ticked>,
  stops: readonly Stop[],
): readonly DutyRow[] {
  return itemsOf(page).map(([item, field]) => {
    const cell = sheet && (own(sheet.cells, item) as Single | undefined);
    const said = typeof cell?.[0] === "string" ? cell[0] : "";
    const tick = ticks.get(item);
    const kinds = field.ticks.filter((each) => each.due).map((each) => each.kind);
    const due = stops.filter((stop) => kinds.includes(stop.kind)).length;
    return {
      item,
      value: said || (tick?.value ?? ""),
      atMs: said && cell ? cell[1][0] : (tick?.atMs ?? 0),
      hint: due ? say("today.hint", { n: due }) : "",
      said: !!said,
      backed: tick !== undefined,
    };
  });
}

interface Latest {
  readonly view: View;
  readonly atMs: number;
}

/** Whose turn it is, over all kinds whose records are calls, in the person's own units: nearest first, without
 *  a fix the longest unseen. */
export function stopsOf(
  views: Views,
  kinds: Kinds,
  units: Units,
  actor: Actor,
  here: Point | null,
  today: number,
): readonly Stop[] {
  const areas = new Set([...units.keys()].filter((unit) => within(unit, actor, units)));
  const stops = [...kinds.values()].flatMap((call) =>
    mayCall(call, actor) ? stopsAt(call, views, kinds, areas, here, today) : [],
  );
  const far = (stop: Stop): number => (stop.metres < 0 ? Number.MAX_SAFE_INTEGER : stop.metres);
  return stops.sort((a, b) => far(a) - far(b) || a.lastMs - b.lastMs || (a.on < b.on ? -1 : 1));
}

const mayCall = (call: KindPage, actor: Actor): boolean =>
  call.round !== null && actor.grants.some((grant) => call.create.includes(grant.role));

function stopsAt(
  call: KindPage,
  views: Views,
  kinds: Kinds,
  areas: ReadonlySet<number>,
  here: Point | null,
  today: number,
): Stop[] {
  const round = call.round as Round;
  const target = kinds.get(own(call.fields, round.of)?.refers ?? "");
  if (!target) return [];
  const latest = latestCalls(views, call, round);
  const due: Stop[] = [];
  for (const view of views.values()) {
    if (view.kind !== target.name || target.workflow.states[view.state]?.final) continue;
    if (!areas.has(view.area)) continue;
    const last = latest.get(view.id);
    if (isDue(view, target, last, round, today)) due.push(stopOf(view, target, last, call, here));
  }
  return due;
}

const within = (area: number, actor: Actor, units: Units): boolean =>
  path(area, units).some((unit) => actor.grants.some((grant) => grant.unit === unit));

function latestCalls(views: Views, call: KindPage, round: Round): ReadonlyMap<string, Latest> {
  const latest = new Map<string, Latest>();
  for (const view of views.values()) {
    if (view.kind !== call.name) continue;
    const on = String(view.values[round.of] ?? "");
    const atMs = timeOf(view);
    if (atMs > (latest.get(on)?.atMs ?? 0)) latest.set(on, { view, atMs });
  }
  return latest;
}

/** A day put off to goes before the day agreed on at the last call, and that before the rhythm. */
function isDue(view: View, target: KindPage, last: Latest | undefined, round: Round, today: number): boolean {
  const days = daysBetween(view, target, round);
  if (days <= 0) return false;
  const moved = Number(view.values[round.moved] ?? 0);
  if (moved > today) return false;
  if (!last) return true;
  const seen = dayOf(last.atMs);
  if (moved > seen) return true;
  const agreed = last.view.values[round.again];
  if (typeof agreed === "number") return agreed <= today && seen < today;
  if (round.soon.includes(last.view.state)) return seen < today;
  return dayOf(last.atMs + days * DAY_MS) <= today;
}

/** Days between two calls: an int says them, or the mark of a choice. */
function daysBetween(view: View, target: KindPage, round: Round): number {
  const value = view.values[round.every];
  const chosen = own(target.fields, round.every)?.options.find((option) => option.value === value);
  return Number(chosen ? chosen.marks.days : value) || 0;
}

function stopOf(
  view: View,
  target: KindPage,
  last: Latest | undefined,
  call: KindPage,
  here: Point | null,
): Stop {
  const spot = Object.entries(target.fields).find(([, field]) => field.type === "place")?.[0];
  const place = spot === undefined ? undefined : view.values[spot];
  return {
    kind: call.name,
    on: view.id,
    name: String(view.values[target.title[0] ?? ""] ?? ""),
    about: String(view.values[target.about[0] ?? ""] ?? ""),
    lastMs: last?.atMs ?? 0,
    lastWords: last ? answersOf(last.view, call) : "",
    metres: here && Array.isArray(place) ? metresApart(here, place as unknown as Point) : -1,
  };
}

/** The choices a call insists on, in words: "电话，平安". */
function answersOf(view: View, page: KindPage): string {
  const words = Object.entries(page.fields).flatMap(([name, field]) => {
    if (field.type !== "choice" || !field.required) return [];
    const option = field.options.find((each) => each.value === view.values[name]);
    return option ? [pick({ zh: option.zh, en: option.en })] : [];
  });
  return words.join(say("listGap"));
}
