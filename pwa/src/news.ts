// The news line: while the app is in sight, the server says when there is something to fetch.

import type { Chance, Link } from "./ports.ts";
import { backOff } from "./sender.ts";

export class News {
  private readonly link: Link;
  private readonly chance: Chance;
  private readonly heard: () => void;
  private open: AbortController | null = null;
  private failures = 0;
  private cancel: (() => void) | null = null; // of the wait before the next try
  private line = new AbortController(); // of the try under way

  constructor(link: Link, chance: Chance, heard: () => void) {
    this.link = link;
    this.chance = chance;
    this.heard = heard;
  }

  /** Keep the line open for this token, or close it with "". Asking again for the same changes nothing. */
  listen(token: string): void {
    if (!token) this.close();
    else if (!this.open) {
      this.open = new AbortController();
      void this.hold(token, this.open.signal);
    }
  }

  /** The link is good again: do not wait for the next try. */
  wake(token: string): void {
    if (!this.cancel || !this.open) return;
    this.cancel();
    this.cancel = null;
    this.failures = 0;
    void this.hold(token, this.open.signal);
  }

  /** The link is gone: a line that was open then may never say so. */
  lost(): void {
    this.line.abort();
  }

  private close(): void {
    this.line.abort();
    this.cancel?.();
    this.cancel = null;
    this.open?.abort();
    this.open = null;
    this.failures = 0;
  }

  private async hold(token: string, signal: AbortSignal): Promise<void> {
    const news = (opening: boolean): void => {
      if (!opening) this.failures = 0; // a line that opens and breaks at once is still a failing one
      this.heard();
    };
    this.line = new AbortController();
    if (this.link.up()) await this.link.events(token, news, this.line.signal);
    if (signal.aborted) return;
    this.failures++;
    this.cancel = this.chance.after(backOff(this.failures, this.chance.random()), () => {
      this.cancel = null;
      if (!signal.aborted) void this.hold(token, signal);
    });
  }
}
