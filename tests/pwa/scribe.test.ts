import { describe, expect, it } from "vitest";
import { head, joined, parse } from "../../pwa/src/journal.ts";
import type { OpRow, Store, Tables } from "../../pwa/src/ports.ts";
import { Scribe } from "../../pwa/src/scribe.ts";
import { HandClock } from "./rig.ts";
import { DEVICE, holding, idsIn, MemoryPads, noteIn, oneRow, ROOM, SESSION, SPARED } from "./rows.ts";
import { directoryOf, PAGES } from "./town.ts";

const BALLAST = 512 * 1024;
const WIDE = { note: { is: "字".repeat(400) } };
const many = (from: number, to: number): OpRow[] =>
  Array.from({ length: to - from + 1 }, (_, at) => oneRow(from + at, { sets: WIDE }));
const names = (rows: readonly OpRow[]): string[] => rows.map((row) => row.id);

/** One lock for all tabs of a phone. */
function phone(pads = new MemoryPads()) {
  let last: Promise<unknown> = Promise.resolve();
  const lock = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const chance = new HandClock();
  const tab = (store: Store): Scribe => new Scribe(pads, store, lock, chance);
  return { pads, tab };
}

/** The ids that can be read from the files. */
const readable = (pads: MemoryPads): string[] =>
  ["journal-0", "journal-1"].flatMap((name) => [...parse(pads.bytes(name)).rows.keys()]);

describe("writing down", () => {
  it("puts each row at the end", async () => {
    const { pads, tab } = phone();
    const scribe = tab(await holding({}));
    await scribe.open(SPARED);
    await scribe.append(many(1, 2));
    await scribe.append(many(3, 3));
    expect(parse(pads.bytes("journal-0"))).toMatchObject({ damaged: 0 });
    expect(readable(pads)).toEqual(names(many(1, 3)));
  });

  it("takes rows along that could not be written before", async () => {
    const { pads, tab } = phone();
    const scribe = tab(await holding({}));
    await scribe.open(SPARED);
    pads.open = "journal-0"; // a frozen tab holds the file
    await expect(scribe.append(many(1, 1))).rejects.toThrow("still open");
    pads.open = null;
    await scribe.append(many(2, 2));
    expect(readable(pads)).toEqual(names(many(1, 2)));
  });

  it("leaves nothing torn behind when there is no room, and finds some in the ballast", async () => {
    const { pads, tab } = phone();
    const scribe = tab(await holding({}));
    await scribe.open(SPARED);
    await scribe.append(many(1, 1));
    expect(pads.bytes("ballast").length).toBe(BALLAST);
    const cut = pads.bytes("ballast").length;
    pads.full = true;
    pads.roomNow = { ...ROOM, quotaBytes: ROOM.usedBytes };
    const use = pads.use.bind(pads);
    pads.use = async (name, work) => {
      const result = await use(name, work);
      if (pads.bytes("ballast").length < cut) pads.full = false;
      return result;
    };
    await scribe.append(many(2, 2));
    expect(pads.bytes("ballast").length).toBe(0);
    expect(readable(pads)).toEqual(names(many(1, 2)));
    expect(parse(pads.bytes("journal-0")).damaged).toBe(0);
    expect(await scribe.takeRoom()).toBe(false); // still none
    expect(await scribe.open(SPARED)).toEqual([true, true]);
    pads.roomNow = ROOM;
    expect(await scribe.takeRoom()).toBe(true);
    expect(pads.bytes("ballast").length).toBe(BALLAST);
  });

  it("writes the ballast anew when the browser no longer counts it", async () => {
    const { pads, tab } = phone();
    const scribe = tab(await holding({}));
    await scribe.open(SPARED);
    const filled = pads.bytes("ballast");
    await scribe.open(SPARED);
    expect(pads.bytes("ballast")).toBe(filled);
    pads.roomNow = { ...ROOM, filesBytes: 642 };
    await scribe.open(SPARED);
    expect(pads.bytes("ballast") === filled).toBe(false);
    expect(pads.bytes("ballast").length).toBe(BALLAST);
  });

  it("does not hold room short where the browser has no files for a ballast", async () => {
    const { pads, tab } = phone();
    pads.roomNow = null;
    const scribe = tab(await holding({}));
    expect(await scribe.open(SPARED)).toEqual([false, false]);
    await scribe.makeRoom(); // the store was full once
    expect(await scribe.takeRoom()).toBe(true);
  });

  it("follows another tab to the file it went over to", async () => {
    const { pads, tab } = phone();
    const store = await holding({ outbox: many(1, 1), top: 400 });
    const one = tab(store);
    await one.open(SPARED);
    await one.append(many(2, 400));
    await store.write(["notes"], (tx) => tx.put("notes", { id: "floor", value: { [DEVICE]: 400 } }));
    await tab(store).open(SPARED); // rewrites: nearly all is thrown away
    expect(pads.bytes("journal-0").length).toBe(0);
    await one.append(many(401, 401));
    expect(names([...parse(pads.bytes("journal-1")).rows.values()])).toEqual([
      `${DEVICE}.1`,
      `${DEVICE}.401`,
    ]);
  });
});

