import { describe, expect, it } from "vitest";
import type { Heard, OpRow, Self } from "../../pwa/src/ports.ts";
import { FakeServer, OFFLINE } from "./fake-server.ts";
import { developed, Phone, signedIn } from "./rig.ts";

const heard = async (phone: Phone) => (await phone.note<Heard>("heard")) as Heard;
const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
const edit = (record: string, text = "又看了") => ({ record, area: null, sets: { progress: text } });

/** A worker's and a secretary's phone that have heard of some reports. */
async function pair(reports: number) {
  const { server, phone: worker } = await signedIn(7);
  const secretary = new Phone(server);
  await secretary.enrol(8);
  const made: OpRow[] = [];
  for (let at = 0; at < reports; at++) made.push(await worker.write());
  await worker.exchange.run();
  await secretary.exchange.run();
  return { server, worker, secretary, made };
}

/** Look into a phone's store before each of its requests. */
function watched<T>(phone: Phone, look: () => Promise<T>): T[] {
  const seen: T[] = [];
  const send = phone.link.exchange;
  phone.link.exchange = async (token, push, signal) => {
    seen.push(await look());
    return send(token, push, signal);
  };
  return seen;
}

/** Change the next receipt. */
function altered(phone: Phone, change: (receipt: unknown[]) => void): void {
  const send = phone.link.exchange;
  phone.link.exchange = async (token, push, signal) => {
    const answer = await send(token, push, signal);
    phone.link.exchange = send;
    if (answer.ok) change(answer.value as unknown[]);
    return answer;
  };
}

describe("a receipt", () => {
  it("that answers another cursor than the one held is not kept at all: the ops go again", async () => {
    const { server, phone } = await signedIn();
    await phone.exchange.run();
    const made = await phone.write();
    const send = phone.link.exchange;
    phone.link.exchange = async (token, push, signal) => {
      const answer = await send(token, push, signal);
      phone.link.exchange = send;
      await phone.store.write(["notes"], async (tx) => {
        const value = (await tx.get("notes", "heard"))?.value as Heard;
        await tx.put("notes", { id: "heard", value: { ...value, cursor: "d0:0" } });
      });
      return answer;
    };
    expect(await phone.exchange.run()).toBe("done");
    expect(server.numbers.slice(1)).toEqual([[1], [1]]);
    expect(ids(await phone.all("records"))).toEqual([made.id]);
    expect(await phone.all("outbox")).toEqual([]);
  });

  it("that is played again answers nothing new, and what is new goes out all the same", async () => {
    const { server, phone } = await signedIn();
    const receipts: unknown[][] = [];
    altered(phone, (receipt) => receipts.push(structuredClone(receipt)));
    const first = await phone.write();
    await phone.exchange.run();
    const second = await phone.write();
    altered(phone, (receipt) => receipt.splice(0, receipt.length, ...(receipts[0] ?? [])));
    expect(await phone.exchange.run()).toBe("busy");
    expect(ids(await phone.all("outbox"))).toEqual([second.id]);
    expect(await phone.exchange.run()).toBe("done");
    expect(ids(await phone.all("sent"))).toEqual([first.id, second.id]);
    expect(server.records.size).toBe(2);
  });

  it("tells where in the log an op is, and how far the backup reaches", async () => {
    const { server, phone } = await signedIn();
    await phone.write();
    server.backed = 1;
    await phone.exchange.run();
    const [sent] = await phone.all("sent");
    expect(sent?.at).toBeGreaterThan(0);
    expect((await phone.all("records"))[0]?.at).toBe(sent?.at);
    expect((await heard(phone)).backed).toBe(1);
    altered(phone, (receipt) => receipt.splice(11));
    await phone.exchange.run();
    expect((await heard(phone)).backed).toBe(1);
  });
});

