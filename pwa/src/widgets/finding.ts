// Finding one option among many: by its words, by what people say instead, by pinyin or its initials, while
// they are still typing it. All of it is on the phone, in the option itself.

import type { View } from "../model.ts";
import type { Option } from "../sync/kind.ts";
import { pick } from "../words/say.ts";

const PIECE = 2; // characters of Chinese that mean something together
const RECENT_MAX = 5;

/** What is typed, as it is compared: an input method splits unfinished pinyin by blanks or apostrophes. */
export const plain = (typed: string): string =>
  typed
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s'’]/g, "");

/** The options still offered that a query means, the nearest first; all of them for an empty one. */
export function found(options: readonly Option[], query: string): Option[] {
  const asked = plain(query);
  const offered = options.filter((option) => !option.retired);
  if (!asked) return offered;
  const near = ranked(offered, (option) => nearness(option, asked));
  return near.length ? near : ranked(offered, (option) => pieces(option, asked));
}

function ranked(options: readonly Option[], rank: (option: Option) => number): Option[] {
  return options
    .map((option) => ({ option, rank: rank(option) }))
    .filter((each) => each.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map((each) => each.option);
}

/** How near a query is to an option: its name before its synonyms, a beginning before a middle; 0 not at all. */
function nearness({ value, zh, en, words }: Option, asked: string): number {
  const synonyms = words.split(" ");
  const names = [zh, value.toLowerCase(), plain(en), ...en.toLowerCase().split(" ")];
  if (names.includes(asked)) return 6;
  if (synonyms.includes(asked)) return 5;
  if (names.some((name) => name.startsWith(asked))) return 4;
  if (synonyms.some((word) => word.startsWith(asked))) return 3;
  if (zh.includes(asked)) return 2;
  return synonyms.some((word) => word.includes(asked) && !/^[a-z]/.test(word)) ? 1 : 0;
}

/** How many pairs of neighbouring characters a longer query shares with an option: 井盖没了 finds 井盖. */
function pieces({ zh, words }: Option, asked: string): number {
  const text = `${zh} ${words}`;
  return pairs(asked).filter((pair) => text.includes(pair)).length;
}

/** Every pair of neighbouring characters of a query that is no Latin letter. */
export const pairs = (asked: string): string[] =>
  [...asked.slice(1)].flatMap((_, at) => {
    const pair = asked.slice(at, at + PIECE);
    return /^[^a-z]{2}$/.test(pair) ? [pair] : [];
  });

/** What a person chose last of options that stand under a heading, the newest first. */
export function recent(options: readonly Option[], views: Iterable<View>, me: number): Option[] {
  const own = [...views].filter((view) => view.author === me).sort((a, b) => b.madeMs - a.madeMs);
  const chosen = new Set(own.flatMap((view) => Object.values(view.values)));
  return [...chosen]
    .flatMap((value) => options.filter((each) => each.value === value && each.family && !each.retired))
    .slice(0, RECENT_MAX);
}

/** What is still offered, by heading, in the order of the list; what stands under none is left out. */
export function families(options: readonly Option[]): [heading: string, options: Option[]][] {
  const under = new Map<string, Option[]>();
  for (const option of options) {
    const heading = headingOf(option);
    if (heading && !option.retired) under.set(heading, [...(under.get(heading) ?? []), option]);
  }
  return [...under];
}

/** The heading an option stands under, as the person reads it; "" for none. */
export const headingOf = ({ family, marks }: Option): string =>
  family && pick({ zh: family, en: marks.family_en ?? family });

/** What people call it, beside its name: the first of its synonyms in Chinese. */
export const alsoCalled = ({ words }: Option): string[] =>
  words
    .split(" ")
    .filter((word) => word && !/^[a-z]/.test(word))
    .slice(0, 3);
