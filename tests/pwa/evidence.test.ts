import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, it } from "vitest";
import { idbStore } from "../../pwa/src/adapters/idb.ts";
import { memoryStore } from "../../pwa/src/adapters/memory.ts";
import { advance, type Sealed, seal } from "../../pwa/src/evidence.ts";
import { note } from "../../pwa/src/outbox.ts";
import type { Chain, Store } from "../../pwa/src/ports.ts";
import { linkHash, readSeal, unbase64 } from "../../pwa/src/sync/evidence.ts";
import type { Shot } from "../../pwa/src/sync/wire.ts";
import { FakeServer } from "./fake-server.ts";
import { type Desk, desk, developed, idle } from "./rig.ts";
import { NOON } from "./town.ts";

const DEVICE = "0000000aaaaaaaaa";
const PLAIN: Shot = [0, 1_763_750_000_000, [1, 2, 3, 4, 0, 0], "dGh1bWI=", btoa("o".repeat(32)), 99, 0, ""];
const screen = (letter: string): string => btoa(letter.repeat(32));
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

async function begun(store: Store): Promise<Store> {
  await store.write(["notes"], async (tx) => {
    const session = { token: "t", number: DEVICE.slice(0, 8), person: 7, out: false };
    await tx.put("notes", { id: "session", value: session });
    const self = { incarnation: DEVICE.slice(8), top: 0, wallMs: 0, count: 0 };
    await tx.put("notes", { id: "self", value: self });
  });
  return store;
}

const keep = (store: Store, sealed: Sealed): Promise<boolean> =>
  store.write(["notes"], (tx) => advance(tx, sealed));
const chainOf = async (store: Store): Promise<Chain | undefined> =>
  (await store.read(["notes"], (tx) => note(tx, "chains")))?.[DEVICE];

