// A patrol: the points of a route, ticked in any order, or all of them in one tap. Where something was found a
// report follows, and a photo with it; where nothing was, none is asked for.

import { useEffect, useRef, useState } from "preact/hooks";
import type { View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { useComing } from "../widgets/coming.ts";
import { nearDay } from "../widgets/dates.ts";
import { metresWords } from "../widgets/distance.ts";
import { newRecord, useFilling } from "../widgets/filling.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { asked } from "../widgets/page.ts";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { aboutWords, titleWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { aboutValues } from "./begin.ts";
import { Also, AnotherDay, reportFrom, useLeaving, useTarget } from "./call-parts.tsx";
import { callsOn, takenBy } from "./calls.ts";
import type { FormProps } from "./draft.tsx";
import { KindForm } from "./kind-form.tsx";
import { listsOf, type OnRoute, pointsOf, walked } from "./points.ts";
import { CAMERAS } from "./registry.ts";
import { kept } from "./route.ts";

/** The form of a patrol; `about` is the route. Without one, the plain form asks for it. */
export function Patrol(props: FormProps) {
  const view = useTarget(props);
  return view ? <Walk {...props} view={view} /> : <KindForm {...props} />;
}

function Walk({ page, view }: FormProps & { view: View }) {
  const world = useWorld();
  const walk = useWalk(page, view);
  const coming = useComing();
  const { points, seen, found } = walk;
  const left = points.length - new Set([...seen, ...found]).size;
  const begun = seen.size + found.size > 0;
  return (
    <>
      <Head title={titleWords(view, world)} back="#/today" />
      <div class="body tight">
        <Last view={view} page={page} />
        {points.length === 0 && <p>{coming || say("patrol.none")}</p>}
        <ul class="duties">
          {points.map((point) => (
            <PointRow key={point.view.id} point={point} {...walk} />
          ))}
        </ul>
        {found.size > 0 && <Also on={walk.also} flip={walk.flip} />}
        <div class="foot">
          {begun && left > 0 && <p class="note">{say("patrol.left", { n: left })}</p>}
          <button type="button" class="lamp" onClick={() => void walk.save()}>
            <Icon name="check" />
            {say(begun && (left > 0 || found.size > 0) ? "check.save" : "patrol.fine")}
          </button>
        </div>
        <AnotherDay view={view} page={page} />
      </div>
    </>
  );
}

type Marks = ReadonlySet<string>;

/** A walk under way: what is ticked lies in the draft, so that a killed page forgets nothing. */
function useWalk(page: KindPage, view: View) {
  const model = useModel();
  const world = useWorld();
  const [also, setAlso] = useState(true);
  const [passed = "", findings = ""] = listsOf(page);
  const filling = useFilling(newRecord(page.name, view.area, aboutValues(page, view)));
  useLeaving(
    page,
    asked(page).filter(([, { type }]) => type !== "ref"),
  );
  useEffect(() => void filling.start().then(() => model.locate()), []);
  const marks = (name: string): Marks => new Set((filling.values[name] ?? []) as readonly string[]);
  const [seen, found] = [marks(passed), marks(findings)];
  const here = useRef(model.here.value);
  if (seen.size + found.size === 0) here.current = model.here.value; // rows never move under a thumb that ticks them
  const points = pointsOf(world.views, world.kinds, page, view, hereOf(here.current));
  const mark = (id: string, list: string): void => {
    for (const [name, ids] of [
      [passed, seen],
      [findings, found],
    ] as const) {
      const rest = [...ids].filter((each) => each !== id);
      if (name === list && !ids.has(id)) filling.set(name, [...rest, id]);
      else if (ids.has(id)) filling.set(name, rest);
    }
  };
  const save = async (): Promise<void> => {
    const taken = takenBy(view, page);
    for (const [name, value] of Object.entries(walked(page, points, seen, found))) filling.set(name, value);
    const id = await filling.send();
    if (taken) await model.take(view.id, taken.step, {});
    const where = points
      .filter((each) => found.has(each.view.id))
      .map((each) => titleWords(each.view, world));
    const words = where.join(say("listGap"));
    if (!(also && words && (await reportFrom(model, CAMERAS[0] ?? "", id, view, words)))) kept(id);
  };
  return { points, seen, found, also, save, pass: passed, find: findings, mark, flip: () => setAlso(!also) };
}

const hereOf = (text: string): readonly [number, number] | null => {
  const [lat, lon] = text.split(",").map(Number);
  return text && lat !== undefined && lon !== undefined ? [lat, lon] : null;
};

/** When the route was last walked, and what was found there. */
function Last({ view, page }: { view: View; page: KindPage }) {
  const world = useWorld();
  const [last] = callsOn(world.views, page, view.id);
  const words = last && (aboutWords(last, world) || say("check.fine"));
  return (
    <div class="said">
      <b>{aboutWords(view, world)}</b>
      {last && (
        <span class="note">
          {say("visit.last", { date: nearDay(last.madeMs, world.nowMs), words: words ?? "" })}
        </span>
      )}
    </div>
  );
}

interface PointProps extends Pick<ReturnType<typeof useWalk>, "seen" | "found" | "pass" | "find" | "mark"> {
  point: OnRoute;
}

/** One point: passed, or something found; a second tap takes it back. */
function PointRow({ point: { view, metres }, seen, found, pass, find, mark }: PointProps) {
  const world = useWorld();
  const title = titleWords(view, world);
  const under = [aboutWords(view, world), metres >= 0 ? metresWords(metres) : ""].filter(Boolean);
  const answers = [
    { list: pass, on: seen.has(view.id), words: say("patrol.seen") },
    { list: find, on: found.has(view.id), words: say("patrol.found") },
  ];
  return (
    <li class="duty">
      <span class="nm">
        {title}
        {under.length > 0 && <small>{under.join(say("listGap"))}</small>}
      </span>
      <span class="yn" role="group" aria-label={title}>
        {answers.map(({ list, on, words }) => (
          <button
            key={list}
            type="button"
            class={on ? "on" : ""}
            aria-pressed={on}
            onClick={() => mark(view.id, list)}
          >
            {words}
          </button>
        ))}
      </span>
    </li>
  );
}