describe("a log that is another one", () => {
  it("is heard from the start while all stays in sight; then goes what was not told again", async () => {
    const { server, worker, secretary, made } = await pair(5);
    server.restore();
    server.pageSize = 2;
    for (const row of made.slice(0, 3))
      await worker.store.write(["outbox", "sent"], async (tx) => {
        await tx.put("outbox", row);
        await tx.drop("sent", row.id);
      });
    await worker.store.write(["sent"], (tx) => tx.clear("sent"));
    await worker.exchange.run();
    expect([...server.records.keys()]).toEqual(ids(made.slice(0, 3)));
    const shown = watched(secretary, async () => ids(await secretary.all("records")));
    expect(await secretary.exchange.run()).toBe("done");
    expect(shown).toEqual([ids(made), ids(made)]);
    expect(ids(await secretary.all("records"))).toEqual(ids(made.slice(0, 3)));
    expect(await heard(secretary)).toMatchObject({ renewing: false, era: 2 });
  });

  it("leaves nothing of the old copy in a record that is told again", async () => {
    const { server, worker, secretary, made } = await pair(1);
    const record = made[0]?.id ?? "";
    await secretary.write(edit(record));
    await secretary.exchange.run();
    server.restore();
    await secretary.store.write(["sent"], (tx) => tx.clear("sent")); // nobody can offer that edit again
    await worker.exchange.run();
    await secretary.exchange.run();
    const [after] = await secretary.all("records");
    expect(after?.cells).toEqual(server.records.get(record)?.cells);
    expect(after?.cells.progress).toBeUndefined();
  });

  it("keeps what own waiting ops name, until they are answered", async () => {
    const { server, secretary, made } = await pair(2);
    server.restore();
    const row = await secretary.write(edit(made[0]?.id ?? ""));
    await secretary.store.write(["outbox"], (tx) => tx.put("outbox", { ...row, laterMs: server.nowMs * 2 }));
    await secretary.exchange.run();
    expect(ids(await secretary.all("records"))).toEqual([made[0]?.id]);
    await secretary.store.write(["outbox"], (tx) => tx.put("outbox", row));
    expect(await secretary.exchange.run()).toBe("done");
    expect(await secretary.all("outbox")).toMatchObject([{ refused: true }]); // the server knows no such record
    expect(await secretary.all("records")).toEqual([]);
  });

  it("is offered what it lacks; what it has of a backup stands where the log is now", async () => {
    const { server, phone } = await signedIn();
    server.backed = 9;
    for (let at = 0; at < 3; at++) await phone.write();
    await phone.exchange.run();
    server.restore();
    altered(phone, (receipt) => {
      receipt[4] = [[2, 2]];
      receipt[11] = 77;
      receipt[12] = 9;
    });
    server.poison = (numbers) => (numbers.length ? { code: "busy", status: 503 } : undefined);
    await phone.exchange.run();
    expect((await phone.all("sent")).map((row) => [row.op.n, row.at])).toEqual([
      [1, 77],
      [3, 77],
    ]);
    const [again] = await phone.all("outbox");
    expect(again).toMatchObject({ op: { n: 2 }, code: "" });
    expect(again?.leftMs).toBeGreaterThan(0);
  });

  it("is offered all that no backup holds: a copy of this phone may have taken a number", async () => {
    const { server, phone } = await signedIn();
    for (let at = 0; at < 2; at++) await phone.write();
    await phone.exchange.run();
    server.restore();
    altered(phone, (receipt) => {
      receipt[4] = [];
    });
    server.poison = (numbers) => (numbers.length ? { code: "busy", status: 503 } : undefined);
    await phone.exchange.run();
    expect((await phone.all("outbox")).map((row) => row.op.n)).toEqual([1, 2]);
    expect(await phone.all("sent")).toEqual([]);
  });

  it("says of its backups nothing about ops of the log before", async () => {
    const { server, phone } = await signedIn();
    await phone.write();
    await phone.exchange.run();
    server.restore();
    server.backed = 9; // made after the restore, while a copy of this phone had taken its number
    altered(phone, (receipt) => {
      receipt[4] = [];
    });
    server.poison = (numbers) => (numbers.length ? { code: "busy", status: 503 } : undefined);
    await phone.exchange.run();
    expect((await phone.all("outbox")).map((row) => row.op.n)).toEqual([1]);
    expect(await phone.all("sent")).toEqual([]);
  });

  it("says of its backups nothing about photos of the log before either", async () => {
    const { server, phone } = await signedIn();
    await phone.write();
    await phone.exchange.run();
    await phone.store.write(["photos"], async (tx) => {
      const photo = { id: "p".repeat(22), person: 7, screen: new Blob(["x"]), size: 1, sha256: "" };
      const more = { urgent: false, takenMs: 0, tries: 0, laterMs: 0, at: 5 };
      await tx.put("photos", { ...photo, ...more, state: "verified" });
    });
    server.restore();
    server.backed = 9;
    const send = phone.link.exchange;
    phone.link.exchange = async (token, push, signal) => {
      phone.link.exchange = async () => OFFLINE;
      return send(token, push, signal);
    };
    await phone.exchange.run();
    expect(await phone.all("photos")).toMatchObject([{ state: "waiting" }]);
  });

  it("may take what the one before refused: it is offered again, and its photos go with it", async () => {
    const { server, phone } = await signedIn();
    const key = developed("one").key;
    await phone.store.write(["photos"], async (tx) => {
      const photo = { id: key, person: 7, screen: new Blob(["x"]), size: 1, sha256: "", urgent: false };
      await tx.put("photos", { ...photo, state: "draft", takenMs: 0, tries: 0, laterMs: 0 });
    });
    const row = await phone.write({ area: 3, sets: { photos: { add: [key] } }, photos: [key] });
    await phone.exchange.run();
    expect(await phone.all("outbox")).toMatchObject([{ refused: true }]);
    expect(await phone.all("photos")).toMatchObject([{ state: "held" }]);
    server.restore();
    server.grants = { 7: [{ role: "fulltime_worker", unit: 3 }] };
    expect(await phone.exchange.run()).toBe("done");
    expect([...server.records.keys()]).toEqual([row.id]);
    expect(await phone.all("outbox")).toEqual([]);
    expect(await phone.all("photos")).toMatchObject([{ state: "announced" }]);
  });

  it("is noticed while everything is told again for another reason", async () => {
    const { server, secretary, made } = await pair(1);
    const record = made[0]?.id ?? "";
    await secretary.store.write(["records"], (tx) => tx.drop("records", record));
    await secretary.write(edit(record)); // applied, and cannot be folded
    const send = secretary.link.exchange;
    secretary.link.exchange = async (token, push, signal) => {
      secretary.link.exchange = async () => OFFLINE;
      return send(token, push, signal);
    };
    expect(await secretary.exchange.run()).toBe("offline");
    secretary.link.exchange = send;
    server.restore();
    altered(secretary, (receipt) => {
      receipt[4] = []; // its number is taken by a copy
    });
    server.poison = (numbers) => (numbers.length ? { code: "busy", status: 503 } : undefined);
    await secretary.exchange.run();
    expect((await secretary.all("outbox")).map((row) => row.op.n)).toEqual([1]);
  });

  it("is supposed of a store that lost its cursor: all that no backup holds is offered again", async () => {
    const { server, phone } = await signedIn();
    await phone.write();
    await phone.exchange.run();
    await phone.store.write(["notes"], async (tx) => {
      const past = { "0000000aaaaaaaaa": 1 };
      const self = { incarnation: "bbbbbbbb", top: 0, wallMs: 0, count: 0, past };
      await tx.put("notes", { id: "self", value: self });
      await tx.drop("notes", "heard");
    });
    server.restore();
    expect(await phone.exchange.run()).toBe("done");
    expect(server.records.size).toBe(1);
  });

  it("is told of earlier incarnations' ops, too, and of the numbers of refused ones", async () => {
    const { server, phone } = await signedIn();
    await phone.write({ area: 3 });
    const old = await phone.write();
    await phone.exchange.run();
    await phone.store.write(["outbox", "sent", "notes"], async (tx) => {
      const refused = (await tx.all("outbox"))[0] as OpRow;
      await tx.put("sent", refused);
      await tx.drop("outbox", refused.id);
      const past = { "0000000aaaaaaaaa": 2 };
      const self = { incarnation: "bbbbbbbb", top: 0, wallMs: 0, count: 0, past };
      await tx.put("notes", { id: "self", value: self });
    });
    await phone.write();
    await phone.exchange.run();
    server.restore();
    expect(await phone.exchange.run()).toBe("done");
    expect([...server.records.keys()].sort()).toEqual([old.id, "0000000abbbbbbbb.1"]);
    expect(await phone.all("outbox")).toEqual([]);
    expect((await phone.all("sent")).map((row) => [row.op.n, row.undone])).toEqual([
      [1, true],
      [2, false],
      [1, false],
    ]);
  });

  it("tells of no backup of its own until it does", async () => {
    const { server, phone } = await signedIn();
    server.backed = 5;
    await phone.exchange.run();
    server.restore();
    server.backed = 0;
    await phone.exchange.run();
    expect((await heard(phone)).backed).toBe(0);
  });
});

