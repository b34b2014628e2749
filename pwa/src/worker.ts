// The page's side of the service worker: registering it, waking it when something waits, and the update
// rule: a new version waits until the person says so, or until a start that nobody is typing into.

import type { Bound } from "./bind.ts";
import { OUTBOX_TAG } from "./ports.ts";

const LOOK_MS = 3_600_000; // how often a page that stays open looks for a new version

interface SyncRegistration extends ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

let registration: SyncRegistration | undefined;

/** Ask for a wake-up with the next link, where the browser has such a thing (Chrome and Edge only). */
export function wakeWorker(): void {
  void registration?.sync?.register(OUTBOX_TAG).catch(() => undefined);
}

/** Register the worker and tell the model when a new version waits. */
export async function watchWorker(bound: Pick<Bound, "model" | "update" | "apply">): Promise<void> {
  const { model, update } = bound;
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const found = await workers.register("/sw.js", { updateViaCache: "none" }).catch(() => undefined);
  if (!found) return;
  registration = found;
  const cold =
    found.waiting && workers.controller && !model.draft.value && !location.hash.startsWith("#/new");
  const switchOver = (): void => {
    workers.addEventListener("controllerchange", () => location.reload(), { once: true });
    found.waiting?.postMessage("skip");
  };
  bound.apply(switchOver);
  if (cold) return switchOver();
  const look = (): void => {
    update.value = Boolean(found.waiting && workers.controller);
  };
  look();
  found.addEventListener("updatefound", () => found.installing?.addEventListener("statechange", look));
  const seek = (): void => void found.update().catch(() => undefined);
  setInterval(seek, LOOK_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") seek();
  });
}
