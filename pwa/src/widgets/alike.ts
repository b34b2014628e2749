// What may be the same thing, reported by somebody else: found among the records this phone holds, by the
// family of the matter, the place and the time. And what happened before at the same place. Pure; it only
// ever points at something, and a person says what is so.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { metresApart, type Point } from "../sync/place.ts";
import type { Named, Value } from "../sync/value.ts";

export const NEAR_METRES = 50; // about what a fix between houses is good for
export const SAME_MS = 86_400_000; // two people who pass the same thing, do so within a day
export const RECUR_MS = 30 * SAME_MS; // what comes back within a month was not mended (domain W1)

/** The fields of a page by the parts they play here. */
export const LINKS = {
  merged: "merged_into",
  recurs: "recurs",
  sameAs: "same_as",
  urgent: "emergency",
} as const;

/** What is being reported, or was. */
export interface Subject {
  readonly page: KindPage;
  readonly id: string; // "" while it is being written
  readonly matter: Value;
  readonly point: Point | null;
  readonly atMs: number;
}

/** A record that is like it. */
export interface Alike {
  readonly view: View;
  readonly metres: number;
}

/** The first field of a type; "" if the page has none. */
export const fieldOf = (page: KindPage, type: string): string =>
  Object.entries(page.fields).find(([, field]) => field.type === type && field.ask && !field.retired)?.[0] ??
  "";

/** The place in the values of a record; null if none was noted. */
export function pointOf(page: KindPage, values: Named<Value>): Point | null {
  const value = values[fieldOf(page, "place")];
  return Array.isArray(value) && value.length > 1 ? (value as unknown as Point) : null;
}

/** A record as a subject. */
export const subjectOf = (page: KindPage, view: View): Subject => ({
  page,
  id: view.id,
  matter: view.values[fieldOf(page, "choice")] ?? null,
  point: pointOf(page, view.values),
  atMs: view.madeMs,
});

function familyOf(page: KindPage, matter: Value): Value {
  const options = page.fields[fieldOf(page, "choice")]?.options ?? [];
  return options.find((option) => option.value === matter)?.family || matter;
}

/** Whether the last step that moved a record was its merging: then the other one is meant. */
export function merged(view: View): boolean {
  const moves = view.story.filter((line) => line.outcome !== "overtaken" && line.from !== line.to);
  return moves[moves.length - 1]?.sets[LINKS.merged] !== undefined;
}

/** Whether it goes the way of that other one, and nobody need do anything about it meanwhile. */
export const follows = (view: View, page: KindPage | undefined): boolean =>
  merged(view) &&
  !page?.workflow.steps.some(({ start, tone }) => tone === "go" && start.includes(view.state));

/** List what may be the same thing, the nearest first. What is not said, or not placed, is like nothing. */
export function alikeTo(subject: Subject, views: Iterable<View>): readonly Alike[] {
  const { page, id, matter, point, atMs } = subject;
  if (!point || matter === null) return [];
  const family = familyOf(page, matter);
  const found: Alike[] = [];
  for (const view of views) {
    if (view.kind !== page.name || view.id === id || Math.abs(view.madeMs - atMs) > SAME_MS) continue;
    const other = subjectOf(page, view);
    const metres = other.point ? metresApart(point, other.point) : NEAR_METRES + 1;
    if (metres > NEAR_METRES || other.matter === null || merged(view)) continue;
    if (familyOf(page, other.matter) === family) found.push({ view, metres });
  }
  return found.sort((a, b) => a.metres - b.metres || b.view.madeMs - a.view.madeMs);
}

/** When a record was done with, 0 if it is not; what became of it after that, a rating, is no second time. */
function doneMs(page: KindPage, view: View): number {
  const done = (name: string): boolean => {
    const state = page.workflow.states[name];
    return state?.final === true && state.tone === "done";
  };
  let at = 0;
  for (const { atMs, outcome, to } of view.story) if (outcome !== "overtaken") at = done(to) ? at || atMs : 0;
  return done(view.state) ? at : 0;
}

/** Find what was mended at the same place, in the same matter, within the last month; the latest. */
export function recurrenceOf(subject: Subject, views: Iterable<View>): View | null {
  const { page, id, matter, point, atMs } = subject;
  let found: View | null = null;
  let latest = 0;
  for (const view of point && matter !== null ? views : []) {
    if (view.kind !== page.name || view.id === id || view.madeMs > atMs - SAME_MS) continue;
    const done = doneMs(page, view);
    if (done <= latest || done > atMs || atMs - done > RECUR_MS) continue;
    const other = subjectOf(page, view);
    if (other.matter !== matter || !other.point || metresApart(point as Point, other.point) > NEAR_METRES)
      continue;
    [found, latest] = [view, done];
  }
  return found;
}
