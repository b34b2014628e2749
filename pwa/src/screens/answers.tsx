// What was answered before, wherever it is of use: under a question that is being typed, on one that waits, and
// as a screen of its own to look things up in. All of it is on the phone.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { LINKS, merged } from "../widgets/alike.ts";
import { type Answer, shelf, sought, toldBy } from "../widgets/answers.ts";
import { useComing } from "../widgets/coming.ts";
import type { Filling } from "../widgets/filling.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { stepOf } from "../widgets/page.ts";
import { Seek } from "../widgets/seek.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { aboutWords, optionWords, titleWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { creatable } from "./begin.ts";
import { acts } from "./places.ts";
import { buzz, go, kept } from "./route.ts";
import { Week, WeekLink } from "./week.tsx";

const FEW = 3; // under a form: more than this hides the form
const MANY = 20; // on the screen
const PAUSE_MS = 200; // without a letter, before it is looked through: a small phone needs as long for it

/** Everything here that answers. */
function useShelf(): Answer[] {
  const { views, kinds } = useWorld();
  return useMemo(() => shelf(views, kinds), [views, kinds]);
}

/** What of it a query means, once nothing was typed for a moment. */
function useSought(query: string, all: readonly Answer[]): Answer[] {
  const [asked, ask] = useState(query);
  useEffect(() => {
    const pause = setTimeout(() => ask(query), PAUSE_MS);
    return () => clearTimeout(pause);
  }, [query]);
  return useMemo(() => sought(asked, all), [asked, all]);
}

/** What is looked up, or the week's review of it. */
export function Find({ part }: { part: string }) {
  return part === "week" ? <Week /> : <LookUp />;
}

/** The screen to look things up in. */
function LookUp() {
  const [query, seek] = useState("");
  const all = useShelf();
  const found = useSought(query, all);
  const shown = query.trim() ? found : all;
  const coming = useComing();
  return (
    <>
      <Head
        title={say("find.title")}
        note={coming ? "" : say("list.count", { n: all.length })}
        back="#/records"
      />
      <div class="body">
        <Seek label={say("find.what")} value={query} set={seek} />
        <p role="status" class="note">
          {!query.trim()
            ? say("find.hint")
            : found.length
              ? say("more.found", { n: found.length })
              : coming || say("find.none")}
        </p>
        <Lines answers={shown.slice(0, MANY)} />
        <Ask />
        <WeekLink />
      </div>
    </>
  );
}

/** Where nothing helps, somebody is asked. */
function Ask() {
  const { kinds } = useWorld();
  const me = useModel().me.value as Me;
  return (
    <>
      {creatable(me, kinds)
        .filter((page) => page.answers?.solved)
        .map((page) => (
          <a key={page.name} class="lamp" href={`#/new/${page.name}`}>
            <Icon name={page.icon} />
            {say("find.ask")}
          </a>
        ))}
    </>
  );
}

interface LinesProps {
  answers: readonly Answer[];
  act?: string; // what can be done with one, in words
  taken?: (answer: Answer) => void;
}

function Lines({ answers, act, taken }: LinesProps) {
  const world = useWorld();
  return (
    <ul class="all">
      {answers.map((answer) => (
        <li key={answer.view.id}>
          <details open={answers.length === 1}>
            <summary>
              <b>{titleWords(answer.view, world)}</b>
              <span class="note parts">
                <span>{pick(answer.page.label)}</span>
                {aboutWords(answer.view, world) && <span>{aboutWords(answer.view, world)}</span>}
                {answer.helped > 0 && <span>{say("find.helped", { n: answer.helped })}</span>}
              </span>
            </summary>
            {toldBy(answer.view, answer.page).map((text) => (
              <p key={text} style="white-space:pre-line">
                {text}
              </p>
            ))}
            <div class="pair" style="margin-top:8px">
              {act && taken ? (
                <button type="button" class="plain solid" onClick={() => taken(answer)}>
                  <Icon name="check" />
                  {act}
                </button>
              ) : (
                <a class="plain" href={`#/story/${answer.view.id}`}>
                  {say("find.whole")}
                </a>
              )}
            </div>
          </details>
        </li>
      ))}
    </ul>
  );
}

/** What a form, or a record, asks: its first searched text, or the words of a choice while nothing is written. */
function queryOf(page: KindPage, values: Filling["values"]): string {
  const said = (page.answers?.look ?? []).flatMap((name) => {
    const field = page.fields[name];
    const value = values[name];
    if (typeof value !== "string" || !value || !field) return [];
    return [field.options.length ? optionWords(field, value) : value];
  });
  return said[0] ?? "";
}

/** Under a question that is being typed: what was asked before. What helps ends it there. */
export function Before({ page, filling }: { page: KindPage; filling: Filling }) {
  const model = useModel();
  const all = useShelf();
  const found = useSought(queryOf(page, filling.values), all).slice(0, FEW);
  if (found.length === 0) return null;
  const step = stepOf(page, page.answers?.solved ?? "");
  const helps = async ({ view }: Answer): Promise<void> => {
    const asked =
      step && page.fields[page.answers?.look[0] ?? ""] && filling.values[page.answers?.look[0] ?? ""];
    if (!step || !asked) {
      await filling.drop();
      return go("#/", true);
    }
    const id = await filling.send();
    await model.take(id, step.name, { [step.needs[0] ?? ""]: view.id });
    kept(id);
  };
  return (
    <section class="said" aria-live="polite">
      <h2>{say("before.title", { n: found.length })}</h2>
      <Lines
        answers={found}
        {...(step ? { act: say("before.helps"), taken: (answer: Answer) => void helps(answer) } : {})}
      />
    </section>
  );
}

/** On a question that waits: what was answered before, for who asked it; and what was asked alike, for who may say
 *  that it is the same. */
export function Meanwhile({ view, page }: { view: View; page: KindPage }) {
  const model = useModel();
  const { views } = useWorld();
  const solve = view.offers.find(({ step }) => step === page.answers?.solved);
  const merge = view.offers.find(({ needs }) => needs.includes(LINKS.merged));
  const offer = page.answers ? (solve ?? merge) : undefined;
  const all = useShelf();
  const query = queryOf(page, view.values);
  const found = useMemo(() => {
    const alike = (): Answer[] =>
      [...views.values()]
        .filter((other) => other.kind === view.kind && !merged(other))
        .map((other) => ({ view: other, page, helped: 0, rank: 0 }));
    return offer ? sought(query, solve ? all : alike()).filter((each) => each.view.id !== view.id) : [];
  }, [query, all, views, offer?.step]).slice(0, FEW);
  if (!offer || found.length === 0) return null;
  const take = async ({ view: other }: Answer): Promise<void> => {
    await model.take(view.id, offer.step, { [offer.needs[0] ?? ""]: other.id });
    buzz();
  };
  return (
    <section class="said">
      <h2>{say("before.title", { n: found.length })}</h2>
      <Lines
        answers={found}
        act={say(solve ? "before.helps" : "twins.merge")}
        taken={(answer) => void take(answer)}
      />
    </section>
  );
}

/** The way to look things up; nothing for who reads none of what answers. */
export function FindLink() {
  const { kinds } = useWorld();
  const me = useModel().me.value as Me;
  if (![...kinds.values()].some((page) => page.answers && acts(me, page.read))) return null;
  return (
    <p class="links">
      <a href="#/find">
        <Icon name="eye" />
        <span class="grow">{say("find.link")}</span>
        <Icon name="next" />
      </a>
    </p>
  );
}
