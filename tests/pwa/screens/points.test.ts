import { describe, expect, it } from "vitest";
import { listsOf, pointsOf, walked } from "../../../pwa/src/screens/points.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import type { Value } from "../../../pwa/src/sync/value.ts";
import { field, incident, view } from "./sights.ts";

const HERE = [293_617_507, 1_062_093_245] as const;
const [, , , , closed] = Object.values(incident.workflow.states);
const over = { ...(closed as NonNullable<typeof closed>), final: true };
const flow = { ...incident.workflow, states: { ...incident.workflow.states, gone: over } };
const kind = (name: string, fields: KindPage["fields"]): KindPage => ({
  ...incident,
  name,
  fields,
  workflow: flow,
});
const refs = (zh: string) => field("refs", zh, { refers: "point" });
const walk = kind("walk", {
  route: field("ref", "路线", { refers: "route" }),
  seen: refs("走到了"),
  found: refs("有情况"),
});
const kinds = new Map(
  [
    walk,
    kind("route", { name: field("text", "名") }),
    kind("spot", { place: field("place", "位置") }),
    kind("point", {
      route: field("ref", "路线", { refers: "route" }),
      spot: field("ref", "场所", { refers: "spot" }),
      place: field("place", "位置"),
    }),
  ].map((page) => [page.name, page]),
);
const at = (metres: number) => [HERE[0] + metres * 90, HERE[1], 500, 0, 0, 0];
const route = view({ id: "r", kind: "route", values: {} });
const point = (id: string, values: { [name: string]: Value } = {}, more = {}) =>
  view({ id, kind: "point", state: "open", ...more, values: { route: "r", ...values } });

const shown = (here: readonly [number, number] | null, ...views: ReturnType<typeof view>[]) =>
  pointsOf(new Map(views.map((each) => [each.id, each])), kinds, walk, route, here);

describe("the points of a route", () => {
  it("are those that name it and are still walked, nearest first", () => {
    const points = shown(
      HERE,
      point("far", { place: at(900) }),
      point("near", { place: at(10) }),
      point("nowhere"),
      point("gone", {}, { state: "gone" }),
      point("other", { route: "another" }),
      view({ id: "no point", kind: "spot", state: "open", values: { route: "r" } }),
    );
    expect(points.map((each) => each.view.id)).toEqual(["near", "far", "nowhere"]);
  });

  it("lie where the place lies that they stand for, if they say none", () => {
    const spot = view({ id: "s", kind: "spot", state: "open", values: { place: at(50) } });
    const [one] = shown(HERE, point("p", { spot: "s" }), spot);
    expect(one?.metres).toBeGreaterThan(40);
    expect(shown(HERE, point("p", { spot: "gone" }))[0]?.metres).toBe(-1);
  });

  it("stand in the order they were made where nobody knows how far they are", () => {
    const points = shown(null, point("b", { place: at(1) }, { madeMs: 2 }), point("a", {}, { madeMs: 1 }));
    expect(points.map((each) => each.view.id)).toEqual(["a", "b"]);
  });
});

describe("what a walk says", () => {
  const points = shown(
    null,
    point("a", {}, { madeMs: 1 }),
    point("b", {}, { madeMs: 2 }),
    point("c", {}, { madeMs: 3 }),
  );
  const said = (seen: string[], found: string[]) => walked(walk, points, new Set(seen), new Set(found));

  it("is every point if none was tapped", () => {
    expect(listsOf(walk)).toEqual(["seen", "found"]);
    expect(said([], [])).toEqual({ seen: ["a", "b", "c"] });
  });

  it("is else what was tapped, and where something was found somebody was", () => {
    expect(said(["c"], [])).toEqual({ seen: ["c"] });
    expect(said(["c"], ["a"])).toEqual({ seen: ["a", "c"], found: ["a"] });
  });
});
