import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import * as wire from "../../../pwa/src/sync/wire.ts";
import { as, forms, fromOp, type Json, resolve, run, toKinds, toOp, toOps } from "./vectors.ts";

/** Leave out what the reader does not miss: that is what the server may leave out. */
function trimmed(full: Json[]): Json[] {
  const shorter = full.slice(0, -1);
  if (!full.length || !isDeepStrictEqual(wire.toReceipt(shorter), wire.toReceipt(full))) return full;
  return trimmed(shorter);
}

run("wire", wire, {
  trimmed,
  pack: forms(wire.pack, [toOps, toKinds, as]),
  unpack: forms(wire.unpack, [as, toKinds, as, as], (ops: Json) => ops.map(fromOp)),
  row: forms(wire.row, [toOp, toKinds, as]),
  unrow: forms(wire.unrow, [as, toKinds, as, as], fromOp),
});

const photo = ["k", 1, "p"] as const;
const heard: wire.Receipt = {
  serverMs: 9,
  cursor: "c",
  more: true,
  acks: [[1, 2]],
  missing: [[3, 3]],
  verdicts: [{ n: 2, code: "amended", receivedMs: 6, detail: "" }],
  records: [
    {
      id: "a.1",
      kind: "trial",
      area: 111,
      author: 5,
      madeMs: 4,
      receivedMs: 6,
      state: "done",
      cells: { name: ["mud", [4, 0, "a"]] },
      story: [
        {
          seq: 3,
          stamp: [5, 0, "a"],
          person: 7,
          step: "close",
          start: "open",
          to: "done",
          outcome: "done",
          receivedMs: 6,
          sets: { note: "x" },
        },
      ],
    },
  ],
  photos: [photo],
  gone: ["b.1"],
  directory: "d",
  anew: true,
  head: 12,
  backed: 7,
};

describe("a receipt", () => {
  const line = [3, [5, 0, "a"], 7, "close", "open", "done", "done", 6, { note: "x" }];
  const delta = ["a.1", "trial", 111, 5, 4, 6, "done", { name: ["mud", [4, 0, "a"]] }, [line]];
  const verdict = [2, "amended", 6, ""];

  it("is read in full", () => {
    const row = [9, "c", true, [[1, 2]], [[3, 3]], [verdict], [delta], [photo], ["b.1"], "d", true, 12, 7];
    expect(wire.toReceipt(row)).toEqual(heard);
    expect(wire.toReceipt([...row, "of a later version"])).toEqual(heard);
  });

  it("is read without the empty parts at its end", () => {
    const quiet = { more: false, acks: [], missing: [], verdicts: [], records: [], photos: [], gone: [] };
    const place = { directory: "", anew: false, head: 0, backed: 0 };
    expect(wire.toReceipt([9, "c"])).toEqual({ serverMs: 9, cursor: "c", ...quiet, ...place });
  });
});

describe("a push", () => {
  it("travels as the list the server reads", () => {
    const push = { version: 1, kinds: "k", incarnation: "i", deviceMs: 2, cursor: "c", top: 3, low: 4 };
    expect(wire.parts({ ...push, ops: [], photos: [] })).toEqual([1, "k", "i", 2, "c", 3, 4, [], []]);
  });

  it("sends raw what is called like a part of every object", () => {
    const kinds = toKinds(resolve({ trial: { $: "trial" } }));
    const page = kinds.get("trial") as KindPage;
    const device = "aaaaaaaaaaaaaaaa";
    const op = (n: number, sets: string, step: Json) =>
      toOp([n, [5, n, device], "trial", `${device}.1`, null, JSON.parse(sets), step]);
    const ops = [
      op(1, '{"constructor": 1}', null),
      op(2, '{"__proto__": 1}', null),
      op(3, "{}", ["toString", "open"]),
      op(4, "{}", [page.workflow.steps[0]?.name, "constructor"]),
    ];
    for (const each of ops) expect(wire.row(each, kinds, 9)).toEqual({ raw: fromOp(each) });
    expect(wire.unpack(wire.pack(ops, kinds, 9), kinds, device, 9)).toEqual(ops);
  });

  it("is refused as a whole where it cannot be one", () => {
    for (const packed of [5, "x", true, {}, { c: null }, { c: [] }, [[]], [null], [{ raw: {} }]])
      expect(() => wire.unpack(packed, new Map(), "a", 1)).toThrow(wire.WireError);
  });
});
