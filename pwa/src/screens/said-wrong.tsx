// What a correction says, old beside new, and on a record that somebody said to be wrong, that they did.

import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { gridOf, type Point } from "../sync/place.ts";
import type { Value } from "../sync/value.ts";
import { Icon } from "../widgets/icon.tsx";
import { Row } from "../widgets/row.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { unitWords, valueWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { creatable } from "./begin.ts";
import { openNear } from "./nearby.ts";
import { correctable, mender, openOn, type Proposal, proposalOf } from "./proposal.ts";

/** Old and new of a correction; nothing on any other record. */
export function OldAndNew({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const said = proposalOf(view, page, world.kinds);
  if (!said) return null;
  const words = (value: Value): string =>
    (said.field && valueWords(said.field, value, world)) || say("correct.empty");
  const target = world.views.get(said.target);
  return (
    <section class="side">
      <b>{pick(said.field?.label ?? {}) || said.name}</b>
      {!said.secret && (
        <>
          <p>
            <span class="note">{say("correct.now")}</span>
            <s>{words(said.old)}</s>
          </p>
          <p>
            <span class="note">{say("correct.new")}</span>
            <b class="big-word">{words(said.value)}</b>
          </p>
          <Moved view={view} said={said} />
        </>
      )}
      {target && (
        <a class="quiet" href={`#/story/${target.id}`}>
          {say("pair.record")}
        </a>
      )}
    </section>
  );
}

/** Where the record will belong, if its place lies in another unit, and what is still open where it lay. */
function Moved({ view, said }: { view: View; said: Proposal }) {
  const world = useWorld();
  if (said.field?.type !== "place" || !Array.isArray(said.value)) return null;
  const tier = world.units.get(view.area)?.tier;
  const peers = [...world.units.values()].filter((unit) => unit.tier === tier);
  const area = gridOf(said.value as unknown as Point, new Map(peers.map((unit) => [unit.id, unit.shape])));
  if (!area || area === view.area) return null;
  const open = Array.isArray(said.old)
    ? openNear(said.old as unknown as Point, world.views.values(), world.kinds)
    : [];
  return (
    <>
      <p>{say("correct.moved", { grid: unitWords(area, world) })}</p>
      {open.length > 0 && (
        <>
          <p class="note">{say("correct.open", { n: open.length })}</p>
          <ul class="recs">
            {open.map((each) => (
              <Row key={each.id} view={each} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** That somebody said the record is wrong, with what becomes of it. */
export function SaidWrong({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const open = openOn(view.id, world.views.values(), world.kinds);
  return (
    <>
      {open.map((each) => {
        const name = String(each.values.field ?? "");
        const field = pick(page.fields[name]?.label ?? {});
        return (
          <a key={each.id} class="row said keep" href={`#/story/${each.id}`}>
            <Icon name="eye" />
            <span class="grow">
              <b>{field ? say("correct.saidOf", { field }) : say("correct.said")}</b>
              <span class="note">
                {pick(world.kinds.get(each.kind)?.workflow.states[each.state]?.label ?? {})}
              </span>
            </span>
            <Icon name="next" />
          </a>
        );
      })}
    </>
  );
}

/** The way to say so; nothing where nothing can be corrected, or not by this person. */
export function SayWrong({ view, page }: { view: View; page: KindPage }) {
  const me = useModel().me.value as Me;
  const kinds = useWorld().kinds;
  const kind = mender(kinds);
  if (!kind || correctable(page).length === 0 || !creatable(me, kinds).includes(kind)) return null;
  return (
    <a class="quiet" href={`#/new/${kind.name}/${view.id}`}>
      {say("correct.say")}
    </a>
  );
}
