import { describe, expect, it } from "vitest";
import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import { NOWHERE } from "../../pwa/src/keep.ts";
import {
  begun,
  enqueue,
  file,
  rehome,
  renumber,
  resend,
  takeBack,
  undo,
  undoable,
} from "../../pwa/src/outbox.ts";
import type { OpRow, PhotoRow, Self, Session, Store } from "../../pwa/src/ports.ts";
import type { KindPage } from "../../pwa/src/sync/kind.ts";
import { WRITE } from "./rig.ts";
import { NOON } from "./town.ts";

const SESSION: Session = { token: "t", number: "0000000a", person: 7, out: false };
const DEVICE = "0000000aaaaaaaaa";

async function opened(): Promise<Store> {
  const store = memoryStore();
  await store.write(["notes"], async (tx) => {
    await begun(tx, "aaaaaaaa");
    await tx.put("notes", { id: "session", value: SESSION });
  });
  return store;
}

const TABLES = ["outbox", "sent", "notes", "photos"] as const;
const write = (store: Store, more: Partial<typeof WRITE> = {}, nowMs = NOON) =>
  store.write(TABLES, (tx) => enqueue(tx, { ...WRITE, ...more }, nowMs));
const rows = (store: Store) => store.read(["outbox"], (tx) => tx.all("outbox"));
const self = async (store: Store) =>
  (await store.read(["notes"], (tx) => tx.get("notes", "self")))?.value as Self;
const refuse = (store: Store, row: OpRow) =>
  store.write(["outbox"], (tx) => tx.put("outbox", { ...row, refused: true, code: "bad_area", leftMs: 1 }));
const leave = (store: Store, row: OpRow) =>
  store.write(["outbox"], (tx) => tx.put("outbox", { ...row, leftMs: 1 }));

const photo = (id: string): PhotoRow => ({
  id,
  person: 7,
  screen: new Blob(["x"]),
  size: 1,
  sha256: "",
  state: "draft",
  urgent: false,
  takenMs: NOON,
  tries: 0,
  laterMs: 0,
});

describe("numbers and stamps", () => {
  it("numbers ops without gaps and names records after the op that makes them", async () => {
    const store = await opened();
    const made = await write(store);
    const edit = await write(store, { record: made.op.record, area: null });
    expect([made.op.n, edit.op.n]).toEqual([1, 2]);
    expect(made.op.record).toBe(`${DEVICE}.1`);
    expect(made.id).toBe(`${DEVICE}.1`);
  });

  it("never gives two tabs the same number", async () => {
    const store = await opened();
    const made = await Promise.all(Array.from({ length: 20 }, () => write(store)));
    expect(new Set(made.map((row) => row.op.n)).size).toBe(20);
    expect(new Set(made.map((row) => row.op.stamp.join())).size).toBe(20);
  });

  it("stamps later than everything before, even with the clock turned back", async () => {
    const store = await opened();
    await write(store, {}, NOON);
    const back = await write(store, {}, NOON - 3_600_000);
    expect(back.op.stamp).toEqual([NOON, 1, DEVICE]);
  });

  it("stamps after what the author had in sight, but not after a stamp from the far future", async () => {
    const store = await opened();
    const near = await write(store, { seen: [[NOON + 5_000, 3, "0000000bbbbbbbbb"]] });
    expect(near.op.stamp).toEqual([NOON + 5_000, 4, DEVICE]);
    const far = await write(store, { seen: [[NOON + 9_000_000, 0, "0000000bbbbbbbbb"]] }, NOON + 6_000);
    expect(far.op.stamp).toEqual([NOON + 6_000, 0, DEVICE]);
  });

  it("keeps its name as long as the store lives, and refuses to write for nobody", async () => {
    const store = await opened();
    expect((await store.write(["notes"], (tx) => begun(tx, "bbbbbbbb"))).incarnation).toBe("aaaaaaaa");
    await expect(write(memoryStore())).rejects.toThrow("nobody is signed in");
  });

  it("lets the photos go with their op, an emergency's marked so", async () => {
    const store = await opened();
    await store.write(["photos"], (tx) => tx.put("photos", photo("p")));
    const row = await write(store, { photos: ["p"], sets: { emergency: true } });
    const kept = await store.read(["photos"], (tx) => tx.get("photos", "p"));
    expect(row.urgent).toBe(true);
    expect(kept).toMatchObject({ state: "waiting", urgent: true });
  });
});

