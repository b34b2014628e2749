import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clearing, journalled } from "../../../pwa/src/adapters/journal.ts";
import type { JournalAsk, OpRow, PhotoRow, Spare, Store, Table } from "../../../pwa/src/ports.ts";
import { fullFault, holding, idsIn, oneRow, SESSION } from "../rows.ts";
import { storeContract } from "./store-contract.ts";

type Reply = (message: JournalAsk) => unknown;
const well: Reply = (message) => (typeof message === "object" && "top" in message ? [false, false] : true);

/** A worker in the test's hands: it answers by `reply`, or, when that gives undefined, not at all. */
class Hand {
  readonly asked: JournalAsk[] = [];
  dismissed = false;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  reply: Reply;

  constructor(reply: Reply = well) {
    this.reply = reply;
  }

  postMessage(message: JournalAsk): void {
    this.asked.push(message);
    const answer = this.reply(message);
    if (answer !== undefined) queueMicrotask(() => this.onmessage?.({ data: answer }));
  }

  terminate(): void {
    this.dismissed = true;
  }
}

const spareOf = (): Spare => ({ load: () => SESSION, save: () => undefined, top: "" });
const hired = (hand: Hand) => () => hand as unknown as Worker;
const QUEUE: readonly Table[] = ["outbox", "sent", "notes", "photos"];
const put = (store: Store, ...rows: OpRow[]) =>
  store.write(QUEUE, async (tx) => {
    for (const row of rows) await tx.put("outbox", row);
  });
