import { describe, expect, it } from "vitest";
import type { Offer, View } from "../../../pwa/src/model.ts";
import { ownUnits, placesOf, queuesOf, reachOf, reviewable, waits } from "../../../pwa/src/screens/places.ts";
import { daySheet, incident, KINDS, NOW, person, UNITS, view, visit } from "./sights.ts";

const worker = person(["fulltime_worker", 2]);
const secretary = person(["community_secretary", 1]);
const hashes = (me: typeof worker) => placesOf(reachOf(me, KINDS, ["incident"])).map((place) => place.hash);
const offer = (step: string, tone: Offer["tone"], needs: string[] = []): Offer => ({
  step,
  to: "",
  needs,
  takes: [],
  tone,
});
const REVIEW = [offer("approve", "go"), offer("return", "back", ["return_field"])];
const map = (...views: View[]) => new Map(views.map((each) => [each.id, each]));

describe("the places of the bar", () => {
  it("gives a worker report, today, records, me", () => {
    expect(hashes(worker)).toEqual(["#/report", "#/today", "#/records", "#/me"]);
  });
  it("gives who lets through and sends back the queue first, and the days of the team", () => {
    expect(hashes(secretary)).toEqual(["#/queue", "#/team", "#/records", "#/me"]);
    expect(placesOf(reachOf(secretary, KINDS, ["incident"]))[0]?.word).toBe("place.review");
  });
  it("gives who only takes things on a plain to-do list", () => {
    const places = placesOf(reachOf(person(["duty_officer", 1]), KINDS, ["incident"]));
    expect(places.map((place) => place.word)).toEqual(["place.queue", "place.records", "place.me"]);
  });
  it("gives a unit that cases are sent to a list of them, though the pages name it by a field only", () => {
    const steps = incident.workflow.steps.map((each) => ({ ...each, by: ["dept_member@unit"] }));
    const sent = { ...incident, workflow: { ...incident.workflow, steps } };
    const places = placesOf(reachOf(person(["dept_member", 9]), new Map([["incident", sent]]), []));
    expect(places.map((place) => place.word)).toEqual(["place.queue", "place.records", "place.me"]);
  });
  it("gives a rider three places, none of them a list of duties", () => {
    expect(hashes(person(["parttime_worker", 1]))).toEqual(["#/report", "#/records", "#/me"]);
  });
  it("gives who looks over days their list, and no camera where they report nothing", () => {
    expect(hashes(person(["grid_leader", 2]))).toEqual(["#/team", "#/records", "#/me"]);
  });
  it("gives a worker who also decides the worker's places: the queue is a notice at home", () => {
    expect(hashes(person(["fulltime_worker", 2], ["community_secretary", 1]))[0]).toBe("#/report");
  });
  it("starts the kind the registry names, else any with photos", () => {
    expect(reachOf(worker, KINDS, ["incident"]).report).toBe("incident");
    expect(reachOf(worker, KINDS, ["unheard_of"]).report).toBe("incident");
    expect(reachOf(person(["auditor", 1]), KINDS, ["incident"]).report).toBe("");
  });
  it("starts nothing that is no report: a letter, a call, an errand, or what is about another record", () => {
    const { note, photos, place } = incident.fields;
    const alike = (more: object, fields: object = incident.fields) =>
      reachOf(worker, new Map([["x", { ...incident, ...more, name: "x", fields } as typeof incident]]), [])
        .report;
    expect(alike({})).toBe("x");
    expect(alike({}, { note, photos })).toBe("");
    expect(alike({ stop: "assignee" })).toBe("");
    expect(alike({ round: {} })).toBe("");
    const target = { ...note, type: "ref", required: true };
    expect(alike({}, { ...incident.fields, target })).toBe("");
    expect(alike({}, { note, photos, place, target: { ...target, required: false } })).toBe("x");
  });
  it("calls it review only where something may be let through as it is, or sent back for a reason", () => {
    const reviews = (more: object) => {
      const steps = incident.workflow.steps.map((step) => ({
        ...step,
        ...(step.tone === "plain" ? {} : more),
      }));
      const page = { ...incident, workflow: { ...incident.workflow, steps } } as typeof incident;
      return reachOf(secretary, new Map([["incident", page]]), []).reviews;
    };
    expect(reviews({})).toBe(true);
    expect(reviews({ needs: ["note"] })).toBe(false);
    expect(reviews({ needs: [] })).toBe(false);
  });
});

