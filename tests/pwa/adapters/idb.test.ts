import "fake-indexeddb/auto";
import { describe, expect, it, vi } from "vitest";
import { idbStore } from "../../../pwa/src/adapters/idb.ts";
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
