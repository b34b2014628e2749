// What was answered before, found among all that this phone holds while a question is still typed. Which records
// answer, and in which fields, their pages say (`answers`). No index is kept: two thousand texts of 600 characters
// are looked through in 30 ms on a desk (a query of 9 characters; 0.1 s the first time, when they are folded).
//
// 1. Fold each text once, as the query is folded; it is kept with its view, which is made anew when it changes.
// 2. The pairs of neighbouring characters of the query are sought in each field; a pair that few texts have
//    weighs more, and one in the first field more than one in the last.
// 3. A choice counts by its own words, as the form's search finds it: 井盖, jinggai and jg all mean that matter.

import type { View } from "../model.ts";
import type { KindPage, Kinds, Option } from "../sync/kind.ts";
import { found, pairs, plain } from "./finding.ts";
import { toneOf } from "./page.ts";

const OPTIONS_MAX = 5; // matters that one query may mean
const PAIRS_MAX = 30; // of a long query; what is asked stands in its first lines
const SHORT = 4; // characters; of a longer query more than one pair has to be there
const PHRASE = 3; // what the whole query in one piece is worth, in pairs
const FIRST = 2; // what the first field is worth more than the last

type Views = ReadonlyMap<string, View>;

/** A record that answers, with how near it is to what is asked; 0 where nothing is. */
export interface Answer {
  readonly view: View;
  readonly page: KindPage;
  readonly helped: number; // people whom it helped already
  readonly rank: number;
}

/** Whether a record answers, as it stands. */
export const tells = (view: View, page: KindPage | undefined): boolean =>
  page?.answers?.states.includes(view.state) ?? false;

/** What a record answers, one piece a field. */
export const toldBy = (view: View, page: KindPage): string[] =>
  (page.answers?.tell ?? []).flatMap((name) => textsOf(view.values[name]));

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap(textsOf) : typeof value === "string" && value ? [value] : [];

/** All that answers, those that helped most first, then the newest. */
export function shelf(views: Views, kinds: Kinds): Answer[] {
  const helps = helpings(views, kinds);
  const all = [...views.values()].flatMap((view): Answer[] => {
    const page = kinds.get(view.kind);
    return page && tells(view, page) ? [{ view, page, helped: helps.get(view.id) ?? 0, rank: 0 }] : [];
  });
  return all.sort((a, b) => b.helped - a.helped || b.view.madeMs - a.view.madeMs);
}