describe("opening", () => {
  it("gives a store that was emptied everything back, and writes it down once only", async () => {
    const { pads, tab } = phone();
    const scribe = tab(await holding({}));
    await scribe.open(SPARED);
    await scribe.append(many(1, 3));
    const size = pads.bytes("journal-0").length;
    const emptied = await holding({ signedIn: false });
    expect(await tab(emptied).open(SPARED)).toEqual([true, false]);
    expect(await idsIn(emptied, "outbox")).toEqual(names(many(1, 3)));
    expect(pads.bytes("journal-0").length).toBe(size);
    expect(await tab(emptied).open(SPARED)).toEqual([false, false]);
  });

  it("fills an emptied journal from the store", async () => {
    const { pads, tab } = phone();
    await tab(await holding({ outbox: many(1, 3), top: 3 })).open(SPARED);
    expect(readable(pads)).toEqual(names(many(1, 3)));
  });

  it("mends a damaged journal from the store", async () => {
    const { pads, tab } = phone();
    const store = await holding({ outbox: many(1, 3), top: 3 });
    await tab(store).open(SPARED);
    pads.bytes("journal-0").fill(0, 2_000, 2_064);
    await tab(store).open(SPARED);
    const read = parse(joined([pads.bytes("journal-0"), pads.bytes("journal-1")]));
    expect([...read.rows.keys()].sort()).toEqual(names(many(1, 3)));
    expect(read.damaged).toBe(0);
    expect(await noteIn(store, "lost")).toBeUndefined();
  });

  it("is small again when most of it is no longer needed, and keeps the floors", async () => {
    const { pads, tab } = phone();
    const store = await holding({ outbox: many(300, 300), top: 300 });
    const scribe = tab(store);
    await scribe.open(SPARED);
    await scribe.append(many(1, 299));
    await store.write(["notes"], (tx) => tx.put("notes", { id: "floor", value: { [DEVICE]: 299 } }));
    await tab(store).open(SPARED);
    expect(parse(pads.bytes("journal-1"))).toMatchObject({ generation: 1, floors: { [DEVICE]: 299 } });
    expect(pads.bytes("journal-1").length).toBeLessThan(4_000);
    const emptied = await holding({ signedIn: false });
    await tab(emptied).open(SPARED);
    expect(await noteIn(emptied, "lost")).toMatchObject({ count: 0, found: 1 });
  });

  it.each([0, 0.5, 1])(
    "loses nothing by a power cut anywhere in a rewrite (%s of the last write)",
    async (torn) => {
      for (let left = 0; left < 8; left++) {
        const { pads, tab } = phone();
        const store = await holding({ outbox: many(290, 300), top: 300 });
        const scribe = tab(store);
        await scribe.open(SPARED);
        await scribe.append(many(1, 289));
        await store.write(["notes"], (tx) => tx.put("notes", { id: "floor", value: { [DEVICE]: 289 } }));
        Object.assign(pads, { left, torn });
        await tab(store)
          .open(SPARED)
          .catch(() => undefined);
        pads.left = Number.POSITIVE_INFINITY;
        const emptied = await holding({ signedIn: false });
        await tab(emptied).open(SPARED);
        expect(await idsIn(emptied, "outbox")).toEqual(expect.arrayContaining(names(many(290, 300))));
        expect(await noteIn(emptied, "lost"), `power cut after ${left}`).toMatchObject({ count: 0 });
        const again = await holding({ signedIn: false });
        await tab(again).open(SPARED);
        expect(await idsIn(again, "outbox")).toEqual(expect.arrayContaining(names(many(290, 300))));
      }
    },
  );

  it("goes on after a head that cannot be read", async () => {
    const { pads, tab } = phone();
    const store = await holding({ outbox: many(1, 2), top: 2 });
    pads.files.set("journal-1", joined([head(3, {}).subarray(0, 9)]));
    await tab(store).open(SPARED);
    expect(readable(pads).sort()).toEqual(names(many(1, 2)));
  });
});

