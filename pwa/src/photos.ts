// Photos go up after the ops that speak of them, one piece at a time (waves.ts says which). An upload is asked
// where it stands, then the rest goes in one request; after a break it is asked again at once and goes on from
// there, as long as each piece brings something. Where nothing came of one, or there is no answer, it waits.
// The phone keeps each photo until a backup of the server holds the bytes, their hash checked (I9).

import { arrived } from "./arrivals.ts";
import type { Outcome, Parts, Told } from "./exchange.ts";
import { count } from "./meter.ts";
import { note } from "./outbox.ts";
import type { PhotoRow, Piece, Reader, Session, Standing, Trouble } from "./ports.ts";
import { waits } from "./push.ts";
import { choose, type Task } from "./waves.ts";

const LATER_MS = 60_000; // before a photo that failed is tried again, at first; doubles up to an hour
const LATER_MAX_MS = 3_600_000;
const BREATH_MS = 300; // at most, before an upload that was cut is asked where it stands
const REFUSED = ["not_an_image", "too_large"]; // sending the same bytes again would not help
const LATER = [423, 429, 503, 507]; // the server has no hands or no room for any photo now
const BEGIN_AGAIN = [404, 409, 410, 422, 460]; // to a piece under way: it is to be asked where it stands
const BEGUN_MAX = 3; // times in one go; then it waits as any other that failed

interface Next {
  readonly session: Session;
  readonly task: Task | null;
}

export class Uploads {
  restMs = -1; // after a run: how long until there may be something to do, -1 if nothing waits for time
  barren = 0; // attempts in a row that brought the server nothing
  private readonly parts: Parts;
  private readonly told: Told;
  private stop: AbortController | null = null;
  private under: Task | null = null;
  private yields = false; // given up for something that must go first: the run goes on with that
  private laterMs = 0; // the server wants no photos before

  constructor(parts: Parts, told: Told) {
    this.parts = parts;
    this.told = told;
  }

  /** Words of an emergency need the link: what is under way makes room, unless it is an emergency's photo. */
  hurry(): void {
    if (this.under?.rank) this.stop?.abort();
  }

  /** There may be something that goes first, or what is under way may no longer go: see to it. */
  async recheck(): Promise<void> {
    const { under } = this;
    const next = under && (await this.next());
    if (!next || this.under !== under || (next.task && next.task.rank >= under.rank)) return;
    this.yields = true;
    this.stop?.abort();
  }

  /** Send photos until none is left that may go now. */
  async run(): Promise<Outcome> {
    for (;;) {
      if (!this.parts.link.up()) return "offline";
      const next = await this.next();
      if (!next?.task) return "done";
      const end = await this.carry(next.session, next.task);
      if (end) return end;
    }
  }

  private async next(): Promise<Next | null> {
    const nowMs = this.parts.time.now();
    if (this.laterMs > nowMs) {
      this.restMs = this.laterMs - nowMs;
      return null;
    }
    return this.parts.store.read(["outbox", "photos", "notes"], async (tx) => {
      const session = await note(tx, "session");
      if (!session || session.out) return null;
      const photos = await tellable(tx, session.person);
      const prefs = (await note(tx, "prefs")) ?? {};
      const meter = await note(tx, "meter");
      const { task, restMs } = choose(photos, { prefs, meter, free: this.parts.link.free(), nowMs });
      this.restMs = restMs;
      return { session, task };
    });
  }

  /** Carry one piece; null when the run may go on. */
  private async carry({ token }: Session, task: Task): Promise<Outcome | null> {
    this.stop = new AbortController();
    this.under = task;
    this.yields = false;
    const { signal } = this.stop;
    let known = task.photo.offset ?? 0; // bytes of it that the server has, as far as was heard
    let from: Standing | null = null;
    let cut = false; // whether the last piece was: what it brought is heard at once
    let trouble: Trouble = { ok: false, code: "hash_mismatch", status: 422, retryMs: 0 };
    for (let begun = 0; begun < BEGUN_MAX; ) {
      const answer = await this.parts.link.upload(token, this.pieceOf(task), from, signal);
      const sent: boolean = from !== null || cut;
      if (answer.ok) {
        const moved: boolean = await this.heard(task, answer.value, known, sent);
        if (answer.value.at >= 0) return this.over(null);
        if (sent && !moved) return this.over(this.broken());
        from = answer.value;
        known = from.offset;
        cut = false;
        continue;
      }
      trouble = answer;
      const lost: boolean = from !== null && BEGIN_AGAIN.includes(answer.status);
      cut = from !== null && answer.code === "offline" && this.parts.link.up();
      if (!lost && !cut) break;
      from = null;
      begun += Number(lost);
      if (cut) await this.breath();
    }
    return this.over(await this.meet(trouble, task));
  }

