// What an empty list may still wait for: until all is read and told, nobody may say that there is nothing.

import { effect } from "@preact/signals";
import { describe, expect, it } from "vitest";
import type { Coming, Model } from "../../pwa/src/model.ts";
import { FakeServer, type Fault } from "./fake-server.ts";
import { type Desk, desk, idle } from "./rig.ts";

const WORKER = 7;
const SECRETARY = 8;
const ALL = 3; // records

async function joined(server: FakeServer, person: number, faults: Fault[] = []): Promise<Desk> {
  const app = desk(server, {}, faults);
  await app.start();
  expect(await app.model.enrol(String(person))).toBe("");
  await idle();
  return app;
}

/** A server that a worker has sent three reports, and that tells one at a time. */
async function told(): Promise<FakeServer> {
  const server = new FakeServer();
  const { model } = await joined(server, WORKER);
  for (const note of ["落石", "停水", "断电"]) await model.create("incident", { note }, 2);
  await idle();
  server.pageSize = 1;
  return server;
}

/** Note what is still to come beside how many records somebody is shown, each time either changes. */
function watched({ coming, me, views }: Model): (readonly [Coming, number])[] {
  const seen: (readonly [Coming, number])[] = [];
  effect(() => {
    if (me.value) seen.push([coming.value, views.value.size]);
  });
  return seen;
}

/** When somebody could read that there is nothing more, and there was. */
const early = (seen: ReturnType<typeof watched>) => seen.filter(([coming, n]) => !coming && n < ALL);

describe("what is still to come", () => {
  it("is over with the last of what the server tells, and not before", async () => {
    const app = desk(await told());
    const seen = watched(app.model);
    await app.start();
    await app.model.enrol(String(SECRETARY));
    await idle();
    expect(early(seen)).toEqual([]);
    expect(seen).toContainEqual(["told", 1]);
    expect(seen[seen.length - 1]).toEqual(["", ALL]);
  });

  it("is not over where the link was cut between two receipts, nor at the next start", async () => {
    const server = await told();
    const app = desk(server);
    await app.start();
    const ending = effect(() => {
      if (app.model.views.value.size === 2) app.link.reachable = false;
    });
    await app.model.enrol(String(SECRETARY));
    await idle();
    ending();
    expect(app.model.coming.value).toBe("told");
    const again = desk(server, { store: app.outside.store });
    again.link.reachable = false;
    await again.start();
    await idle();
    expect([again.model.coming.value, again.model.views.value.size]).toEqual(["told", 2]);
    again.link.reachable = true;
    await again.model.syncNow();
    await idle();
    expect([again.model.coming.value, again.model.views.value.size]).toEqual(["", ALL]);
  });

  it("is what the phone holds until that is read, with or without a network", async () => {
    const server = await told();
    const app = await joined(server, SECRETARY);
    const again = desk(server, { store: app.outside.store });
    again.link.reachable = false;
    const seen = watched(again.model);
    await again.start();
    await idle();
    expect(seen[0]).toEqual(["read", 0]);
    expect(early(seen)).toEqual([]);
    expect(seen[seen.length - 1]).toEqual(["", ALL]);
  });

  it("begins anew for another person on the same phone", async () => {
    const server = await told();
    const app = await joined(server, WORKER);
    await app.model.leave();
    const seen = watched(app.model);
    await app.model.enrol(String(SECRETARY));
    await idle();
    expect(early(seen)).toEqual([]);
    expect(seen).toContainEqual(["told", 0]);
    expect(seen[seen.length - 1]).toEqual(["", ALL]);
  });

  it("is what the phone holds for somebody who was signed out and comes back", async () => {
    const server = await told();
    const app = await joined(server, SECRETARY);
    server.revoke();
    await app.model.syncNow();
    await idle();
    expect(app.model.me.value).toBeNull();
    const seen = watched(app.model);
    await app.model.enrol(String(SECRETARY));
    await idle();
    expect(early(seen)).toEqual([]);
    expect(seen[seen.length - 1]).toEqual(["", ALL]);
  });
});
