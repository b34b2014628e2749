// One record: its photo, where it has got to, what happened to it, and what this person may do now.
// Everything is read off the page and the offers, so it serves worker, secretary and duty officer alike.

import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { askingOf } from "../widgets/asking.ts";
import { useComing } from "../widgets/coming.ts";
import { DueChip, DueReceipt } from "../widgets/due-chip.tsx";
import { GridMap } from "../widgets/grid-map.tsx";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { travels } from "../widgets/legs.ts";
import { Flags, StateMark } from "../widgets/mark.tsx";
import { isNod } from "../widgets/nods.ts";
import { firstOf } from "../widgets/page.ts";
import { PhotoStands } from "../widgets/photo-stands.tsx";
import { Relay } from "../widgets/relay.tsx";
import { Failed, Row, safeWords } from "../widgets/row.tsx";
import { Shots } from "../widgets/shots.tsx";
import { Sounds } from "../widgets/sounds.tsx";
import { Timeline } from "../widgets/timeline.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, titleWords, unitWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { Meanwhile } from "./answers.tsx";
import { creatable, writable } from "./begin.ts";
import { Facts } from "./facts.tsx";
import { Guides } from "./guides.tsx";
import { Reading } from "./nods.tsx";
import { NoticeDoor } from "./notice.tsx";
import { Parts } from "./plate.tsx";
import { go, home } from "./route.ts";
import { OldAndNew, SaidWrong, SayWrong } from "./said-wrong.tsx";
import { meantBy, Steps } from "./steps.tsx";
import { Twins } from "./twins.tsx";
import { WriteUp } from "./week.tsx";

/** The story of a record. */
export function Story({ id }: { id: string }) {
  const world = useWorld();
  const coming = useComing();
  const view = world.views.get(id);
  const page = view && world.kinds.get(view.kind);
  if (!view || !page) {
    return (
      <>
        <Head title={coming || say("story.gone")} back={home.value} />
        {!coming && <p class="blank">{say("story.goneWhy")}</p>}
      </>
    );
  }
  const go = view.offers.find((offer) => offer.tone === "go");
  const asks = meantBy(askingOf(page, view), go) !== "";
  return (
    <>
      <Head title={titleWords(view, world)} back={home.value} />
      <div class="body">
        {view.sent === "fail" && <Failed view={view} />}
        <Clashes view={view} page={page} />
        <SaidWrong view={view} page={page} />
        <OldAndNew view={view} page={page} />
        <Shots view={view} low={asks} />
        <Sounds keys={view.sounds} />
        {!asks && <Standing view={view} page={page} />}
        {page.plate && <Parts view={view} page={page} />}
        {asks ? <Timeline view={view} page={page} brief /> : <All view={view} page={page} />}
        <Twins view={view} page={page} />
        <Meanwhile view={view} page={page} />
        {page.nods && <Reading view={view} page={page} />}
        <WriteUp view={view} />
        <Steps view={view} page={page}>
          {asks && (
            <details>
              <summary>{say("story.all")}</summary>
              <Standing view={view} page={page} />
              <All view={view} page={page} />
            </details>
          )}
        </Steps>
      </div>
    </>
  );
}

