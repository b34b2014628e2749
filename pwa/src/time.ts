// The server's time as this phone knows it: what the last receipt said, and what has passed since.
// The phone's own clock may be a year off; only its differences are used once a server was heard.

import type { Chance } from "./ports.ts";

type Clocks = Pick<Chance, "wallMs" | "steadyMs">;

export class Time {
  private readonly clocks: Clocks;
  private serverMs: number;
  private wallMs: number;
  private steadyMs: number;

  constructor(clocks: Clocks) {
    this.clocks = clocks;
    this.wallMs = clocks.wallMs();
    this.steadyMs = clocks.steadyMs();
    this.serverMs = this.wallMs; // until a server is heard there is nothing better
  }

  /** Go on from what an earlier start measured. */
  resume(offsetMs: number): void {
    this.anchor(this.clocks.wallMs() + offsetMs);
  }

  /**
   * Take over the server's time from a receipt and give the offset to be kept. The way down is not
   * added: a clock a little behind harms nobody, one ahead is re-stamped.
   */
  hear(serverMs: number): number {
    this.anchor(serverMs);
    return serverMs - this.wallMs;
  }

  /**
   * Say the time, whole ms. The steady clock stands still while some phones sleep, the wall clock is
   * turned back by people: the larger of what each says has passed is right in both cases.
   */
  now(): number {
    const wall = this.clocks.wallMs() - this.wallMs;
    const steady = this.clocks.steadyMs() - this.steadyMs;
    return Math.floor(this.serverMs + Math.max(wall, steady, 0));
  }

  private anchor(serverMs: number): void {
    this.wallMs = this.clocks.wallMs();
    this.steadyMs = this.clocks.steadyMs();
    this.serverMs = serverMs;
  }
}