  /** A moment, different on each phone: many may have been cut off at once. */
  private breath(): Promise<void> {
    const { chance } = this.parts;
    return new Promise((over) => chance.after(Math.ceil(chance.random() * BREATH_MS), over));
  }

  /** Nothing came of it, or no answer of ours: how much arrived is heard when the link is back. */
  private broken(): Outcome {
    this.barren++;
    return "offline";
  }

  private over(outcome: Outcome | null): Outcome | null {
    this.stop = null;
    this.under = null;
    return outcome;
  }

  private pieceOf({ photo, part }: Task): Piece {
    const original = part === "original" && photo.original;
    const [bytes, sha256] = original ? [original, photo.originalSha256 ?? ""] : [photo.screen, photo.sha256];
    return { photo: photo.id, part, bytes, sha256, disguised: this.barren % 2 === 1 };
  }

  /** Write down how far it is; true if it is further than was known. `sent`: bytes of it went just before. */
  private async heard(task: Task, { offset, at }: Standing, known: number, sent: boolean): Promise<boolean> {
    const { store, time, link } = this.parts;
    const dated = !sent && at >= 0; // it was there before: which bytes of it went now nobody knows
    const moved = offset > known || at >= 0;
    if (moved) this.barren = 0;
    await store.write(["photos", "previews", "notes"], async (tx) => {
      await count(tx, link.tally, dated ? 0 : Math.max(0, offset - known), time.now());
      const now = await tx.get("photos", task.photo.id);
      const tries = moved ? 0 : task.photo.tries;
      if (now) await (at < 0 ? tx.put("photos", { ...now, offset, tries }) : arrived(tx, now, task.part, at));
    });
    if (at >= 0) await this.told.changed({ records: [] });
    return moved;
  }

  private async meet(trouble: Trouble, { photo, part }: Task): Promise<Outcome | null> {
    if (trouble.code === "aborted") return this.yields ? null : "idle"; // what hurries goes first, then it goes on
    if (trouble.status === 0) return this.broken();
    if (trouble.code === "signed_out") return "out"; // the exchange will hear it too, and says so
    const { time, chance } = this.parts;
    const laterMs = time.now() + waitMs(trouble.retryMs, photo.tries, chance.random());
    if (LATER.includes(trouble.status)) this.laterMs = laterMs;
    const never = REFUSED.includes(trouble.code) || (trouble.code === "hash_mismatch" && photo.tries > 1);
    const state = trouble.code === "not_found" ? "waiting" : never ? "held" : photo.state;
    await this.parts.store.write(["photos"], async (tx) => {
      const now = await tx.get("photos", photo.id);
      if (!now) return;
      const { original, ...bare } = now;
      const kept = part === "screen" ? { ...now, state } : never ? bare : now;
      await tx.put("photos", { ...kept, tries: photo.tries + 1, laterMs });
    });
    await this.told.changed({ records: [] });
    return null; // the next one may do better
  }
}

/** How long a photo waits that failed: as the server says or a minute, twice as long each time; never all at once. */
const waitMs = (retryMs: number, tries: number, random: number): number =>
  Math.ceil(
    retryMs
      ? Math.min(LATER_MAX_MS, retryMs * 2 ** tries) * (1 + random / 4)
      : Math.min(LATER_MAX_MS, LATER_MS * 2 ** tries) * (1 - random / 2),
  );

/** The photos of a person that the server has been told of, with every op that names them. */
async function tellable(tx: Reader, person: number): Promise<readonly PhotoRow[]> {
  const unheard = new Set((await tx.all("outbox")).filter(waits).flatMap((row) => row.photos));
  return (await tx.all("photos")).filter((photo) => photo.person === person && !unheard.has(photo.id));
}
