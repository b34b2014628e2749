// Calls on a household or a place, as the forms need them: how the last ones went, how often what is due was
// put off, what is asked where. Pure, and read off the kind pages.

import type { Offer, View } from "../model.ts";
import type { Field, KindPage, Option } from "../sync/kind.ts";

const MOVES_MAX = 3; // as sync/guards.py has it

type Views = ReadonlyMap<string, View>;

/** The calls of a kind on a record, newest first. */
export function callsOn(views: Views, call: KindPage, on: string): readonly View[] {
  const of = call.round?.of ?? "";
  return [...views.values()]
    .filter((view) => view.kind === call.name && view.values[of] === on)
    .sort((a, b) => b.madeMs - a.madeMs);
}

/** How many of the newest calls did not work out, one after the other. */
export function missesOf(calls: readonly View[], call: KindPage): number {
  const met = calls.findIndex((view) => !call.round?.soon.includes(view.state));
  return met < 0 ? calls.length : met;
}

/** The step by which what is due is put off, while it is offered and was not put off too often. */
export function putOff(view: View, call: KindPage, calls: readonly View[]): Offer | undefined {
  const moved = call.round?.moved ?? "";
  const offer = view.offers.find((each) => moved !== "" && each.needs.includes(moved));
  return offer && movesOf(view, offer.step, calls) < MOVES_MAX ? offer : undefined;
}

/** How often it was put off since the last call. */
export function movesOf(view: View, step: string, calls: readonly View[]): number {
  const since = calls[0]?.madeMs ?? 0;
  return view.story.filter((line) => line.step === step && line.atMs > since).length;
}

/** The step on a place that a call on it takes by itself. */
export const takenBy = (view: View, call: KindPage): Offer | undefined =>
  view.offers.find((each) => each.step === call.round?.step);

/** The options of a field that are asked of this record: those that name one of its answers, or none at all. */
export function askedOf(field: Field, view: View | undefined): readonly Option[] {
  const answers = Object.values(view?.values ?? {});
  return field.options.filter(({ retired, marks }) => {
    const at = marks.at?.split(" ");
    return !retired && (!at || at.some((each) => answers.includes(each)));
  });
}
