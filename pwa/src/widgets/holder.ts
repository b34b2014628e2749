// Whose turn it is with a record, in words: read off the state's holders, of which the first is who is waited
// for; a unit with whoever was sent, so that who asks hears a name where there is one.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { AUTHOR } from "../sync/permit.ts";
import { say } from "../words/apart.ts";
import type { Key } from "../words/say.ts";
import { personWords, unitWords, type World } from "./value-words.ts";

/** Who has a record in hand now, by the first of its holders that is known; "" if it is nobody's turn. `mine` are
 *  the reader's own parts. */
export function holderWords(view: View, page: KindPage, world: World, mine: readonly string[] = []): string {
  const holders = page.workflow.states[view.state]?.holder ?? [];
  for (const token of holders) {
    const said = mine.includes(token) ? say("you") : tokenWords(token, view, page, world);
    if (said) return said;
  }
  return "";
}

function tokenWords(token: string, view: View, page: KindPage, world: World): string {
  const [role = "", field] = token.split("@");
  const at = Number(field && view.values[field]) || 0;
  if (field && !at) return "";
  if (field)
    return role ? atUnit(sentWords(view, page, world), unitWords(at, world)) : personWords(at, world);
  return role === AUTHOR ? personWords(view.author, world) : roleWords(role);
}

const roleWords = (role: string): string => say(`role.${role}` as Key);

/** Whoever was sent, with where they are; the reader knows where they are themselves. */
const atUnit = (who: string, unit: string): string =>
  !who || who === say("you") ? who || unit : say("holder.at", { who, unit });

/** The people whom fields that are written only with a step name. */
const sentWords = (view: View, page: KindPage, world: World): string =>
  Object.entries(page.fields)
    .flatMap(([name, { type, write }]) => {
      const person = type === "person" && write?.length === 0 && Number(view.values[name]);
      return person ? [personWords(person, world)] : [];
    })
    .join(say("listGap"));
