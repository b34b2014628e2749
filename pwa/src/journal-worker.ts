// The journal's worker, a file of its own: only a dedicated worker may open the phone's files so that a
// write is on the disk when it says so. It answers each message in its turn: true for done, and for the
// first, whether the store was changed; null for what failed.

import { browserChance } from "./adapters/browser.ts";
import { idbStore } from "./adapters/idb.ts";
import { filePads } from "./adapters/journal-pads.ts";
import { JOURNAL_LOCK, type JournalAsk } from "./ports.ts";
import { Scribe } from "./scribe.ts";

const lock = <T>(work: () => Promise<T>): Promise<T> =>
  navigator.locks.request(JOURNAL_LOCK, work) as Promise<T>;
const scribe = new Scribe(filePads(), idbStore(), lock, browserChance());

let last: Promise<unknown> = Promise.resolve();

addEventListener("message", ({ data }: MessageEvent<JournalAsk>) => {
  last = last.then(() =>
    scribe.answer(data).then(
      (value) => postMessage(value ?? true),
      () => postMessage(null), // the store has it; this was the second copy
    ),
  );
});
