import { expect, it } from "vitest";
import type { Entered } from "../../../pwa/src/model.ts";
import { keptOf } from "../../../pwa/src/screens/needs-words.ts";
import { view, world } from "./sights.ts";

const RECORD = "0000000a1b2c3d4e.7";
const LABEL = "原来写的";
const kept = (more: Partial<Entered>): Entered => ({
  kind: "incident",
  record: RECORD,
  step: "",
  sets: {},
  ...more,
});

it("spells out an entry that was kept back, photos and times left out", () => {
  const entry = kept({ sets: { captured_ms: 1, matter: "rock_fall", note: "石头松了", photos: ["k"] } });
  expect(keptOf(entry, LABEL, world())).toEqual([
    [LABEL, "事件"],
    ["是什么事", "落石"],
    ["情况", "石头松了"],
  ]);
});

it("names the record it is about, unless that is the one that keeps it", () => {
  const about = view({ id: RECORD, kind: "incident", values: { matter: "rock_fall" } });
  const entry = kept({ sets: { progress: "清了" }, step: "approve" });
  expect(keptOf(entry, LABEL, world(about))).toEqual([
    [LABEL, "事件：落石"],
    ["点的", "approve"],
    ["进展", "清了"],
  ]);
  const keeper = view({ id: RECORD, kind: "household", values: { name: "别的" } });
  expect(keptOf(entry, LABEL, world(keeper))[0]).toEqual([LABEL, "事件"]);
});

it("says the kind's own name where its page is not here", () => {
  expect(keptOf(kept({ kind: "meeting", sets: { x: 1 } }), LABEL, world())).toEqual([[LABEL, "meeting"]]);
});
