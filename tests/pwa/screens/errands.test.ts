// What somebody on the road finds below the camera: nearest first, nothing to whom it is not offered, and a sum.

import { describe, expect, it } from "vitest";
import type { Me, View } from "../../../pwa/src/model.ts";
import {
  doneWords,
  errandPage,
  errandsOf,
  reportsOf,
  takenBy,
  taking,
  thanksOf,
} from "../../../pwa/src/screens/errands.ts";
import { incident, microTask, points } from "./sights.ts";

const RIDER = 12;
const KINDS = new Map([incident, microTask, points].map((page) => [page.name, page]));
const DAY_MS = 86_400_000;
const me = (...roles: string[]): Me => ({
  person: RIDER,
  name: "代小强",
  town: 3,
  townName: "梨坪镇",
  grants: roles.map((role) => ({ role, unit: 3 })),
  helpName: "",
  helpPhone: "",
});
const offer = { step: "take", to: "taken", needs: ["taker"], takes: [], tone: "plain" as const };
const view = (id: string, kind: string, more: Partial<View> = {}): View => ({
  id,
  kind,
  area: 311,
  author: 8,
  madeMs: 1,
  receivedMs: 1,
  state: kind === "micro_task" ? "open" : "given",
  values: {},
  photos: {},
  sounds: [],
  clashes: [],
  story: [],
  offers: kind === "micro_task" ? [offer] : [],
  turn: [],
  sent: "done",
  kept: "server",
  reason: "",
  number: "",
  undoable: false,
  entry: null,
  ...more,
});
const mapOf = (...views: View[]) => new Map(views.map((each) => [each.id, each]));
const at = (lat: number) => ({ place: [lat, 0, 500, 0, 0, 0] });
const line = (step: string, to: string, atMs: number, sets = {}) => ({
  atMs,
  person: 8,
  step,
  from: "",
  to,
  outcome: "done" as const,
  sets,
});

describe("errands", () => {
  it("are offered to who may see them and makes none", () => {
    expect(errandPage(me("parttime_worker"), KINDS)?.name).toBe("micro_task");
    for (const role of ["fulltime_worker", "community_secretary", "duty_officer"])
      expect(errandPage(me(role), KINDS), role).toBeUndefined();
    expect(errandPage(me("parttime_worker", "duty_officer"), KINDS)).toBeUndefined();
  });

  it("stand nearest first, from where the person last reported; those without a place last", () => {
    const views = mapOf(
      view("old", "incident", { author: RIDER, madeMs: 1, values: at(9_000) }),
      view("last", "incident", { author: RIDER, madeMs: 2, values: at(0) }),
      view("nowhere", "micro_task"),
      view("far", "micro_task", { values: at(9_000) }),
      view("near", "micro_task", { values: at(1_000) }),
      view("gone", "micro_task", { values: at(0), state: "taken", offers: [] }),
    );
    const found = errandsOf(views, KINDS, RIDER);
    expect(found.map(({ view }) => view.id)).toEqual(["near", "far", "nowhere"]);
    expect(found.map(({ metres }) => Math.round(metres))).toEqual([11, 100, -1]);
    expect(taking(views.get("near") as View)?.step).toBe("take");
  });

  it("that one took on stay until three days after they are over; those of others never show", () => {
    const mine = { values: { taker: RIDER }, offers: [] };
    const over = { ...mine, state: "done", story: [line("accept", "done", 10)] };
    const views = mapOf(
      view("mine", "micro_task", { ...mine, state: "taken", madeMs: 3 }),
      view("over", "micro_task", { ...over, madeMs: 2 }),
      view("given back", "micro_task", { values: { taker: RIDER } }),
      view("other", "micro_task", { values: { taker: 13 }, offers: [], state: "taken" }),
    );
    const ids = (nowMs: number) => takenBy(views, microTask, RIDER, nowMs).map(({ id }) => id);
    expect(ids(11)).toEqual(["mine", "over"]);
    expect(ids(10 + 3 * DAY_MS)).toEqual(["mine"]);
  });
});

describe("reports and thanks", () => {
  it("are one's own, newest first", () => {
    const own = { author: RIDER, state: "handling" };
    const views = mapOf(
      view("a", "incident", { ...own, madeMs: 1 }),
      view("b", "incident", { ...own, madeMs: 2 }),
      view("c", "incident"),
      view("d", "note", own),
    );
    expect(reportsOf(views, "incident", RIDER).map(({ id }) => id)).toEqual(["b", "a"]);
  });

  it("say what was done once it is done, and not before", () => {
    const story = [line("finish", "handling", 1, { return_note: "换了井盖" }), line("verify", "closed", 2)];
    expect(doneWords(view("a", "incident", { state: "closed", story }), incident)).toBe("换了井盖");
    expect(doneWords(view("a", "incident", { state: "handling", story }), incident)).toBe("");
  });

  it("add up only what was given to this person", () => {
    const given = (id: string, person: number, amount: number) =>
      view(id, "points", { values: { person, amount } });
    const views = mapOf(given("a", RIDER, 2), given("b", RIDER, 3), given("c", 13, 20));
    expect(thanksOf(views, KINDS, RIDER)).toBe(5);
    expect(thanksOf(views, new Map(), RIDER)).toBe(0);
  });
});
