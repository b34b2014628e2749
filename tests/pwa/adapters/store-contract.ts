// What a store promises. Both adapters run it.

import { expect, it } from "vitest";
import type { PreviewRow, Store } from "../../../pwa/src/ports.ts";

const row = (id: string, preview = ""): PreviewRow => ({ id, preview, here: false });

export function storeContract(make: () => Store): void {
  const put = (store: Store, ...rows: PreviewRow[]) =>
    store.write(["previews"], async (tx) => {
      for (const each of rows) await tx.put("previews", each);
    });
  const ids = (store: Store, after?: string, most?: number) =>
    store.read(["previews"], async (tx) => (await tx.all("previews", after, most)).map((each) => each.id));

  it("gives back what was put, and undefined for what was not", async () => {
    const store = make();
    await put(store, row("a", "1"));
    expect(await store.read(["previews"], (tx) => tx.get("previews", "a"))).toEqual(row("a", "1"));
    expect(await store.read(["previews"], (tx) => tx.get("previews", "b"))).toBeUndefined();
  });

  it("lists rows in the order of their ids, in pages", async () => {
    const store = make();
    await put(store, row("c"), row("a"), row("d"), row("b"));
    expect(await ids(store)).toEqual(["a", "b", "c", "d"]);
    expect(await ids(store, "a", 2)).toEqual(["b", "c"]);
    expect(await ids(store, "d", 2)).toEqual([]);
    expect(await store.read(["previews"], (tx) => tx.keys("previews"))).toEqual(["a", "b", "c", "d"]);
  });

  it("does all of a write or nothing", async () => {
    const store = make();
    await put(store, row("a", "before"));
    const failing = store.write(["previews", "notes"], async (tx) => {
      await tx.put("previews", row("a", "after"));
      await tx.put("notes", { id: "swept", value: 1 });
      throw new Error("killed");
    });
    await expect(failing).rejects.toThrow("killed");
    expect(await store.read(["previews"], (tx) => tx.get("previews", "a"))).toEqual(row("a", "before"));
    expect(await store.read(["notes"], (tx) => tx.get("notes", "swept"))).toBeUndefined();
  });

  it("sees its own writes within a transaction", async () => {
    const store = make();
    const seen = await store.write(["previews"], async (tx) => {
      await tx.put("previews", row("a"));
      await tx.put("previews", row("b"));
      await tx.drop("previews", "a");
      return (await tx.all("previews")).map((each) => each.id);
    });
    expect(seen).toEqual(["b"]);
  });

  it("runs writes one after the other, so that two tabs never read the same number", async () => {
    const store = make();
    const raise = () =>
      store.write(["notes"], async (tx) => {
        const known = await tx.get("notes", "swept");
        await tx.put("notes", { id: "swept", value: Number(known?.value ?? 0) + 1 });
      });
    await Promise.all([raise(), raise(), raise()]);
    expect(await store.read(["notes"], (tx) => tx.get("notes", "swept"))).toEqual({ id: "swept", value: 3 });
  });

  it("empties one table and leaves the others", async () => {
    const store = make();
    await put(store, row("a"));
    await store.write(["notes"], (tx) => tx.put("notes", { id: "swept", value: 1 }));
    await store.write(["previews"], (tx) => tx.clear("previews"));
    expect(await ids(store)).toEqual([]);
    expect(await store.read(["notes"], (tx) => tx.get("notes", "swept"))).toBeDefined();
  });

  it("keeps what is stored apart from what was handed in and given out", async () => {
    const store = make();
    const mine = { ...row("a", "1") };
    await put(store, mine);
    (mine as { preview: string }).preview = "2";
    const given = await store.read(["previews"], (tx) => tx.get("previews", "a"));
    (given as { preview: string }).preview = "3";
    expect((await store.read(["previews"], (tx) => tx.get("previews", "a")))?.preview).toBe("1");
  });
}
