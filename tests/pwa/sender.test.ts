import { describe, expect, it } from "vitest";
import { Exchange, type Outcome } from "../../pwa/src/exchange.ts";
import { Uploads } from "../../pwa/src/photos.ts";
import { backOff, Sender } from "../../pwa/src/sender.ts";
import { FakeServer } from "./fake-server.ts";
import { HandClock, idle, Phone } from "./rig.ts";

/** A sender whose exchanges end as told, and the log of what it did. */
function sender(outcomes: Outcome[], mayRun = () => true) {
  const clock = new HandClock();
  const log: string[] = [];
  const phone = new Phone(new FakeServer());
  const silent = { sending: () => undefined, changed: () => undefined };
  const exchange = new Exchange(phone.parts, silent);
  const uploads = new Uploads(phone.parts, silent);
  exchange.run = async () => {
    log.push("exchange");
    return outcomes.shift() ?? "done";
  };
  exchange.hurry = () => log.push("hurry");
  uploads.run = async () => {
    log.push("upload");
    return "done";
  };
  const told = { ended: (outcome: Outcome) => log.push(outcome) };
  return { clock, log, exchange, sender: new Sender(clock, exchange, async () => uploads, told, mayRun) };
}

describe("the back-off", () => {
  it("doubles from two seconds to five minutes, with full jitter", () => {
    expect([0, 1, 2, 3].map((failures) => backOff(failures, 1))).toEqual([2_000, 4_000, 8_000, 16_000]);
    expect(backOff(30, 1)).toBe(300_000);
    expect(backOff(3, 0.25)).toBe(4_000);
    expect(backOff(3, 0)).toBe(0);
  });
});

describe("the sender", () => {
  it("exchanges, then sends photos", async () => {
    const { sender: it, log } = sender(["done"]);
    await it.kick();
    await idle(2);
    expect(log).toEqual(["exchange", "done", "upload"]);
  });

  it("tries again later and later while there is no link, and starts over when there is", async () => {
    const { sender: it, clock, log } = sender(["offline", "offline", "offline", "done", "offline"]);
    await it.kick();
    const waits = [clock.next()];
    for (let tried = 0; tried < 3; tried++) {
      await clock.pass(clock.next());
      waits.push(clock.next());
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 300_000]);
    await it.kick();
    expect(clock.next()).toBe(1_000);
    expect(log.filter((each) => each === "upload").length).toBe(1);
  });

  it("does not wait when somebody writes meanwhile", async () => {
    const { sender: it, log } = sender(["offline", "done"]);
    const first = it.kick();
    void it.kick();
    await first;
    await idle(2);
    expect(log).toEqual(["exchange", "offline", "exchange", "done", "upload"]);
  });

  it("leaves the sending to the tab whose turn it is", async () => {
    const { sender: it, log, clock } = sender(["done"], () => false);
    await it.kick();
    expect(log).toEqual([]);
    expect(clock.next()).toBe(-1);
  });

  it("plans nothing while nobody is signed in", async () => {
    const { sender: it, clock } = sender(["out"]);
    await it.kick();
    expect(clock.next()).toBe(-1);
  });

  it("hurries what is under way for an emergency", async () => {
    const { sender: it, log } = sender(["done"]);
    await it.kick(true);
    expect(log[0]).toBe("hurry");
  });

  it("backs off after a fault of its own, too", async () => {
    const { sender: it, exchange, clock, log } = sender([]);
    exchange.run = () => Promise.reject(new Error("a bug"));
    await it.kick();
    expect(log).toEqual(["busy"]);
    expect(clock.next()).toBe(1_000);
  });
});

describe("photos", () => {
  /** A sender whose photos run as told, one promise at a time. */
  function carrying() {
    const made = sender([]);
    const uploads = { restMs: -1, barren: 0, hurried: 0, rechecked: 0 };
    const ends: ((outcome: Outcome) => void)[] = [];
    const it = new Sender(
      made.clock,
      made.exchange,
      async () =>
        ({
          get restMs() {
            return uploads.restMs;
          },
          get barren() {
            return uploads.barren;
          },
          hurry: () => uploads.hurried++,
          recheck: async () => uploads.rechecked++,
          run: () => new Promise<Outcome>((end) => ends.push(end)),
        }) as unknown as Uploads,
      { ended: () => undefined },
      () => true,
    );
    return { ...made, it, uploads, ends };
  }

  it("go on by themselves when it is time, without another exchange", async () => {
    const { it, clock, log, uploads, ends } = carrying();
    await it.kick();
    await idle(2);
    uploads.restMs = 7_000;
    ends[0]?.("done");
    await idle(2);
    expect(clock.next()).toBe(7_000);
    await clock.pass(7_000);
    expect([ends.length, log.filter((each) => each === "exchange").length]).toEqual([2, 1]);
  });

  it("under way are looked at again after each exchange, and begin anew if they made room meanwhile", async () => {
    const { it, uploads, ends } = carrying();
    await it.kick();
    await idle(2);
    await it.kick(true);
    expect([uploads.hurried, uploads.rechecked, ends.length]).toEqual([1, 1, 1]);
    ends[0]?.("idle");
    await idle(2);
    expect(ends.length).toBe(2);
  });

  it("that bring nothing are tried ever later, which slows no record down", async () => {
    const { it, clock, uploads, ends } = carrying();
    await it.kick();
    await idle(2);
    uploads.barren = 5;
    ends[0]?.("offline");
    await idle(2);
    expect(clock.next()).toBe(backOff(4, 0.5));
    await it.kick();
    await idle(2);
    expect(ends.length).toBe(2);
  });

  it("wait for the next exchange when what sends them did not come", async () => {
    const made = sender([]);
    const it = new Sender(
      made.clock,
      made.exchange,
      async () => {
        throw new Error("not here");
      },
      { ended: () => undefined },
      () => true,
    );
    await it.kick();
    await idle(2);
    expect(made.clock.next()).toBe(300_000);
  });
});
