// Who belongs to a household: the records of a register that name it, each in a line. Who is under 14 is
// marked, for their data needs more care.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { dayOf } from "../widgets/dates.ts";
import { useWorld } from "../widgets/use-model.ts";
import { aboutWords, titleWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";

const BORN = "birth_year";
const MINOR = 14; // personal data of whom is younger is sensitive (PIPL article 28)

/** The members of a household. */
export function Members({ view }: { view: View }) {
  const world = useWorld();
  const refs = [...world.kinds.values()].flatMap((page) => refOf(page, view.kind));
  const members = [...world.views.values()].filter((each) =>
    refs.some(([kind, ref]) => each.kind === kind && each.values[ref] === view.id),
  );
  if (!members.length) return null;
  return (
    <ul class="note">
      {members.map((each) => (
        <li key={each.id}>
          {[
            titleWords(each, world),
            aboutWords(each, world),
            minor(each, world.nowMs) && say("members.minor"),
          ]
            .filter(Boolean)
            .join(say("listGap"))}
        </li>
      ))}
    </ul>
  );
}

/** The field by which a page of somebody names a record of a kind; of calls and reports there is none. */
const refOf = (page: KindPage, kind: string): (readonly [kind: string, ref: string])[] =>
  page.fields[BORN]
    ? Object.entries(page.fields).flatMap(([name, { refers }]) =>
        refers === kind ? [[page.name, name] as const] : [],
      )
    : [];

/** Whether somebody may still be under 14: in the year of the birthday one may be. */
export const minor = (view: View, nowMs: number): boolean => {
  const born = Number(view.values[BORN] ?? 0);
  return born > 0 && Math.floor(dayOf(nowMs) / 10_000) - born <= MINOR;
};
