import { describe, expect, it } from "vitest";
import { sumsOf } from "../../../pwa/src/screens/sums.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import { field, incident, view } from "./sights.ts";

const state = (withheld: boolean) => ({ ...incident.workflow.states.in_review, withheld });
const page = {
  ...incident,
  fields: { hours: field("int", "每格几小时"), load: field("int", "一共多出", { sums: "hours" }) },
  workflow: {
    ...incident.workflow,
    states: { reviewed: state(true), active: state(false), gone: state(true) },
  },
} as unknown as KindPage;
const asked = Object.entries(page.fields);
const grant = (id: string, state: string, hours?: number) =>
  view({ id, state, ...(hours === undefined ? {} : { values: { hours } }) });
const sum = (...views: ReturnType<typeof grant>[]) =>
  sumsOf(asked, views[0] as ReturnType<typeof grant>, {
    views: new Map(views.map((each) => [each.id, each])),
    kinds: new Map([["incident", page]]),
  });

describe("a figure that is added up", () => {
  it("is that of the record itself where nothing holds yet", () => {
    expect(sum(grant("a.1", "reviewed", 3))).toEqual({ load: 3 });
  });
  it("counts what holds, and not what is over or another's draft", () => {
    expect(
      sum(
        grant("a.1", "reviewed", 3),
        grant("a.2", "active", 4),
        grant("a.3", "gone", 50),
        grant("a.4", "reviewed", 60),
      ),
    ).toEqual({ load: 7 });
  });
  it("passes over records that do not say, and is only asked of fields that want it", () => {
    expect(sum(grant("a.1", "active"), grant("a.2", "active", 2))).toEqual({ load: 2 });
    expect(
      sumsOf([["note", field("text", "话")]], grant("a.1", "active", 1), {
        views: new Map(),
        kinds: new Map(),
      }),
    ).toEqual({});
  });
});
