// The day's list: where to go, nearest first, then the duties in an order that never changes. Records tick
// them; what is ticked by hand says so. Nothing found is as good an answer as something found.

import { useState } from "preact/hooks";
import type { DutyRow, Stop } from "../model.ts";
import type { Field, KindPage } from "../sync/kind.ts";
import { dateWords, timeWords } from "../widgets/dates.ts";
import { metresWords } from "../widgets/distance.ts";
import { held } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { Mark } from "../widgets/mark.tsx";
import { useModel } from "../widgets/use-model.ts";
import { optionWords } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { byHand } from "./odd.ts";
import { go } from "./route.ts";
import { useQueue } from "./use-queue.ts";

interface TodayProps {
  page: KindPage; // the kind of the day sheet
  report: string; // kind that 有情况 reports, "" if none
}

/** The day of the person. */
export function Today({ page, report }: TodayProps) {
  const model = useModel();
  const duties = model.duties.value;
  const done = duties.filter((duty) => duty.value !== "").length;
  const stops = model.stops.value;
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
      {stops.length > 0 ? <Stops stops={stops} /> : <Waiting />}
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

function Stops({ stops }: { stops: readonly Stop[] }) {
  const [all, showAll] = useState(false);
  const now = useModel().nowMs.value;
  const shown = all ? stops : stops.slice(0, FIRST);
  const under = ({ metres, lastMs }: Stop): string => {
    if (metres >= 0) return metresWords(metres);
    return lastMs > 0 ? dateWords(lastMs, now) : say("today.never");
  };
  return (
    <div class="due">
      <p class="note">
        {say((stops[0]?.metres ?? -1) >= 0 ? "today.due" : "today.dueLong", { n: stops.length })}
      </p>
      <div class="three">
        {shown.map((stop) => (
          <a key={stop.on} class="tile" href={`#/new/${stop.kind}/${stop.on}`}>
            <b>{stop.name}</b>
            <span class="note">{under(stop)}</span>
          </a>
        ))}
      </div>
      <div class="row">
        {stops.length > FIRST && !all && (
          <button type="button" class="quiet" onClick={() => showAll(true)}>
            {say("today.allDue", { n: stops.length })}
          </button>
        )}
        <Waiting />
      </div>
    </div>
  );
}

/** The way to what else waits for the person: tasks, questions, what came back. */
function Waiting() {
  const n = useQueue().length;
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
