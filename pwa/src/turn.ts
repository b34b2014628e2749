// Whose turn it is to send: of all tabs of this app one holds the lock. The tab a person looks at gets
// it; a tab that was frozen with it loses it. Nothing depends on it but battery and bytes (trap 15).

import { type Signal, signal } from "@preact/signals";
import { type Chance, SENDER_LOCK, type Tabs } from "./ports.ts";

const FROZEN_MS = 5_000; // a tab that can run at all answers sooner

type Locks = Pick<LockManager, "request">;

export class Turn {
  readonly mine: Signal<boolean>;
  private readonly locks: Locks | undefined;
  private readonly tabs: Tabs;
  private readonly chance: Chance;
  private readonly visible: () => boolean;
  private release: () => void = () => undefined;
  private waiting = new AbortController(); // of the place in line
  private answered = false; // a tab in sight holds the lock, and lives

  constructor(locks: Locks | undefined, tabs: Tabs, chance: Chance, visible: () => boolean) {
    this.locks = locks;
    this.tabs = tabs;
    this.chance = chance;
    this.visible = visible;
    this.mine = signal(!locks); // without locks every tab sends: safe, only wasteful
    tabs.hear((message) => {
      if (message === "mine") this.answered = true;
      if (message === "turn" && this.mine.value) this.give();
    });
  }

  /** Stand in line, and take the lock when it is free. */
  start(): void {
    if (!this.locks) return;
    this.hold(false);
    if (this.visible()) this.claim();
  }

  /** This tab came to the front: a hidden holder gives way, a frozen one is passed over. */
  claim(): void {
    if (!this.locks || this.mine.value) return;
    this.answered = false;
    this.tabs.tell("turn");
    this.chance.after(FROZEN_MS, () => {
      if (!this.mine.value && !this.answered && this.visible()) this.hold(true);
    });
  }

  private give(): void {
    if (this.visible()) this.tabs.tell("mine");
    else this.release();
  }

  private hold(steal: boolean): void {
    this.waiting.abort();
    const place = new AbortController();
    this.waiting = place;
    const over = (): void => {
      if (this.waiting !== place) return;
      this.mine.value = false;
      this.hold(false); // back to the end of the line
    };
    const options = steal ? { steal } : { signal: place.signal };
    this.locks
      ?.request(SENDER_LOCK, options, () => {
        this.mine.value = true;
        return new Promise<void>((free) => {
          this.release = free;
        });
      })
      .then(over, over);
  }
}
