import { describe, expect, it } from "vitest";
import type { OpRow, PhotoRow, PreviewRow } from "../../pwa/src/ports.ts";
import { anyReady, BYTES_MOST, choose, type Stock, spell } from "../../pwa/src/push.ts";
import { unpack } from "../../pwa/src/sync/wire.ts";
import { DEVICE, oneOp, rowOf } from "./rows.ts";
import { NOON, world } from "./town.ts";

const SELF = { incarnation: "aaaaaaaa", top: 9, wallMs: NOON, count: 0 };

const row = (
  n: number,
  more: Partial<OpRow> = {},
  record = `${DEVICE}.${n}`,
  device = DEVICE,
  wallMs = NOON,
): OpRow =>
  rowOf(oneOp(n, { stamp: [wallMs, n, device], record, sets: { matter: "flooding" } }, device), more);

function stock(rows: OpRow[], keys: string[] = [], preview = "p"): Stock {
  const photos = keys.map((id) => [id, { id, size: 9, state: "waiting" } as PhotoRow] as const);
  const previews = keys.map((id) => [id, { id, preview, here: false } as PreviewRow] as const);
  return { device: DEVICE, rows, photos: new Map(photos), previews: new Map(previews) };
}

const numbers = (from: Stock, most = 100) =>
  choose(from, world.kinds, most, NOON).rows.map((each) => each.op.n);
const spelled = (from: Stock) =>
  spell(choose(from, world.kinds, 100, NOON), from, { version: "k1", kinds: world.kinds }, SELF, "c", NOON);

describe("what goes next", () => {
  it("is the oldest, as many as asked for", () => {
    expect(numbers(stock([row(3), row(1), row(2)]), 2)).toEqual([1, 2]);
  });

  it("is an emergency with all that its record needs, and nothing else", () => {
    const rows = [row(1), row(2), row(3, { urgent: true }, `${DEVICE}.2`), row(4)];
    const load = choose(stock(rows), world.kinds, 100, NOON);
    expect(load.rows.map((each) => each.op.n)).toEqual([2, 3]);
    expect(load.urgent).toBe(true);
  });

  it("passes over what is refused or set aside, and what builds on that", () => {
    const rows = [
      row(1, { laterMs: NOON + 1 }),
      row(2, {}, `${DEVICE}.1`),
      row(3, { refused: true }),
      row(4),
    ];
    expect(numbers(stock(rows))).toEqual([4]);
    expect(anyReady(rows.slice(0, 3), NOON)).toBe(false);
    expect(anyReady(rows.slice(0, 3), NOON + 1)).toBe(true);
  });

  it("fits one breath of a weak link, previews counted, but is never empty", () => {
    const rows = [1, 2, 3, 4].map((n) => row(n, { photos: [`k${n}`] }));
    const large = "x".repeat(5_000);
    expect(numbers(stock(rows, ["k1", "k2", "k3", "k4"], large))).toEqual([1, 2]);
    expect(numbers(stock(rows, ["k1", "k2"], "x".repeat(BYTES_MOST)))).toEqual([1]);
  });

  it("announces each photo once, with the ops that speak of it", () => {
    const load = choose(
      stock([row(1, { photos: ["k"] }), row(2, { photos: ["k"] })], ["k"]),
      world.kinds,
      100,
      NOON,
    );
    expect(load.photos).toEqual([["k", 9, "p"]]);
  });

  it("announces a photo again whose op is long answered", () => {
    expect(choose(stock([], ["a", "b"]), world.kinds, 100, NOON).photos).toEqual([["a", 9, "p"]]);
  });
});

describe("the bytes of it", () => {
  it("leave out what is empty at the end", () => {
    expect(spelled(stock([]))).toEqual([1, "k1", "aaaaaaaa", NOON, "c", 9, 10]);
    expect(spelled(stock([row(1)])).length).toBe(8);
    expect(spelled(stock([row(1, { photos: ["k"] })], ["k"])).length).toBe(9);
  });

  it("say the lowest number not answered, refused ones apart", () => {
    expect(spelled(stock([row(3, { refused: true }), row(5), row(7)]))[6]).toBe(5);
  });

  it("speak for one incarnation: the oldest first, with its own numbers", () => {
    const before = "0000000a00000bad";
    const old = (n: number, more: Partial<OpRow> = {}) => row(n, more, undefined, before, NOON - 1000 + n);
    const mixed = stock([row(1), old(41), row(2), old(40)]);
    const self = { ...SELF, past: { [before]: 44 } };
    const load = choose(mixed, world.kinds, 100, NOON);
    expect(load).toMatchObject({ device: before, rows: [{ op: { n: 40 } }, { op: { n: 41 } }] });
    const push = spell(load, mixed, { version: "k1", kinds: world.kinds }, self, "c", NOON);
    expect([push[2], push[5], push[6]]).toEqual(["00000bad", 44, 40]);
    expect(choose(stock([row(1), old(40, { refused: true })]), world.kinds, 100, NOON).device).toBe(DEVICE);
    expect(choose(stock([old(40), row(1, { urgent: true })]), world.kinds, 100, NOON)).toMatchObject({
      device: DEVICE,
      rows: [{ op: { n: 1 } }],
    });
  });

  it("hold back what builds on an older incarnation's op that is set aside", () => {
    const before = "0000000a00000bad";
    const made = row(40, { laterMs: NOON + 1 }, `${before}.40`, before, NOON - 1000);
    expect(numbers(stock([row(1, {}, `${before}.40`), row(2), made]))).toEqual([2]);
  });

  it("can be read back into the same ops", () => {
    const rows = [row(1), row(2), row(3), row(4)];
    const ops = unpack(JSON.parse(JSON.stringify(spelled(stock(rows))[7])), world.kinds, DEVICE, NOON);
    expect(ops).toEqual(rows.map((each) => each.op));
  });
});
