// Below the camera, for who is on the road for other reasons: what became of their reports, small things near by
// that they may take on or leave, a word of thanks, and a rest whenever they like. No list, no rank, no minus.

import { useState } from "preact/hooks";
import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { useComing } from "../widgets/coming.ts";
import { metresWords } from "../widgets/distance.ts";
import { Icon } from "../widgets/icon.tsx";
import { StateMark } from "../widgets/mark.tsx";
import { stepOf } from "../widgets/page.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { aboutWords, shortWhen, titleWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { FindLink } from "./answers.tsx";
import {
  doneWords,
  type Errand,
  errandPage,
  errandsOf,
  reportsOf,
  takenBy,
  taking,
  thanksOf,
} from "./errands.ts";
import { TAKER, THANKS } from "./registry.ts";
import { buzz } from "./route.ts";

const REPORTS = 2; // of one's own, on the first screen
const ERRANDS = 3;

/** What stands below the camera: the way to look something up, and for who is on the road what is near by. */
export function Roadside({ kind }: { kind: string }) {
  return (
    <>
      <FindLink />
      <OnTheRoad kind={kind} />
    </>
  );
}

/** Nothing for who has a day to do. */
function OnTheRoad({ kind }: { kind: string }) {
  const model = useModel();
  const { kinds, me } = useWorld();
  const page = model.me.value ? errandPage(model.me.value, kinds) : undefined;
  const report = kinds.get(kind);
  if (!page || !report || me < 0) return null;
  if (model.prefs.value.paused) return <Resting />;
  return (
    <>
      <p class="row note">
        <Icon name="pin" />
        {say("road.place")}
      </p>
      <Reports page={report} />
      <Errands page={page} />
      <Thanks />
      <Rest />
    </>
  );
}

function Reports({ page }: { page: KindPage }) {
  const world = useWorld();
  const own = reportsOf(world.views, page.name, world.me);
  if (own.length === 0) return null;
  return (
    <section>
      <h2>{say("road.mine")}</h2>
      <ul class="recs">
        {own.slice(0, REPORTS).map((view) => (
          <Report key={view.id} view={view} page={page} />
        ))}
      </ul>
      {own.length > REPORTS && (
        <a class="quiet" href="#/records/mine">
          {say("road.all", { n: own.length })}
        </a>
      )}
    </section>
  );
}

/** One report: what became of it, as one tells it to whoever brought the news. */
function Report({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const state = page.workflow.states[view.state];
  const answer = view.sent === "done" ? pick(state?.answer ?? {}) || pick(state?.label ?? {}) : "";
  const done = doneWords(view, page);
  return (
    <li class="rec">
      <a href={`#/story/${view.id}`}>
        <span class="grow">
          <b>{titleWords(view, world)}</b>
          <span>{answer || say("road.kept")}</span>
          {done && <q>{done}</q>}
          <span class="top">
            <StateMark view={view} page={page} />
            <span class="note">{shortWhen(view.madeMs, world.nowMs)}</span>
          </span>
        </span>
      </a>
    </li>
  );
}

function Errands({ page }: { page: KindPage }) {
  const { views, kinds, me, nowMs } = useWorld();
  const [all, showAll] = useState(false);
  const coming = useComing();
  const taken = takenBy(views, page, me, nowMs);
  const near = errandsOf(views, kinds, me);
  return (
    <>
      {taken.length > 0 && (
        <section>
          <h2>{say("road.taken")}</h2>
          <ul class="all">
            {taken.map((view) => (
              <Taken key={view.id} view={view} page={page} />
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>{say("road.near")}</h2>
        {near.length === 0 && <p class="note">{coming || say("road.none")}</p>}
        <ul class="all">
          {near.slice(0, all ? undefined : ERRANDS).map((errand) => (
            <Open key={errand.view.id} errand={errand} page={page} />
          ))}
        </ul>
        {near.length > ERRANDS && !all && (
          <button type="button" class="quiet" onClick={() => showAll(true)}>
            {say("road.all", { n: near.length })}
          </button>
        )}
      </section>
    </>
  );
}

/** Something near by: a tap takes it on; not to tap is an answer too. */
function Open({ errand: { view, metres }, page }: { errand: Errand; page: KindPage }) {
  const model = useModel();
  const world = useWorld();
  const offer = taking(view);
  const points = Object.entries(page.fields).find(([, { type }]) => type === "int")?.[0] ?? "";
  const n = Number(view.values[points] ?? 0);
  const under = [
    aboutWords(view, world),
    metres >= 0 && say("road.far", { far: metresWords(metres) }),
    n > 0 && say("road.points", { n }),
  ].filter(Boolean);
  const take = (): void => {
    if (offer) void model.take(view.id, offer.step, { [TAKER]: world.me }).then(buzz);
  };
  return (
    <li class="said">
      <b>{titleWords(view, world)}</b>
      <span class="note parts">
        {under.map((part) => (
          <span key={String(part)}>{part}</span>
        ))}
      </span>
      <button type="button" class="plain wide" onClick={take}>
        <Icon name={page.icon} />
        {pick(stepOf(page, offer?.step ?? "")?.label ?? {})}
      </button>
    </li>
  );
}

/** What one has taken on: done in a tap; with a photo or a word, or given back, on its own page. */
function Taken({ view, page }: { view: View; page: KindPage }) {
  const model = useModel();
  const world = useWorld();
  const offer = view.offers.find(({ tone, needs }) => tone === "go" && needs.length === 0);
  return (
    <li class="said">
      <a class="row" href={`#/story/${view.id}`}>
        <span class="grow">
          <b>{titleWords(view, world)}</b>
          <span class="note">{aboutWords(view, world)}</span>
          <StateMark view={view} page={page} />
        </span>
        <Icon name="next" />
      </a>
      {offer && (
        <button
          type="button"
          class="plain wide"
          onClick={() => void model.take(view.id, offer.step, {}).then(buzz)}
        >
          <Icon name="check" />
          {pick(stepOf(page, offer.step)?.label ?? {})}
        </button>
      )}
    </li>
  );
}

/** What has come together, quietly: it only grows, and is nobody else's business. */
function Thanks() {
  const world = useWorld();
  const sum = thanksOf(world.views, world.kinds, world.me);
  if (sum === 0) return null;
  return (
    <p class="links">
      <a href={`#/list/${THANKS}`}>
        <Icon name="care" />
        <span class="grow">{say("road.thanks", { n: sum })}</span>
        <Icon name="next" />
      </a>
    </p>
  );
}

/** Takes a rest: what calls the person is put off too, and put on again if it was on. */
function Rest() {
  const model = useModel();
  const rest = async (): Promise<void> => {
    await model.setPrefs({ paused: "quiet" });
    if ((await model.reach()) !== "on") return;
    await model.setPrefs({ paused: "called" });
    await model.reach(false);
  };
  return (
    <button type="button" class="plain wide" onClick={() => void rest()}>
      {say("road.rest")}
    </button>
  );
}

function Resting() {
  const model = useModel();
  const go = async (): Promise<void> => {
    const called = model.prefs.value.paused === "called";
    await model.setPrefs({ paused: "" });
    if (called) await model.reach(true);
  };
  return (
    <>
      <p class="said">{say("road.resting")}</p>
      <button type="button" class="plain wide" onClick={() => void go()}>
        <Icon name="bike" />
        {say("road.go")}
      </button>
    </>
  );
}
