import { beforeEach, describe, expect, it } from "vitest";
import type { Condition } from "../../pwa/src/ports.ts";
import { report } from "../../pwa/src/report.ts";
import type { FakeServer } from "./fake-server.ts";
import { type Phone, signedIn } from "./rig.ts";
import { NOON } from "./town.ts";

const DAY_MS = 86_400_000;
const MB = 2 ** 20;
let state: Condition;
let server: FakeServer;
let phone: Phone;

beforeEach(async () => {
  ({ server, phone } = await signedIn());
  server.answers = () => ({ ok: true, value: { server_ms: NOON } });
  state = { usedBytes: 99.5 * MB, quotaBytes: 500.5 * MB, persisted: false, geo: "denied" };
  await phone.exchange.run();
});

const say = () => report(phone.parts, { version: "1.2", condition: async () => state });
const said = () => server.asked.map(({ body }) => body);

describe("what a phone says of itself", () => {
  it("is what the server asks for (docs/sync.md section 11)", async () => {
    await phone.store.write(["notes"], async (tx) => {
      const lost = {
        count: 2,
        found: 1,
        device: "d",
        fromMs: 1,
        toMs: 2,
        foundMs: NOON - 3,
        by: {},
        seen: true,
      };
      await tx.put("notes", { id: "lost", value: lost });
      await tx.put("notes", { id: "room", value: { usedBytes: 1, quotaBytes: 2, persisted: true } });
    });
    phone.chance.wall = NOON + 4;
    const first = await phone.write();
    await phone.write();
    const refused = await phone.write();
    await phone.store.write(["outbox"], (tx) => tx.put("outbox", { ...refused, refused: true }));
    await say();
    expect(server.asked[0]?.path).toBe("/api/device");
    expect(said()).toEqual([
      {
        version: "1.2",
        kinds: "k1",
        incarnation: "aaaaaaaa",
        top: 3,
        waiting: 2,
        oldest_ms: first.op.stamp[0],
        offset_ms: 0,
        quota_mb: 500,
        used_mb: 100,
        persisted: false,
        geo: "denied",
        engine: "two",
        lost: [{ count: 2, device: "d", from_ms: 1, to_ms: 2, found_ms: NOON - 3 }],
      },
    ]);
  });

  it("is said again when something changed that a person would act on", async () => {
    await say();
    await say();
    expect(said().length).toBe(1);
    state = { ...state, usedBytes: 200 * MB };
    await say();
    expect(said().length).toBe(1);
    state = { ...state, geo: "granted" };
    await say();
    expect(said()).toMatchObject([{ geo: "denied" }, { geo: "granted" }]);
    state = { ...state, usedBytes: 400 * MB };
    await say();
    expect(said().length).toBe(3);
    await phone.write();
    await say();
    expect(said().pop()).toMatchObject({ waiting: 1 });
  });

  it("is said once a day all the same", async () => {
    await say();
    phone.chance.wall += DAY_MS - 1;
    phone.chance.steady += DAY_MS - 1;
    await say();
    expect(said().length).toBe(1);
    phone.chance.wall += 1;
    phone.chance.steady += 1;
    await say();
    expect(said().length).toBe(2);
  });

  it("is tried again after the next exchange when it did not arrive", async () => {
    server.answers = () => ({ ok: false, code: "busy", status: 503, retryMs: 0 });
    await say();
    await say();
    expect(said().length).toBe(2);
  });

  it("tells of a loss for a week", async () => {
    const lost = { count: 2, found: 1, device: "d", fromMs: 1, toMs: 2, by: {}, seen: true };
    await phone.store.write(["notes"], (tx) =>
      tx.put("notes", { id: "lost", value: { ...lost, foundMs: NOON - 7 * DAY_MS } }),
    );
    await say();
    expect(said()).toMatchObject([{ lost: [], engine: "one" }]);
  });

  it("is not said by somebody signed out", async () => {
    server.revoke();
    await phone.exchange.run();
    await say();
    expect(said()).toEqual([]);
  });
});
