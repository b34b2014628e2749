import { describe, expect, it } from "vitest";
import type { OpRow, RecordRow } from "../../pwa/src/ports.ts";
import { FakeServer, type Fault } from "./fake-server.ts";
import { Phone, signedIn } from "./rig.ts";
import { incident, PAGES } from "./town.ts";

const BUSY: Fault = { code: "busy", status: 503 };
const codes = (rows: readonly OpRow[]) => rows.map((row) => [row.op.n, row.code]);

/** Two phones of one town: a worker's and the secretary's, both up to date. */
async function pair() {
  const { server, phone: worker } = await signedIn(7);
  const secretary = new Phone(server);
  await secretary.enrol(8);
  const both = async () => {
    await worker.exchange.run();
    await secretary.exchange.run();
  };
  return { server, worker, secretary, both };
}

describe("sending", () => {
  it("sends what waits, folds it and forgets it from the outbox", async () => {
    const { server, phone } = await signedIn();
    const made = await phone.write();
    expect(await phone.exchange.run()).toBe("done");
    expect(await phone.all("outbox")).toEqual([]);
    expect(codes(await phone.all("sent"))).toEqual([[1, "applied"]]);
    const [record] = await phone.all("records");
    const there = server.records.get(made.op.record);
    expect(record).toMatchObject({ id: made.op.record, state: "in_review", receivedMs: server.nowMs });
    expect(record?.cells).toEqual(there?.cells);
    expect(record?.story.map((entry) => entry.step)).toEqual(there?.story.map((entry) => entry.step));
    expect(phone.changed.flatMap((what) => what.records)).toContain(made.op.record);
  });

  it("says which ops are in the request under way, and when it is over", async () => {
    const { phone } = await signedIn();
    const made = await phone.write();
    await phone.exchange.run();
    expect(phone.sendings.map((rows) => [...rows])).toContainEqual([made.id]);
    expect(phone.sendings[phone.sendings.length - 1]?.size).toBe(0);
  });

  it("does nothing for nobody, and asks nobody when there is surely no network", async () => {
    const server = new FakeServer();
    const phone = new Phone(server);
    expect(await phone.exchange.run()).toBe("idle");
    await phone.enrol(7);
    await phone.write();
    phone.link.up = () => false;
    expect(await phone.exchange.run()).toBe("offline");
    expect((await phone.all("outbox"))[0]?.leftMs).toBe(0);
    expect(await phone.exchange.run(true)).toBe("done");
  });

  it("marks an op as left before the request, so that it cannot be taken back any more", async () => {
    const { phone } = await signedIn(7, ["offline"]);
    await phone.write();
    expect(await phone.exchange.run()).toBe("offline");
    expect((await phone.all("outbox"))[0]?.leftMs).toBeGreaterThan(0);
  });

  it("sends a lost answer's ops again, and the server takes them once", async () => {
    const { server, phone } = await signedIn(7, ["lost"]);
    await phone.write();
    expect(await phone.exchange.run()).toBe("offline");
    expect(await phone.exchange.run()).toBe("done");
    expect(server.numbers).toEqual([[1], [1]]);
    expect(server.records.size).toBe(1);
    expect(codes(await phone.all("sent"))).toEqual([[1, "applied"]]);
  });

  it("does not take an op for applied because its number is acknowledged to another push", async () => {
    const { server, phone } = await signedIn(7, ["lost"]);
    const refused = await phone.write({ area: 3 });
    await phone.exchange.run();
    await phone.write({ sets: { emergency: true } });
    await phone.exchange.run();
    expect(server.numbers).toEqual([[1], [2], [1]]);
    expect((await phone.all("outbox"))[0]).toMatchObject({
      id: refused.id,
      refused: true,
      code: "not_your_role",
    });
  });

  it("sends an emergency before everything older (I13)", async () => {
    const { server, phone } = await signedIn();
    for (let made = 0; made < 5; made++) await phone.write();
    await phone.write({ sets: { emergency: true } });
    await phone.exchange.run();
    expect(server.numbers[0]).toEqual([6]);
    expect(server.numbers[1]).toEqual([1, 2, 3, 4, 5]);
    expect((await phone.all("outbox")).length).toBe(0);
  });

  it("sends a long queue in pieces of at most 100 ops and about 12 KB, oldest first", async () => {
    const { server, phone } = await signedIn();
    for (let made = 0; made < 130; made++) await phone.write({ sets: { matter: "flooding" } });
    await phone.exchange.run();
    expect(server.numbers[0]?.length).toBe(100);
    expect(server.numbers.flat()).toEqual(Array.from({ length: 130 }, (_, at) => at + 1));
    await Promise.all(
      Array.from({ length: 40 }, () => phone.write({ sets: { note: { is: "字".repeat(500) } } })),
    );
    await phone.exchange.run();
    expect(Math.max(...server.numbers.slice(2).map((numbers) => numbers.length))).toBeLessThan(30);
    expect(await phone.all("outbox")).toEqual([]);
  });

  it("makes way for an emergency in the middle of another request", async () => {
    const { server, phone } = await signedIn();
    await phone.exchange.run();
    await phone.write();
    const send = phone.link.exchange;
    let hurried = false;
    phone.link.exchange = async (token, push, signal) => {
      if (hurried) return send(token, push, signal);
      hurried = true;
      await phone.write({ sets: { emergency: true } });
      phone.exchange.hurry();
      return { ok: false, code: signal.aborted ? "aborted" : "offline", status: 0, retryMs: 0 };
    };
    expect(await phone.exchange.run()).toBe("done");
    expect(server.numbers.slice(1)).toEqual([[2], [1]]);
  });
});

