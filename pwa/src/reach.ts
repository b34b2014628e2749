// Being called while the app is closed, through the push service of this phone's browser (docs/push.md). The
// browser is asked only when the person says so; once a day the server hears that it still holds.

import type { Parts } from "./exchange.ts";
import type { Reach } from "./model.ts";
import { note } from "./outbox.ts";
import type { Session } from "./ports.ts";
import { isNamed } from "./sync/value.ts";

const PATH = "/api/push";
const PATIENCE_MS = 30_000; // where the push service cannot be reached, some browsers never answer
const DAY_MS = 86_400_000;

/** What it takes of a browser. */
export interface Summons {
  permission(): string;
  ask(): Promise<string>;
  manager(): Promise<Pick<PushManager, "getSubscription" | "subscribe">>;
}

/** This browser, if it can be called at all. */
function here(): Summons | null {
  if (!("PushManager" in globalThis) || !("Notification" in globalThis)) return null;
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers) return null;
  return {
    permission: () => Notification.permission,
    ask: () => Notification.requestPermission(),
    manager: async () => (await workers.ready).pushManager,
  };
}

/** Say how it stands, or change it. The permission is asked first of all: browsers want it right after the tap. */
export async function reach(parts: Parts, want?: boolean, browser = here()): Promise<Reach> {
  if (!browser) return "none";
  const said = want ? await browser.ask() : browser.permission();
  if (said === "denied" || (want && said !== "granted")) return "denied";
  const { session, owner } = await standing(parts);
  const manager = await within(parts, browser.manager());
  if (!session || session.out || !manager) return "none";
  const present = await manager.getSubscription().catch(() => null);
  if (want === false) return end(parts, session, present);
  if (want) return begin(parts, session, manager, present);
  if (present && owner === session.person) return "on";
  const answer = await parts.link.ask(session.token, PATH);
  return answer.ok ? "off" : refusal(answer.code);
}

/** Once a day, have the server keep it; nothing is asked of anybody. */
export async function renew(parts: Parts, browser = here()): Promise<void> {
  const { session, owner, atMs } = await standing(parts);
  if (!session || owner !== session.person || parts.time.now() - atMs < DAY_MS) return;
  if (browser?.permission() === "granted") await reach(parts, true, browser);
}

async function standing({ store }: Parts) {
  return store.read(["notes"], async (tx) => {
    const prefs = (await note(tx, "prefs")) ?? {};
    return { session: await note(tx, "session"), owner: prefs.reach, atMs: Number(prefs.reachMs ?? 0) };
  });
}

async function begin(
  parts: Parts,
  session: Session,
  manager: Pick<PushManager, "subscribe">,
  present: PushSubscription | null,
): Promise<Reach> {
  const answer = await parts.link.ask(session.token, PATH);
  if (!answer.ok) return refusal(answer.code);
  const key = isNamed(answer.value) ? String(answer.value.key) : "";
  const kept = present && keyOf(present) === key ? present : null;
  if (!kept) await present?.unsubscribe();
  const fresh = () => manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const found = kept ?? (await within(parts, fresh()));
  if (!found) return "failed";
  const told = await parts.link.ask(session.token, PATH, await bodyOf(parts, found));
  if (told.ok) return remember(parts, session.person);
  if (!kept) await found.unsubscribe();
  return refusal(told.code);
}

async function end(parts: Parts, session: Session, present: PushSubscription | null): Promise<Reach> {
  await present?.unsubscribe(); // without a network too: from now on nothing comes through
  await parts.link.ask(session.token, PATH, "{}", "DELETE");
  await remember(parts, 0);
  return "off";
}

async function bodyOf({ store }: Parts, found: PushSubscription): Promise<string> {
  const { endpoint, keys = {} } = found.toJSON();
  const { language } = (await store.read(["notes"], (tx) => note(tx, "prefs"))) ?? {};
  const { p256dh, auth } = keys;
  return JSON.stringify({ endpoint, p256dh, auth, language: language === "en" ? "en" : "zh" });
}

/** Note whose wish it is: the next person on this phone has not wished it. */
async function remember({ store, time }: Parts, person: number): Promise<Reach> {
  await store.write(["notes"], async (tx) => {
    const value = { ...(await note(tx, "prefs")), reach: person, reachMs: time.now() };
    await tx.put("notes", { id: "prefs", value });
  });
  return person ? "on" : "off";
}

/** The key a subscription is bound to, as the server spells it. */
function keyOf({ options }: PushSubscription): string {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const refusal = (code: string): Reach =>
  code === "not_found" ? "closed" : code === "push_elsewhere" ? "failed" : "offline";

const within = <T>({ chance }: Parts, work: Promise<T>): Promise<T | null> =>
  Promise.race([
    work.catch(() => null),
    new Promise<null>((done) => chance.after(PATIENCE_MS, () => done(null))),
  ]);
