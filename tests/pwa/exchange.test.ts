import { describe, expect, it } from "vitest";
import { undo } from "../../pwa/src/outbox.ts";
import type { OpRow, PhotoRow, RecordRow, Self } from "../../pwa/src/ports.ts";
import { FakeServer, type Fault } from "./fake-server.ts";
import { Phone, signedIn } from "./rig.ts";
import { incident, NOON, PAGES } from "./town.ts";

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

  it("sends both halves of what was too much, and an emergency before either", async () => {
    const { server, phone } = await signedIn();
    server.poison = (numbers) => (numbers.length > 2 ? BUSY : undefined);
    for (let made = 0; made < 8; made++) await phone.write();
    await phone.exchange.run();
    await phone.write({ sets: { emergency: true } });
    await phone.exchange.run();
    expect(server.numbers[0]).toEqual([9]);
    for (let tried = 0; tried < 8; tried++) await phone.exchange.run();
    expect(server.numbers.flat().sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
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

describe("an op that fails alone three times", () => {
  const path = "/api/parked/aaaaaaaa/2";

  /** A phone with three ops, the second of which breaks the server. */
  async function poisoned(answer: (n: number) => unknown, trouble?: number) {
    const { server, phone } = await signedIn();
    server.poison = (numbers) => (numbers.includes(2) ? { code: "busy", status: 500 } : undefined);
    server.answers = (_, body) => {
      if (trouble !== undefined) return { ok: false, code: "busy", status: trouble, retryMs: 0 };
      const value = answer(server.nowMs);
      if (Array.isArray(value) && value[0] === 2) server.count(JSON.parse(body ?? ""));
      return { ok: true, value };
    };
    await phone.write();
    const bad = await phone.write({ photos: [PHOTO.id] });
    await phone.write();
    await phone.store.write(["photos"], (tx) => tx.put("photos", PHOTO));
    const heard: number[] = [];
    const hear = phone.parts.time.hear.bind(phone.parts.time);
    phone.parts.time.hear = (ms) => {
      heard.push(ms);
      return hear(ms);
    };
    for (let tried = 0; tried < 9; tried++) await phone.exchange.run();
    return { server, phone, bad, heard };
  }
  const PHOTO: PhotoRow = {
    id: "one",
    person: 7,
    screen: new Blob(["x"]),
    size: 1,
    sha256: "",
    state: "waiting",
    urgent: false,
    takenMs: NOON,
    tries: 0,
    laterMs: 0,
  };

  it("goes as bytes, and is sent; the others go on, its photo stays here", async () => {
    const { server, phone, bad } = await poisoned((nowMs) => [2, "parked", nowMs, "unreadable"]);
    expect(server.asked).toEqual([{ path, body: JSON.parse(JSON.stringify(bad.op)) }]);
    expect(await phone.all("outbox")).toEqual([]);
    expect(codes(await phone.all("sent"))).toEqual([
      [1, "applied"],
      [2, "parked"],
      [3, "applied"],
    ]);
    expect((await phone.all("records")).some((record) => record.id === bad.id)).toBe(false);
    expect((await phone.all("photos"))[0]?.state).toBe("held");
  });

  it("that was answered before has that answer: applied ones are folded, refused ones stay", async () => {
    const applied = await poisoned((nowMs) => [2, "applied", nowMs - 5_000, ""]);
    expect(applied.heard.filter((ms) => Math.abs(ms - NOON) > 1000)).toEqual([]); // it tells no time
    expect((await applied.phone.all("records")).map((record) => record.id)).toContain(applied.bad.id);
    expect(applied.server.photos.has(PHOTO.id)).toBe(true);
    const refused = await poisoned((nowMs) => [2, "bad_value", nowMs, ""]);
    expect(await refused.phone.all("outbox")).toMatchObject([{ refused: true, code: "bad_value" }]);
  });

  it.each([
    ["a page", "<html>"],
    ["another's verdict", [3, "parked", NOON, ""]],
  ])("stays when the answer is %s", async (_, answer) => {
    const { server, phone } = await poisoned(() => answer);
    expect(await phone.all("outbox")).toMatchObject([{ op: { n: 2 }, refused: false, tries: 3 }]);
    expect(server.records.size).toBe(2);
  });

  it.each([
    ["a server in trouble is asked again soon", 503, 3, 60_000],
    ["no link is no fault of the op", 0, 3, 60_000],
    ["one that nobody will have waits longer and longer", 413, 4, 120_000],
  ])("is set aside, and %s", async (_, trouble, tries, waitMs) => {
    const { server, phone } = await poisoned(() => null, trouble);
    await phone.chance.pass(60_001);
    server.nowMs += 60_001;
    for (let tried = 0; tried < 3; tried++) await phone.exchange.run();
    const [row] = await phone.all("outbox");
    expect(row?.tries).toBe(tries);
    expect(Math.round(((row?.laterMs ?? 0) - phone.parts.time.now()) / 1000)).toBe(waitMs / 1000);
  });
});

describe("earlier incarnations", () => {
  /** What mend.ts makes of a store that was emptied: old rows wait, and new ones are made under another name. */
  async function reborn() {
    const { server, phone } = await signedIn();
    const old = [await phone.write(), await phone.write(), await phone.write()];
    await phone.exchange.run();
    await phone.store.write(["outbox", "sent", "records", "notes"], async (tx) => {
      for (const table of ["sent", "records"] as const) await tx.clear(table);
      await tx.drop("notes", "heard");
      for (const row of old) await tx.put("outbox", { ...row, leftMs: 1 });
      const past = { "0000000aaaaaaaaa": 3 };
      await tx.put("notes", {
        id: "self",
        value: { incarnation: "bbbbbbbb", top: 0, wallMs: NOON, count: 9, past },
      });
    });
    return { server, phone, old };
  }

  it("are heard out first, each in pushes of its own, and nothing counts twice", async () => {
    const { server, phone, old } = await reborn();
    const fresh = await phone.write();
    const from = server.pushes.length;
    expect(await phone.exchange.run()).toBe("done");
    expect(server.pushes.slice(from).map((push) => [push[2], push[5], push[6]])).toEqual([
      ["aaaaaaaa", 3, 1],
      ["bbbbbbbb", 1, 1],
    ]);
    expect(server.records.size).toBe(4);
    expect((await phone.all("sent")).map((row) => row.id).sort()).toEqual(
      [...old, fresh].map(({ id }) => id),
    );
    expect((await phone.all("records")).length).toBe(4);
    expect(await phone.all("outbox")).toEqual([]);
  });

  it("are sent again when the server lacks them, and only theirs", async () => {
    const { server, phone, old } = await reborn();
    await phone.write();
    await phone.exchange.run();
    server.restore();
    await phone.store.write(["outbox", "sent"], async (tx) => {
      const row = await tx.get("sent", old[0]?.id ?? "");
      if (row) await tx.put("outbox", row);
      await tx.drop("sent", old[0]?.id ?? "");
    });
    await phone.exchange.run();
    expect([...server.records.keys()].sort()).toEqual(expect.arrayContaining(old.map((row) => row.id)));
  });
});

describe("a store that was copied", () => {
  /** Two phones with one store: what a restored backup of a phone makes. */
  async function twins() {
    const { server, phone } = await signedIn();
    await phone.write();
    await phone.exchange.run();
    const other = new Phone(server);
    other.chance.hex = (digits) => "c".repeat(digits);
    await other.store.write(["notes", "sent", "records"], async (tx) => {
      for (const row of await phone.all("notes")) await tx.put("notes", row);
      for (const row of await phone.all("sent")) await tx.put("sent", row);
      for (const row of await phone.all("records")) await tx.put("records", row);
    });
    return { server, phone, other };
  }
  const notes = (server: FakeServer) =>
    [...server.records.values()].map((record) => JSON.stringify(record.cells.note)).join();

  it("gets a new name, and loses nothing of either", async () => {
    const { server, phone, other } = await twins();
    await phone.write({ sets: { note: { is: "这部写的" } } });
    const made = await other.write({ sets: { note: { is: "那部写的" } } });
    await other.write({ record: made.op.record, area: null, sets: { note: { is: "那部又写" } } });
    expect(await phone.exchange.run()).toBe("done");
    expect(await other.exchange.run()).toBe("done");
    expect(notes(server)).toMatch(/这部写的.*那部又写/);
    expect(await other.all("outbox")).toEqual([]);
    expect((await other.all("records")).map((record) => record.id)).toContain("0000000acccccccc.1");
    expect((await other.note<Self>("self"))?.incarnation).toBe("cccccccc");
    const again = await other.write();
    expect(again.op.stamp[2]).toBe("0000000acccccccc");
    expect(await other.exchange.run()).toBe("done");
    await phone.write();
    expect(await phone.exchange.run()).toBe("done");
    expect((await phone.all("records")).length).toBe(server.records.size);
  });

  it("leaves an empty op under the old number, which is accounted for", async () => {
    const { server, phone, other } = await twins();
    await phone.write();
    await phone.exchange.run();
    const made = await other.write({ sets: { note: { is: "那部写的" } } });
    await other.exchange.run();
    const moved = (await other.all("sent")).filter((row) => row.op.stamp[2] === "0000000acccccccc");
    expect(moved.map((row) => row.op.record)).toEqual(["0000000acccccccc.1"]);
    const husk = (await other.all("sent")).find((row) => row.id === made.id);
    expect(husk).toMatchObject({ undone: true, photos: [] });
    expect(server.records.size).toBe(3);
  });

  it("is never shown as refused, and an op taken back under such a number is simply over", async () => {
    const { phone, other } = await twins();
    await phone.write();
    await phone.exchange.run();
    const made = await other.write();
    await other.store.write(["outbox", "photos"], (tx) => undo(tx, made.op.record));
    expect(await other.exchange.run()).toBe("done");
    expect(await other.all("outbox")).toEqual([]);
    expect((await other.note<Self>("self"))?.incarnation).toBe("aaaaaaaa");
  });
});