describe("answers", () => {
  it("keeps a refused op for ever, with its code, and lets the others pass", async () => {
    const { phone } = await signedIn();
    const bad = await phone.write({ area: 3 });
    const good = await phone.write();
    expect(await phone.exchange.run()).toBe("done");
    expect(await phone.all("outbox")).toMatchObject([{ id: bad.id, refused: true, code: "not_your_role" }]);
    expect((await phone.all("records")).map((record) => record.id)).toEqual([good.op.record]);
    expect(await phone.exchange.run()).toBe("done");
    expect((await phone.all("outbox")).length).toBe(1);
  });

  it("takes what the server made of an overtaken step, and does not fold its own idea of it", async () => {
    const { server, worker, secretary, both } = await pair();
    const made = await worker.write();
    await both();
    const step = { record: made.op.record, area: null, sets: {} };
    await secretary.write({
      ...step,
      step: { name: "return", saw: "in_review" },
      sets: { return_note: "在哪" },
    });
    await secretary.exchange.run();
    const late = new Phone(server);
    await late.enrol(8);
    await late.write({ ...step, step: { name: "approve", saw: "in_review" } });
    expect(await late.exchange.run()).toBe("done");
    expect(codes(await late.all("sent"))).toEqual([[1, "overtaken"]]);
    const [record] = await late.all("records");
    expect(record?.state).toBe("returned");
    expect(record?.story.map((entry) => [entry.step, entry.outcome]).pop()).toEqual(["approve", "overtaken"]);
  });

  it("takes the server's stamp for an op from the future, and writes normal stamps again afterwards", async () => {
    const { server, phone } = await signedIn();
    phone.chance.wall += 365 * 86_400_000;
    phone.parts.time.resume(0);
    await phone.write();
    await phone.exchange.run();
    expect(codes(await phone.all("sent"))).toEqual([[1, "amended"]]);
    const [record] = await phone.all("records");
    expect(record?.madeMs).toBeLessThan(server.nowMs + 60_000);
    await phone.exchange.run();
    const next = await phone.write();
    expect(Math.abs(next.op.stamp[0] - server.nowMs)).toBeLessThan(60_000);
  });

  it("keeps an op the server does not understand yet, and sends it when the pages change", async () => {
    const { server, phone } = await signedIn();
    server.pages = Object.fromEntries(Object.entries(PAGES).filter(([name]) => name !== "visit"));
    const made = await phone.write({ kind: "visit", sets: { mode: "door", result: "ok" } });
    expect(await phone.exchange.run()).toBe("done");
    expect(await phone.all("outbox")).toMatchObject([{ code: "unknown_kind", refused: false }]);
    server.pages = PAGES;
    server.version = "k2";
    expect(await phone.exchange.run()).toBe("done");
    expect(await phone.all("outbox")).toEqual([]);
    expect(server.records.has(made.op.record)).toBe(true);
  });

  it("fetches changed kind pages and sends the same ops packed anew", async () => {
    const { server, phone } = await signedIn();
    await phone.exchange.run();
    server.pages = { another: { ...incident, name: "another" }, ...PAGES };
    server.version = "k2";
    const made = await phone.write({ sets: { matter: "flooding" } });
    expect(await phone.exchange.run()).toBe("done");
    expect(server.records.get(made.op.record)?.cells.matter?.[0]).toBe("flooding");
    expect((await phone.note<{ version: string }>("kinds"))?.version).toBe("k2");
  });

  it("gives up on pages that never fit, without asking for ever", async () => {
    const { server, phone } = await signedIn();
    await phone.exchange.run();
    const fault: Fault = { code: "kinds_changed", status: 409 };
    server.poison = () => fault;
    expect(await phone.exchange.run()).toBe("busy");
  });

  it("offers again what a restored server has forgotten", async () => {
    const { server, phone } = await signedIn();
    const made = await phone.write();
    await phone.exchange.run();
    server.restore();
    expect(await phone.exchange.run()).toBe("done");
    expect(server.records.has(made.op.record)).toBe(true);
    expect(await phone.all("outbox")).toEqual([]);
  });

  it("sends the number of an op that was taken back, and shows nobody its refusal", async () => {
    const { server, phone } = await signedIn();
    const row = await phone.write();
    await phone.write();
    await phone.store.write(["outbox"], (tx) =>
      tx.put("outbox", { ...row, undone: true, op: { ...row.op, area: null, sets: {} } }),
    );
    await phone.exchange.run();
    expect(server.numbers).toEqual([[1, 2]]);
    expect(await phone.all("outbox")).toEqual([]);
    expect(codes(await phone.all("sent"))).toEqual([
      [1, "empty_op"],
      [2, "applied"],
    ]);
  });
});

