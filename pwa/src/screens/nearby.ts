// What is still open where something was thought to lie: when a place moves, somebody looks whether that belongs
// elsewhere too. Nothing moves by itself. Pure.

import type { View } from "../model.ts";
import type { Kinds } from "../sync/kind.ts";
import { metresApart, type Point } from "../sync/place.ts";

const NEAR_M = 100; // two fixes of one spot, and the length of a yard

/** The open cases at a place, as far as this phone holds them, the newest first. */
export function openNear(at: Point, views: Iterable<View>, kinds: Kinds): View[] {
  const near = (view: View): boolean => {
    const page = kinds.get(view.kind);
    const state = page?.workflow.states[view.state];
    if (!page || !state || state.final || state.rests || state.holder.length === 0) return false;
    const name = Object.entries(page.fields).find(([, { type }]) => type === "place")?.[0] ?? "";
    const place = view.values[name];
    const mending = page.workflow.steps.some(({ mends }) => mends); // a correction's place is what it proposes
    return !mending && Array.isArray(place) && metresApart(at, place as unknown as Point) <= NEAR_M;
  };
  return [...views].filter(near).sort((a, b) => b.madeMs - a.madeMs);
}
