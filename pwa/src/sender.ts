// When to exchange: after every write, at start, when the link or the screen comes back, on news, and
// by a timer that backs off. navigator.onLine is a hint; the truth is the last answer.

import type { Exchange, Outcome, Parts } from "./exchange.ts";
import type { Uploads } from "./photos.ts";

const BACK_OFF_MS = 2_000;
const BACK_OFF_MAX_MS = 300_000;
const QUIET_MS = 300_000; // between exchanges when nothing is wrong and no news line is open

/** How long to wait after `failures` in a row: doubling, with full jitter, so that phones spread out. */
export const backOff = (failures: number, random: number): number =>
  Math.ceil(random * Math.min(BACK_OFF_MAX_MS, BACK_OFF_MS * 2 ** failures));

export interface SenderTold {
  /** How the last run ended; "idle" runs tell nothing. */
  ended(outcome: Outcome): void;
}

export class Sender {
  private readonly chance: Parts["chance"];
  private readonly exchange: Exchange;
  private readonly bring: () => Promise<Uploads>;
  private readonly told: SenderTold;
  private readonly mayRun: () => boolean;
  private failures = 0;
  private cancel: () => void = () => undefined;
  private running: Promise<void> | null = null;
  private again = false;
  private trying = false;
  private uploads: Uploads | null = null;
  private uploading: Promise<void> | null = null;
  private more = false; // there may be something to send that was not there when they began
  private rest: () => void = () => undefined;

  constructor(
    chance: Parts["chance"],
    exchange: Exchange,
    bring: () => Promise<Uploads>, // photos can wait for what sends them
    told: SenderTold,
    mayRun: () => boolean, // whether this tab is the one that sends
  ) {
    this.chance = chance;
    this.exchange = exchange;
    this.bring = bring;
    this.told = told;
    this.mayRun = mayRun;
  }

  /** Exchange now; resolves when nothing more can be done for the moment. `trying`: a person asked for it. */
  kick(urgent = false, trying = false): Promise<void> {
    if (urgent) {
      this.exchange.hurry();
      this.uploads?.hurry();
    }
    this.again = true;
    this.trying = this.trying || trying;
    this.running ??= this.loop();
    return this.running;
  }

  private async loop(): Promise<void> {
    this.cancel();
    let outcome: Outcome = "idle";
    while (this.again && this.mayRun()) {
      const trying = this.trying;
      this.again = false;
      this.trying = false;
      outcome = await this.exchange.run(trying).catch((): Outcome => "busy");
      this.told.ended(outcome);
    }
    this.again = false;
    this.running = null;
    if (outcome === "done") this.media();
    this.plan(outcome);
  }

  /** Send photos, or let those under way make room for what goes first. */
  private media(): void {
    this.more = this.uploading !== null;
    if (this.more) void this.uploads?.recheck().catch(() => undefined);
    else if (this.mayRun()) this.uploading = this.upload();
  }

  private async upload(): Promise<void> {
    this.rest();
    this.uploads ??= await this.bring().catch(() => null); // else with the next exchange
    const { uploads } = this;
    const outcome = await uploads?.run().catch((): Outcome => "busy");
    this.uploading = null;
    if (outcome === "idle" && this.more) return this.media(); // it made room, and the exchange was faster
    if (outcome === "offline" || outcome === "busy" || outcome === "out")
      return this.plan(outcome, uploads?.barren);
    const restMs = uploads?.restMs ?? -1;
    if (outcome === "done" && restMs >= 0) this.rest = this.chance.after(restMs, () => this.media());
  }

  /** Plan the next exchange. One that went well says little of photos: `barren` of them brought nothing in a row. */
  private plan(outcome: Outcome, barren = 0): void {
    if (outcome === "idle" || outcome === "out") return; // nothing to wait for but a person
    this.failures = outcome === "done" ? 0 : this.failures + 1;
    const tries = Math.max(this.failures, barren) - 1;
    const wait = outcome === "done" ? QUIET_MS : backOff(tries, this.chance.random());
    this.cancel();
    this.cancel = this.chance.after(wait, () => void this.kick());
  }
}
