// For who decides on a report: what may be the same thing, or was the same before, among the records this
// phone holds. One tap merges, where that is offered; it is undone as easily for a week. What was mended there
// before stays in sight of all who deal with it: whoever ends it says why it came back.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { type Alike, alikeTo, LINKS, recurrenceOf, subjectOf } from "../widgets/alike.ts";
import { metresWords } from "../widgets/distance.ts";
import { Row } from "../widgets/row.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { say } from "../words/apart.ts";
import { buzz } from "./route.ts";

const SHOWN = 3; // more than this is not read on a phone

interface TwinsProps {
  view: View;
  page: KindPage;
  after?: () => void; // once it is merged
}

/** What the reporter named as the same comes first, then what lies nearest. */
function twinsOf(page: KindPage, view: View, views: ReadonlyMap<string, View>): readonly Alike[] {
  const near = alikeTo(subjectOf(page, view), views.values());
  const said = views.get(String(view.values[LINKS.sameAs] ?? ""));
  const first = said && said.id !== view.id ? [{ view: said, metres: -1 }] : [];
  return [...first, ...near.filter((each) => each.view.id !== said?.id)].slice(0, SHOWN);
}

/** The list; nothing for a record that is like no other. */
export function Twins({ view, page, after }: TwinsProps) {
  const model = useModel();
  const world = useWorld();
  const offer = view.offers.find((each) => each.needs.includes(LINKS.merged));
  const found = offer ? twinsOf(page, view, world.views) : [];
  const recurs =
    world.views.get(String(view.values[LINKS.recurs] ?? "")) ??
    (offer ? recurrenceOf(subjectOf(page, view), world.views.values()) : null);
  if (found.length === 0 && !recurs) return null;
  const merge = async (into: string): Promise<void> => {
    if (!offer) return;
    await model.take(view.id, offer.step, { [LINKS.merged]: into });
    buzz();
    after?.();
  };
  return (
    <section>
      {found.length > 0 && <h2>{say("twins.title")}</h2>}
      <ul class="recs">
        {found.map((each) => (
          <Twin key={each.view.id} alike={each} merge={() => void merge(each.view.id)} />
        ))}
      </ul>
      {recurs && (
        <>
          <h2>{say("twins.before")}</h2>
          <ul class="recs">
            <Row view={recurs} />
          </ul>
        </>
      )}
    </section>
  );
}

function Twin({ alike, merge }: { alike: Alike; merge: () => void }) {
  return (
    <>
      <Row view={alike.view} />
      <li class="row apart">
        <span class="note">{alike.metres < 0 ? say("twins.said") : metresWords(alike.metres)}</span>
        <button type="button" class="plain" onClick={merge}>
          {say("twins.merge")}
        </button>
      </li>
    </>
  );
}
