// What waits for this person, by kind and state; review begins with one press and then goes card by card.

import type { View } from "../model.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { Row } from "../widgets/row.tsx";
import { Shutter } from "../widgets/shutter.tsx";
import { useWorld } from "../widgets/use-model.ts";
import { pick, say } from "../words/say.ts";
import { Notices, PhonesLink, useCapture } from "./home.tsx";
import { reviewable } from "./places.ts";
import { home } from "./route.ts";
import { Lit } from "./saved.tsx";
import { useQueue } from "./use-queue.ts";

const SHOWN = 5; // of each group

interface QueueProps {
  report: string; // kind the camera starts, "" if none
  first: boolean; // this is the person's home, not a page behind it
}

/** The queue. */
export function Queue({ report, first }: QueueProps) {
  const world = useWorld();
  const waiting = useQueue();
  const reviews = waiting.filter((view) => reviewable(view, world.kinds));
  const title = reviews.length
    ? say("queue.review", { n: reviews.length })
    : say("queue.title", { n: waiting.length });
  return (
    <>
      {first ? (
        <header class="head nob">
          <h1 tabIndex={-1}>{waiting.length ? title : say("queue.none")}</h1>
        </header>
      ) : (
        <Head title={waiting.length ? title : say("queue.none")} back={home.value} />
      )}
      <div class="body flush">
        {first && <Notices only="update" />}
        {waiting.length === 0 && <Rest />}
        {groupsOf(waiting).map(([key, views]) => (
          <Group key={key} views={views} />
        ))}
        {first && report && <Camera kind={report} />}
        {first && <PhonesLink />}
      </div>
      {reviews[0] && (
        <div class="foot bar-top">
          <a class="lamp" href={`#/review/${reviews[0].id}`}>
            <Icon name="eye" />
            {say("queue.begin", { n: reviews.length })}
          </a>
        </div>
      )}
    </>
  );
}

/** Nothing waits: said so that it reads as good news, with what comes next. */
function Rest() {
  return (
    <div class="blank">
      <Lit />
      <p class="lead">{say("queue.rest")}</p>
      <p class="note">{say("queue.next")}</p>
    </div>
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
          <Row
            key={view.id}
            view={view}
            href={reviewable(view, world.kinds) ? `#/review/${view.id}` : `#/story/${view.id}`}
          />
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
