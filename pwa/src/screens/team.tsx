// The days of the people one looks after: who handed in, what was found, and all the quiet ones seen
// at once. Counts are never a score: nothing found stands as high as something found.

import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { nearDay, startOf } from "../widgets/dates.ts";
import { Icon } from "../widgets/icon.tsx";
import { StateMark } from "../widgets/mark.tsx";
import { asked } from "../widgets/page.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";

const DAYS_SHOWN = 7;
const FOUND = "found";

/** The list of days, newest first. */
export function Team({ page }: { page: KindPage }) {
  const model = useModel();
  const world = useWorld();
  const sheets = [...world.views.values()].filter(
    (view) => view.kind === page.name && view.author !== world.me,
  );
  const days = byDay(sheets).slice(0, DAYS_SHOWN);
  const quiet = sheets.flatMap((view) => {
    const offer = view.offers.find((each) => each.tone === "go" && each.needs.length === 0);
    return offer && foundIn(view, page).length === 0 ? [{ id: view.id, step: offer.step }] : [];
  });
  const confirmAll = async (): Promise<void> => {
    for (const { id, step } of quiet) await model.take(id, step, {});
  };
  return (
    <>
      <header class="head nob">
        <h1 tabIndex={-1}>{say("team.title")}</h1>
      </header>
      <div class="body flush">
        {days.length === 0 && <p class="blank">{say("team.none")}</p>}
        {days.map(([day, views]) => (
          <section key={day}>
            <h2>
              {nearDay(day, world.nowMs)} <span class="note">{say("team.count", { n: views.length })}</span>
            </h2>
            <ul class="recs">
              {views.map((view) => (
                <SheetRow key={view.id} view={view} page={page} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {quiet.length > 1 && (
        <div class="foot bar-top">
          <button type="button" class="lamp" onClick={() => void confirmAll()}>
            <Icon name="check" />
            {say("team.confirm", { n: quiet.length })}
          </button>
        </div>
      )}
    </>
  );
}

function SheetRow({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const items = asked(page).filter(([, field]) => field.type === "choice");
  const done = items.filter(([name]) => view.values[name]).length;
  const found = foundIn(view, page);
  return (
    <li class="rec">
      <a href={`#/story/${view.id}`}>
        <span class="grow">
          <span class="top">
            <b>{personWords(view.author, world)}</b>
            <StateMark view={view} page={page} />
          </span>
          <span class="note">{say("team.done", { n: items.length, done })}</span>
          {found.length > 0 && (
            <span class="ink">{say("team.found", { items: found.join(say("listGap")) })}</span>
          )}
        </span>
        <Icon name="next" />
      </a>
    </li>
  );
}

/** The labels of the items in which something was found. */
const foundIn = (view: View, page: KindPage): string[] =>
  asked(page).flatMap(([name, field]) => (view.values[name] === FOUND ? [pick(field.label)] : []));

/** Group sheets by their day, newest first. */
function byDay(sheets: readonly View[]): [dayMs: number, views: View[]][] {
  const days = new Map<number, View[]>();
  for (const view of sheets) {
    const day = Number(view.id.slice(-8)); // the id of a person's day ends in yyyymmdd
    days.set(day, [...(days.get(day) ?? []), view]);
  }
  return [...days].sort(([a], [b]) => b - a).map(([day, views]) => [startOf(day), views]);
}