describe("hearing", () => {
  it("brings what others did, with previews, in as many pages as it takes", async () => {
    const { server, worker, secretary } = await pair();
    server.pageSize = 3;
    for (let made = 0; made < 8; made++) await worker.write();
    await worker.exchange.run();
    expect(await secretary.exchange.run()).toBe("done");
    expect((await secretary.all("records")).length).toBe(8);
  });

  it("merges a later delta cell by cell, and both phones end the same", async () => {
    const { worker, secretary, both } = await pair();
    const made = await worker.write();
    await both();
    await secretary.write({ record: made.op.record, area: null, sets: { progress: "看到了" } });
    await worker.write({ record: made.op.record, area: null, sets: { matter: "flooding" } });
    await both();
    await both();
    const [mine, theirs] = [(await worker.all("records"))[0], (await secretary.all("records"))[0]];
    expect(mine?.cells).toEqual(theirs?.cells);
    expect(Object.keys(mine?.cells ?? {}).sort()).toEqual(["matter", "note", "progress"]);
  });

  it("forgets what left its view, except while an own op still names it", async () => {
    const { server, phone } = await signedIn();
    const made = await phone.write();
    const other = await phone.write();
    await phone.exchange.run();
    const ids = [made.op.record, other.op.record];
    server.gone.set("0000000a", ids);
    server.poison = (numbers) => (numbers.length ? { code: "busy", status: 503 } : undefined);
    const edit = await phone.write({ record: made.op.record, area: null, sets: { matter: "flooding" } });
    await phone.store.write(["outbox"], (tx) => tx.put("outbox", { ...edit, laterMs: server.nowMs * 2 }));
    await phone.exchange.run();
    expect(await phone.all("records")).toMatchObject([{ id: made.op.record, gone: true }]);
    server.poison = () => undefined;
    await phone.store.write(["outbox"], (tx) => tx.put("outbox", { ...edit, laterMs: 0 }));
    await phone.exchange.run();
    expect(await phone.all("records")).toEqual([]);
  });

  it("fetches the directory when the server says that it changed", async () => {
    const { server, phone } = await signedIn();
    await phone.exchange.run();
    server.directory = "d2";
    await phone.exchange.run();
    expect((await phone.note<{ version: string }>("directory"))?.version).toBe("d2");
    const asked = server.pushes.length;
    await phone.exchange.run();
    expect(server.pushes.length).toBe(asked + 1);
  });

  it("lets the tab that was faster keep its cursor and records", async () => {
    const { server, worker, secretary } = await pair();
    await secretary.exchange.run();
    await worker.write();
    await worker.exchange.run();
    const second = new Phone(server, [], secretary.store);
    const send = secretary.link.exchange;
    secretary.link.exchange = async (token, push, signal) => {
      const answer = await send(token, push, signal);
      secretary.link.exchange = send;
      await worker.write();
      await worker.exchange.run();
      await second.exchange.run();
      return answer;
    };
    await secretary.exchange.run();
    expect((await secretary.all("records")).length).toBe(2);
    expect((await secretary.note<{ cursor: string }>("heard"))?.cursor).toBe("d1:2");
  });

  it("hears everything again when an applied op cannot be folded here", async () => {
    const { server, worker, secretary, both } = await pair();
    const made = await worker.write();
    await both();
    await secretary.store.write(["records"], (tx) => tx.clear("records"));
    await secretary.write({
      record: made.op.record,
      area: null,
      sets: {},
      step: { name: "approve", saw: "in_review" },
    });
    expect(await secretary.exchange.run()).toBe("done");
    const [record] = await secretary.all("records");
    expect((record as RecordRow).state).toBe(server.records.get(made.op.record)?.state);
  });
});

