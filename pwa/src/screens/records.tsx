// Everything this phone knows: what was reported, what did not leave, drafts apart, and the registers.

import { useState } from "preact/hooks";
import type { Me, View } from "../model.ts";
import { useComing } from "../widgets/coming.ts";
import { whenWords } from "../widgets/dates.ts";
import { held } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { isNod } from "../widgets/nods.ts";
import { Row } from "../widgets/row.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import type { World } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { FindLink } from "./answers.tsx";
import { creatable, isRegister } from "./begin.ts";
import { taking } from "./errands.ts";
import { ERRAND } from "./registry.ts";

type Filter = "all" | "mine" | "late" | "drafts";

const NAMES = {
  all: "records.all",
  mine: "records.mine",
  late: "records.late",
  drafts: "records.drafts",
} as const satisfies Record<Filter, string>;

/** The records, filtered by the address. */
export function Records({ filter }: { filter: string }) {
  const model = useModel();
  const world = useWorld();
  const chosen: Filter = filter in NAMES ? (filter as Filter) : "all";
  const lists = listsOf(world, Boolean(model.prefs.value.paused));
  const aged = model.net.value.lastMs;
  const coming = useComing();
  return (
    <>
      <header class="head nob">
        <h1 tabIndex={-1} class="grow">
          {say("place.records")}
        </h1>
        <span class="note">
          {aged > 0 && say("records.age", { when: whenWords(aged, world.nowMs, true) })}
        </span>
      </header>
      <div class="body flush">
        <Filters chosen={chosen} lists={lists} />
        {chosen === "drafts" ? (
          <DraftRow />
        ) : (
          <Paged
            key={chosen}
            views={lists[chosen]}
            none={chosen === "late" ? say("records.noneLate") : coming || say("records.none")}
          />
        )}
        {chosen === "all" && <FindLink />}
        {chosen === "all" && <Registers />}
      </div>
    </>
  );
}

type Lists = Readonly<Record<Exclude<Filter, "drafts">, readonly View[]>>;

/** What happened, newest first, what did not leave before all; days and registers have places of their own. Who takes
 *  a rest is offered nothing here either. */
function listsOf(world: World, resting: boolean): Lists {
  const pages = [...world.kinds.values()];
  const apart = pages.filter(
    (page) => page.identity === "person_day" || isRegister(page, world.kinds) || isNod(page, world.kinds),
  );
  const names = new Set(apart.map((page) => page.name));
  const views = [...world.views.values()].sort(
    (a, b) => Number(b.sent === "fail") - Number(a.sent === "fail") || b.madeMs - a.madeMs,
  );
  const all = views.filter((view) => !names.has(view.kind) && !(resting && taking(view)));
  const mine = all.filter((view) => view.author === world.me);
  return { all, mine, late: views.filter((view) => view.sent !== "done") };
}

function Filters({ chosen, lists }: { chosen: Filter; lists: Lists }) {
  const drafts = held(useModel().draft.value) ? 1 : 0;
  const counts = { all: 0, mine: 0, late: lists.late.length, drafts };
  const some = lists.mine.length > 0 && lists.mine.length < lists.all.length;
  const shown = (["all", "mine", "late", "drafts"] as const).filter((name) => name !== "mine" || some);
  return (
    <nav class="chips" aria-label={say("records.show")}>
      {shown.map((name) => (
        <a
          key={name}
          class={name === chosen ? "chip on" : "chip"}
          aria-current={name === chosen}
          href={name === "all" ? "#/records" : `#/records/${name}`}
        >
          {say(NAMES[name], { n: counts[name] || "" }).trim()}
        </a>
      ))}
    </nav>
  );
}

const STEP = 30; // rows laid out at a time: two thousand would take seconds on a small phone

/** A list by thirties. */
export function Paged({
  views,
  none,
  href,
}: {
  views: readonly View[];
  none: string;
  href?: (view: View) => string;
}) {
  const [count, setCount] = useState(STEP);
  if (views.length === 0) return <p class="blank">{none}</p>;
  return (
    <>
      <ul class="recs">
        {views.slice(0, count).map((view) => (
          <Row key={view.id} view={view} {...(href ? { href: href(view) } : {})} />
        ))}
      </ul>
      {views.length > count && (
        <button type="button" class="plain wide" onClick={() => setCount(count + STEP)}>
          {say("records.more", { n: Math.min(STEP, views.length - count) })}
        </button>
      )}
    </>
  );
}

function DraftRow() {
  const model = useModel();
  const draft = model.draft.value;
  const world = useWorld();
  if (!draft || !held(draft)) return <p class="blank">{say("records.noneDraft")}</p>;
  const page = world.kinds.get(draft.kind);
  return (
    <a class="todo calm" href="#/draft">
      <Icon name="pen" />
      <span class="grow">
        <b>{page ? pick(page.label) : draft.kind}</b>
        <span class="note">{say("records.draft", { when: whenWords(draft.savedMs, world.nowMs) })}</span>
      </span>
      <Icon name="next" />
    </a>
  );
}

/** The way to every kind, also to one the town added yesterday. */
function Registers() {
  const model = useModel();
  const world = useWorld();
  const may = creatable(model.me.value as Me, world.kinds);
  const present = new Set([...world.views.values()].map((view) => view.kind));
  const offered = model.prefs.value.paused ? ERRAND : "";
  const pages = [...world.kinds.values()].filter(
    (page) =>
      page.name !== offered && !isNod(page, world.kinds) && (present.has(page.name) || may.includes(page)),
  );
  return (
    <section>
      <h2>{say("records.kinds")}</h2>
      <ul class="links">
        {pages.map((page) => (
          <li key={page.name}>
            <a href={`#/list/${page.name}`}>
              <Icon name={page.icon} />
              <span class="grow">{pick(page.label)}</span>
              <Icon name="next" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
