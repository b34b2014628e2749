// The service worker, by hand: keeps the shell, so that the app starts without a network; never touches
// /api/; sends what waits when the browser wakes it with no page open, and shows the calls that come. A new version waits until the
// page says "skip": nobody is moved to other code in the middle of a form.

import { browserChance, browserTabs } from "./adapters/browser.ts";
import { idbStore } from "./adapters/idb.ts";
import { fetchLink } from "./adapters/link.ts";
import { open, show } from "./called.ts";
import { type Changed, Exchange } from "./exchange.ts";
import { note } from "./outbox.ts";
import { Uploads } from "./photos.ts";
import { OUTBOX_TAG, SENDER_LOCK } from "./ports.ts";
import { Time } from "./time.ts";

declare const self: ServiceWorkerGlobalScope;
declare const __PRECACHE__: readonly (readonly [path: string, digest: string])[];
declare const __VERSION__: string;

interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

const DIGEST_DIGITS = 12; // as in bake/worker.ts
const VERIFIER = "/verify"; // a page of its own, not a screen of the app
const PREFIX = "shell-";
const NAME = PREFIX + __VERSION__;
const keyOf = (path: string, digest: string): string => `${path}?v=${digest}`;
const KEYS = new Map(__PRECACHE__.map(([path, digest]) => [path, keyOf(path, digest)]));

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const key = keyFor(event.request);
  if (key) event.respondWith(fromShell(key, event.request));
});
self.addEventListener("message", (event) => {
  if (event.data === "skip") void self.skipWaiting();
});
self.addEventListener("push", (event) => {
  const fetched = flush().catch(() => undefined); // so that it is there when it is opened, with or without a network
  event.waitUntil(Promise.all([show(self.registration, event.data?.text()), fetched]));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(self.clients, event.notification.data));
});
self.addEventListener("sync" as "activate", (event) => {
  if ((event as SyncEvent).tag === OUTBOX_TAG) event.waitUntil(flush());
});

/** Keep every file of this version; what an older version already has is not fetched again. */
async function fill(): Promise<void> {
  const cache = await caches.open(NAME);
  for (const [path, digest] of __PRECACHE__) {
    const key = keyOf(path, digest);
    const known = await caches.match(key);
    const response = known ?? (await fetch(path, { cache: "no-cache" }));
    if (!known && (await digestOf(response.clone())) !== digest)
      throw new Error(`${path} is not the one built`);
    await cache.put(key, response);
  }
}

/** Hash a file as the build did: a captive portal's page must not become the app. */
async function digestOf(response: Response): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.arrayBuffer()));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.slice(0, DIGEST_DIGITS);
}

async function tidy(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)),
  );
}

/** The kept file that answers a request, if one does. */
function keyFor(request: Request): string | undefined {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname.startsWith("/api/"))
    return undefined;
  if (url.pathname === VERIFIER) return undefined;
  return KEYS.get(request.mode === "navigate" ? "/" : url.pathname);
}

async function fromShell(key: string, request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  return (await cache.match(key)) ?? fetch(request);
}

/** Send what waits. A page that is open does it itself; failing tells the browser to wake us again. */
async function flush(): Promise<void> {
  const tabs = browserTabs();
  const outcome = await navigator.locks.request(SENDER_LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) {
      tabs.tell("send");
      return "done";
    }
    const chance = browserChance();
    const store = idbStore();
    const time = new Time(chance);
    time.resume((await store.read(["notes"], (tx) => note(tx, "heard")))?.offsetMs ?? 0);
    const parts = { store, link: fetchLink(), time, chance };
    const told = { sending: () => undefined, changed: (what: Changed) => tabs.tell(what) };
    const sent = await new Exchange(parts, told).run();
    return sent === "done" ? new Uploads(parts, told).run() : sent;
  });
  if (outcome === "offline" || outcome === "busy") throw new Error(outcome);
}