describe("trouble", () => {
  it("keeps everything when the server no longer knows the token", async () => {
    const { server, phone } = await signedIn();
    await phone.exchange.run();
    await phone.write();
    server.revoke();
    expect(await phone.exchange.run()).toBe("out");
    expect((await phone.all("outbox")).length).toBe(1);
    expect((await phone.note<{ out: boolean }>("session"))?.out).toBe(true);
    expect(await phone.exchange.run()).toBe("idle");
  });

  it("halves what the server finds too large, until it passes", async () => {
    const { server, phone } = await signedIn();
    server.poison = (numbers) => (numbers.length > 3 ? { code: "too_large", status: 413 } : undefined);
    for (let made = 0; made < 10; made++) await phone.write();
    expect(await phone.exchange.run()).toBe("done");
    expect(server.records.size).toBe(10);
  });

  it("sets a poisonous op aside after three failures alone, and sends the others", async () => {
    const { server, phone } = await signedIn();
    server.poison = (numbers) => (numbers.includes(3) ? BUSY : undefined);
    for (let made = 0; made < 6; made++) await phone.write();
    await phone.write({ record: "0000000aaaaaaaaa.3", area: null, sets: { matter: "flooding" } });
    for (let tried = 0; tried < 12; tried++) await phone.exchange.run();
    expect(server.records.size).toBe(5);
    const left = await phone.all("outbox");
    expect(left.map((row) => row.op.n)).toEqual([3, 7]);
    expect(left[0]).toMatchObject({ code: "busy", tries: 3, refused: false });
    server.poison = () => undefined;
    await phone.chance.pass(3_600_000);
    await phone.exchange.run();
    expect(await phone.all("outbox")).toEqual([]);
  });

  it("does not mistake another's answer for a receipt", async () => {
    const { phone } = await signedIn();
    await phone.exchange.run();
    await phone.write();
    phone.link.exchange = async () => ({ ok: true, value: [1, "c", false, [[1, 1]], [], "<html>"] });
    expect(await phone.exchange.run()).toBe("offline");
    expect((await phone.all("outbox")).length).toBe(1);
  });

  it("does not ask for ever when a server answers nothing about an op", async () => {
    const { server, phone } = await signedIn();
    await phone.exchange.run();
    await phone.write();
    phone.link.exchange = async () => ({ ok: true, value: [server.nowMs, "d1:0"] });
    expect(await phone.exchange.run()).toBe("busy");
    expect((await phone.all("outbox")).length).toBe(1);
  });
});
