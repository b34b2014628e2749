// Whose turn it is with a record, in words: a unit with whoever was sent, so that who asks hears a name where there
// is one; else the part people play.

import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { AUTHOR } from "../sync/permit.ts";
import { say } from "../words/apart.ts";
import type { Key } from "../words/say.ts";
import { givenTo, inHand } from "./in-hand.ts";
import { personWords, unitWords, type World } from "./value-words.ts";

/** Who has a record in hand now, by the first of those whose turn it is; "" if it is nobody's. */
export function holderWords(view: View, page: KindPage, world: World, me: Me | null): string {
  const [token] = view.turn;
  if (!token) return "";
  return me && inHand(view, page, me, world.units) ? say("you") : tokenWords(token, view, page, world);
}

function tokenWords(token: string, view: View, page: KindPage, world: World): string {
  const [role = "", field] = token.split("@");
  const at = Number(field && view.values[field]) || 0;
  if (field && !role) return personWords(at, world);
  if (field)
    return atUnit(
      oneOf(field, view, page) ? roleWords(role) : sentWords(view, page, world),
      unitWords(at, world),
    );
  if (role === AUTHOR) return personWords(view.author, world);
  const given = givenTo(view, page);
  return given ? personWords(given, world) : roleWords(role);
}

/** Whether a unit has more people by whom the page means this record than those whose turn it is: its leader, say. */
const oneOf = (field: string, view: View, page: KindPage): boolean =>
  (page.workflow.states[view.state]?.holder ?? []).some(
    (other) => other.endsWith(`@${field}`) && !view.turn.includes(other),
  );

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