const appended = (hand: Hand) => hand.asked.filter(Array.isArray) as OpRow[][];
/** A store that is full until somebody has made room, `times` over. */
const filling = (inner: Store, times: number): Store => ({
  ...inner,
  write: (tables, work) =>
    inner.write(tables, async (tx) => {
      const result = await work(tx);
      if (times-- > 0) throw fullFault();
      return result;
    }),
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a store with its journal", () => {
  let inner: Store;
  beforeEach(async () => {
    inner = await holding({});
  });

  it("hands over who we are, and says whether the comparison changed anything", async () => {
    const hand = new Hand(() => [true, false]);
    const store = journalled(inner, { ...spareOf(), top: "d.4" }, hired(hand));
    expect(await store.opened).toBe(true);
    expect(hand.asked).toEqual([{ session: SESSION, top: "d.4" }]);
    expect(await journalled(inner, spareOf(), hired(new Hand())).opened).toBe(false);
  });

  it("writes nothing before the comparison is over, and reads meanwhile", async () => {
    const hand = new Hand(() => undefined);
    const store = journalled(inner, spareOf(), hired(hand));
    const writing = put(store, oneRow(1));
    expect(await store.read(["outbox"], (tx) => tx.keys("outbox"))).toEqual([]);
    expect(await idsIn(inner, "outbox")).toEqual([]);
    hand.reply = well;
    hand.onmessage?.({ data: [false, false] });
    await writing;
    expect(await idsIn(inner, "outbox")).toEqual([oneRow(1).id]);
  });

  it("is done with a write only when both have it", async () => {
    const hand = new Hand();
    const store = journalled(inner, spareOf(), hired(hand));
    await store.opened;
    hand.reply = () => undefined;
    let done = false;
    const writing = put(store, oneRow(1)).then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await idsIn(inner, "outbox")).toEqual([oneRow(1).id]);
    expect(done).toBe(false);
    hand.onmessage?.({ data: true });
    await writing;
  });

  it("writes down rows that are new or taken back, and remembers the last number", async () => {
    const hand = new Hand();
    const spare = spareOf();
    const store = journalled(inner, spare, hired(hand));
    const left = { ...oneRow(1), leftMs: 5 };
    await put(store, left, oneRow(2), { ...oneRow(3), leftMs: 5, undone: true });
    expect(appended(hand)).toEqual([[oneRow(2), { ...oneRow(3), leftMs: 5, undone: true }]]);
    expect(spare.top).toBe(oneRow(2).id);
    await put(store, left);
    expect(appended(hand)).toHaveLength(1);
  });

  it("writes down that a row was emptied which goes on under another number", async () => {
    const hand = new Hand();
    const store = journalled(inner, spareOf(), hired(hand));
    const husk = { ...oneRow(1), undone: true };
    await store.write(QUEUE, async (tx) => {
      await tx.put("sent", husk);
      await tx.put("sent", oneRow(2));
    });
    expect(appended(hand)).toEqual([[husk]]);
  });

  it("remembers the last number when an earlier op is taken back", async () => {
    const spare = spareOf();
    const store = journalled(inner, spare, hired(new Hand()));
    await put(store, oneRow(1), oneRow(2));
    await put(store, { ...oneRow(1), undone: true });
    expect(spare.top).toBe(oneRow(2).id);
  });

  it.each(["session", "kinds", "directory"])("has the worker keep the %s, too", async (id) => {
    const hand = new Hand();
    const store = journalled(inner, spareOf(), hired(hand));
    await store.write(["notes"], (tx) => tx.put("notes", { id: "swept", value: 1 }));
    expect(hand.asked).toHaveLength(1);
    await store.write(["notes"], (tx) => tx.put("notes", { id, value: {} } as never));
    expect(hand.asked.slice(1)).toEqual(["town"]);
  });

  it("writes nothing down when the transaction fails", async () => {
    const hand = new Hand();
    const store = journalled(inner, spareOf(), hired(hand));
    const failing = store.write(QUEUE, async (tx) => {
      await tx.put("outbox", oneRow(1));
      throw new Error("killed");
    });
    await expect(failing).rejects.toThrow("killed");
    expect(appended(hand)).toEqual([]);
  });

  it("goes on alone when an append is not answered in two seconds, and keeps the order of answers", async () => {
    const hand = new Hand();
    const store = journalled(inner, spareOf(), hired(hand));
    await store.opened;
    hand.reply = () => undefined;
    const one = put(store, oneRow(1));
    await vi.advanceTimersByTimeAsync(2_000);
    await one;
    let done = false;
    const two = put(store, oneRow(2)).then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    hand.onmessage?.({ data: true }); // the first, late
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toBe(false);
    hand.onmessage?.({ data: true });
    await two;
  });

  it.each([
    ["the comparison takes too long", new Hand(() => undefined)],
    ["the comparison fails", new Hand(() => null)],
  ])("goes on without when %s", async (_, hand) => {
    const store = journalled(inner, spareOf(), hired(hand));
    const writing = put(store, oneRow(1));
    await vi.advanceTimersByTimeAsync(10_000);
    await writing;
    expect(hand.dismissed).toBe(true);
    expect(appended(hand)).toEqual([]);
  });

  it("goes on without when there is no worker, or it breaks", async () => {
    const none = journalled(inner, spareOf(), () => {
      throw new Error("no workers here");
    });
    await put(none, oneRow(1));
    const hand = new Hand(() => undefined);
    const store = journalled(inner, spareOf(), hired(hand));
    hand.onerror?.();
    await put(store, oneRow(2));
    expect(await idsIn(inner, "outbox")).toEqual([oneRow(1).id, oneRow(2).id]);
  });

  it("empties the journal and forgets the number when the phone is given back", async () => {
    const hand = new Hand();
    const spare = { ...spareOf(), top: "d.4" };
    const store = journalled(inner, spare, hired(hand));
    await store.forget?.();
    expect(hand.asked[1]).toBe("forget");
    expect(spare.top).toBe("");
  });
});

