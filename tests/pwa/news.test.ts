import { describe, expect, it } from "vitest";
import { News } from "../../pwa/src/news.ts";
import { FakeServer } from "./fake-server.ts";
import { HandClock, idle } from "./rig.ts";

/** A news line in the test's hands. */
function line() {
  const clock = new HandClock();
  const link = new FakeServer().link();
  const opened: { token: string; news: (opening: boolean) => void; end: () => void; signal: AbortSignal }[] =
    [];
  link.events = (token, news, signal) =>
    new Promise<void>((end) => {
      signal.addEventListener("abort", () => end());
      opened.push({ token, news, end, signal });
    });
  let heard = 0;
  return { clock, link, opened, news: new News(link, clock, () => heard++), count: () => heard };
}

describe("the news line", () => {
  it("is opened once, and tells of news", async () => {
    const { news, opened, count } = line();
    news.listen("t");
    news.listen("t");
    expect(opened.length).toBe(1);
    opened[0]?.news(false);
    expect(count()).toBe(1);
  });

  it("is opened again when it breaks, later and later", async () => {
    const { news, opened, clock } = line();
    news.listen("t");
    for (const wait of [2_000, 4_000, 8_000]) {
      opened[opened.length - 1]?.end();
      await idle(2);
      expect(clock.next()).toBe(wait);
      await clock.pass(wait);
    }
    expect(opened.length).toBe(4);
    opened[3]?.news(false);
    opened[3]?.end();
    await idle(2);
    expect(clock.next()).toBe(2_000);
  });

  it("is opened at once when an exchange went well, however long the wait had grown", async () => {
    const { news, opened, clock } = line();
    news.listen("t");
    news.wake("t");
    expect(opened.length).toBe(1);
    opened[0]?.news(true);
    opened[0]?.end();
    await idle(2);
    expect(clock.next()).toBe(2_000);
    news.wake("t");
    expect(opened.length).toBe(2);
    expect(clock.next()).toBe(-1);
  });

  it("is closed when nobody looks, and stays closed", async () => {
    const { news, opened, clock } = line();
    news.listen("t");
    news.listen("");
    await idle(2);
    expect(opened[0]?.signal.aborted).toBe(true);
    expect(clock.next()).toBe(-1);
    news.listen("t");
    expect(opened.length).toBe(2);
  });

  it("asks nobody while there is surely no network", async () => {
    const { news, opened, link, clock } = line();
    link.up = () => false;
    news.listen("t");
    await idle(2);
    expect(opened.length).toBe(0);
    link.up = () => true;
    await clock.pass(clock.next());
    expect(opened.length).toBe(1);
  });
});
