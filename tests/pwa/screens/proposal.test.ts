import { describe, expect, it } from "vitest";
import { correctable, mender, openOn, proposalOf, proposing } from "../../../pwa/src/screens/proposal.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import { field, household, incident, view } from "./sights.ts";

const home: KindPage = {
  ...household,
  fields: {
    name: field("text", "称呼", { correct: "owner" }),
    people: field("int", "几口人", { correct: "own" }),
    place: field("place", "位置", { correct: "own" }),
    rhythm: field("int", "几天一访"),
  },
};
const text = (name: string) => field("text", name, { rule: "first" });
const approve = incident.workflow.steps[0] as KindPage["workflow"]["steps"][number];
const { closed, ...STANDING } = incident.workflow.states;
const STATES = { ...STANDING, closed, refused: { ...closed, tone: "act" } } as KindPage["workflow"]["states"];
const correction: KindPage = {
  ...incident,
  name: "correction",
  fields: Object.fromEntries(
    ["kind", "field", "sort", "old", "value", "owner_old", "owner_value"].map((name) => [name, text(name)]),
  ),
  workflow: { ...incident.workflow, states: STATES, steps: [{ ...approve, mends: true }] },
};
const KINDS = new Map([home, correction, incident].map((page) => [page.name, page]));
const zhang = view({ kind: "household", values: { name: "张家", people: 3 } });

describe("what may be said to be wrong", () => {
  it("is what the page says may be, by whoever the town lets", () => {
    expect(correctable(home).map(([name]) => name)).toEqual(["name", "people", "place"]);
    expect(correctable(incident)).toEqual([]);
    expect(mender(KINDS)).toBe(correction);
    expect(mender(new Map([["incident", incident]]))).toBeUndefined();
  });
});

describe("saying it", () => {
  it("keeps what stands there beside what should, by the class of the field", () => {
    expect(proposing(zhang, home, "people", 4, "张家")).toEqual({
      target: zhang.id,
      name: "张家",
      kind: "household",
      field: "people",
      sort: "own",
      old: "3",
      value: "4",
    });
    expect(proposing(zhang, home, "name", "章家", "张家")).toMatchObject({
      sort: "owner",
      owner_old: '"张家"',
      owner_value: '"章家"',
    });
  });
  it("says no value of a place: that is where one stands", () => {
    expect("value" in proposing(zhang, home, "place", [1, 2, 3, 0, 0, 0], "张家")).toBe(false);
  });
  it("says nothing of a field that is not open to it", () => {
    expect(proposing(zhang, home, "rhythm", 4, "张家")).toEqual({ target: zhang.id });
  });
});

describe("reading it", () => {
  const said = (values: Record<string, string>) =>
    proposalOf(view({ kind: "correction", values }), correction, KINDS);
  it("gives old and new as values of the field", () => {
    const { name: _, ...rest } = proposing(zhang, home, "people", 4, "");
    expect(said(rest as Record<string, string>)).toMatchObject({
      name: "people",
      old: 3,
      value: 4,
      secret: false,
    });
  });
  it("tells who may not see the values that there are none to see", () => {
    expect(said({ kind: "household", field: "name", sort: "owner" })?.secret).toBe(true);
  });
  it("stands what is no value, and a kind it does not know", () => {
    expect(said({ kind: "household", field: "people", sort: "own", value: "{" })?.value).toBeNull();
    expect(said({ kind: "unheard_of", field: "x", sort: "own", value: "1" })?.field).toBeUndefined();
  });
  it("is of corrections only", () => {
    expect(proposalOf(view(), incident, KINDS)).toBeNull();
  });
});

it("shows on a record what nobody has decided on yet, the oldest first", () => {
  const on = (id: string, state: string, madeMs: number, target = zhang.id) =>
    view({ id, kind: "correction", state, madeMs, values: { target } });
  const all = [
    on("c.1", "in_review", 2),
    on("c.2", "in_review", 1),
    on("c.3", "closed", 0),
    on("c.4", "in_review", 0, "other"),
    on("c.5", "refused", 0),
  ];
  expect(openOn(zhang.id, all, KINDS).map((each) => each.id)).toEqual(["c.2", "c.1"]);
});
