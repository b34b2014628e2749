// The composition root: the only file that names adapters. Opens the store, binds the model, draws.

import { render } from "preact";
import { browserChance, browserSpare, browserTabs, deviceName } from "./adapters/browser.ts";
import { darkroom } from "./adapters/darkroom.ts";
import { idbStore } from "./adapters/idb.ts";
import { clearing, journalled } from "./adapters/journal.ts";
import { fetchLink } from "./adapters/link.ts";
import { browserPosition } from "./adapters/position.ts";
import { type Bound, bind } from "./bind.ts";
import { App } from "./shell.tsx";
import { Time } from "./time.ts";
import { wakeWorker, watchWorker } from "./worker.ts";

declare const __APP__: string;

const chance = browserChance();
const spare = browserSpare();
const inner = idbStore();

/** Ask once that the browser does not evict us: only a person who reports has something to lose. */
let asked = false;
function queued(): void {
  wakeWorker();
  if (asked) return;
  asked = true;
  void navigator.storage?.persist?.().catch(() => false);
}

const bound = bind({
  store: clearing(
    journalled(inner, spare, () => new Worker("/journal.js")),
    () => import("./room.ts").then(({ makeRoom }) => makeRoom(inner)),
  ),
  link: fetchLink(),
  time: new Time(chance),
  chance,
  tabs: browserTabs(),
  spare,
  darkroom: darkroom(() => new Worker("/darkroom.js")),
  position: browserPosition(),
  locks: navigator.locks,
  visible: () => document.visibilityState === "visible",
  deviceName: deviceName(navigator.userAgent),
  version: __APP__,
  condition: () => import("./adapters/condition.ts").then(({ browserCondition }) => browserCondition()),
  queued,
});

/** Tell the model what the browser notices. */
function listen({ woke, lost }: Pick<Bound, "woke" | "lost">): void {
  document.addEventListener("visibilitychange", woke);
  addEventListener("online", woke);
  addEventListener("offline", lost);
  (navigator as { connection?: Partial<EventTarget> }).connection?.addEventListener?.("change", woke);
}

listen({ woke: () => bound.woke(), lost: () => bound.lost() });
const started = bound.start(); // the store opens while the first frame is drawn
const root = document.getElementById("app");
if (root) render(<App model={bound.model} />, root);
void started.then(() => watchWorker(bound));
