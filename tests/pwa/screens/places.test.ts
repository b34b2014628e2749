import { describe, expect, it } from "vitest";
import type { Offer, Phone, View } from "../../../pwa/src/model.ts";
import {
  ailing,
  creatable,
  isRegister,
  lacking,
  ownUnits,
  placesOf,
  queueOf,
  reachOf,
  reviewable,
  troubled,
  waits,
  writable,
} from "../../../pwa/src/screens/places.ts";
import { daySheet, household, incident, KINDS, NOW, person, UNITS, view, visit } from "./sights.ts";

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
});

describe("what waits for a person", () => {
  it("is what they are asked to decide", () => {
    expect(waits(view({ offers: REVIEW }), incident, secretary, NOW)).toBe(true);
    expect(waits(view({ offers: [offer("escalate", "plain")] }), incident, secretary, NOW)).toBe(false);
  });
  it("is what came back to its author", () => {
    expect(
      waits(view({ state: "returned", offers: [offer("add_facts", "go")] }), incident, worker, NOW),
    ).toBe(true);
  });
  it("tells the author of somebody's refusal for three days, then lies in the record only", () => {
    const line = { person: 8, step: "x", from: "", to: "returned", outcome: "done" as const, sets: {} };
    const refused = (atMs: number) => view({ state: "returned", story: [{ ...line, atMs }] });
    expect(waits(refused(NOW - 2 * 86_400_000), incident, worker, NOW)).toBe(true);
    expect(waits(refused(NOW - 4 * 86_400_000), incident, worker, NOW)).toBe(false);
    const own = view({ state: "returned", story: [{ ...line, atMs: NOW, person: 7 }] });
    expect(waits(own, incident, worker, NOW)).toBe(false);
  });
  it("is an own day only when it was queried", () => {
    const day = { kind: "day_sheet", offers: [offer("submit", "go")] };
    expect(waits(view({ ...day, state: "open" }), daySheet, worker, NOW)).toBe(false);
    expect(waits(view({ ...day, state: "queried" }), daySheet, worker, NOW)).toBe(true);
  });
  it("does not look into records whose state has no door for this person", () => {
    const closed = view({ state: "closed", author: 9 });
    const dear = Object.defineProperty(closed, "offers", { get: () => expect.unreachable("looked") });
    expect(waits(dear, incident, secretary, NOW)).toBe(false);
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
    expect(queueOf(map(later, old, first), KINDS, secretary, NOW).map((each) => each.id)).toEqual([
      "a.3",
      "a.2",
      "a.1",
    ]);
  });
  it("remembers its answer while nothing changed", () => {
    const views = map(later);
    expect(queueOf(views, KINDS, secretary, NOW)).toBe(queueOf(views, KINDS, secretary, NOW));
    expect(queueOf(new Map(), KINDS, secretary, NOW)).toEqual([]);
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

describe("what a person may begin, and where", () => {
  it("files under the grids below the grants that allow it", () => {
    expect(ownUnits(worker, incident, UNITS).map((unit) => unit.id)).toEqual([2]);
    expect(ownUnits(secretary, incident, UNITS).map((unit) => unit.id)).toEqual([2, 3]);
    expect(ownUnits(secretary, visit, UNITS)).toEqual([]);
  });
  it("never begins a day by hand", () => {
    expect(creatable(worker, KINDS).map((page) => page.name)).toEqual(["household", "incident", "visit"]);
  });
  it("knows a register by being pointed at", () => {
    expect([isRegister(household, KINDS), isRegister(visit, KINDS)]).toEqual([true, false]);
    const told = { ...household, read: ["author"] }; // whoever made it hears of it: it happened
    expect(isRegister(told, KINDS)).toBe(false);
  });
});

describe("what may still be written", () => {
  const names = (me: typeof worker, of = view()) => writable(incident, of, me, UNITS).map(([name]) => name);
  it("is the author's own fields, but not what steps carry nor what was written once", () => {
    expect(names(worker)).toEqual(["matter", "note", "photos", "place", "address", "emergency", "made"]);
    expect(names(worker, view({ values: { made: 20261120 } })).includes("made")).toBe(false);
  });
  it("is a log for those who keep it, within their units", () => {
    expect(names(secretary, view({ author: 9 }))).toEqual(["progress"]);
    expect(names(secretary, view({ author: 9, area: 4 }))).toEqual([]);
  });
});

describe("a phone", () => {
  const phone = (made: number, held: number, ...causes: [string, number][]) =>
    ({ made, held, causes }) as unknown as Phone;

  it("is to be looked at when it lacks something or something is wrong with it", () => {
    const all = [
      phone(3, 3),
      phone(3, 2),
      phone(3, 3, ["clock_off", 9]),
      phone(3, 3, ["storage_not_kept", 0]),
    ];
    expect(all.map(troubled)).toEqual([false, true, true, false]);
    expect(all.map(ailing)).toEqual([false, false, true, false]);
  });

  it("that went back never lacks less than nothing", () => {
    expect([lacking(phone(240, 231)), lacking(phone(1, 2))]).toEqual([9, 0]);
  });
});
