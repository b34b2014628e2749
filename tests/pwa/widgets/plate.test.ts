// What somebody has in hand, read off the pages, and what is written of each thing that is handed over.

import { describe, expect, it } from "vitest";
import type { View } from "../../../pwa/src/model.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import { openParts, partsOf, partValues, plateOf, postOf } from "../../../pwa/src/widgets/plate.ts";
import { field, incident, UNITS, view } from "../screens/sights.ts";
import { daySheet, household, visit } from "../town.ts";

const [GIVER, OTHER, TODAY] = [7, 9, 20261120];
const STAFF = {
  fulltime_worker: [
    [GIVER, 2],
    [OTHER, 3],
  ],
  community_secretary: [[8, 1]],
} as const;

const held = (...holder: string[]): KindPage["workflow"]["states"][string] => ({
  ...(incident.workflow.states.in_review as KindPage["workflow"]["states"][string]),
  holder,
});
const task: KindPage = {
  ...incident,
  name: "task",
  fields: { who: field("person", "谁"), unit: field("unit", "哪家") },
  workflow: {
    begin: "work",
    clocks: {},
    steps: [],
    states: {
      work: held("fulltime_worker"),
      given: held("@who"),
      posted: held("fulltime_worker@unit"),
      back: held("author"),
      kept: { ...held("author"), rests: true },
      done: { ...held(), final: true },
    },
  },
};
const item: KindPage = {
  ...incident,
  name: "item",
  fields: {
    parent: field("ref", "哪次", { refers: "handing" }),
    what: field("text", "什么", { high: 6 }),
    of: field("ref", "哪条"),
    who: field("person", "谁"),
    to: field("person", "给谁"),
  },
  workflow: { ...task.workflow, begin: "given" },
};
const handing: KindPage = {
  ...task,
  name: "handing",
  plate: { whose: "who", part: "item" },
  fields: { who: field("person", "谁"), to: field("person", "给谁"), note: field("text", "说明") },
};
const KINDS = new Map([task, item, handing, household, visit, daySheet].map((page) => [page.name, page]));

let made = 0;
const of = (kind: string, state: string, more: Partial<View> = {}): View => {
  made += 1;
  return view({ id: `r.${made}`, kind, state, author: 8, madeMs: made, ...more });
};
const ids = (...views: View[]): string[] => {
  const table = {
    views: new Map(views.map((each) => [each.id, each])),
    kinds: KINDS,
    units: UNITS,
    staff: STAFF,
  };
  return plateOf(GIVER, table, TODAY).map((thing) => `${thing.view.id}${thing.due ? " due" : ""}`);
};

describe("what somebody has in hand", () => {
  it("is what it is their turn with: by name, as author, by their post over the place or the unit named", () => {
    const mine = [
      of("task", "given", { values: { who: GIVER }, area: 4 }),
      of("task", "back", { author: GIVER, area: 4 }),
      of("task", "work", { area: 2 }),
      of("task", "posted", { area: 4, values: { unit: 2 } }),
    ];
    expect(ids(...[...mine].reverse())).toEqual(mine.map((each) => each.id));
  });

  it("is not what others have, what is over, what rests, or another hand-over", () => {
    const others = [
      of("task", "given", { values: { who: OTHER } }),
      of("task", "back"),
      of("task", "work", { area: 3 }),
      of("task", "posted", { values: { unit: 3 } }),
      of("task", "posted"),
      of("task", "done", { author: GIVER }),
      of("task", "kept", { author: GIVER }),
      of("handing", "back", { author: GIVER }),
      of("item", "given", { values: { who: GIVER } }),
    ];
    expect(ids(...others)).toEqual([]);
  });

  it("ends with those whom they should look in on, where a day's list says so", () => {
    const home = (area: number, care: string[]): View =>
      of("household", "living", { area, values: { name: "赵", rhythm_days: 7, care } });
    const [near, far, plain] = [home(2, ["elder_alone"]), home(3, ["elder_alone"]), home(2, [])];
    const work = of("task", "work", { area: 2 });
    expect(ids(near, far, plain, work)).toEqual([work.id, `${near.id} due`]);
  });

  it("is one thing, where it is both their turn and the day to look in", () => {
    const kept = { ...household.workflow.states.living, holder: ["fulltime_worker"], rests: false };
    const states = { ...household.workflow.states, living: kept as KindPage["workflow"]["states"][string] };
    KINDS.set("household", { ...household, workflow: { ...household.workflow, states } });
    const near = of("household", "living", { values: { name: "赵", rhythm_days: 7, care: ["elder_alone"] } });
    expect(ids(near)).toEqual([`${near.id} due`]);
    KINDS.set("household", household);
  });
});

describe("a thing that is handed over", () => {
  it("says what it is, which record, and whom both pages name", () => {
    const values = { who: GIVER, to: OTHER, note: "急" };
    const told = partValues(item, handing, "h.1", { id: "r.1", words: "任务 · 清理河道" }, values);
    expect(told).toEqual({ parent: "h.1", of: "r.1", what: "任务 · 清", who: GIVER, to: OTHER });
  });

  it("stands under its hand-over, and is open until it is over", () => {
    const whole = of("handing", "back");
    const named = { values: { parent: whole.id } };
    const [one, two] = [of("item", "given", named), of("item", "done", named)];
    const stray = of("item", "given", { values: { parent: "h.9" } });
    const table = { views: new Map([two, stray, one].map((each) => [each.id, each])), kinds: KINDS };
    expect(partsOf(whole, handing, table)).toEqual([one, two]);
    expect(openParts(whole, handing, table)).toEqual([one]);
    expect(partsOf(one, item, table)).toEqual([]);
  });

  it("lies where who gives it has a post, if that may be", () => {
    expect(postOf(GIVER, STAFF, [{ id: 3 }, { id: 2 }])).toBe(2);
    expect(postOf(GIVER, STAFF, [{ id: 3 }])).toBe(0);
    expect(postOf(0, STAFF, [{ id: 2 }])).toBe(0);
  });
});
