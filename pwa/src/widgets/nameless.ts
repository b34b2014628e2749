// Before anything is sent: whether a text that many will read gives somebody away, in words that name the field.

import type { KindPage } from "../sync/kind.ts";
import { type Sort, traces } from "../sync/nameless.ts";
import type { Value } from "../sync/value.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";

export const GUARD = "no_personal_data";

const SORTS = {
  phone: "nameless.phone",
  id: "nameless.id",
  plate: "nameless.plate",
} as const satisfies Record<Sort, string>;

/** What to take out first, in words; "" where nothing is. */
export function namingWords(page: KindPage, values: Readonly<Record<string, Value>>): string {
  for (const [name, field] of Object.entries(page.fields)) {
    const [found] = field.nameless ? [values[name] ?? ""].flat().flatMap((each) => traces(String(each))) : [];
    if (found)
      return say("nameless.out", {
        field: pick(field.label),
        what: say("nameless.what", { sort: say(SORTS[found[0]]), words: found[1] }),
      });
  }
  return "";
}
