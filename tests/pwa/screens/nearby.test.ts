import { describe, expect, it } from "vitest";
import { openNear } from "../../../pwa/src/screens/nearby.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import { incident, view } from "./sights.ts";

const held = (page: KindPage): KindPage => {
  const states = Object.entries(page.workflow.states).map(([name, state]) => [
    name,
    { ...state, holder: state.final ? [] : ["community_secretary"] },
  ]);
  return { ...page, workflow: { ...page.workflow, states: Object.fromEntries(states) } };
};
const KINDS = new Map([["incident", held(incident)]]);
const at = (id: string, lat: number, more = {}) =>
  view({ id, state: "handling", values: { place: [lat, 0, 500, 0, 0, 0] }, ...more });
const found = (...views: ReturnType<typeof at>[]) => openNear([0, 0], views, KINDS).map(({ id }) => id);

describe("what is still open at a place", () => {
  it("lies within a hundred metres, the newest first", () => {
    const far = 10_000; // 111 metres in 1e-7 degrees of latitude
    expect(found(at("a.1", 100, { madeMs: 1 }), at("a.2", 8_000, { madeMs: 2 }), at("a.3", far))).toEqual([
      "a.2",
      "a.1",
    ]);
  });
  it("is nothing that is over, without a place, or of a kind nobody knows", () => {
    expect(
      found(at("a.1", 0, { state: "closed" }), at("a.2", 0, { values: {} }), at("a.3", 0, { kind: "x" })),
    ).toEqual([]);
  });
  it("is no correction: its place is what it proposes", () => {
    const steps = incident.workflow.steps.map((step) => ({ ...step, mends: true }));
    const page = held({ ...incident, workflow: { ...incident.workflow, steps } });
    expect(openNear([0, 0], [at("a.1", 0)], new Map([["incident", page]]))).toEqual([]);
  });
});