describe("a full phone", () => {
  const photo = (state: PhotoRow["state"]) => ({ id: "p", state }) as PhotoRow;
  const saved = (store: Store) =>
    store.write(QUEUE, async (tx) => {
      await tx.put("outbox", oneRow(1));
      await tx.put("photos", photo("waiting"));
    });

  const withPhoto = async () => {
    const inner = await holding({});
    await inner.write(["photos"], (tx) => tx.put("photos", photo("draft")));
    return inner;
  };

  it("saves words: the ballast is let go", async () => {
    const inner = await withPhoto();
    const hand = new Hand();
    await saved(journalled(filling(inner, 1), spareOf(), hired(hand)));
    expect(hand.asked.slice(1)).toEqual(["room", [oneRow(1)]]);
    expect(await inner.read(["photos"], (tx) => tx.get("photos", "p"))).toMatchObject({ state: "waiting" });
  });

  it("saves words even when its photo cannot be marked", async () => {
    const inner = await withPhoto();
    const hand = new Hand();
    await saved(journalled(filling(inner, 2), spareOf(), hired(hand)));
    expect(hand.asked.slice(1)).toEqual(["room", "room", [oneRow(1)]]);
    expect(await idsIn(inner, "outbox")).toEqual([oneRow(1).id]);
    expect(await inner.read(["photos"], (tx) => tx.get("photos", "p"))).toMatchObject({ state: "draft" });
  });

  it("says so when even that does not help", async () => {
    const store = journalled(filling(await withPhoto(), 3), spareOf(), hired(new Hand()));
    await expect(saved(store)).rejects.toMatchObject({ name: "QuotaExceededError" });
  });

  it("first forgets what can be done without, and then takes photos again", async () => {
    const inner = await holding({});
    const hand = new Hand();
    let cleared = 0;
    const clear = async () => (cleared++ ? 0 : 5);
    const store = clearing(journalled(filling(inner, 1), spareOf(), hired(hand)), clear);
    await store.write(["photos"], (tx) => tx.put("photos", photo("draft")));
    expect([cleared, hand.asked.includes("room")]).toEqual([1, false]);
    expect(await inner.read(["photos"], (tx) => tx.keys("photos"))).toEqual(["p"]);
  });

  it("refuses a new photo when nothing can be done without", async () => {
    const full = journalled(filling(await holding({}), 9), spareOf(), hired(new Hand()));
    const store = clearing(full, async () => 5);
    const shot = store.write(["photos"], (tx) => tx.put("photos", photo("draft")));
    await expect(shot).rejects.toMatchObject({ name: "QuotaExceededError" });
  });

  it("keeps the ballast from the server's records", async () => {
    const hand = new Hand();
    const store = journalled(filling(await holding({}), 1), spareOf(), hired(hand));
    const writing = store.write(["photos", "records"], (tx) => tx.put("photos", photo("waiting")));
    await expect(writing).rejects.toMatchObject({ name: "QuotaExceededError" });
    expect(hand.asked.includes("room")).toBe(false);
  });

  it("keeps the ballast from new photos, also once words have used of it, until there is room again", async () => {
    const inner = await holding({});
    const hand = new Hand((message) => (message === "roomy" ? false : well(message)));
    const store = journalled(filling(inner, 2), spareOf(), hired(hand));
    const shoot = (id: string) =>
      store.write(["photos"], (tx) => tx.put("photos", { ...photo("draft"), id }));
    await expect(shoot("a")).rejects.toMatchObject({ name: "QuotaExceededError" });
    expect(hand.asked.includes("room")).toBe(false);
    await put(store, oneRow(1));
    expect(hand.asked).toContain("room");
    await expect(shoot("a")).rejects.toMatchObject({ name: "QuotaExceededError" });
    await put(store, oneRow(2));
    hand.reply = well;
    await shoot("a");
    expect(await inner.read(["photos"], (tx) => tx.keys("photos"))).toEqual(["a"]);
  });

  it("is known from the start, and a photo that is here already may change", async () => {
    const inner = await holding({});
    await inner.write(["photos"], (tx) => tx.put("photos", photo("waiting")));
    const tight: Reply = (message) =>
      typeof message === "object" && "top" in message ? [false, true] : message !== "roomy";
    const store = journalled(inner, spareOf(), hired(new Hand(tight)));
    await store.write(["photos"], (tx) => tx.put("photos", photo("draft")));
    const fresh = store.write(["photos"], (tx) => tx.put("photos", { ...photo("draft"), id: "new" }));
    await expect(fresh).rejects.toMatchObject({ name: "QuotaExceededError" });
  });
});

describe("beside a store in memory, it", () => {
  beforeEach(() => void vi.useRealTimers());
  storeContract(() => {
    const inner = holding({ signedIn: false });
    const late: Store = {
      read: async (tables, work) => (await inner).read(tables, work),
      write: async (tables, work) => (await inner).write(tables, work),
    };
    return journalled(late, spareOf(), hired(new Hand()));
  });
});
