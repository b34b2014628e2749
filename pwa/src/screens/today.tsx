// The day's list: whom to look in on, nearest first, then the duties in an order that never changes.
// Nothing found is as good an answer as something found; yesterday's answers are never copied.

import { useState } from "preact/hooks";
import type { DueVisit, DutyRow } from "../model.ts";
import type { Field, KindPage } from "../sync/kind.ts";
import { dateWords, timeWords } from "../widgets/dates.ts";
import { metresWords } from "../widgets/distance.ts";
import { held } from "../widgets/filling.ts";
import { Icon } from "../widgets/icon.tsx";
import { Mark } from "../widgets/mark.tsx";
import { useModel } from "../widgets/use-model.ts";
import { optionWords } from "../widgets/value-words.ts";
import { pick, say } from "../words/say.ts";
import { go } from "./route.ts";

interface TodayProps {
  page: KindPage; // the kind of the day sheet
  report: string; // kind that 有情况 reports, "" if none
  visits: string; // kind of a due visit, "" if none
}

/** The day of the person. */
export function Today({ page, report, visits }: TodayProps) {
  const model = useModel();
  const duties = model.duties.value;
  const done = duties.filter((duty) => duty.value !== "").length;
  const due = model.dueVisits.value;
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
      {visits && due.length > 0 && <Due due={due} kind={visits} />}
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

function Due({ due, kind }: { due: readonly DueVisit[]; kind: string }) {
  const [all, showAll] = useState(false);
  const now = useModel().nowMs.value;
  const shown = all ? due : due.slice(0, FIRST);
  const under = (visit: DueVisit): string =>
    visit.metres >= 0
      ? metresWords(visit.metres)
      : visit.lastMs > 0
        ? dateWords(visit.lastMs, now)
        : say("today.never");
  return (
    <div class="due">
      <p class="note">
        {say((due[0]?.metres ?? -1) >= 0 ? "today.due" : "today.dueLong", { n: due.length })}
      </p>
      <div class="three">
        {shown.map((visit) => (
          <a key={visit.household} class="tile" href={`#/new/${kind}/${visit.household}`}>
            <b>{visit.name}</b>
            <span class="note">{under(visit)}</span>
          </a>
        ))}
      </div>
      {due.length > FIRST && !all && (
        <button type="button" class="quiet" onClick={() => showAll(true)}>
          {say("today.allDue", { n: due.length })}
        </button>
      )}
    </div>
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
          <span class="nm">{label}</span>
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
        {done && (
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

/** The end of the list: all the rest is fine, with a way back; then the day is handed in. */
function Close({ open, page }: { open: number; page: KindPage }) {
  const model = useModel();
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const sheet = model.sheet.value;
  const offer = sheet?.offers.find((each) => each.tone === "go" && each.needs.length === 0);
  const step = page.workflow.steps.find((each) => each.name === offer?.step);
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
        <button type="button" class="lamp" onClick={() => void model.tickRest().then(setTicked)}>
          <Icon name="check" />
          {say(open === model.duties.value.length ? "today.all" : "today.rest")}
        </button>
      ) : sheet && offer && step ? (
        <button type="button" class="lamp" onClick={() => void model.take(sheet.id, offer.step, {})}>
          <Icon name="up" />
          {pick(step.label)}
        </button>
      ) : (
        sheet && (
          <p class="center">
            {say("today.state", { state: pick(page.workflow.states[sheet.state]?.label ?? {}) })}
          </p>
        )
      )}
    </div>
  );
}