function Standing({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const answer = pick(page.workflow.states[view.state]?.answer ?? {});
  return (
    <>
      {view.author === world.me && view.sent === "done" && answer && <p class="lead">{answer}</p>}
      <div class="row apart">
        <Flags view={view} page={page} />
        <StateMark view={view} page={page} />
        <DueChip view={view} />
        <span class="note parts">
          {view.author > 0 && view.author !== world.me && <span>{personWords(view.author, world)}</span>}
          <span>{unitWords(view.area, world)}</span>
          {view.number && <span>{say("number", { n: view.number })}</span>}
          {view.author === world.me && <span>{safeWords(view)}</span>}
        </span>
      </div>
    </>
  );
}

/** Everything there is to know of a record. */
function All({ view, page }: { view: View; page: KindPage }) {
  const place = firstOf(Object.entries(page.fields), "place");
  const mapped = place && view.values[place[0]];
  return (
    <div class="all">
      {travels(page) && <Relay view={view} page={page} wide />}
      <PhotoStands view={view} />
      <Facts view={view} page={page} />
      <Guides view={view} page={page} />
      <SayWrong view={view} page={page} />
      {page.notice && <NoticeDoor page={page} />}
      <DueReceipt view={view} />
      <Timeline view={view} page={page} />
      {mapped && <GridMap place={mapped} area={view.area} />}
      <Doors view={view} page={page} />
      <Related view={view} />
    </div>
  );
}

function Clashes({ view, page }: { view: View; page: KindPage }) {
  return (
    <>
      {view.clashes.map((clash) => (
        <a key={clash.field} class="todo" href={`#/clash/${view.id}/${clash.field}`}>
          <span class="sq">
            <Icon name="bang" />
          </span>
          <span class="grow">
            <b>{say("clash.title")}</b>
            <span class="note">{pick(page.fields[clash.field]?.label ?? {})}</span>
          </span>
          <Icon name="next" />
        </a>
      ))}
    </>
  );
}

const FEW = 2; // kinds to begin about a record that are shown as they are

/** What else can be done with the record: take it back, add to it, or begin another kind about it. */
function Doors({ view, page }: { view: View; page: KindPage }) {
  const model = useModel();
  const world = useWorld();
  const me = model.me.value as Me;
  const kinds = creatable(me, world.kinds).filter(
    (other) =>
      other !== page &&
      !isNod(other, world.kinds) &&
      Object.values(other.fields).some((field) => field.refers === page.name),
  );
  const doors = kinds.map((other) => (
    <a key={other.name} class="plain" href={`#/new/${other.name}/${view.id}`}>
      <Icon name={other.icon} />
      {say("story.begin", { kind: pick(other.label) })}
    </a>
  ));
  const undo = async (): Promise<void> => {
    if (await model.undo(view.id)) go("#/draft", true);
  };
  const changes = page.identity === "device" && writable(page, view, me, world.units).length > 0;
  if (!view.undoable && !changes && kinds.length === 0) return null;
  return (
    <>
      <div class="pair">
        {kinds.length <= FEW && doors}
        {view.undoable ? (
          <button type="button" class="plain" onClick={() => void undo()}>
            <Icon name="undo" />
            {say("undo")}
          </button>
        ) : (
          changes && (
            <a class="plain" href={`#/edit/${view.id}`}>
              <Icon name="pen" />
              {say("saved.add")}
            </a>
          )
        )}
      </div>
      {kinds.length > FEW && (
        <details>
          <summary>{say("story.doors", { n: kinds.length })}</summary>
          <div class="pair">{doors}</div>
        </details>
      )}
    </>
  );
}

const RELATED_SHOWN = 5;

/** The latest records that point at this one, such as the visits to a household. */
function Related({ view }: { view: View }) {
  const world = useWorld();
  const parts = world.kinds.get(view.kind)?.plate?.part; // they stand above
  const others = [...world.kinds.values()].filter(({ name }) => name !== parts);
  const refs = others.flatMap((page) =>
    Object.entries(page.fields).flatMap(([name, field]) =>
      field.refers === view.kind && !isNod(page, world.kinds) ? [{ kind: page.name, name }] : [],
    ),
  );
  if (refs.length === 0) return null;
  const points = (other: View): boolean =>
    refs.some(({ kind, name }) => other.kind === kind && other.values[name] === view.id);
  const about = [...world.views.values()].filter(points).sort((a, b) => b.madeMs - a.madeMs);
  if (about.length === 0) return null;
  return (
    <section>
      <h2>{say("story.about", { n: about.length })}</h2>
      <ul class="recs">
        {about.slice(0, RELATED_SHOWN).map((other) => (
          <Row key={other.id} view={other} />
        ))}
      </ul>
    </section>
  );
}
