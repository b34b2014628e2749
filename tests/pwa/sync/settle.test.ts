import { describe, expect, it } from "vitest";
import * as settle from "../../../pwa/src/sync/settle.ts";
import { as, forms, fromSettled, resolve, run, toActor, toKnown, toOps, toWorld } from "./vectors.ts";

run("settle", settle, {
  settle: forms(settle.settle, [toKnown, toOps, toActor, toWorld, as], fromSettled),
});

describe("what a phone asks of a prediction", () => {
  const world = toWorld(resolve({ $: "world" }));
  const actor = toActor(resolve({ $: "worker" }));
  const known = toKnown(resolve({ $: "one_report" }));
  const ops = toOps([
    [2, [6000, 0, "aaaaaaaaaaaaaaaa"], "trial", "aaaaaaaaaaaaaaaa.1", null, { name: "clay" }, null],
  ]);

  it("leaves what it was given as it was", () => {
    const before = JSON.stringify([...known.records]);
    const { records } = settle.settle(known, ops, actor, world, 6000);
    expect(records.get("aaaaaaaaaaaaaaaa.1")?.cells.name).toEqual(["clay", [6000, 0, "aaaaaaaaaaaaaaaa"]]);
    expect(JSON.stringify([...known.records])).toBe(before);
  });

  it("knows no kind called like a part of every object", () => {
    const named = ops.map((op) => ({ ...op, kind: "constructor" }));
    expect(settle.settle(known, named, actor, world, 6000).verdicts).toEqual([
      { n: 2, code: "unknown_kind", receivedMs: 6000, detail: "constructor" },
    ]);
  });
});
