// Handing over what somebody has in hand: proposed in the form, to be unticked and not typed; then taken over one
// by one by whoever receives it. Whether the giver's phone still keeps something to itself stands above both.

import { useEffect, useState } from "preact/hooks";
import type { Beside, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { useComing } from "../widgets/coming.ts";
import { dayOf, whenWords } from "../widgets/dates.ts";
import type { Filling } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { StateMark } from "../widgets/mark.tsx";
import { stepOf } from "../widgets/page.ts";
import { openParts, partsOf, partValues, plateOf, type Thing } from "../widgets/plate.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, titleWords, type World } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { unsentOf } from "./devices-words.ts";
import { buzz } from "./route.ts";

/** What is handed over, and which of it was unticked. */
export interface Chosen {
  readonly things: readonly Thing[];
  readonly left: ReadonlySet<string>; // ids of what is not handed over
  readonly flip: (id: string) => void;
}

/** Follow what the person named in the form has in hand. */
export function usePlate(page: KindPage, filling: Filling): Chosen {
  const model = useModel();
  const world = useWorld();
  const [left, leave] = useState<ReadonlySet<string>>(new Set());
  const person = Number(filling.values[page.plate?.whose ?? ""] ?? 0);
  const table = { ...world, staff: model.staff.value };
  const things = person ? plateOf(person, table, dayOf(world.nowMs)) : [];
  const flip = (id: string): void => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    leave(next);
  };
  return { things, left, flip };
}

/** One thing in words, as it will read on the phone of somebody who has never seen it. */
const thingWords = ({ view }: Thing, world: World): string => {
  const page = world.kinds.get(view.kind);
  return `${pick(page?.label ?? {})} · ${titleWords(view, world)}`;
};

/** Word a record of each thing that is handed over: they are made with the hand-over, all of them or none. */
export function handed(
  world: World,
  page: KindPage,
  values: Filling["values"],
  { things, left }: Chosen,
): Beside {
  const part = world.kinds.get(page.plate?.part ?? "");
  const told = things
    .filter(({ view }) => part && !left.has(view.id))
    .map((thing) => ({ id: thing.view.id, words: thingWords(thing, world) }));
  return (whole) =>
    part ? told.map((thing) => [part.name, partValues(part, page, whole, thing, values)] as const) : [];
}

/** The list in the form: all of it ticked. */
export function PlateEditor({ page, filling, chosen }: { page: KindPage; filling: Filling; chosen: Chosen }) {
  const person = Number(filling.values[page.plate?.whose ?? ""] ?? 0);
  const coming = useComing();
  if (!person) return null;
  const { things, left } = chosen;
  const kept = things.filter(({ view }) => !left.has(view.id)).length;
  return (
    <section class="field">
      <h2>{say("plate.title", { n: things.length, kept })}</h2>
      <Unsent person={person} />
      {things.length === 0 ? (
        <p class="note">{coming || say("plate.none")}</p>
      ) : (
        <>
          <Ticks title={say("plate.work")} things={things.filter(({ due }) => !due)} chosen={chosen} />
          <Ticks title={say("plate.calls")} things={things.filter(({ due }) => due)} chosen={chosen} />
        </>
      )}
    </section>
  );
}

function Ticks({ title, things, chosen }: { title: string; things: readonly Thing[]; chosen: Chosen }) {
  const world = useWorld();
  if (things.length === 0) return null;
  return (
    <div role="group" aria-label={title} style="display:grid;gap:8px">
      <b>{title}</b>
      {things.map((thing) => {
        const on = !chosen.left.has(thing.view.id);
        return (
          <button
            key={thing.view.id}
            type="button"
            class={on ? "chip on" : "chip"}
            style="justify-content:flex-start;text-align:start;width:100%"
            aria-pressed={on}
            onClick={() => chosen.flip(thing.view.id)}
          >
            {on && <Icon name="check" />}
            {thingWords(thing, world)}
          </button>
        );
      })}
    </div>
  );
}

/** What the phones of a person still keep to themselves, for who looks after them; nothing for anybody else. */
export function Unsent({ person }: { person: number }) {
  const model = useModel();
  const world = useWorld();
  useEffect(() => void model.lookAtPhones(), [model.net.value.lastMs]);
  const phones = model.phones.value;
  const n = unsentOf(phones?.rows ?? [], person);
  if (!phones || n < 0) return null;
  const who = personWords(person, world);
  const at = whenWords(phones.atMs, world.nowMs, true);
  if (n === 0)
    return (
      <p class="said" role="status">
        {say("plate.sent", { who, at })}
      </p>
    );
  return (
    <div class="said" role="alert">
      <p>{say("plate.unsent", { who, n, at })}</p>
      <a class="quiet" href="#/devices">
        {say("devices.title")}
      </a>
    </div>
  );
}

/** On the hand-over itself: what is taken over already, and a tap for each that is not. */
export function Parts({ view, page }: { view: View; page: KindPage }) {
  const model = useModel();
  const world = useWorld();
  const part = world.kinds.get(page.plate?.part ?? "");
  if (!part) return null;
  const all = partsOf(view, page, world);
  const open = openParts(view, page, world).length;
  const giver = Number(view.values[page.plate?.whose ?? ""] ?? 0);
  return (
    <section>
      {!page.workflow.states[view.state]?.final && <Unsent person={giver} />}
      <h2>{say("plate.parts", { n: all.length, open })}</h2>
      <ul class="all">
        {all.map((each) => (
          <Part
            key={each.id}
            view={each}
            page={part}
            take={(step) => void model.take(each.id, step, {}).then(buzz)}
          />
        ))}
      </ul>
    </section>
  );
}

function Part({ view, page, take }: { view: View; page: KindPage; take: (step: string) => void }) {
  const world = useWorld();
  const taking = view.offers.find(({ needs, tone }) => needs.length === 0 && tone === "plain");
  return (
    <li class="said">
      <a class="row" href={`#/story/${view.id}`}>
        <span class="grow">
          <b>{titleWords(view, world)}</b>
          <span class="top">
            <StateMark view={view} page={page} />
          </span>
        </span>
        <Icon name="next" />
      </a>
      {taking && (
        <button type="button" class="plain wide" onClick={() => take(taking.step)}>
          <Icon name="check" />
          {pick(stepOf(page, taking.step)?.label ?? {})}
        </button>
      )}
    </li>
  );
}
