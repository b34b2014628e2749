import { describe, expect, it } from "vitest";
import { Time } from "../../pwa/src/time.ts";
import { HandClock } from "./rig.ts";
import { NOON } from "./town.ts";

const HOUR = 3_600_000;

function started() {
  const clock = new HandClock();
  return { clock, time: new Time(clock) };
}

const pass = (clock: HandClock, ms: number) => {
  clock.wall += ms;
  clock.steady += ms;
};

describe("the server's time", () => {
  it("is the phone's own until a server was heard", () => {
    const { clock, time } = started();
    pass(clock, 5);
    expect(time.now()).toBe(NOON + 5);
  });

  it("follows the last receipt, and the offset is what to keep", () => {
    const { clock, time } = started();
    expect(time.hear(NOON + HOUR)).toBe(HOUR);
    pass(clock, 10);
    expect(time.now()).toBe(NOON + HOUR + 10);
  });

  it("goes on from a kept offset at the next start", () => {
    const { clock, time } = started();
    time.resume(HOUR);
    pass(clock, 10);
    expect(time.now()).toBe(NOON + HOUR + 10);
  });

  it("does not follow a clock turned back", () => {
    const { clock, time } = started();
    time.hear(NOON);
    pass(clock, HOUR);
    clock.wall -= 24 * HOUR;
    expect(time.now()).toBe(NOON + HOUR);
  });

  it("counts the time a phone slept, in which the steady clock stood still", () => {
    const { clock, time } = started();
    time.hear(NOON);
    clock.wall += HOUR;
    expect(time.now()).toBe(NOON + HOUR);
  });

  it("is a whole number, as stamps are", () => {
    const { clock, time } = started();
    clock.steady += 0.5;
    expect(Number.isInteger(time.now())).toBe(true);
  });
});
