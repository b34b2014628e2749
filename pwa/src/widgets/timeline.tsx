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
  for (const line of view.story) if (tells(line, page)) lines.push(stepLine(line, page, world));
  return lines;
}

/** Whether a line is news: the making is told already, and mere routing by the system is none. */
function tells(line: StoryLine, page: KindPage): boolean {
  const state = page.workflow.states[line.to];
  const routed = line.outcome === "auto" && !pick(stepOf(page, line.step)?.label ?? {});
  return line.step !== "" && !(routed && state?.tone === "wait" && !state.one_way);
}

function stepLine(line: StoryLine, page: KindPage, world: World): Line {
  const step = stepOf(page, line.step);
  const label = (step && pick(step.label)) || pick(page.workflow.states[line.to]?.label ?? {}) || line.step;
  const who = line.person === 0 ? "" : personWords(line.person, world);
  const said = who ? say("story.step", { who, step: label }) : label;
  const end =
    line.outcome === "overtaken" ? say("story.late") : line.outcome === "waiting" ? say("story.waiting") : "";
  const sign = line.outcome === "waiting" ? "dots" : toneOf(page, line.to) === "act" ? "bang" : "check";
  return { atMs: line.atMs, sign, words: said + end, quote: setsWords(line, page, world) };
}

/** What a step carried, in words: reasons and results. */
export function setsWords(line: StoryLine, page: KindPage, world: World): string {
  const parts = Object.entries(line.sets).map(([name, value]) => {
    const field = page.fields[name];
    const words = field ? valueWords(field, value, world) : "";
    return words && field?.type === "int" && !field.unit ? `${pick(field.label)} ${words}` : words;
  });
  return parts.filter(Boolean).join(say("listGap"));
}
