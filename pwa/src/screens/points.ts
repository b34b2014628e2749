// The points of a patrol route, and what a walk says of them. Pure, and read off the kind pages: the points
// are the records of the kind that the walk's first list of records refers to, and that name the route.

import type { View } from "../model.ts";
import type { KindPage, Kinds } from "../sync/kind.ts";
import { metresApart, type Point } from "../sync/place.ts";
import type { Value } from "../sync/value.ts";
import { asked } from "../widgets/page.ts";

/** A point of a route, and how far it is; -1 if that is not known. */
export interface OnRoute {
  readonly view: View;
  readonly metres: number;
}

/** The two lists of a walk: what was passed, and where something was found. */
export const listsOf = (page: KindPage): readonly string[] =>
  asked(page).flatMap(([name, { type }]) => (type === "refs" ? [name] : []));

/** The points of a route, nearest first; where nobody knows how far they are, in the order they were made. */
export function pointsOf(
  views: ReadonlyMap<string, View>,
  kinds: Kinds,
  walk: KindPage,
  route: View,
  here: Point | null,
): readonly OnRoute[] {
  const kind = kinds.get(walk.fields[listsOf(walk)[0] ?? ""]?.refers ?? "");
  const names = Object.entries(kind?.fields ?? {}).flatMap(([name, { refers }]) =>
    refers === route.kind ? [name] : [],
  );
  const found = [...views.values()].flatMap((view): OnRoute[] => {
    if (!kind || view.kind !== kind.name || kind.workflow.states[view.state]?.final) return [];
    if (!names.some((name) => view.values[name] === route.id)) return [];
    const at = placeOf(view, kinds, views);
    return [{ view, metres: here && at ? metresApart(here, at) : -1 }];
  });
  const far = ({ metres }: OnRoute): number => (metres < 0 ? Number.MAX_SAFE_INTEGER : metres);
  return found.sort((one, other) => far(one) - far(other) || one.view.madeMs - other.view.madeMs);
}

/** Where a point is: its own place, or that of the record it stands for. */
function placeOf(view: View, kinds: Kinds, views: ReadonlyMap<string, View>, deeper = true): Point | null {
  const fields = Object.entries(kinds.get(view.kind)?.fields ?? {});
  const own = view.values[fields.find(([, { type }]) => type === "place")?.[0] ?? ""];
  if (Array.isArray(own)) return own as unknown as Point;
  const others = fields.flatMap(([name, { type }]) =>
    type === "ref" ? [String(view.values[name] ?? "")] : [],
  );
  const other =
    deeper && others.map((id) => views.get(id)).find((each) => each && placeOf(each, kinds, views, false));
  return other ? placeOf(other, kinds, views, false) : null;
}

/** What a walk says: every point if none was tapped, for then all is as it should be. */
export function walked(
  page: KindPage,
  points: readonly OnRoute[],
  seen: ReadonlySet<string>,
  found: ReadonlySet<string>,
): Readonly<Record<string, Value>> {
  const [passed = "", findings = ""] = listsOf(page);
  const ids = points.map(({ view }) => view.id);
  const all = seen.size + found.size === 0 ? ids : ids.filter((id) => seen.has(id) || found.has(id));
  return { [passed]: all, ...(found.size ? { [findings]: ids.filter((id) => found.has(id)) } : {}) };
}
