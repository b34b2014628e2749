// What waits for this person. What is to be reviewed stands first, the most unusual on top with the reason in
// words; what looks like any other day is let through together. Then the rest by kind and state, folded away what
// others have in hand and this person may do as well, and what passed by itself and is looked at afterwards.

import type { ComponentChildren } from "preact";
import type { View } from "../model.ts";
import { useComing } from "../widgets/coming.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { Row } from "../widgets/row.tsx";
import { Shutter } from "../widgets/shutter.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { PassAll, TakeBack } from "./batch.tsx";
import { Fixes } from "./fixes.tsx";
import { Notices, useCapture } from "./home.tsx";
import { ToRead, useUnread } from "./nods.tsx";
import { PhonesLink } from "./phones-link.tsx";
import { reviewable } from "./places.ts";
import { mends } from "./proposal.ts";
import { ALONE_FROM, lookOf } from "./risk.ts";
import { buzz, home } from "./route.ts";
import { Lit } from "./saved.tsx";
import { useQueues } from "./use-queue.ts";
import { type Card, useLooks, useReviews } from "./use-risks.ts";
import { WeekLink } from "./week.tsx";
import { Whys } from "./whys.tsx";

const SHOWN = 5; // of each group

interface QueueProps {
  report: string; // kind the camera starts, "" if none
  first: boolean; // this is the person's home, not a page behind it
}

/** The queue. */
export function Queue({ report, first }: QueueProps) {
  const world = useWorld();
  const { me: waiting, other } = useQueues();
  const reviews = useReviews();
  const looks = useLooks();
  const unread = useUnread().length;
  const rest = waiting.filter((view) => !reviewable(view, world.kinds));
  return (
    <>
      <Title waiting={waiting.length} reviews={reviews.length} unread={unread} first={first} />
      <div class="body flush">
        {first && <Notices only="update" />}
        {(first || waiting.length === 0) && <ToRead />}
        {waiting.length === 0 && unread === 0 && <Rest />}
        <Reviews cards={reviews} />
        <Groups views={rest} />
        <Others views={other} />
        <Looks cards={looks} />
        {first && report && <Camera kind={report} />}
        {first && <WeekLink />}
        {first && <PhonesLink />}
      </div>
      <Foot next={reviews[0]} />
    </>
  );
}

/** The way on, and for a moment the way back. */
function Foot({ next }: { next: Card | undefined }) {
  const back = <TakeBack />;
  if (!next) return back;
  return (
    <div class="foot bar-top">
      {back}
      <a class="lamp" href={`#/review/${next.view.id}`}>
        <Icon name="eye" />
        {say("queue.begin")}
      </a>
    </div>
  );
}

interface TitleProps {
  waiting: number;
  reviews: number; // of these
  unread: number; // besides
  first: boolean;
}

function Title({ waiting, reviews, unread, first }: TitleProps) {
  const both = say("queue.both", { all: waiting, n: reviews }); // the number on the bar counts all of them
  const only = reviews ? say("queue.review", { n: reviews }) : say("queue.title", { n: waiting });
  const coming = useComing();
  const none = unread ? say("queue.read", { n: unread }) : coming || say("queue.none");
  const title = waiting ? (reviews && reviews < waiting ? both : only) : none;
  if (!first) return <Head title={title} back={home.value} />;
  return (
    <header class="head nob">
      <h1 tabIndex={-1}>{title}</h1>
    </header>
  );
}

/** Nothing waits: said so that it reads as good news, with what comes next; that alone while some may be on its way. */
function Rest() {
  const coming = useComing();
  return (
    <div class="blank">
      {!coming && <Lit />}
      {!coming && <p class="lead">{say("queue.rest")}</p>}
      <p class="note">{say("queue.next")}</p>
    </div>
  );
}