describe("the town", () => {
  const kinds = { version: "k1", kinds: PAGES };
  const town = directoryOf(7, "d1");
  const signedIn = async (more: readonly Tables["notes"][] = []) => {
    const store = await holding({});
    await store.write(["notes"], async (tx) => {
      for (const row of more) await tx.put("notes", row);
    });
    return store;
  };
  const both = (version: string) =>
    signedIn([
      { id: "kinds", value: kinds },
      { id: "directory", value: { ...town, version } },
    ]);

  it("is given back to a store that was emptied, as last heard", async () => {
    const { tab } = phone();
    await tab(await both("d1")).open(SPARED);
    await tab(await both("d2")).open(SPARED);
    const emptied = await holding({ signedIn: false });
    expect(await tab(emptied).open({ session: null, top: `${DEVICE}.1` })).toEqual([true, false]);
    expect(await noteIn(emptied, "session")).toEqual(SESSION);
    expect(await noteIn(emptied, "self")).toMatchObject({ past: { [DEVICE]: 1 } });
    expect(await noteIn(emptied, "kinds")).toEqual(kinds);
    expect(await noteIn(emptied, "directory")).toEqual({ ...town, version: "d2" });
  });

  it("is written once as long as it stays the same", async () => {
    const { pads, tab } = phone();
    const scribe = tab(await both("d1"));
    await scribe.open(SPARED);
    const written = pads.bytes("town");
    await scribe.open(SPARED);
    await scribe.keepTown();
    expect(pads.bytes("town")).toBe(written);
  });

  it("is written again when somebody else signs in, and is gone when nobody is", async () => {
    const { pads, tab } = phone();
    const store = await both("d1");
    const scribe = tab(store);
    await scribe.open(SPARED);
    const written = pads.bytes("town");
    const next = { ...SESSION, token: "u" };
    await store.write(["notes"], (tx) => tx.put("notes", { id: "session", value: next }));
    await scribe.keepTown();
    expect(pads.bytes("town") === written).toBe(false);
    await store.write(["notes"], (tx) => tx.drop("notes", "session"));
    await scribe.open({ session: null, top: "" });
    expect(pads.bytes("town").length).toBe(0);
  });

  it("is not another person's, nor read when it is torn, nor left behind", async () => {
    const { pads, tab } = phone();
    const scribe = tab(await both("d1"));
    await scribe.open(SPARED);
    const other = await signedIn([{ id: "session", value: { ...SESSION, person: 8 } }]);
    await tab(other).open(SPARED);
    expect(await noteIn(other, "directory")).toBeUndefined();
    await tab(await both("d1")).open(SPARED);
    pads.files.set("town", pads.bytes("town").slice(0, -1));
    const emptied = await holding({});
    expect(await tab(emptied).open(SPARED)).toEqual([false, false]);
    expect(await noteIn(emptied, "directory")).toBeUndefined();
    await scribe.forget();
    expect(pads.bytes("town").length).toBe(0);
  });
});

describe("giving the phone back", () => {
  it("leaves nothing in either file, nor what was still owed", async () => {
    const { pads, tab } = phone();
    const scribe = tab(await holding({}));
    await scribe.open(SPARED);
    await scribe.append(many(1, 3));
    pads.open = "journal-0";
    await scribe.append(many(4, 4)).catch(() => undefined);
    pads.open = null;
    await scribe.forget();
    await scribe.append(many(5, 5));
    expect(readable(pads)).toEqual(names(many(5, 5)));
  });
});
