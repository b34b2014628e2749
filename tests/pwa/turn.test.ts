import { describe, expect, it } from "vitest";
import { Turn } from "../../pwa/src/turn.ts";
import { browser, HandClock, idle } from "./rig.ts";

type Grant = (lock: Lock | null) => Promise<unknown>;

/** Web Locks as the specification tells them, for one name. */
class FakeLocks {
  private queue: { grant: Grant; end: () => void; fail: (why: Error) => void; gone: boolean }[] = [];
  private holder: { fail: (why: Error) => void } | null = null;

  request = ((_: string, options: LockOptions, grant: Grant): Promise<unknown> =>
    new Promise<unknown>((end, fail) => {
      const entry = { grant, end: () => end(undefined), fail, gone: false };
      options.signal?.addEventListener("abort", () => {
        if (this.queue.includes(entry)) fail(new Error("AbortError"));
        this.queue = this.queue.filter((each) => each !== entry);
      });
      if (options.steal) {
        this.holder?.fail(new Error("stolen"));
        this.holder = null;
        this.queue.unshift(entry);
      } else this.queue.push(entry);
      this.next();
    })) as LockManager["request"];

  private next(): void {
    if (this.holder) return;
    const entry = this.queue.shift();
    if (!entry) return;
    this.holder = entry;
    void entry.grant(null).then(() => {
      if (this.holder !== entry) return;
      this.holder = null;
      entry.end();
      this.next();
    });
  }
}

function town() {
  const locks = new FakeLocks();
  const { tabs } = browser();
  const clock = new HandClock();
  const tab = () => {
    const sight = { visible: true };
    const turn = new Turn(locks, tabs(), clock, () => sight.visible);
    return { turn, sight };
  };
  return { tab, clock };
}

describe("whose turn it is", () => {
  it("is every tab's where there are no locks", () => {
    expect(new Turn(undefined, browser().tabs(), new HandClock(), () => true).mine.value).toBe(true);
  });

  it("is the first tab's, while both are in sight", async () => {
    const { tab, clock } = town();
    const [one, two] = [tab(), tab()];
    one.turn.start();
    await idle(3);
    two.turn.start();
    await idle(3);
    await clock.pass(6_000);
    expect([one.turn.mine.value, two.turn.mine.value]).toEqual([true, false]);
  });

  it("goes to the tab that comes to the front when the holder is hidden, and back", async () => {
    const { tab } = town();
    const [one, two] = [tab(), tab()];
    one.turn.start();
    await idle(3);
    one.sight.visible = false;
    two.turn.start();
    await idle(3);
    expect([one.turn.mine.value, two.turn.mine.value]).toEqual([false, true]);
    two.sight.visible = false;
    one.sight.visible = true;
    one.turn.claim();
    await idle(3);
    expect([one.turn.mine.value, two.turn.mine.value]).toEqual([true, false]);
  });

  it("is taken from a tab that is frozen and does not answer", async () => {
    const { tab, clock } = town();
    const [frozen, seen] = [tab(), tab()];
    frozen.turn.start();
    await idle(3);
    Object.assign(frozen.turn, { give: () => undefined });
    seen.turn.start();
    await idle(3);
    expect(seen.turn.mine.value).toBe(false);
    await clock.pass(5_000);
    expect([frozen.turn.mine.value, seen.turn.mine.value]).toEqual([false, true]);
  });
});
