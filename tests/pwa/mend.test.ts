import { describe, expect, it } from "vitest";
import { EMPTY, type Journal } from "../../pwa/src/journal.ts";
import { UNHEARD } from "../../pwa/src/keep.ts";
import { mend, type Spared } from "../../pwa/src/mend.ts";
import type { OpRow, PhotoRow, Store } from "../../pwa/src/ports.ts";
import { DEVICE, holding, idsIn, noteIn, oneRow, ROOM, SESSION, SPARED } from "./rows.ts";
import { NOON } from "./town.ts";

const MEANS = { incarnation: "ffffffff", nowMs: NOON + 9_000, room: ROOM };
const many = (from: number, to: number): OpRow[] =>
  Array.from({ length: to - from + 1 }, (_, at) => oneRow(from + at));
const ids = (rows: readonly OpRow[]): string[] => rows.map((row) => row.id).sort();
const written = (rows: readonly OpRow[], more: Partial<Journal> = {}): Journal => ({
  ...EMPTY,
  rows: new Map(rows.map((row) => [row.id, row])),
  ...more,
});
const run = (store: Store, journal: Journal, spared: Spared = SPARED) => mend(store, journal, spared, MEANS);

describe("two engines that agree", () => {
  it("change nothing", async () => {
    const [one, two] = many(1, 2) as [OpRow, OpRow];
    const store = await holding({ outbox: [two], sent: [one], top: 2 });
    const mended = await run(store, written([one, two]));
    expect(mended).toMatchObject({ changed: false, lacking: [] });
    expect([...mended.kept].sort()).toEqual(ids([one, two]));
    expect(await noteIn(store, "self")).toMatchObject({ incarnation: "aaaaaaaa", top: 2 });
    expect(await noteIn(store, "lost")).toBeUndefined();
  });

  it("are a phone just taken out of its box", async () => {
    const store = await holding({ signedIn: false });
    expect(await run(store, EMPTY, { session: null, top: "" })).toMatchObject({ changed: false });
    expect(await noteIn(store, "self")).toBeUndefined();
  });

  it("do not miss what the sweep threw away", async () => {
    const store = await holding({ outbox: many(4, 4), top: 4 });
    await store.write(["notes"], (tx) => tx.put("notes", { id: "floor", value: { [DEVICE]: 3 } }));
    const mended = await run(store, written(many(2, 4)));
    expect(await idsIn(store, "outbox")).toEqual([`${DEVICE}.4`]);
    expect(mended).toMatchObject({ changed: false, floors: { [DEVICE]: 3 } });
    expect([...mended.kept]).toEqual([`${DEVICE}.4`]);
  });

  it("note how much room there is", async () => {
    const store = await holding({});
    await run(store, EMPTY);
    expect(await noteIn(store, "room")).toEqual(ROOM);
  });
});

describe("a journal that is behind", () => {
  it("is given what it lacks: waiting rows, sent rows, and rows taken back since", async () => {
    const [one, two, three] = many(1, 3) as [OpRow, OpRow, OpRow];
    const store = await holding({ outbox: [{ ...two, undone: true }, three], sent: [one], top: 3 });
    const mended = await run(store, written([two]));
    expect(ids(mended.lacking)).toEqual(ids([one, two, three]));
    expect(mended.changed).toBe(false);
  });
});

