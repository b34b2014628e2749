// The day's list: where to go, nearest first, then the duties in an order that never changes. Records tick
// them; what is ticked by hand says so. Nothing found is as good an answer as something found.

import { useState } from "preact/hooks";
import type { DutyRow, View } from "../model.ts";
import type { Field, KindPage } from "../sync/kind.ts";
import { DAY_MS, dayOf, nearDay, startOf, timeWords, whenWords } from "../widgets/dates.ts";
import { metresWords } from "../widgets/distance.ts";
import { dueOf } from "../widgets/due.ts";
import { held } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { Mark } from "../widgets/mark.tsx";
import { useModel, useWorld } from "../widgets/use-model.ts";
import { optionWords, titleWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { ToRead } from "./nods.tsx";
import { byHand } from "./odd.ts";
import { go } from "./route.ts";
import { useQueue } from "./use-queue.ts";
import { inOrder, type Way, wayOf, workOf } from "./ways.ts";

interface TodayProps {
  page: KindPage; // the kind of the day sheet
  report: string; // kind that 有情况 reports, "" if none
}

/** The day of the person. */
export function Today({ page, report }: TodayProps) {
  const model = useModel();
  const duties = model.duties.value;
  const done = duties.filter((duty) => duty.value !== "").length;
  const ways = useWays();
  return (
    <>
      <header class="head nob">
        <h1 tabIndex={-1} class="grow">
          {say("today.title")}
        </h1>
        <span>
          <b>{done < duties.length ? say("today.done", { n: done }) : say("today.allDone")}</b>
          {done < duties.length && say("today.left", { n: duties.length - done })}
        </span>
      </header>
      <div class="due">
        <ToRead />
      </div>
      {ways.length > 0 ? <Ways ways={ways} /> : <Waiting ways={ways} />}
      <ul class="duties">
        {duties.map((duty) => {
          const field = page.fields[duty.item];
          return field ? <Duty key={duty.item} duty={duty} field={field} report={report} /> : null;
        })}
      </ul>
      <Close open={duties.length - done} page={page} />
    </>
  );
}

const FIRST = 3; // as many as stand in one line

/** Where to go: calls whose turn it is, and work that names this person. */
function useWays(): readonly Way[] {
  const model = useModel();
  const world = useWorld();
  const [lat, lon] = model.here.value.split(",").map(Number);
  const here = lat !== undefined && lon !== undefined ? ([lat, lon] as const) : null;
  const due = (view: View): number =>
    dueOf(world.kinds.get(view.kind), model.record(view.id), model.days.value);
  const nameOf = (view: View): string => titleWords(view, world);
  const work = workOf(world.views.values(), world.kinds, { me: world.me, here, nameOf, dueOf: due });
  return inOrder([...model.stops.value.map(wayOf), ...work], startOf(dayOf(world.nowMs)) + DAY_MS);
}

function Ways({ ways }: { ways: readonly Way[] }) {
  const [all, showAll] = useState(false);
  const shown = all ? ways : ways.slice(0, FIRST);
  const near = ways.some(({ metres }) => metres >= 0);
  return (
    <div class="due">
      <p class="note">{say(near ? "today.due" : "today.dueLong", { n: ways.length })}</p>
      <div class="three">
        {shown.map((way) => (
          <WayTile key={way.key} way={way} />
        ))}
      </div>
      <div class="row">
        {ways.length > FIRST && !all && (
          <button type="button" class="quiet" onClick={() => showAll(true)}>
            {say("today.allDue", { n: ways.length })}
          </button>
        )}
        <Waiting ways={ways} />
      </div>
    </div>
  );
}

const SHORT = 9; // characters of a name that go on a tile

const shortened = (name: string): string =>
  name.length > SHORT ? `${name.slice(0, SHORT - 1).replace(/[，。、；：,.\s]+$/, "")}…` : name;

/** A way to go: how far, and by when where that was said, or how long ago somebody was there. */
function WayTile({ way: { href, name, metres, lastMs, dueMs, work } }: { way: Way }) {
  const now = useModel().nowMs.value;
  const far = metres >= 0 ? metresWords(metres) : "";
  const last = lastMs > 0 ? nearDay(lastMs, now) : say("today.never");
  const by =
    dueMs > 0 ? say(dueMs < now ? "today.over" : "today.by", { when: whenWords(dueMs, now, true) }) : "";
  const under = work ? [far, by || say("today.work")].filter(Boolean) : [far || last];
  return (
    <a class="tile" href={href}>
      <b>{shortened(name)}</b>
      {under.map((words) => (
        <span key={words} class="note">
          {words}
        </span>
      ))}
    </a>
  );
}

/** The way to what else waits for the person: questions, what came back. */
function Waiting({ ways }: { ways: readonly Way[] }) {
  const shown = new Set(ways.map(({ key }) => key));
  const n = useQueue().filter(({ id }) => !shown.has(id)).length;
  if (!n) return null;
  return (
    <a class="quiet" href="#/queue">
      {say("today.waiting", { n })}
    </a>
  );
}

/** One duty: two answers at hand, the rest behind its name; once done it shrinks, and a tap reopens it. */
function Duty({ duty, field, report }: { duty: DutyRow; field: Field; report: string }) {
  const [open, setOpen] = useState(false);
  const label = pick(field.label);
  const answer = useAnswer(duty, field, report);
  const done = duty.value !== "";
  const give = (value: string): void => {
    setOpen(false);
    void answer(value);
  };
  if (done && !open) {
    return (
      <li class="duty ok">
        <button type="button" aria-expanded={false} onClick={() => setOpen(true)}>
          <span class="nm">
            {label}
            {byHand(duty.value, duty.backed) && <small>{say("today.byHand")}</small>}
          </span>
          <Mark shape="done" word={`${optionWords(field, duty.value)} ${timeWords(duty.atMs)}`} />
        </button>
      </li>
    );
  }
  return (
    <li class="duty">
      <button type="button" class="nm" aria-expanded={open} onClick={() => setOpen(!open)}>
        {label}
        {duty.hint && <small>{duty.hint}</small>}
      </button>
      <span class="yn" role="group" aria-label={label}>
        {(open ? field.options : field.options.slice(0, 2)).map((option) => (
          <button
            key={option.value}
            type="button"
            class={duty.value === option.value ? "on" : ""}
            aria-pressed={duty.value === option.value}
            onClick={() => give(option.value)}
          >
            {optionWords(field, option.value)}
          </button>
        ))}
        {duty.said && (
          <button type="button" onClick={() => give("")}>
            {say("today.undo")}
          </button>
        )}
      </span>
    </li>
  );
}

const FOUND = "found";

/** Tick a duty; 有情况 goes on to the report, begun with the name of the duty. */
function useAnswer(duty: DutyRow, field: Field, report: string): (value: string) => Promise<void> {
  const model = useModel();
  return async (value) => {
    await model.tick(duty.item, value);
    if (value !== FOUND || !report || duty.value === FOUND) return;
    if (!held(model.draft.value)) {
      const page = model.kinds.value.get(report);
      const note = Object.entries(page?.fields ?? {}).find(([, each]) => each.type === "text" && each.ask);
      await model.startDraft(report);
      if (note)
        await model.editDraft({ values: { [note[0]]: say("today.about", { duty: pick(field.label) }) } });
      model.locate();
    }
    go("#/draft");
  };
}

/** The end of the list: the rest as yesterday, or fine, with a way back; then the day is handed in. */
function Close({ open, page }: { open: number; page: KindPage }) {
  const model = useModel();
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const sheet = model.sheet.value;
  const undo = async (): Promise<void> => {
    for (const item of ticked) await model.tick(item, "");
    setTicked([]);
  };
  return (
    <div class="foot bar-top">
      {ticked.length > 0 && (
        <div class="row" role="status">
          <span class="grow">{say("today.ticked", { n: ticked.length })}</span>
          <button type="button" class="plain" onClick={() => void undo()}>
            <Icon name="undo" />
            {say("undoShort")}
          </button>
        </div>
      )}
      {open > 0 ? (
        <Rest open={open} ticked={setTicked} />
      ) : !sheet || sheet.state === page.workflow.begin ? (
        <HandIn page={page} />
      ) : (
        <p class="center">
          {say("today.state", { state: pick(page.workflow.states[sheet.state]?.label ?? {}) })}
        </p>
      )}
    </div>
  );
}

function Rest({ open, ticked }: { open: number; ticked: (items: readonly string[]) => void }) {
  const model = useModel();
  return (
    <div class="pair lead-last">
      <button type="button" class="plain" onClick={() => void model.sameDay().then(ticked)}>
        {say("today.same")}
      </button>
      <button type="button" class="lamp" onClick={() => void model.tickRest().then(ticked)}>
        <Icon name="check" />
        {say(open === model.duties.value.length ? "today.all" : "today.rest")}
      </button>
    </div>
  );
}

function HandIn({ page }: { page: KindPage }) {
  const model = useModel();
  const step = page.workflow.steps.find(
    ({ start, by, needs }) => start.includes(page.workflow.begin) && by.length > 0 && !needs.length,
  );
  return (
    <button type="button" class="lamp" onClick={() => void model.handIn()}>
      <Icon name="up" />
      {pick(step?.label ?? {})}
    </button>
  );
}