describe("what waits for a person", () => {
  it("is what they are asked to decide", () => {
    expect(waits(view({ offers: REVIEW }), incident, secretary, UNITS, NOW)).toBe("me");
    expect(waits(view({ offers: [offer("escalate", "plain")] }), incident, secretary, UNITS, NOW)).toBe("");
  });
  it("is what came back to its author", () => {
    expect(
      waits(view({ state: "returned", offers: [offer("add_facts", "go")] }), incident, worker, UNITS, NOW),
    ).toBe("me");
  });
  it("tells the author of somebody's refusal for three days, then lies in the record only", () => {
    const line = { person: 8, step: "x", from: "", to: "returned", outcome: "done" as const, sets: {} };
    const refused = (atMs: number) => view({ state: "returned", story: [{ ...line, atMs }] });
    expect(waits(refused(NOW - 2 * 86_400_000), incident, worker, UNITS, NOW)).toBe("me");
    expect(waits(refused(NOW - 4 * 86_400_000), incident, worker, UNITS, NOW)).toBe("");
    const own = view({ state: "returned", story: [{ ...line, atMs: NOW, person: 7 }] });
    expect(waits(own, incident, worker, UNITS, NOW)).toBe("");
  });
  it("is no news for the author while somebody else has it", () => {
    const line = {
      person: 8,
      step: "x",
      from: "",
      to: "returned",
      outcome: "done" as const,
      sets: {},
      atMs: NOW,
    };
    const sent = (turn: string[]) => view({ state: "returned", story: [line], turn });
    expect(waits(sent(["author"]), incident, worker, UNITS, NOW)).toBe("me");
    expect(waits(sent(["duty_officer"]), incident, worker, UNITS, NOW)).toBe("");
  });
  it("is what they may step in on, and is said to be with others", () => {
    expect(waits(view({ offers: REVIEW, turn: ["duty_officer"] }), incident, secretary, UNITS, NOW)).toBe(
      "other",
    );
    expect(
      waits(view({ offers: REVIEW, turn: ["community_secretary"] }), incident, secretary, UNITS, NOW),
    ).toBe("me");
  });
  it("is an own day only when it was queried", () => {
    const day = { kind: "day_sheet", offers: [offer("submit", "go")] };
    expect(waits(view({ ...day, state: "open" }), daySheet, worker, UNITS, NOW)).toBe("");
    expect(waits(view({ ...day, state: "queried" }), daySheet, worker, UNITS, NOW)).toBe("me");
  });
  it("is not what is over and done with, though it may still be rated", () => {
    const closed = view({ state: "closed", offers: [offer("rate", "go")] });
    const rated = { ...incident.workflow, steps: [...incident.workflow.steps] };
    const [, , , add] = incident.workflow.steps;
    rated.steps.push({
      ...add,
      name: "rate",
      start: ["closed"],
      by: ["author"],
    } as (typeof rated.steps)[number]);
    expect(waits(closed, { ...incident, workflow: rated }, worker, UNITS, NOW)).toBe("");
  });
  it("does not look into records whose state has no door for this person", () => {
    const closed = view({ state: "closed", author: 9 });
    const dear = Object.defineProperty(closed, "offers", { get: () => expect.unreachable("looked") });
    expect(waits(dear, incident, secretary, UNITS, NOW)).toBe("");
  });
});

describe("the queue", () => {
  const old = view({
    id: "a.1",
    state: "handling",
    madeMs: NOW - 9000,
    offers: [offer("finish", "go", ["note"])],
  });
  const later = view({ id: "a.2", madeMs: NOW - 1000, offers: REVIEW });
  const first = view({ id: "a.3", madeMs: NOW - 5000, offers: REVIEW });
  it("puts cards to review first, and the oldest before the newer", () => {
    const { me, other } = queuesOf(map(later, old, first), KINDS, secretary, UNITS, NOW);
    expect(me.map((each) => each.id)).toEqual(["a.3", "a.2", "a.1"]);
    expect(other).toEqual([]);
  });
  it("remembers its answer while nothing changed", () => {
    const views = map(later);
    const asked = () => queuesOf(views, KINDS, secretary, UNITS, NOW);
    expect(asked()).toBe(asked());
    expect(queuesOf(new Map(), KINDS, secretary, UNITS, NOW)).toEqual({ me: [], other: [] });
  });
  it("keeps apart what somebody else has and this person may only step in on", () => {
    const mine = { ...first, turn: ["community_secretary"] };
    const theirs = { ...later, turn: ["dept_member@unit"] };
    const elsewhere = { ...old, turn: ["community_secretary"], area: 4 };
    const { me, other } = queuesOf(map(mine, theirs, elsewhere), KINDS, secretary, UNITS, NOW);
    expect(me.map((each) => each.id)).toEqual(["a.3"]);
    expect(other.map((each) => each.id)).toEqual(["a.2", "a.1"]);
  });
  it("reviews what can be sent back for a reason, not what only needs words", () => {
    expect(reviewable(first, KINDS)).toBe(true);
    expect(reviewable(view({ offers: [offer("verify", "go"), offer("bad", "back", ["note"])] }), KINDS)).toBe(
      false,
    );
    expect(reviewable(view({ offers: [offer("finish", "go", ["note"]), REVIEW[1] as Offer] }), KINDS)).toBe(
      false,
    );
  });
  it("is no review where the turn is a unit's or a named person's: that is work to take on", () => {
    const state = incident.workflow.states.in_review;
    const kinds = (holder: string[]) =>
      new Map([
        [
          "incident",
          {
            ...incident,
            workflow: { ...incident.workflow, states: { in_review: { ...state, holder } } },
          },
        ],
      ]) as unknown as typeof KINDS;
    const given = view({ offers: REVIEW });
    expect(reviewable(given, kinds(["community_secretary"]))).toBe(true);
    expect(reviewable(given, kinds(["dept_member@unit"]))).toBe(false);
    expect(reviewable(given, kinds(["@assignee"]))).toBe(false);
  });
});

describe("where a person may file", () => {
  it("files under the grids below the grants that allow it", () => {
    expect(ownUnits(worker, incident, UNITS).map((unit) => unit.id)).toEqual([2]);
    expect(ownUnits(secretary, incident, UNITS).map((unit) => unit.id)).toEqual([2, 3]);
    expect(ownUnits(secretary, visit, UNITS)).toEqual([]);
  });
});
