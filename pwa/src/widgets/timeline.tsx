// The history of a record, one line for each thing that happened to it, oldest first.

import type { StoryLine, View } from "../model.ts";
import type { KindPage } from "../sync/kind.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";
import { whenWords } from "./dates.ts";
import { Icon } from "./icon.tsx";
import { stepOf, toneOf } from "./page.ts";
import { useWorld } from "./use-model.ts";
import { personWords, valueWords, type World } from "./value-words.ts";

interface Line {
  atMs: number;
  sign: "check" | "bang" | "dots";
  words: string;
  quote: string;
}

interface TimelineProps {
  view: View;
  page: KindPage;
  brief?: boolean; // the last lines only, and what the very last one said is told elsewhere
}

const BRIEF = 3;

/** Draw the history. */
export function Timeline({ view, page, brief = false }: TimelineProps) {
  const world = useWorld();
  const all = linesOf(view, page, world);
  const lines = brief ? all.slice(-BRIEF) : all;
  return (
    <ol class="tl">
      {lines.map((line, index) => (
        <li key={index} class={line.sign}>
          <i>
            <Icon name={line.sign} />
          </i>
          <time>{whenWords(line.atMs, world.nowMs, true)}</time> {line.words}
          {line.quote && !(brief && index === lines.length - 1) && <q>{line.quote}</q>}
        </li>
      ))}
    </ol>
  );
}

/** Put a history into lines: made, received, then each step. */
export function linesOf(view: View, page: KindPage, world: World): Line[] {
  const made = { atMs: view.madeMs, sign: "check" as const, quote: "" };
  const lines: Line[] = [{ ...made, words: say("story.made", { who: personWords(view.author, world) }) }];
  if (view.receivedMs > 0) lines.push({ ...made, atMs: view.receivedMs, words: say("story.received") });
  else if (view.sent === "fail") lines.push({ ...made, sign: "bang", words: say("story.refused") });
  else lines.push({ ...made, sign: "dots", words: say("story.kept") });
  let before = "";
  for (const line of view.story) {
    if (tells(line, page, before)) lines.push(stepLine(line, page, world, counted(line, view, page)));
    before = labelOf(line, page);
  }
  return lines;
}

/** Whether a line is news: the making is told already, and mere routing by the system is none, nor what says
 *  the same as the line before it. */
function tells(line: StoryLine, page: KindPage, before: string): boolean {
  const state = page.workflow.states[line.to];
  const routed = line.outcome === "auto" && !pick(stepOf(page, line.step)?.label ?? {});
  const known = labelOf(line, page) === before || (state?.tone === "wait" && !state.one_way);
  return line.step !== "" && !(routed && known);
}

/** A line in one word: what the step is called, else the state it led to. */
function labelOf(line: StoryLine, page: KindPage): string {
  const step = stepOf(page, line.step);
  return (step && pick(step.label)) || pick(page.workflow.states[line.to]?.label ?? {}) || line.step;
}

/** Whether work that came too late counted after all: the record went on for its sake. */
const counted = (line: StoryLine, { story }: View, page: KindPage): boolean =>
  line.outcome === "overtaken" &&
  story.some(({ step, outcome, atMs }) => outcome === "auto" && atMs >= line.atMs && forLate(page, step)) &&
  !!stepOf(page, line.step)?.needs.includes(DONE);

const DONE = "result"; // what work that is handed in says
const forLate = (page: KindPage, step: string): boolean => !!stepOf(page, step)?.guards.includes("came_late");

function stepLine(line: StoryLine, page: KindPage, world: World, counts: boolean): Line {
  const label = labelOf(line, page);
  const who = line.person === 0 ? "" : personWords(line.person, world);
  const said = who ? say("story.step", { who, step: label }) : label;
  const late = line.outcome === "overtaken" && say(counts ? "story.counted" : "story.late");
  const end = late || (line.outcome === "waiting" ? say("story.waiting") : "");
  const sign = line.outcome === "waiting" ? "dots" : toneOf(page, line.to) === "act" ? "bang" : "check";
  return { atMs: line.atMs, sign, words: said + end, quote: setsWords(line, page, world) };
}

const MANY = 5; // of so many fields that a step carried, those that the record tells anyway are not said again

/** What a step carried, in words: reasons and results, but no record that is not here to be named. A number, a count
 *  of photos and any text but the first mean nothing without the name of their field. */
export function setsWords(line: StoryLine, page: KindPage, world: World): string {
  const sets = Object.entries(line.sets);
  const told = sets.length < MANY ? sets : sets.filter(([name]) => page.fields[name]?.write?.length === 0);
  const first = told.find(([name]) => page.fields[name]?.type === "text")?.[0];
  const parts = told.map(([name, value]) => {
    const field = page.fields[name];
    const away = field?.type === "ref" && !world.views.has(String(value));
    const words = field && !away ? valueWords(field, value, world) : "";
    const bare = field?.type === "photos" || (field?.type === "int" && !field.unit);
    return words && field && (bare || (field.type === "text" && name !== first))
      ? `${pick(field.label)} ${words}`
      : words;
  });
  return parts
    .filter(Boolean)
    .reduce((said, next) => said + (said && !/[。！？.!?]$/.test(said) ? say("listGap") : "") + next, "");
}
