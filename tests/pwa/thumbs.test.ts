import { describe, expect, it } from "vitest";
import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import { purge } from "../../pwa/src/keep.ts";
import type { Store } from "../../pwa/src/ports.ts";
import { fitting, keepSmall, SMALLS_MAX } from "../../pwa/src/thumbs.ts";
import { noteIn } from "./rows.ts";

const MB = 2 ** 20;

async function holding(...keys: string[]): Promise<Store> {
  const store = memoryStore();
  await store.write(["previews"], async (tx) => {
    for (const id of keys) await tx.put("previews", { id, preview: "/9j/", here: true });
  });
  return store;
}

const kept = async (store: Store) =>
  (await store.read(["previews"], (tx) => tx.all("previews"))).filter((row) => row.small).map(({ id }) => id);

describe("thumbnails", () => {
  it("are kept up to a bound, those unused longest let go", async () => {
    const keys = ["a", "b", "c", "d", "e"];
    const store = await holding(...keys);
    for (const key of keys) await keepSmall(store, key, new ArrayBuffer(4 * MB));
    expect(await kept(store)).toEqual(["c", "d", "e"]);
    await keepSmall(store, "c", new ArrayBuffer(4 * MB));
    await keepSmall(store, "a", new ArrayBuffer(4 * MB));
    expect(await kept(store)).toEqual(["a", "c", "e"]);
    expect((await noteIn(store, "smalls"))?.map(([key]) => key)).toEqual(["e", "c", "a"]);
  });

  it("leave the preview where it was", async () => {
    const store = await holding("a", "b");
    await keepSmall(store, "a", new ArrayBuffer(SMALLS_MAX));
    await keepSmall(store, "b", new ArrayBuffer(1));
    const row = await store.read(["previews"], (tx) => tx.get("previews", "a"));
    expect(row).toEqual({ id: "a", preview: "/9j/", here: true });
  });

  it("are not kept of what has left the view, nor when one alone is too large", async () => {
    const store = await holding("a");
    await keepSmall(store, "gone", new ArrayBuffer(1));
    await keepSmall(store, "a", new ArrayBuffer(SMALLS_MAX + 1));
    expect(await kept(store)).toEqual([]);
    expect(await store.read(["previews"], (tx) => tx.keys("previews"))).toEqual(["a"]);
  });

  it("go with the record that showed them", async () => {
    const key = "A".repeat(22);
    const store = await holding(key);
    await keepSmall(store, key, new ArrayBuffer(9));
    const record = { id: "r", cells: { photos: [[[[1, 0, "d"], key]], []] } } as never;
    await store.write(["records", "photos", "previews"], async (tx) => {
      await tx.put("records", record);
      await purge(tx, ["r"]);
    });
    expect(await store.read(["previews"], (tx) => tx.keys("previews"))).toEqual([]);
  });

  it("fit as long as all of them do", () => {
    expect(fitting([])).toEqual([]);
    expect(fitting([["a", SMALLS_MAX]])).toEqual([["a", SMALLS_MAX]]);
    expect(
      fitting([
        ["a", 1],
        ["b", SMALLS_MAX],
      ]),
    ).toEqual([["b", SMALLS_MAX]]);
  });
});
