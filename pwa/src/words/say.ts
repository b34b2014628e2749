// The words of the interface. A screen says a key; the sentence comes from the language's file.
// Labels of kinds, fields, options, states and steps come from the kind page instead: `pick` them.

import { signal } from "@preact/signals";
import type { Language } from "../model.ts";
import zh from "./zh-CN.json";

export type Key = keyof typeof zh;
export type Params = Readonly<Record<string, string | number>>;

type Words = Readonly<Record<string, string>>;

const WORDS: Partial<Record<Language, Words>> = {};

/** The language spoken now; whatever reads it while drawing is drawn again when it changes. */
export const language = signal<Language>("zh-CN");

/** Take in further words of a language. */
export function teach(tongue: Language, words: Words): void {
  WORDS[tongue] = { ...WORDS[tongue], ...words };
}

teach("zh-CN", zh);

/** Speak a language. Chinese is in the shell; another is a file of its own, which the worker keeps for offline. */
export async function speak(tongue: Language): Promise<void> {
  if (!WORDS[tongue]) {
    const answer = await fetch(`/${tongue}.json`).catch(() => null);
    if (answer?.ok) teach(tongue, await answer.json());
  }
  if (WORDS[tongue]) language.value = tongue;
}

/** Tie a number to what follows it, so that a line never breaks between 12 and 米. */
export const glue = (text: string): string => text.replace(/(\d) (?=\S)/g, "$1\u00a0");

/** Fill `{name}`, and `{n|one|many}` for languages that count, then tie numbers to their units. */
export function say(key: Key, params: Params = {}): string {
  const text = (WORDS[language.value]?.[key] ?? WORDS["zh-CN"]?.[key] ?? "").replace(
    /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
    (_, name: string, one?: string, many?: string) =>
      one === undefined ? String(params[name] ?? "") : String(params[name] === 1 ? one : many),
  );
  return glue(text);
}

/** Choose the words of a kind page that the person reads; Chinese where the page lacks them. */
export const pick = (words: Readonly<Record<string, string>>): string =>
  (language.value === "en" ? words.en : words.zh) ?? words.zh ?? "";

/** Say a key whose last part is only known at run time, or "" when there is no such sentence. */
export function sayIf(key: string, params: Params = {}): string {
  return say(key as Key, params);
}
