// Where to go today, in one list: whom to look in on, what to check, which route to walk, and what somebody
// was asked to do there. Pure; which records are such work is said by their page (`stop`).

import type { Stop, View } from "../model.ts";
import type { KindPage, Kinds } from "../sync/kind.ts";
import { metresApart, type Point } from "../sync/place.ts";

const FAR = Number.MAX_SAFE_INTEGER;

/** One way to go. */
export interface Way extends Pick<Stop, "name" | "lastMs" | "metres"> {
  readonly key: string; // id of the record it is about
  readonly href: string;
  readonly dueMs: number; // when a piece of work is due; 0: never, or a call
  readonly work: boolean; // somebody was asked to do it; else a call whose turn it is
}

/** What a list of work is made from. */
export interface Sources {
  readonly me: number;
  readonly here: Point | null;
  readonly nameOf: (view: View) => string;
  readonly dueOf: (view: View) => number; // 0 if nothing is due
}

/** A call whose turn it is. */
export const wayOf = ({ kind, on, name, lastMs, metres }: Stop): Way => ({
  key: on,
  href: `#/new/${kind}/${on}`,
  name,
  lastMs,
  metres,
  dueMs: 0,
  work: false,
});

/** The open work that is this person's turn, by the pages that say whose it is. */
export function workOf(views: Iterable<View>, kinds: Kinds, { me, here, nameOf, dueOf }: Sources): Way[] {
  return [...views].flatMap((view): Way[] => {
    const page = kinds.get(view.kind);
    if (!page || !isTurn(view, page, me)) return [];
    const place = placeOf(view, page);
    const metres = here && place ? metresApart(here, place) : -1;
    return [
      {
        key: view.id,
        href: `#/story/${view.id}`,
        name: nameOf(view),
        lastMs: 0,
        metres,
        dueMs: dueOf(view),
        work: true,
      },
    ];
  });
}

const isTurn = (view: View, { stop, workflow }: KindPage, me: number): boolean =>
  !!stop && view.values[stop] === me && !!workflow.states[view.state]?.holder.includes(`@${stop}`);

function placeOf(view: View, { fields }: KindPage): Point | null {
  const name = Object.entries(fields).find(([, { type }]) => type === "place")?.[0] ?? "";
  const place = view.values[name];
  return Array.isArray(place) ? (place as unknown as Point) : null;
}

/** In the order to go: work that lies nowhere and is due before `untilMs`, soonest first; then what lies
 *  nearest; then calls where it is not known how far, the longest unseen first; then the rest as it falls due. */
export function inOrder(ways: readonly Way[], untilMs: number): Way[] {
  const rank = ({ work, metres, dueMs }: Way): number => {
    if (metres >= 0) return 1;
    if (!work) return 2;
    return dueMs > 0 && dueMs < untilMs ? 0 : 3;
  };
  const within = (way: Way): number => {
    if (way.metres >= 0) return way.metres;
    return way.work ? way.dueMs || FAR : way.lastMs;
  };
  return [...ways].sort(
    (one, other) => rank(one) - rank(other) || within(one) - within(other) || (one.key < other.key ? -1 : 1),
  );
}
