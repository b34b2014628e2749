import { expect, it } from "vitest";
import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import { takenPhoto } from "../../pwa/src/outbox.ts";
import type { PhotoRow, Store } from "../../pwa/src/ports.ts";
import { makeRoom, trimOriginals } from "../../pwa/src/room.ts";
import { developed } from "./rig.ts";

const MB = 1_000_000;
const sized = (size: number): Blob => ({ size }) as Blob;

async function holding(
  ...photos: [name: string, state: PhotoRow["state"], screen: number, original: number][]
) {
  const store = memoryStore();
  await store.write(["photos"], async (tx) => {
    for (const [at, [name, state, screen, original]] of photos.entries()) {
      const row = takenPhoto({ ...developed(name), original: sized(original * MB) }, 7, at);
      const { original: given, ...bare } = row;
      await tx.put("photos", {
        ...bare,
        id: name,
        state,
        size: screen * MB,
        ...(original ? { original: given as Blob } : {}),
      });
    }
  });
  return store;
}

const left = async (store: Store) =>
  (await store.read(["photos"], (tx) => tx.all("photos"))).map(
    ({ id, original }) => id + (original ? "+" : ""),
  );

it("is made of originals first, then of the oldest that the server has, and no more than is needed", async () => {
  const store = await holding(["b", "verified", 1, 10], ["a", "verified", 1, 10], ["c", "announced", 1, 10]);
  expect(await makeRoom(store)).toBe(20 * MB);
  expect(await left(store)).toEqual(["a", "b", "c+"]);
  const bare = await holding(["b", "verified", 10, 0], ["a", "verified", 10, 0], ["c", "verified", 10, 0]);
  expect(await makeRoom(bare)).toBe(20 * MB);
  expect(await left(bare)).toEqual(["c"]);
});

it("is never made of what was not sent", async () => {
  const store = await holding(["a", "announced", 9, 0], ["b", "waiting", 9, 0], ["c", "held", 9, 0]);
  expect(await makeRoom(store)).toBe(0);
  expect(await left(store)).toEqual(["a", "b", "c"]);
});

it("is not made of a draft, not even of its originals", async () => {
  const store = await holding(["a", "draft", 9, 9]);
  expect(await makeRoom(store)).toBe(0);
  expect(await left(store)).toEqual(["a+"]);
});

it("holds no originals that nobody wants, and not more than a phone can bear", async () => {
  const store = await holding(["a", "verified", 1, 200], ["b", "verified", 1, 200]);
  await store.write(["photos"], (tx) => trimOriginals(tx, {}));
  expect(await left(store)).toEqual(["a", "b+"]);
  await store.write(["photos"], (tx) => trimOriginals(tx, { originals: "no" }));
  expect(await left(store)).toEqual(["a", "b"]);
});