describe("taking back", () => {
  it("never frees a number: used twice, it could come back from a damaged store as something else", async () => {
    const store = await opened();
    const made = await write(store);
    await write(store, { record: made.op.record, area: null });
    const taken = await store.write(TABLES, (tx) => undo(tx, made.op.record));
    expect(taken?.map((row) => row.op.n)).toEqual([1, 2]);
    expect((await rows(store)).map((row) => row.undone)).toEqual([true, true]);
    expect((await write(store)).op.n).toBe(3);
  });

  it("leaves an empty op: the server must miss none (I10)", async () => {
    const store = await opened();
    const first = await write(store);
    await write(store);
    await store.write(TABLES, (tx) => undo(tx, first.op.record));
    const left = await rows(store);
    expect(left.map((row) => [row.op.n, row.undone])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(left[0]?.op).toMatchObject({ area: null, sets: {}, step: null });
    expect((await write(store)).op.n).toBe(3);
  });

  it("gives the photos back to the draft", async () => {
    const store = await opened();
    await store.write(["photos"], (tx) => tx.put("photos", photo("p")));
    const made = await write(store, { photos: ["p"] });
    await store.write(TABLES, (tx) => undo(tx, made.op.record));
    expect((await store.read(["photos"], (tx) => tx.get("photos", "p")))?.state).toBe("draft");
  });

  it("is too late once a push may have carried it", async () => {
    const store = await opened();
    const made = await write(store);
    await leave(store, made);
    expect(await store.write(TABLES, (tx) => undo(tx, made.op.record))).toBeNull();
    expect(await rows(store)).toHaveLength(1);
  });

  it("is not offered while another own record points at it, nor for an edit of the server's", async () => {
    const store = await opened();
    const home = await write(store, { kind: "household", sets: { name: "王婆婆" } });
    await write(store, { kind: "visit", sets: { household: home.op.record } });
    const edit = await write(store, { record: "0000000bbbbbbbbb.9", area: null });
    const all = await rows(store);
    expect(undoable(all, home.op.record)).toBe(false);
    expect(undoable(all, edit.op.record)).toBe(false);
  });
});

describe("taking a step back", () => {
  it("empties what has not left, and nothing that may have been carried", async () => {
    const store = await opened();
    const [kept, gone] = [await write(store), await write(store)];
    await leave(store, gone);
    const take = () => store.write(TABLES, (tx) => takeBack(tx, [kept.id, gone.id, "unheard of"]));
    expect([await take(), await take()]).toEqual([1, 0]);
    expect((await rows(store)).map((row) => [row.op.n, row.undone])).toEqual([
      [1, true],
      [2, false],
    ]);
  });
});

describe("sending again", () => {
  it("gives a refused edit a new number and keeps the old answer", async () => {
    const store = await opened();
    const edit = await write(store, { record: "0000000bbbbbbbbb.9", area: null });
    await refuse(store, edit);
    await store.write(TABLES, (tx) => resend(tx, edit.op.record, NOON));
    const [again] = await rows(store);
    expect(again).toMatchObject({ refused: false, code: "", op: { n: 2, record: "0000000bbbbbbbbb.9" } });
    expect(await store.read(["sent"], (tx) => tx.all("sent"))).toMatchObject([
      { id: edit.id, code: "bad_area" },
    ]);
  });

  it("names a refused record anew, and what waits behind it follows", async () => {
    const store = await opened();
    const made = await write(store);
    const edit = await write(store, { record: made.op.record, area: null });
    await refuse(store, made);
    await store.write(TABLES, (tx) => resend(tx, made.op.record, NOON));
    const open = (await rows(store)).filter((row) => !row.undone);
    expect(open.map((row) => [row.op.n, row.op.record])).toEqual([
      [3, `${DEVICE}.3`],
      [4, `${DEVICE}.3`],
    ]);
    expect((await rows(store)).find((row) => row.id === edit.id)?.undone).toBe(true);
  });

  it("lets what was set aside try again at once", async () => {
    const store = await opened();
    const made = await write(store);
    await store.write(["outbox"], (tx) =>
      tx.put("outbox", { ...made, code: "busy", tries: 3, laterMs: NOON * 2 }),
    );
    await store.write(TABLES, (tx) => resend(tx, made.op.record, NOON));
    expect(await rows(store)).toMatchObject([{ code: "", tries: 0, laterMs: 0, op: { n: 1 } }]);
  });

  it("files an answered op among the sent ones", async () => {
    const store = await opened();
    const made = await write(store);
    await store.write(TABLES, (tx) => file(tx, { ...made, code: "applied" }));
    expect(await rows(store)).toEqual([]);
    expect(await store.read(["sent"], (tx) => tx.all("sent"))).toMatchObject([
      { id: made.id, code: "applied" },
    ]);
  });
});

describe("another device number", () => {
  const NEXT: Session = { ...SESSION, number: "0000000b" };
  const DEVICE_B = "0000000baaaaaaaa";

  it("moves what waits: numbers, stamps, record names, and every place that names them", async () => {
    const store = await opened();
    const gone = await write(store);
    const home = await write(store, { kind: "household", sets: { name: "王婆婆" } });
    const said = await write(store, { record: home.op.record, area: null, sets: { about: "x" } });
    await write(store, {
      kind: "visit",
      sets: { household: home.op.record, note: { is: "a", over: [said.op.stamp] } },
    });
    await store.write(TABLES, (tx) => file(tx, { ...gone, code: "applied" }));
    await store.write(TABLES, (tx) => rehome(tx, NEXT, NOWHERE));
    const moved = await rows(store);
    expect(moved.map((row) => [row.op.n, row.op.record])).toEqual([
      [1, `${DEVICE_B}.1`],
      [2, `${DEVICE_B}.1`],
      [3, `${DEVICE_B}.3`],
    ]);
    expect(moved[2]?.op.sets).toMatchObject({
      household: `${DEVICE_B}.1`,
      note: { over: [[said.op.stamp[0], said.op.stamp[1], DEVICE_B]] },
    });
    expect((await self(store)).top).toBe(3);
  });

  it("leaves the name of a record that the server has, and another person's ops", async () => {
    const store = await opened();
    const edit = await write(store, { record: `${DEVICE}.99`, area: null });
    await store.write(["outbox"], (tx) => tx.put("outbox", { ...edit, id: `${DEVICE}.50`, person: 8 }));
    await store.write(TABLES, (tx) => rehome(tx, NEXT, NOWHERE));
    const left = await rows(store);
    expect(left.find((row) => row.person === 8)?.op.stamp[2]).toBe(DEVICE);
    expect(left.find((row) => row.person === 7)?.op.record).toBe(`${DEVICE}.99`);
  });
});

describe("another incarnation", () => {
  const NEXT = "0000000affffffff";
  const NONE = () => false;

  it("leaves what the server holds a number of: a copy may have brought the very same", async () => {
    const store = await opened();
    const same = await write(store);
    const late = await write(store);
    const held = (row: OpRow): boolean => row.id === same.id;
    await store.write(TABLES, (tx) => renumber(tx, [], "ffffffff", held));
    expect((await rows(store)).map((row) => row.id).sort()).toEqual([same.id, `${NEXT}.1`]);
    expect((await rows(store)).find((row) => row.id === `${NEXT}.1`)?.op.stamp[0]).toBe(late.op.stamp[0]);
  });

  it("takes ops whose numbers are used up, what never left, and what names them", async () => {
    const store = await opened();
    const used = await write(store, { kind: "household", sets: { name: "王婆婆" } });
    const names = await write(store, { kind: "visit", sets: { household: used.op.record } });
    const other = await write(store);
    for (const row of [used, names, other]) await leave(store, row);
    const late = await write(store);
    await store.write(TABLES, (tx) => renumber(tx, [{ ...used, leftMs: 1 }], "ffffffff", NONE));
    const open = await rows(store);
    expect(open.map((row) => [row.id, row.leftMs])).toEqual([
      [other.id, 1],
      [`${NEXT}.1`, 0],
      [`${NEXT}.2`, 0],
      [`${NEXT}.3`, 0],
    ]);
    expect(open[2]?.op.sets).toEqual({ household: `${NEXT}.1` });
    const husks = await store.read(["sent"], (tx) => tx.all("sent"));
    expect(husks.map((row) => [row.id, row.undone])).toEqual([used, names, late].map(({ id }) => [id, true]));
    expect(await self(store)).toMatchObject({ incarnation: "ffffffff", top: 3, past: { [DEVICE]: 4 } });
    expect((await write(store)).op.n).toBe(4);
  });

  it("takes along what a counted field grew by, not the total that stays with the old one", async () => {
    const store = await opened();
    const tally = { rule: "count" } as KindPage["fields"][string];
    const kinds = { incident: { fields: { tally } } as unknown as KindPage };
    await store.write(["notes"], (tx) => tx.put("notes", { id: "kinds", value: { version: "1", kinds } }));
    const made = await write(store, { sets: { tally: 3 } });
    const edit = { record: made.op.record, area: null };
    const rest = [5, 6].map((total) => write(store, { ...edit, sets: { tally: total } }));
    await Promise.all([leave(store, made), ...rest]);
    await store.write(TABLES, (tx) => renumber(tx, [], "ffffffff", NONE));
    const moved = (await rows(store)).filter((row) => row.op.stamp[2] === NEXT);
    expect(moved.map((row) => row.op.sets)).toEqual([{ tally: 2 }, { tally: 3 }]);
  });

  it("keeps the order in which ops of several incarnations were written", async () => {
    const store = await opened();
    const pad = await write(store);
    const old = await write(store);
    for (const row of [pad, old]) await leave(store, row);
    await store.write(TABLES, (tx) => renumber(tx, [], "bbbbbbbb", NONE));
    await write(store, { record: old.op.record, area: null }, NOON + 1);
    await store.write(TABLES, (tx) => renumber(tx, [{ ...old, leftMs: 1 }], "ffffffff", NONE));
    const moved = (await rows(store)).filter((row) => row.op.stamp[2] === NEXT);
    expect(moved.map((row) => [row.op.record, row.op.area])).toEqual([
      [`${NEXT}.1`, 2],
      [`${NEXT}.1`, null],
    ]);
  });
});
