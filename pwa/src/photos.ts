// Photos go up after the ops that speak of them, one at a time, an emergency's first. The phone keeps
// each until the server has the bytes on its disk and has checked their hash (I9).

import type { Outcome, Parts, Told } from "./exchange.ts";
import { note } from "./outbox.ts";
import type { PhotoRow, Reader, Session, Trouble } from "./ports.ts";
import { waits } from "./push.ts";

const LATER_MS = 60_000; // before a photo that failed is tried again, at first; doubles up to an hour
const LATER_MAX_MS = 3_600_000;
const REFUSED = ["not_an_image", "too_large"]; // sending the same bytes again would not help

interface Next {
  readonly session: Session;
  readonly photo: PhotoRow;
}

export class Uploads {
  private readonly parts: Parts;
  private readonly told: Told;
  private stop: AbortController | null = null;
  private urgent = false;

  constructor(parts: Parts, told: Told) {
    this.parts = parts;
    this.told = told;
  }

  /** Words of an emergency need the link: a photo under way makes room, unless it is an emergency's. */
  hurry(): void {
    if (!this.urgent) this.stop?.abort();
  }

  /** Send photos until none is left that may go now. */
  async run(): Promise<Outcome> {
    for (;;) {
      if (!this.parts.link.up()) return "offline";
      const next = await this.next();
      if (!next) return "done";
      const end = await this.upload(next);
      if (end) return end;
    }
  }

  private next(): Promise<Next | null> {
    return this.parts.store.read(["outbox", "photos", "notes"], async (tx) => {
      const session = await note(tx, "session");
      if (!session || session.out) return null;
      const photo = (await readyPhotos(tx, session.person, this.parts.time.now()))[0];
      return photo ? { session, photo } : null;
    });
  }

  private async upload({ session, photo }: Next): Promise<Outcome | null> {
    this.stop = new AbortController();
    this.urgent = photo.urgent;
    const answer = await this.parts.link.upload(session.token, photo, this.stop.signal);
    this.stop = null;
    if (answer.ok) {
      await this.verified(photo);
      return null;
    }
    return this.meet(answer, photo);
  }

  private async verified(photo: PhotoRow): Promise<void> {
    await this.parts.store.write(["photos", "previews"], async (tx) => {
      const known = await tx.get("previews", photo.id);
      await tx.put("previews", { id: photo.id, preview: known?.preview ?? "", here: true });
      await tx.drop("photos", photo.id);
    });
    await this.told.changed({ records: [] });
  }

  private async meet(trouble: Trouble, photo: PhotoRow): Promise<Outcome | null> {
    if (trouble.code === "aborted") return "idle"; // the ops go first, then it comes again
    if (trouble.status === 0) return "offline";
    if (trouble.code === "signed_out") return "out"; // the exchange will hear it too, and says so
    const state =
      trouble.code === "not_found" ? "waiting" : REFUSED.includes(trouble.code) ? "held" : photo.state;
    const tries = photo.tries + 1;
    const wait = Math.max(trouble.retryMs, Math.min(LATER_MAX_MS, LATER_MS * 2 ** photo.tries));
    await this.parts.store.write(["photos"], async (tx) => {
      const now = await tx.get("photos", photo.id);
      if (now) await tx.put("photos", { ...now, state, tries, laterMs: this.parts.time.now() + wait });
    });
    await this.told.changed({ records: [] });
    return null; // the next one may do better
  }
}

/** The photos that may go now: told of, and named by no op that still waits; urgent ones first, then oldest. */
async function readyPhotos(tx: Reader, person: number, nowMs: number): Promise<readonly PhotoRow[]> {
  const unheard = new Set((await tx.all("outbox")).filter(waits).flatMap((row) => row.photos));
  return (await tx.all("photos"))
    .filter((photo) => photo.state === "announced" && photo.person === person && photo.laterMs <= nowMs)
    .filter((photo) => !unheard.has(photo.id))
    .sort((a, b) => Number(b.urgent) - Number(a.urgent) || a.takenMs - b.takenMs);
}