/** How often each record helped somebody who did not have to ask then. */
export function helpings(views: Views, kinds: Kinds): ReadonlyMap<string, number> {
  const ends = new Map(
    [...kinds.values()].flatMap((page) => {
      const step = page.workflow.steps.find(({ name }) => name === page.answers?.solved);
      return step ? [[page.name, [step.to, step.needs[0] ?? ""]] as const] : [];
    }),
  );
  const counts = new Map<string, number>();
  for (const view of views.values()) {
    const [state, field] = ends.get(view.kind) ?? [];
    const id = field && view.state === state ? String(view.values[field]) : "";
    if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** The answers a query means, the nearest first; none for an empty one. */
export function sought(query: string, answers: readonly Answer[]): Answer[] {
  const asked = plain(query);
  if (asked.length < 2) return [];
  const wanted = [...new Set(pairs(asked))].slice(0, PAIRS_MAX);
  const meant = meanings(query);
  const hits = answers.map((answer) => hitsOf(answer, asked, wanted, meant));
  const rarity = wanted.map((_, at) => {
    const having = hits.filter(({ places }) => (places[at] ?? 0) > 0).length;
    return having ? Math.log(1 + answers.length / having) : 0;
  });
  const least = asked.length > SHORT ? 2 : 1;
  return answers
    .map((answer, at) => ({ ...answer, rank: rankOf(hits[at] as Hits, rarity, least) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank || b.helped - a.helped || b.view.madeMs - a.view.madeMs);
}

interface Hits {
  readonly places: readonly number[]; // by pair: what the best field that has it is worth, 0 if none
  readonly phrase: number; // the same of the whole query
  readonly option: number; // how near its choice is, 0..1
}

function rankOf({ places, phrase, option }: Hits, rarity: readonly number[], least: number): number {
  const had = places.filter((worth) => worth > 0).length;
  if (had < least && !phrase && !option) return 0;
  const shared = places.reduce((sum, worth, at) => sum + worth * (rarity[at] ?? 0), 0);
  return shared + (phrase + option) * PHRASE;
}

function hitsOf({ view, page }: Answer, asked: string, wanted: readonly string[], meant: Meaning): Hits {
  const fields = folded(view, page);
  const worth = (at: number): number => 1 + ((fields.length - at) * (FIRST - 1)) / fields.length;
  const best = (text: string): number => {
    const at = fields.findIndex((field) => field.includes(text));
    return at < 0 ? 0 : worth(at);
  };
  return { places: wanted.map(best), phrase: best(asked), option: meant(view, page) };
}

type Meaning = (view: View, page: KindPage) => number;

/** How near a query is to the answers given to choices; each list is searched once. */
function meanings(query: string): Meaning {
  const known = new Map<readonly Option[], ReadonlyMap<string, number>>();
  const near = (options: readonly Option[]): ReadonlyMap<string, number> => {
    const found = known.get(options) ?? placed(options, query);
    known.set(options, found);
    return found;
  };
  return (view, page) =>
    Math.max(
      0,
      ...(page.answers?.look ?? []).map((name) => {
        const options = page.fields[name]?.options ?? [];
        return options.length ? (near(options).get(String(view.values[name])) ?? 0) : 0;
      }),
    );
}

const placed = (options: readonly Option[], query: string): ReadonlyMap<string, number> =>
  new Map(
    found(options, query)
      .slice(0, OPTIONS_MAX)
      .map(({ value }, at) => [value, 1 / (at + 1)]),
  );

const known = new WeakMap<View, readonly string[]>();

/** The searched fields of a record, as a query is compared with them. */
function folded(view: View, page: KindPage): readonly string[] {
  let texts = known.get(view);
  if (!texts) {
    texts = (page.answers?.look ?? [])
      .filter((name) => page.fields[name]?.type === "text")
      .map((name) => plain(textsOf(view.values[name]).join(" ")));
    known.set(view, texts);
  }
  return texts;
}

const WEEK_MS = 7 * 86_400_000;

/** What a week's review looks at. */
export interface Week {
  readonly open: readonly View[]; // answered and resolved, not yet written up
  readonly written: readonly View[];
  readonly late: readonly View[]; // answered after their time, or not yet
  readonly low: readonly View[]; // somebody said that it did not help, or is wrong
  readonly stale: readonly View[]; // to be looked at again by now
}

/** Go through the week up to a time; `today` is its day as yyyymmdd. What somebody looked at and left when they
 *  last signed off, at `signedMs`, is not shown for ever; what nobody looked at is. */
export function weekOf(views: Views, kinds: Kinds, nowMs: number, today: number, signedMs: number): Week {
  const sinceMs = Math.min(nowMs - WEEK_MS, signedMs);
  const own = [...views.values()].filter((view) => kinds.get(view.kind)?.answers);
  const pageOf = (view: View): KindPage => kinds.get(view.kind) as KindPage;
  const lately = (view: View, fits: (step: KindPage["workflow"]["steps"][number]) => boolean): boolean => {
    const names = pageOf(view)
      .workflow.steps.filter(fits)
      .map(({ name }) => name);
    return view.story.some(
      (line) => line.outcome !== "overtaken" && nowMs - line.atMs < WEEK_MS && names.includes(line.step),
    );
  };
  const due = (view: View): boolean => {
    const day = Number(view.values[pageOf(view).answers?.review ?? ""] ?? 0);
    return day > 0 && day <= today && !pageOf(view).workflow.states[view.state]?.final;
  };
  return {
    open: own.filter((view) => {
      const step = pageOf(view).answers?.publish;
      const movedMs = view.story[view.story.length - 1]?.atMs ?? view.madeMs;
      return !!step && movedMs >= sinceMs && view.offers.some((offer) => offer.step === step);
    }),
    written: own.filter((view) => lately(view, ({ name }) => name === pageOf(view).answers?.publish)),
    late: own.filter((view) => lately(view, ({ timed }) => timed?.share === 1000 && !timed.past)),
    low: own.filter((view) => lately(view, ({ tone, to }) => tone === "back" && !ended(pageOf(view), to))),
    stale: own.filter(due),
  };
}

const ended = (page: KindPage, state: string): boolean =>
  page.workflow.states[state]?.final === true || toneOf(page, state) === "done";
