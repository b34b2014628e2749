// The days of the people one looks after: who handed in, what was found, what is odd about it, and those
// chosen confirmed at once. Counts are never a score: nothing found stands as high as something found.

import { useState } from "preact/hooks";
import type { Offer, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { useComing } from "../widgets/coming.ts";
import { nearDay, startOf } from "../widgets/dates.ts";
import { Icon } from "../widgets/icon.tsx";
import { StateMark } from "../widgets/mark.tsx";
import { asked } from "../widgets/page.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { oddOf } from "./odd.ts";

const DAYS_SHOWN = 7;
const FOUND = "found";

/** The list of days, newest first; those in which nothing was found are chosen. */
export function Team({ page }: { page: KindPage }) {
  const model = useModel();
  const world = useWorld();
  const coming = useComing();
  const [flipped, setFlipped] = useState<ReadonlySet<string>>(new Set());
  const sheets = [...world.views.values()].filter(
    (view) => view.kind === page.name && view.author !== world.me,
  );
  const days = byDay(sheets).slice(0, DAYS_SHOWN);
  const chosen = (view: View): boolean => flipped.has(view.id) !== (foundIn(view, page).length === 0);
  const sure = sheets.filter((view) => goOf(view) && chosen(view));
  const flip = (id: string): void =>
    setFlipped(new Set(flipped.has(id) ? [...flipped].filter((each) => each !== id) : [...flipped, id]));
  const confirm = async (): Promise<void> => {
    for (const view of sure) await model.take(view.id, goOf(view)?.step ?? "", {});
  };
  return (
    <>
      <header class="head nob">
        <h1 tabIndex={-1}>{say("team.title")}</h1>
      </header>
      <div class="body flush">
        {days.length === 0 && <p class="blank">{coming || say("team.none")}</p>}
        {days.map(([day, views]) => (
          <section key={day}>
            <Day day={day} n={views.length} />
            <ul class="recs">
              {views.map((view) => (
                <li key={view.id} class="rec">
                  <Sheet view={view} page={page} />
                  {goOf(view) && (
                    <Deciding view={view} page={page} on={chosen(view)} flip={() => flip(view.id)} />
                  )}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      {sure.length > 0 && (
        <div class="foot bar-top">
          <button type="button" class="lamp" onClick={() => void confirm()}>
            <Icon name="check" />
            {say("team.sure", { n: sure.length })}
          </button>
        </div>
      )}
    </>
  );
}

function Day({ day, n }: { day: number; n: number }) {
  return (
    <h2>
      {nearDay(day, useWorld().nowMs)} <span class="note">{say("team.count", { n })}</span>
    </h2>
  );
}

/** The step that lets a sheet through as it is. */
const goOf = (view: View): Offer | undefined =>
  view.offers.find((each) => each.tone === "go" && each.needs.length === 0);

interface SheetProps {
  view: View;
  page: KindPage;
}

function Sheet({ view, page }: SheetProps) {
  const world = useWorld();
  const items = asked(page).filter(([, field]) => field.type === "choice");
  const done = items.filter(([name]) => view.values[name]).length;
  const found = foundIn(view, page);
  const odd = oddOf(view, page, world.views).map(([code, n]) => say(`odd.${code}`, { n }));
  return (
    <a href={`#/story/${view.id}`}>
      <span class="grow">
        <span class="top">
          <b>{personWords(view.author, world)}</b>
          <StateMark view={view} page={page} />
        </span>
        <span class="note">{[say("team.done", { n: items.length, done }), ...odd].join(say("listGap"))}</span>
        {found.length > 0 && (
          <span class="ink">{say("team.found", { items: found.join(say("listGap")) })}</span>
        )}
      </span>
      <Icon name="next" />
    </a>
  );
}

/** Chosen or not, and a question on one item. */
function Deciding({ view, page, on, flip }: SheetProps & { on: boolean; flip: () => void }) {
  const [asking, setAsking] = useState(false);
  const back = view.offers.find((each) => each.tone === "back");
  return (
    <>
      <div class="chips">
        <button type="button" class={on ? "chip on" : "chip"} aria-pressed={on} onClick={flip}>
          {say("team.pick")}
        </button>
        {back && (
          <button type="button" class="chip" aria-expanded={asking} onClick={() => setAsking(!asking)}>
            {say("team.ask")}
          </button>
        )}
      </div>
      {back && asking && <Question view={view} page={page} offer={back} done={() => setAsking(false)} />}
    </>
  );
}

interface QuestionProps extends SheetProps {
  offer: Offer;
  done: () => void;
}

/** Which item, and what to ask: the two fields that the step carries. */
function Question({ view, page, offer, done }: QuestionProps) {
  const model = useModel();
  const [item, setItem] = useState("");
  const [words, setWords] = useState("");
  const [needs, takes] = [offer.needs[0] ?? "", offer.takes[0] ?? ""];
  const send = async (): Promise<void> => {
    if (!words.trim()) return;
    await model.take(view.id, offer.step, { [needs]: words.trim(), ...(item ? { [takes]: item } : {}) });
    done();
  };
  const id = `q-${view.id}`;
  return (
    <div class="field">
      <div class="chips" role="group" aria-label={say("team.askWhat")}>
        {asked(page)
          .filter(([name]) => view.values[name])
          .map(([name, field]) => (
            <button
              key={name}
              type="button"
              class={item === name ? "chip on" : "chip"}
              aria-pressed={item === name}
              onClick={() => setItem(item === name ? "" : name)}
            >
              {pick(field.label)}
            </button>
          ))}
      </div>
      <label for={id}>{say("team.askWords")}</label>
      <input id={id} class="box" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
      <button type="button" class="plain" onClick={() => void send()}>
        {say("team.send")}
      </button>
    </div>
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