describe("a copy that went astray", () => {
  it("is heard anew when an applied op cannot be folded, and keeps no line of its own", async () => {
    const { server, secretary, made } = await pair(2);
    const [one, other] = ids(made);
    await secretary.store.write(["records"], async (tx) => {
      const record = await tx.get("records", other ?? "");
      if (record) await tx.put("records", { ...record, cells: { ...record.cells, progress: [] } });
      await tx.drop("records", one ?? "");
    });
    await secretary.write(edit(one ?? ""));
    expect(await secretary.exchange.run()).toBe("done");
    for (const record of await secretary.all("records"))
      expect(record.cells).toEqual(server.records.get(record.id)?.cells);
    expect((await secretary.all("records")).length).toBe(2);
  });
});

describe("a phone without a cursor", () => {
  it("asks what the server lacks before it sends what builds on that", async () => {
    const { server, phone } = await signedIn();
    const made = await phone.write();
    await phone.exchange.run();
    server.restore();
    await phone.store.write(["notes"], (tx) => tx.drop("notes", "heard"));
    await phone.write({ record: made.op.record, area: null, sets: { progress: "又看了" } });
    expect(await phone.exchange.run()).toBe("done");
    expect(await phone.all("outbox")).toEqual([]);
    expect((await phone.all("sent")).map((row) => row.code)).toEqual(["applied", "applied"]);
  });
});

