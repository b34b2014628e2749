// An entry spelled out in words, so that it can be read where its record cannot.

import type { Entered, Need } from "../model.ts";
import { named, stepOf } from "../widgets/page.ts";
import { titleWords, valueWords, type World } from "../widgets/value-words.ts";
import { say } from "../words/apart.ts";
import { pick } from "../words/say.ts";

type Line = [label: string, words: string];

/** The step taken and the fields written, each with its label; photos and when it was made left out. */
export function entryOf(need: Omit<Entered, "record">, world: World): Line[] {
  const page = world.kinds.get(need.kind);
  if (!page) return [];
  const step = stepOf(page, need.step);
  const lines: Line[] = step ? [[say("needs.step"), pick(step.label) || step.name]] : [];
  for (const [name, field] of named(page, Object.keys(need.sets))) {
    const shown = field.ask || field.type === "text" || field.write?.length === 0;
    const words = shown && field.type !== "photos" ? valueWords(field, need.sets[name], world) : "";
    if (words) lines.push([pick(field.label), words]);
  }
  return lines;
}

/** An entry that the server kept back: what it is, under the label of the field it is in, and what it says. */
export const keptOf = (entry: Entered, label: string, world: World): Line[] => [
  [label, headOf(entry, world)],
  ...entryOf(entry, world),
];

/** What an entry is and about which record, if that is another. */
function headOf(need: Pick<Need, "kind" | "record">, world: World): string {
  const kind = pick(world.kinds.get(need.kind)?.label ?? {}) || need.kind;
  const view = world.views.get(need.record);
  const title = view?.kind === need.kind ? titleWords(view, world) : "";
  return title && title !== kind ? `${kind}：${title}` : kind;
}

/** An entry as the text of a note: its kind and record first, then line by line. */
export function noteOf(need: Need, lines: readonly (readonly string[])[], world: World): string {
  return [headOf(need, world), ...lines.map(([label, words]) => `${label}：${words}`)].join("\n");
}
