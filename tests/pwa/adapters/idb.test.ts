import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, describe, expect, it, vi } from "vitest";
import { idbStore } from "../../../pwa/src/adapters/idb.ts";
import type { Store } from "../../../pwa/src/ports.ts";
import { storeContract } from "./store-contract.ts";

let made = 0;

describe("the store in IndexedDB", () => {
  storeContract(() => idbStore(`test-${++made}`));

  it("writes strictly: what it promised survives a pulled battery", async () => {
    const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
    await idbStore("strict").write(["notes"], (tx) => tx.put("notes", { id: "swept", value: 1 }));
    expect(transaction).toHaveBeenLastCalledWith(["notes"], "readwrite", { durability: "strict" });
    transaction.mockRestore();
  });

  it("steps aside for a newer version of the app, and opens again when asked", async () => {
    const store = idbStore("upgrade");
    await store.write(["notes"], (tx) => tx.put("notes", { id: "swept", value: 1 }));
    const upgraded = new Promise<string>((done) => {
      const request = indexedDB.open("upgrade", 2);
      request.onblocked = () => done("blocked");
      request.onsuccess = () => {
        request.result.close();
        done("upgraded");
      };
    });
    expect(await upgraded).toBe("upgraded");
    await expect(store.read(["notes"], (tx) => tx.get("notes", "swept"))).rejects.toThrow(/version/i);
  });
});

describe("a database damaged beyond opening", () => {
  const unknown = () => new DOMException("Internal error opening backing store", "UnknownError");
  const refusing = (times: number, fault: () => DOMException) => {
    const open = indexedDB.open.bind(indexedDB);
    return vi.spyOn(indexedDB, "open").mockImplementation((name, version) => {
      if (times-- > 0) return failing(fault());
      return open(name, version);
    });
  };
  const failing = (fault: DOMException): IDBOpenDBRequest => {
    const request = { error: fault, onerror: null as (() => void) | null };
    queueMicrotask(() => request.onerror?.());
    return request as unknown as IDBOpenDBRequest;
  };
  const swept = (store: Store) =>
    store.write(["notes"], async (tx) => {
      const old = await tx.get("notes", "swept");
      await tx.put("notes", { id: "swept", value: 2 });
      return old?.value;
    });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it("is asked once more before anything is given up", async () => {
    await swept(idbStore("twice"));
    const opens = refusing(1, unknown);
    expect(await swept(idbStore("twice"))).toBe(2);
    expect(opens).toHaveBeenCalledTimes(2);
  });

  it("is deleted and made anew", async () => {
    await swept(idbStore("anew"));
    refusing(2, unknown);
    expect(await swept(idbStore("anew"))).toBeUndefined();
    expect(await swept(idbStore("anew"))).toBe(2);
  });

  it("is left alone, and another bucket taken, when it cannot even be deleted", async () => {
    await swept(idbStore("bucket"));
    refusing(2, unknown);
    vi.spyOn(indexedDB, "deleteDatabase").mockImplementation(() => failing(unknown()));
    const other = new IDBFactory();
    const open = vi.fn(async () => ({ indexedDB: other }));
    vi.stubGlobal("navigator", { storageBuckets: { open } });
    expect(await swept(idbStore("bucket"))).toBeUndefined();
    expect(open).toHaveBeenCalledWith("anew", { persisted: true, durability: "strict" });
    expect((await other.databases()).map((each) => each.name)).toEqual(["bucket"]);
  });

  it("is told as it is where there are no buckets, and for every other fault", async () => {
    refusing(9, unknown);
    vi.spyOn(indexedDB, "deleteDatabase").mockImplementation(() => failing(unknown()));
    vi.stubGlobal("navigator", {});
    await expect(swept(idbStore("none"))).rejects.toMatchObject({ name: "UnknownError" });
    vi.restoreAllMocks();
    refusing(1, () => new DOMException("full", "QuotaExceededError"));
    await expect(swept(idbStore("none"))).rejects.toMatchObject({ name: "QuotaExceededError" });
  });
});
