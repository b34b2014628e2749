// What people call the units of which one is to be chosen: the town, the village, the grid.

import type { Unit } from "../model.ts";
import { say } from "../words/apart.ts";
import type { Key } from "../words/say.ts";

/** Ask for one of these units, by what the tiers among them are called, the highest first. */
export function whichWords(units: readonly Unit[]): string {
  const tiers = [...new Set(units.map(({ tier }) => tier))].sort();
  const names = tiers.map((tier) => say(`tier.${tier}` as Key));
  return say("tier.which", { what: names.join(say("tier.or")) });
}
