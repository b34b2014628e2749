// What has to be read and answered in one tap, wherever a person's day begins; and, for who sent it, who has not.

import type { Me, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { nearDay, startOf } from "../widgets/dates.ts";
import { Icon } from "../widgets/icon.tsx";
import { asksNod, readersOf, type Unread, unreadOf } from "../widgets/nods.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { personWords, titleWords, unitWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { ownUnits } from "./places.ts";
import { buzz } from "./route.ts";

/** What the person has still to say that they read. */
export function useUnread(): readonly Unread[] {
  const model = useModel();
  const world = useWorld();
  return unreadOf(world.views, world.kinds, model.me.value as Me, model.units.value);
}

/** It, one at a time; nothing if nothing is. */
export function ToRead() {
  const unread = useUnread();
  return unread[0] ? <Line unread={unread[0]} more={unread.length - 1} /> : null;
}

/** A line of what has to be read, with its answer; `more` are behind it. */
function Line({ unread: { view, page, field, area }, more }: { unread: Unread; more: number }) {
  const model = useModel();
  const world = useWorld();
  const due = Number(view.values[page.nods?.due ?? ""]) || 0;
  const when = due
    ? say("nods.by", { day: nearDay(startOf(due), world.nowMs) })
    : say("nods.from", { who: unitWords(view.area, world) });
  const read = async (): Promise<void> => {
    buzz();
    await model.create(page.nods?.by ?? "", { [field]: view.id }, area);
  };
  return (
    <div class="todo">
      <a class="grow" href={`#/story/${view.id}`}>
        <b>{titleWords(view, world)}</b>
        <span class="note">
          {[when, ...(more ? [say("nods.more", { n: more })] : [])].join(say("listGap"))}
        </span>
      </a>
      <button type="button" class="plain" onClick={() => void read()}>
        <Icon name="check" />
        {say("nods.ok")}
      </button>
    </div>
  );
}

interface NodsProps {
  view: View;
  page: KindPage;
}

/** Under a record that has to be read: the answer if it is one's own turn, or who has given it and who has not. */
export function Reading({ view, page }: NodsProps) {
  const model = useModel();
  const world = useWorld();
  const me = model.me.value as Me;
  const mine = useUnread().find((each) => each.view === view);
  const units = model.units.value;
  const { all, left } = readersOf(view, page, { ...world, units }, model.staff.value, me);
  const issues =
    page.nods?.states.includes(view.state) && ownUnits(me, page, units).some(({ id }) => id === view.area);
  return (
    <>
      {mine && <Line unread={mine} more={0} />}
      {asksNod(page, view) && all > 0 && (
        <section>
          <h2>{say("nods.count", { n: all - left.length, all })}</h2>
          {left.length === 0 ? (
            <p class="note">{say("nods.everybody")}</p>
          ) : (
            <details>
              <summary>{say("nods.left", { n: left.length })}</summary>
              <ul class="recs">
                {left.map(([person, unit]) => (
                  <li key={person} class="row apart">
                    <b>{personWords(person, world)}</b>
                    <span class="note">{unitWords(unit, world)}</span>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </section>
      )}
      {issues && (
        <a class="plain" href={`#/new/${page.name}/${view.id}`}>
          <Icon name="swap" />
          {say("nods.replace")}
        </a>
      )}
    </>
  );
}