describe("a store that lost something", () => {
  it("takes back what the journal knows to be taken back", async () => {
    const [one, two] = many(1, 2) as [OpRow, OpRow];
    const store = await holding({ outbox: [one, two], top: 2 });
    const gone = { ...one, op: { ...one.op, area: null }, undone: true };
    expect(await run(store, written([gone, two]))).toMatchObject({ changed: true, lacking: [] });
    const [first, second] = await store.read(["outbox"], (tx) => tx.all("outbox"));
    expect([first?.undone, first?.op.area, second?.undone]).toEqual([true, null, false]);
  });

  it("gets back an op that is nowhere in it, as it was before any answer", async () => {
    const store = await holding({ outbox: many(2, 2), top: 2 });
    const answered = { ...oneRow(1), refused: true, code: "bad_area", tries: 2, receivedMs: 5 };
    expect(await run(store, written([answered, oneRow(2)]))).toMatchObject({ changed: true });
    const [back] = await store.read(["outbox"], (tx) => tx.all("outbox"));
    expect(back).toEqual({ ...oneRow(1), leftMs: MEANS.nowMs });
    expect(await noteIn(store, "self")).toMatchObject({ incarnation: "aaaaaaaa" });
  });

  it("that was emptied is filled again, under a new incarnation, and hears everything anew", async () => {
    const store = await holding({ signedIn: false });
    expect(await run(store, written(many(1, 3)))).toMatchObject({ changed: true, lacking: [] });
    expect(await idsIn(store, "outbox")).toEqual(ids(many(1, 3)));
    expect(await noteIn(store, "session")).toEqual(SESSION);
    expect(await noteIn(store, "self")).toEqual({
      incarnation: "ffffffff",
      top: 0,
      wallMs: NOON + 4,
      count: 0,
      past: { [DEVICE]: 3 },
    });
    expect(await noteIn(store, "heard")).toMatchObject({ cursor: "" });
    expect(await noteIn(store, "lost")).toMatchObject({ count: 0, found: 3 });
  });

  it("that went back a little gets a new incarnation, too: its next number is used up", async () => {
    const store = await holding({ outbox: many(1, 2), top: 2 });
    await store.write(["notes"], (tx) =>
      tx.put("notes", { id: "heard", value: { ...UNHEARD, cursor: "c", directory: "d", lastMs: 8 } }),
    );
    await run(store, written(many(1, 4)));
    expect(await idsIn(store, "outbox")).toEqual(ids(many(1, 4)));
    expect(await noteIn(store, "self")).toMatchObject({ incarnation: "ffffffff", past: { [DEVICE]: 4 } });
    expect(await noteIn(store, "heard")).toEqual({ ...UNHEARD, directory: "d", lastMs: 8 });
  });

  it("is known to be behind by the spare number alone", async () => {
    const store = await holding({ sent: many(1, 2), top: 2 });
    await run(store, EMPTY, { session: SESSION, top: `${DEVICE}.3` });
    expect(await noteIn(store, "self")).toMatchObject({ incarnation: "ffffffff", past: { [DEVICE]: 3 } });
    expect(await noteIn(store, "lost")).toMatchObject({ count: 1 });
  });

  it("that lost the floor, too, gets back everything the journal has, thrown away or not", async () => {
    const store = await holding({ signedIn: false });
    await run(store, written(many(2, 4), { floors: { [DEVICE]: 3 } }));
    expect(await idsIn(store, "outbox")).toEqual(ids(many(2, 4)));
    expect(await noteIn(store, "lost")).toMatchObject({ count: 0, found: 3 });
  });

  it("keeps the numbers of every earlier incarnation", async () => {
    const store = await holding({ signedIn: false });
    const older = [oneRow(7, {}, "0000000a00000bad"), oneRow(2, {}, "0000000cdddddddd")];
    await run(store, written([...older, ...many(1, 2)]));
    expect((await noteIn(store, "self"))?.past).toEqual({ "0000000a00000bad": 7, [DEVICE]: 2 });
  });
});

describe("what neither has", () => {
  it("is told: how many, under which name, and between when and when", async () => {
    const store = await holding({ sent: many(1, 2), outbox: many(6, 6), top: 7 });
    await run(store, written([...many(1, 2), ...many(6, 6)]));
    expect(await noteIn(store, "lost")).toEqual({
      count: 4,
      found: 0,
      device: DEVICE,
      fromMs: NOON + 2,
      toMs: MEANS.nowMs,
      foundMs: MEANS.nowMs,
      by: { [DEVICE]: 4 },
      seen: false,
    });
  });

  it("has an end when something later is there", async () => {
    const store = await holding({ sent: many(1, 2), outbox: many(6, 6), top: 6 });
    await run(store, written(many(6, 6)));
    expect(await noteIn(store, "lost")).toMatchObject({ count: 3, fromMs: NOON + 2, toMs: NOON + 6 });
  });

  it("is told when all is gone but the spare number", async () => {
    const store = await holding({ signedIn: false });
    await run(store, EMPTY, { session: SESSION, top: `${DEVICE}.12` });
    expect(await noteIn(store, "lost")).toMatchObject({ count: 12, fromMs: 0, toMs: MEANS.nowMs });
    expect(await noteIn(store, "session")).toEqual(SESSION);
  });

  it("is told once, and later losses for themselves", async () => {
    const store = await holding({ sent: many(3, 3), top: 3 });
    await run(store, written(many(3, 3)));
    const told = await noteIn(store, "lost");
    expect(told).toMatchObject({ count: 2 });
    expect(await run(store, written(many(3, 3)))).toMatchObject({ changed: false });
    expect(await noteIn(store, "lost")).toEqual(told);
    await store.write(["notes"], async (tx) => {
      if (told) await tx.put("notes", { id: "lost", value: { ...told, seen: true } });
    });
    await store.write(["sent"], (tx) => tx.drop("sent", `${DEVICE}.3`));
    await run(store, EMPTY);
    expect(await noteIn(store, "lost")).toMatchObject({ count: 1, seen: false, by: { [DEVICE]: 3 } });
  });

  it("is told together with what nobody has read yet", async () => {
    const store = await holding({ sent: many(3, 3), top: 3 });
    await run(store, written(many(3, 3)));
    await store.write(["sent"], (tx) => tx.drop("sent", `${DEVICE}.3`));
    await run(store, EMPTY);
    expect(await noteIn(store, "lost")).toMatchObject({ count: 3, by: { [DEVICE]: 3 } });
  });
});

describe("photos of ops saved on a full phone", () => {
  it("go with their op after all; a draft's stay", async () => {
    const store = await holding({ outbox: [{ ...oneRow(1), photos: ["sent"] }], top: 1 });
    const photo = (id: string) => ({ id, state: "draft", person: 7, urgent: false }) as PhotoRow;
    await store.write(["photos"], async (tx) => {
      await tx.put("photos", photo("sent"));
      await tx.put("photos", photo("draft"));
    });
    await run(store, written([oneRow(1)]));
    const states = await store.read(["photos"], (tx) => tx.all("photos"));
    expect(states.map(({ id, state }) => [id, state])).toEqual([
      ["draft", "draft"],
      ["sent", "waiting"],
    ]);
  });
});
