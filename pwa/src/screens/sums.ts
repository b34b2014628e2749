// Figures that a form proposes because the phone can add them up: what is granted already, and this. Pure.

import type { View } from "../model.ts";
import type { NamedField } from "../widgets/page.ts";
import type { World } from "../widgets/value-words.ts";

/** The sums that fields ask for (`sums` on the page), by field: of the records of the kind that hold now, and this one. */
export function sumsOf(
  fields: readonly NamedField[],
  view: View,
  { views, kinds }: Pick<World, "views" | "kinds">,
): Record<string, number> {
  const states = kinds.get(view.kind)?.workflow.states;
  const holds = ({ id, kind, state }: View): boolean =>
    id === view.id || (kind === view.kind && states?.[state]?.withheld === false);
  const records = [...views.values()].filter(holds);
  return Object.fromEntries(
    fields
      .filter(([, { sums }]) => sums)
      .map(([name, { sums }]) => [
        name,
        records.reduce((sum, { values }) => sum + (Number(values[sums]) || 0), 0),
      ]),
  );
}
