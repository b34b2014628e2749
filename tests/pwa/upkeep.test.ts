import { expect, it } from "vitest";
import { upkeep } from "../../pwa/src/upkeep.ts";
import { FakeServer } from "./fake-server.ts";
import { Phone } from "./rig.ts";
import { NOON } from "./town.ts";

const HOUR_MS = 3_600_000;
const STATE = { usedBytes: 0, quotaBytes: 0, persisted: true, geo: "" };

async function kept(person: number) {
  const server = new FakeServer();
  const phone = new Phone(server);
  await phone.enrol(person);
  await phone.exchange.run();
  server.answers = () => ({ ok: true, value: {} });
  let looks = 0;
  const look = async () => {
    looks++;
    await phone.store.write(["notes"], (tx) =>
      tx.put("notes", { id: "phones", value: { person, atMs: phone.parts.time.now(), rows: [] } }),
    );
    return "";
  };
  const told = { sending: () => undefined, changed: () => undefined };
  const parts = { ...phone.parts, version: "1", condition: async () => STATE };
  return { server, phone, run: () => upkeep(parts, told, look), looks: () => looks };
}

it("says how the phone is, then compares what it holds", async () => {
  const { server, run, looks } = await kept(7);
  expect(await run()).toBe(false);
  expect(server.asked.map(({ path }) => path)).toEqual(["/api/device", "/api/check"]);
  expect(looks()).toBe(0);
});

it("looks at the phones of others once an hour, for who looks after some", async () => {
  const { phone, run, looks } = await kept(8);
  await run();
  phone.chance.wall = NOON + HOUR_MS;
  phone.chance.steady = HOUR_MS;
  await run();
  expect(looks()).toBe(1);
  phone.chance.wall = NOON + HOUR_MS + 1;
  phone.chance.steady = HOUR_MS + 1;
  await run();
  expect(looks()).toBe(2);
});

it("says when something is to be heard anew", async () => {
  const { server, run } = await kept(7);
  server.answers = (path) => ({
    ok: true,
    value: path === "/api/check" ? { areas: {}, cursor: "d1:0" } : {},
  });
  expect(await run()).toBe(true);
});