/** Whether a photo's seal holds, and what it says of the one before. */
async function held(store: Store, { shot }: Sealed, letter: string) {
  const [source, takenMs, place, , original, , n, text] = shot;
  const seal = readSeal(text);
  const chain = await chainOf(store);
  if (!seal || !chain) return null;
  const [by, file] = [unbase64(screen(letter)), unbase64(original)];
  const link = {
    device: seal.device,
    n,
    prev: seal.prev,
    screen: by,
    original: file,
    takenMs,
    source,
    place,
  };
  const hash = await linkHash(link);
  const point = await crypto.subtle.exportKey("raw", chain.keys.publicKey);
  const key = await crypto.subtle.importKey("raw", point, ALGORITHM, true, ["verify"]);
  const good = await crypto.subtle.verify(ALGORITHM, key, seal.signature, hash);
  return { good, n, hash: [...hash], prev: [...seal.prev] };
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

describe.each([
  ["memory", memoryStore],
  ["indexedDB", idbStore],
])("the chain of photos in %s", (_, open) => {
  it("seals each photo, and each names the one before", async () => {
    const store = await begun(open());
    const first = await seal(store, PLAIN, screen("a"));
    expect(await keep(store, first)).toBe(true);
    const second = await seal(store, PLAIN, screen("b"));
    expect(await keep(store, second)).toBe(true);
    const [one, two] = [await held(store, first, "a"), await held(store, second, "b")];
    expect([one?.good, one?.n, one?.prev]).toEqual([true, 1, Array(32).fill(0)]);
    expect([two?.good, two?.n, two?.prev]).toEqual([true, 2, one?.hash]);
    expect((await held(store, first, "b"))?.good).toBe(false);
  });

  it("keeps a key that cannot be read out, and goes on with it", async () => {
    const store = await begun(open());
    await keep(store, await seal(store, PLAIN, screen("a")));
    const kept = await chainOf(store);
    expect(kept?.keys.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", kept?.keys.privateKey as CryptoKey)).rejects.toThrow();
  });

  it("gives a place to one photo only: who was slower seals anew", async () => {
    const store = await begun(open());
    const tabs = await Promise.all(["a", "b"].map((letter) => seal(store, PLAIN, screen(letter))));
    const kept = await Promise.all(tabs.map((sealed) => keep(store, sealed)));
    expect(kept).toEqual([true, false]);
    const again = await seal(store, PLAIN, screen("b"));
    expect(await keep(store, again)).toBe(true);
    expect(await held(store, again, "b")).toMatchObject({ good: true, n: 2 });
  });
});

it("takes no place until the photo is kept", async () => {
  const store = await begun(memoryStore());
  await seal(store, PLAIN, screen("a"));
  expect(await chainOf(store)).toBeUndefined();
});

it("begins a chain and a key of its own for each incarnation, and finds the old one again", async () => {
  const store = await begun(memoryStore());
  await keep(store, await seal(store, PLAIN, screen("a")));
  const other = { incarnation: "bbbbbbbb", top: 0, wallMs: 0, count: 0 };
  await store.write(["notes"], (tx) => tx.put("notes", { id: "self", value: other }));
  const anew = await seal(store, PLAIN, screen("b"));
  expect([anew.shot[6], anew.device]).toEqual([1, "0000000abbbbbbbb"]);
  await keep(store, anew);
  const back = { ...other, incarnation: DEVICE.slice(8) };
  await store.write(["notes"], (tx) => tx.put("notes", { id: "self", value: back }));
  expect((await seal(store, PLAIN, screen("c"))).shot[6]).toBe(2);
});

it("leaves a photo unsealed where nothing can be signed", async () => {
  const store = await begun(memoryStore());
  const { subtle } = crypto;
  Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
  const sealed = await seal(store, PLAIN, screen("a")).finally(() =>
    Object.defineProperty(crypto, "subtle", { value: subtle, configurable: true }),
  );
  expect(sealed.shot).toEqual(PLAIN);
  expect(await keep(store, sealed)).toBe(true);
  expect(await chainOf(store)).toBeUndefined();
});

const PICTURE = new Blob(["photo"], { type: "image/jpeg" });

/** Two tabs of one phone, each with a darkroom whose photos are its own, before one draft. */
async function tabs(): Promise<readonly [Desk, Desk]> {
  const server = new FakeServer();
  const room = (name: string) => {
    let count = 0;
    return { develop: async () => ({ ...developed(`${name}${++count}`), sha256: screen(name) }) };
  };
  const one = desk(server, { darkroom: room("a") });
  await one.start();
  await one.model.enrol("7");
  await idle();
  const two = desk(server, { darkroom: room("b"), store: one.outside.store });
  await two.start();
  one.link.reachable = false;
  two.link.reachable = false;
  await one.model.startDraft("incident");
  await two.model.editDraft({ values: {} });
  return [one, two];
}

const shots = async ({ outside }: Desk): Promise<readonly Shot[]> =>
  (await outside.store.read(["photos"], (tx) => tx.all("photos"))).flatMap(({ shot }) =>
    shot ? [shot] : [],
  );

describe("photos taken in", () => {
  it("each have a place of their own, whichever tab took them", async () => {
    const [one, two] = await tabs();
    const takes = [one, two, one].map((tab) => tab.model.addPhoto(PICTURE, "photos", "camera"));
    expect(await Promise.all(takes)).toEqual(["", "", ""]);
    const links = (await shots(one)).map((shot) => shot[6]).sort();
    expect(links).toEqual([1, 2, 3]);
  });

  it("say where they come from and where the phone was", async () => {
    const [one] = await tabs();
    one.stand({ latE7: 295_050_000, lonE7: 1_065_050_000, accuracyCm: 900, atMs: NOON, source: 0 });
    one.model.locate();
    await idle();
    await one.model.addPhoto(PICTURE, "photos", "camera");
    await one.model.addPhoto(PICTURE, "photos", "album");
    await one.model.addPhoto(PICTURE, "photos", "page");
    const told = await shots(one);
    expect(told.map(([source]) => source).sort()).toEqual([0, 1, 2]);
    for (const [, takenMs, place] of told)
      expect([takenMs, place]).toEqual([NOON, [295_050_000, 1_065_050_000, 900, 0, 0, 0]]);
  });

  it("leave their number unsent when they are put away", async () => {
    const [one] = await tabs();
    await one.model.addPhoto(PICTURE, "photos", "camera");
    await one.model.dropPhoto(one.model.draft.value?.photos[0]?.key ?? "");
    await one.model.addPhoto(PICTURE, "photos", "camera");
    expect((await shots(one)).map((shot) => shot[6])).toEqual([2]);
  });
});