describe("a clock that ran ahead", () => {
  it("comes back to after the instant in which the server set its stamps anew", async () => {
    const { server, phone } = await signedIn();
    await phone.store.write(["notes"], async (tx) => {
      const self = (await tx.get("notes", "self"))?.value as Self;
      await tx.put("notes", { id: "self", value: { ...self, wallMs: server.nowMs + 10 ** 10 } });
    });
    await phone.write();
    expect(await phone.exchange.run()).toBe("done");
    await phone.exchange.run();
    phone.chance.wall = server.nowMs - 10 ** 6;
    const { op } = await phone.write();
    expect(op.stamp.slice(0, 2)).toEqual([server.nowMs + 1, 0]);
  });
});

describe("a copied store", () => {
  it("is noticed by numbers it never gave: it goes on as another, and hears what its twin wrote", async () => {
    const { server, phone } = await signedIn();
    await phone.write();
    await phone.exchange.run();
    const row = await phone.write();
    const before = await phone.note<Self>("self");
    altered(phone, (receipt) => {
      receipt[3] = [[2, 5]];
    });
    expect(await phone.exchange.run()).toBe("done");
    const after = await phone.note<Self>("self");
    expect(after?.incarnation === before?.incarnation).toBe(false);
    expect(after?.past).toEqual({ [row.op.stamp[2]]: 2 });
    expect((await heard(phone)).era).toBe(2);
    expect(server.records.size).toBe(2);
  });

  it("does not send under a new number what its twin has brought under the old one", async () => {
    const { server, phone } = await signedIn();
    await phone.exchange.run();
    const late = await phone.write();
    await phone.write({ sets: { emergency: true } }); // goes before, in a push of its own
    const twin = new Phone(server);
    twin.chance.hex = (digits) => "c".repeat(digits);
    await twin.store.write(["outbox", "notes"], async (tx) => {
      for (const row of await phone.all("notes")) await tx.put("notes", row);
      for (const row of await phone.all("outbox")) await tx.put("outbox", row);
    });
    await twin.write();
    await twin.exchange.run();
    await phone.exchange.run();
    expect((await phone.note<Self>("self"))?.incarnation === late.op.stamp[2].slice(8)).toBe(false);
    expect(server.records.size).toBe(3);
  });
});

describe("what left the view", () => {
  it("goes with its previews, but for those that another record shows or that are not sent", async () => {
    const { server, phone } = await signedIn();
    const [own, both, mine] = ["own", "both", "mine"].map((key) => developed(key).key) as [
      string,
      string,
      string,
    ];
    const one = await phone.write({ sets: { photos: { add: [own, both, mine] } } });
    await phone.write({ sets: { photos: { add: [both] } } });
    await phone.exchange.run();
    await phone.store.write(["previews", "photos"], async (tx) => {
      for (const id of [own, both, mine]) await tx.put("previews", { id, preview: "UklG", here: true });
      const screen = new Blob(["x"]);
      const photo = { id: mine, person: 7, screen, size: 1, sha256: "", urgent: false, takenMs: 0 };
      await tx.put("photos", { ...photo, state: "announced", tries: 0, laterMs: 0 });
    });
    server.gone.set("0000000a", [one.id]);
    await phone.exchange.run();
    expect(ids(await phone.all("records")).includes(one.id)).toBe(false);
    expect(ids(await phone.all("previews")).sort()).toEqual([both, mine].sort());
    expect(phone.changed.flatMap((what) => what.photos ?? [])).toEqual([own]);
  });
});

describe("an op the server kept for the secretary", () => {
  it("is sent, and its photos go up as any", async () => {
    const server = new FakeServer();
    const phone = new Phone(server);
    await phone.enrol(7);
    const key = developed("one").key;
    await phone.store.write(["photos"], async (tx) => {
      const photo = { id: key, person: 7, screen: new Blob(["x"]), size: 1, sha256: "", urgent: false };
      await tx.put("photos", { ...photo, state: "draft", takenMs: 0, tries: 0, laterMs: 0 });
    });
    await phone.write({ sets: { photos: { add: [key] } }, photos: [key] });
    altered(phone, (receipt) => {
      receipt[5] = [[1, "parked", server.nowMs, "not_your_role"]];
    });
    await phone.exchange.run();
    expect((await phone.all("sent")).map((row) => row.code)).toEqual(["parked"]);
    expect(await phone.all("outbox")).toEqual([]);
    expect((await phone.all("photos")).map((photo) => photo.state)).toEqual(["announced"]);
  });
});
