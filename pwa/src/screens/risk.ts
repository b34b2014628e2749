// What to look at first among what waits, and what may be let through together: points for what is unusual
// about a record, added up. It orders a list and holds nothing up; nobody is told that they were scored.
// What counts how much the page says (`weighed`); with the reasons: docs/approvals.md (a test compares the two). Pure.

import type { Flag, Me, Unit, View } from "../model.ts";
import { type KindPage, type Kinds, marksOf, type Step } from "../sync/kind.ts";
import { metresOutside } from "../sync/place.ts";
import { sampled } from "../sync/sample.ts";
import { alarms, asked, empty, firstOf, toneOf } from "../widgets/page.ts";

/** From so many points on a record is looked at by itself; below, several are let through together. */
export const ALONE_FROM = 20;

/** Of somebody with fewer than so many entries that were let through, each is looked at. */
export const NEW_BELOW = 5;

const PLACE_M = 30; // what is drawn on a map is no better than that, as backend/doubts.py has it
const CM = 100; // of a metre
const PHOTO_TYPES = ["photos"];

/** One thing that is so: a code, and the flag or the figure behind it. */
export interface Why {
  readonly code: string;
  readonly flag: Flag | null;
  readonly figure: number;
}

/** What a record comes to, the weightiest reason first. */
export interface Risk {
  readonly points: number;
  readonly whys: readonly Why[];
}

/** What is known beside the record. */
export interface Around {
  readonly flags: readonly Flag[]; // of its photos
  readonly passed: number; // entries of its author that were let through, among those on this phone
  readonly fresh: boolean; // its author is new at their first post, as the directory tells it
  readonly grid: Unit | undefined; // it lies in
}

const plainWhy = (code: string, figure = 0): Why => ({ code, flag: null, figure });

/** Add up what is unusual about a record. A reason counts once, however many photos give it. */
export function riskOf(view: View, page: KindPage, around: Around): Risk {
  const found = [
    ...around.flags.map((flag): Why => ({ code: flag[0], flag, figure: 0 })),
    ...saidIn(view, page),
    ...outside(view, page, around.grid),
    ...(around.fresh || around.passed < NEW_BELOW ? [plainWhy("new_person", around.passed)] : []),
  ];
  const first = new Map<string, Why>();
  for (const why of found) if (!first.has(why.code)) first.set(why.code, why);
  const whys = [...first.values()].filter(({ code }) => pointsOf(page, code) > 0);
  whys.sort((one, other) => pointsOf(page, other.code) - pointsOf(page, one.code));
  return { points: sumOf(page, whys), whys };
}

/** How much something counts on a page; nothing that its list does not know. */
const pointsOf = (page: KindPage, code: string): number =>
  Number(page.risks.find(({ value }) => value === code)?.marks.points ?? 0);

const sumOf = (page: KindPage, whys: readonly Why[]): number =>
  whys.reduce((sum, { code }) => sum + pointsOf(page, code), 0);

/** What the record itself says: marked urgent, or of a grave level. */
function saidIn(view: View, page: KindPage): Why[] {
  const urgent = asked(page).some(([name, field]) => alarms(field) && view.values[name] === true);
  const levels = asked(page).map(([name]) => marksOf(page, name, view.values[name]).level ?? "");
  return [
    ...(urgent ? [plainWhy("emergency")] : []),
    ...levels.filter((level) => level !== "").map((level) => plainWhy(`level_${level}`)),
  ];
}

/** How far outside its grid the record says it is, beyond what its fix can tell. */
function outside(view: View, page: KindPage, grid: Unit | undefined): Why[] {
  const field = firstOf(Object.entries(page.fields), "place");
  const place = field && view.values[field[0]];
  if (!grid || !Array.isArray(place)) return [];
  const [lat = 0, lon = 0, accuracyCm = 0] = place as number[];
  const metres = metresOutside([lat, lon], grid.shape);
  return metres > PLACE_M + accuracyCm / CM ? [plainWhy("outside", metres)] : [];
}

/** How many entries of each person were let through, as far as this phone knows. */
export function passedBy(views: Iterable<View>, kinds: Kinds): ReadonlyMap<number, number> {
  const count = new Map<number, number>();
  for (const { author, kind, state } of views) {
    const page = kinds.get(kind);
    if (page && toneOf(page, state) === "done") count.set(author, (count.get(author) ?? 0) + 1);
  }
  return count;
}

/** Whether a record has photos that may have been found odd. */
export const pictured = (view: View, page: KindPage): boolean =>
  Object.entries(page.fields).some(
    ([name, field]) => PHOTO_TYPES.includes(field.type) && !empty(view.photos[name]),
  );

const LOOK_MS = 7 * 86_400_000; // what passed longer ago is past
export const LOOKS_MOST = 100; // of one look: three days of a community's visits and checks

/** The step by which somebody notes that they looked at what passed: it changes nothing, and is taken once. */
export const lookOf = (page: KindPage): Step | undefined =>
  page.workflow.steps.find(
    (step) =>
      step.to === "" &&
      step.by.length > 0 &&
      step.needs.length + step.takes.length === 0 &&
      step.guards.includes("not_repeated"),
  );

/** What passed by itself this week and may still be looked at by this person, newest first. */
export function passedOf(views: Iterable<View>, kinds: Kinds, me: Me, nowMs: number): View[] {
  const steps = new Map([...kinds.values()].map((page) => [page.name, lookOf(page)]));
  const found: View[] = [];
  for (const view of views) {
    const step = steps.get(view.kind);
    if (!step?.start.includes(view.state) || nowMs - view.receivedMs > LOOK_MS) continue;
    if (!me.grants.some(({ role }) => step.by.includes(role))) continue;
    if (view.offers.some((offer) => offer.step === step.name)) found.push(view);
  }
  return found.sort((a, b) => b.receivedMs - a.receivedMs).slice(0, LOOKS_MOST);
}

/** What of it to look at: what the sample names, and what is unusual by itself; the latter first. */
export function lookRisk(view: View, page: KindPage, risk: Risk): Risk | null {
  const chosen = sampled(view.id);
  const odd = risk.whys.filter(
    ({ code, flag }) => flag !== null || code === "emergency" || code === "outside",
  );
  if (!chosen && sumOf(page, odd) < ALONE_FROM) return null;
  const whys = [...odd, ...(chosen ? [plainWhy("sample")] : [])];
  return { points: sumOf(page, whys), whys };
}