/** What is to be reviewed: by itself, with others that look like any other day, or as old and new. */
function Reviews({ cards }: { cards: readonly Card[] }) {
  const fixes = cards.filter(({ page }) => mends(page));
  const others = cards.filter((card) => !fixes.includes(card));
  const alone = others.filter(({ risk }) => !risk || risk.points >= ALONE_FROM);
  const plain = others.filter((card) => !alone.includes(card));
  return (
    <>
      <Cards cards={alone} title={say("queue.alone")} />
      <Cards cards={plain} title={say("queue.plain")}>
        <PassAll cards={plain} />
      </Cards>
      <Fixes cards={fixes} />
    </>
  );
}

interface CardsProps {
  cards: readonly Card[];
  title: string;
  children?: ComponentChildren;
}

function Cards({ cards, title, children }: CardsProps) {
  const { nowMs } = useWorld();
  if (cards.length === 0) return null;
  return (
    <section>
      <h2>
        {title} <span class="note">{say("list.count", { n: cards.length })}</span>
      </h2>
      {cards.map(({ view, risk }) => (
        <div key={view.id}>
          <ul class="recs">
            <Row view={view} href={`#/review/${view.id}`} />
          </ul>
          <Whys risk={risk} nowMs={nowMs} />
        </div>
      ))}
      {children}
    </section>
  );
}

/** What passed by itself: one in ten, and what is unusual. It counts already, and nobody waits for this. */
function Looks({ cards }: { cards: readonly Card[] }) {
  const model = useModel();
  const { nowMs } = useWorld();
  if (cards.length === 0) return null;
  const look = async ({ view, page }: Card): Promise<void> => {
    await model.take(view.id, lookOf(page)?.name ?? "", {});
    buzz();
  };
  return (
    <section>
      <h2>
        {say("queue.looks")} <span class="note">{say("list.count", { n: cards.length })}</span>
      </h2>
      <p class="note">{say("queue.looksWhy")}</p>
      {cards.slice(0, SHOWN).map((card) => (
        <div key={card.view.id}>
          <ul class="recs">
            <Row view={card.view} />
          </ul>
          <Whys risk={card.risk} nowMs={nowMs} />
          <button type="button" class="chip" onClick={() => void look(card)}>
            <Icon name="check" />
            {pick(lookOf(card.page)?.label ?? {})}
          </button>
        </div>
      ))}
    </section>
  );
}

const Groups = ({ views }: { views: readonly View[] }) => (
  <>
    {groupsOf(views).map(([key, each]) => (
      <Group key={key} views={each} />
    ))}
  </>
);

/** What somebody else has in hand and this person may do as well: it does not wait for them. */
function Others({ views }: { views: readonly View[] }) {
  if (views.length === 0) return null;
  return (
    <details>
      <summary>{say("queue.others", { n: views.length })}</summary>
      <Groups views={views} />
    </details>
  );
}

function Group({ views }: { views: readonly View[] }) {
  const world = useWorld();
  const first = views[0] as View;
  const page = world.kinds.get(first.kind);
  const state = pick(page?.workflow.states[first.state]?.label ?? {}) || first.state;
  return (
    <section>
      <h2>
        {state} <span class="note">{say("list.count", { n: views.length })}</span>
      </h2>
      <ul class="recs">
        {views.slice(0, SHOWN).map((view) => (
          <Row key={view.id} view={view} href={`#/story/${view.id}`} />
        ))}
      </ul>
      {views.length > SHOWN && (
        <a class="quiet" href={`#/list/${first.kind}/${first.state}`}>
          {say("queue.all", { n: views.length })}
        </a>
      )}
    </section>
  );
}

function Camera({ kind }: { kind: string }) {
  const capture = useCapture(kind);
  return (
    <Shutter source="camera" class="plain wide" opening={capture.opening} taken={capture.taken}>
      <Icon name="camera" />
      {say("home.camera")}
    </Shutter>
  );
}

/** Group by kind and state, in the order of the queue. */
function groupsOf(views: readonly View[]): [key: string, views: View[]][] {
  const groups = new Map<string, View[]>();
  for (const view of views) {
    const key = `${view.kind}/${view.state}`;
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  return [...groups];
}
