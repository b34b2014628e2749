// The journal's worker in the process of its page: it keeps the phone's files, and dies with the phone.

import { journalled } from "../../../../pwa/src/adapters/journal.ts";
import type { Chance, JournalAsk, Store } from "../../../../pwa/src/ports.ts";
import { Scribe } from "../../../../pwa/src/scribe.ts";
import type { Disk } from "./disk.ts";

type Hand = ReturnType<Parameters<typeof journalled>[2]>;

/** The store of a phone as one process sees it, with its journal beside it. */
export function storeOf(disk: Disk, life: { readonly dead: boolean }, chance: Chance): Store {
  const inner = disk.opened(life);
  const scribe = new Scribe(disk.files.opened(life), inner, disk.lock, chance);
  let last: Promise<unknown> = Promise.resolve();
  let dismissed = false;
  const answer = (message: JournalAsk): Promise<unknown> =>
    scribe.answer(message).then(
      (value) => value ?? true,
      () => null,
    );
  const hand: Hand = {
    onmessage: null,
    onerror: null,
    terminate: () => {
      dismissed = true;
    },
    postMessage: (message: JournalAsk) => {
      const asked = structuredClone(message);
      last = last.then(async () => {
        if (dismissed) return;
        const data = await answer(asked);
        const told = life.dead ? hand.onerror : hand.onmessage;
        (told as ((event: { data: unknown }) => void) | null)?.({ data });
      });
    },
  };
  return journalled(inner, disk.spare, () => hand);
}
