import { describe, expect, it } from "vitest";
import type { Self, Tables } from "../../pwa/src/ports.ts";
import { FakeServer } from "./fake-server.ts";
import { type Desk, desk, idle } from "./rig.ts";

async function signed() {
  const server = new FakeServer();
  const app = desk(server);
  await app.start();
  await app.model.enrol("7");
  await idle();
  for (const note of ["one", "two"]) await app.model.create("incident", { note });
  await idle();
  return { server, app };
}

const all = <T extends keyof Tables>(app: Desk, table: T) =>
  app.outside.store.read([table], (tx) => tx.all(table));

/** Sign in anew after the server ended the sign-in. */
async function again(server: FakeServer, app: Desk, person = "7"): Promise<void> {
  server.revoke();
  await app.model.syncNow();
  await idle();
  expect(app.model.me.value).toBeNull();
  expect(await app.model.enrol(person)).toBe("");
  await idle();
}

describe("signing in again", () => {
  it("under the same number goes on as before: nothing is heard or sent anew", async () => {
    const { server, app } = await signed();
    const pushes = server.numbers.flat().length;
    const before = await all(app, "records");
    const heard = server.pushes.length;
    await again(server, app);
    expect([...server.given]).toEqual([["0000000a", 7]]);
    expect(await all(app, "records")).toEqual(before);
    expect(server.pushes[heard]?.[4]).toMatch(/^d1:/); // the cursor
    expect(server.numbers.flat().length).toBe(pushes);
    expect((await all(app, "sent")).length).toBe(2);
  });

  it("under another number, of a server that has forgotten this one, offers what no backup holds", async () => {
    const { server, app } = await signed();
    const [first, second] = await all(app, "sent");
    server.backed = first?.at ?? 0;
    await app.model.syncNow();
    await idle();
    server.restore();
    server.given.clear();
    server.given.set("0000000a", 99); // it is somebody else's now
    await again(server, app);
    const words = [...server.records.values()].map((record) => JSON.stringify(record.cells.note));
    expect(words.join()).toContain("two");
    expect(words.join().includes("one")).toBe(false);
    expect([...server.records.keys()].every((id) => id.startsWith("0000000b"))).toBe(true);
    const left = (await all(app, "sent")).map((row) => [row.id, row.undone]);
    expect(left).toContainEqual([first?.id, false]);
    expect(left).toContainEqual([second?.id, true]);
    const { value } = (await app.outside.store.read(["notes"], (tx) => tx.get("notes", "self"))) as {
      value: Self;
    };
    expect(value.top).toBe(1);
  });

  it("as somebody else sends nothing of the one before, and forgets whose phones those saw", async () => {
    const { server, app } = await signed();
    const phones = { person: 7, atMs: 1, rows: [] };
    await app.outside.store.write(["notes"], (tx) => tx.put("notes", { id: "phones", value: phones }));
    server.restore();
    await again(server, app, "9");
    expect(server.records.size).toBe(0);
    await again(server, app); // whether the server still has theirs is not known any more
    expect(server.records.size).toBe(0);
    expect((await all(app, "sent")).map((row) => row.undone)).toEqual([false, false]);
    expect((await all(app, "notes")).some(({ id }) => id === "phones")).toBe(false);
  });
});
