// What the phone says of itself, so that whoever looks after it can help (docs/sync.md section 11). Sent
// after an exchange when something changed that a person would act on, and once a day.

import type { Parts } from "./exchange.ts";
import { mayOffer } from "./keep.ts";
import { note } from "./outbox.ts";
import type { Condition, Lost, Reader } from "./ports.ts";
import { waits } from "./push.ts";

const DAY_MS = 86_400_000;
const LOST_MS = 7 * DAY_MS; // a loss is told so long: then somebody has called, or nobody will
const MB = 2 ** 20;
const FREE_MB_MIN = 200; // below it the server calls the phone nearly full
const OFF_MS = 600_000; // a clock further off misleads its owner

/** How this phone is put together. */
export interface Made {
  readonly version: string; // of the app
  condition(): Promise<Condition>;
}

/** Tell the server, if there is something to tell; what fails is told after the next exchange. */
export async function report({ store, link, time }: Parts, { version, condition }: Made): Promise<void> {
  const nowMs = time.now();
  const state = await condition();
  const [session, told, said] = await store.read(["outbox", "notes"], async (tx) => [
    await note(tx, "session"),
    await note(tx, "reported"),
    await statusOf(tx, state, nowMs),
  ]);
  if (!session || session.out || !said) return;
  const what = substanceOf(said);
  if (told?.what === what && nowMs - told.atMs < DAY_MS) return;
  const answer = await link.ask(session.token, "/api/device", JSON.stringify({ version, ...said }));
  if (!answer.ok) return;
  await store.write(["notes"], (tx) => tx.put("notes", { id: "reported", value: { atMs: nowMs, what } }));
}

async function statusOf(tx: Reader, state: Condition, nowMs: number) {
  const session = await note(tx, "session");
  const self = await note(tx, "self");
  const kinds = await note(tx, "kinds");
  const heard = await note(tx, "heard");
  const lost = await note(tx, "lost");
  if (!session || !self) return null;
  const mine = (await tx.all("outbox")).filter((row) => mayOffer(session, row) && waits(row) && !row.undone);
  return {
    kinds: kinds?.version ?? "",
    incarnation: self.incarnation,
    top: self.top,
    waiting: mine.length,
    oldest_ms: mine.reduce((least, { op }) => Math.min(least || op.stamp[0], op.stamp[0]), 0),
    offset_ms: Math.round(heard?.offsetMs ?? 0),
    quota_mb: Math.floor(state.quotaBytes / MB),
    used_mb: Math.ceil(state.usedBytes / MB),
    persisted: state.persisted,
    geo: state.geo,
    engine: (await note(tx, "room")) ? "two" : "one", // the journal notes how much room it found
    lost: lost && nowMs - lost.foundMs < LOST_MS ? [lossOf(lost)] : [],
  };
}

const lossOf = ({ count, device, fromMs, toMs, foundMs }: Lost) => ({
  count,
  device,
  from_ms: fromMs,
  to_ms: toMs,
  found_ms: foundMs,
});

type Status = NonNullable<Awaited<ReturnType<typeof statusOf>>>;

/** What of it somebody would act on: not how full the storage is to the megabyte, nor what every push says. */
function substanceOf({ top, quota_mb, used_mb, offset_ms, ...rest }: Status): string {
  const full = quota_mb > 0 && quota_mb - used_mb < FREE_MB_MIN;
  return JSON.stringify([rest, full, Math.trunc(offset_ms / OFF_MS)]);
}
