// In whose hands a record is: those whose turn it is, and whoever it was given to since it came into its state.

import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { holdsBy, type Units } from "../sync/permit.ts";

/** The person whom the last step that named one since the record came into its state gave it to; 0 if none did. */
export function givenTo({ story, state }: View, page: KindPage): number {
  for (const { to, sets, outcome } of [...story].reverse()) {
    if (outcome === "overtaken") continue;
    if (to !== state) break;
    const given = Object.entries(sets).find(([name, value]) => value && page.fields[name]?.type === "person");
    if (given) return Number(given[1]);
  }
  return 0;
}

/** Whether a record is in this person's hands. Where it is nobody's turn it is theirs as much as anybody's. */
export const inHand = (view: View, page: KindPage, me: Me, units: Units): boolean =>
  !view.turn.length ||
  givenTo(view, page) === me.person ||
  holdsBy({ ...me, device: "" }, view.turn, view, units, (name) => view.values[name]);
