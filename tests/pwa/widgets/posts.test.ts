// Who may be named in a record, in which order, and what naming them gives.

import { describe, expect, it } from "vitest";
import { bodyOf, byUnit, callable, loads, pageOf, postsOf, rolesAt } from "../../../pwa/src/widgets/posts.ts";

const unit = (id: number, tier: number, parent: number) => ({
  id,
  tier,
  parent,
  name: String(id),
  shape: [],
});
const TREE = new Map(
  [
    unit(2, 2, 0),
    unit(21, 2, 2),
    unit(3, 3, 2),
    unit(38, 3, 3),
    unit(381, 3, 38),
    unit(31, 4, 3),
    unit(311, 5, 31),
    unit(312, 5, 31),
    unit(32, 4, 3),
  ].map((each) => [each.id, each]),
);
const post = (person: number, at: number, role = "a_role") => ({ person, role, unit: at });
const units = (first: number[], ...at: number[]) =>
  byUnit(
    at.map((each, index) => post(index, each)),
    TREE,
    first,
  ).map(([each]) => each);

describe("the posts of a directory", () => {
  it("are a person's by role and unit, one of each", () => {
    const staff = {
      one: [
        [7, 311],
        [8, 31],
      ],
      two: [[7, 312]],
    } as const;
    expect(postsOf(staff, new Map())).toEqual([post(7, 311, "one"), post(8, 31, "one"), post(7, 312, "two")]);
  });

  it("are just the people where none are told", () => {
    expect(postsOf({}, new Map([[7, "陈"]]))).toEqual([post(7, 0, "")]);
  });

  it("stand by the tree: departments, the town, its boards and posts, then communities with their grids", () => {
    expect(units([], 312, 32, 311, 381, 3, 31, 38, 21)).toEqual([21, 3, 38, 381, 31, 311, 312, 32]);
  });

  it("stand before all others in a unit that was asked for", () => {
    expect(units([311], 21, 31, 311)).toEqual([311, 21, 31]);
  });

  it("keep a unit that the tree does not know", () => {
    expect(units([], 99, 31)).toEqual([99, 31]);
  });
});

const page = {
  name: "job",
  read: ["author", "reader@team", "other@elsewhere", "@doer"],
  write: ["writer@team"],
  fields: {
    team: { type: "unit", see: null, write: null },
    doer: { type: "person", see: ["seer@team"], write: [] },
    second: { type: "person", see: null, write: null },
  },
  workflow: { states: { open: {}, done: { final: true } }, steps: [{ by: ["taker@team", "plain_role"] }] },
  // biome-ignore lint/suspicious/noExplicitAny: as much of a page as is asked here
} as any;

describe("naming a unit", () => {
  it("gives rights to the roles the page says, wherever it says so", () => {
    expect([...rolesAt(page, "team")].sort()).toEqual(["reader", "seer", "taker", "writer"]);
    expect(rolesAt(page, "doer").size).toBe(0);
    expect(rolesAt(undefined, "team").size).toBe(0);
  });

  it("is asked of the very page the field is of", () => {
    const other = { ...page, fields: { team: { ...page.fields.team } } };
    expect(pageOf([other, page], "team", page.fields.team)).toBe(page);
  });
});

describe("whom a page lets be called", () => {
  const options = [
    { value: "blocked", marks: { unit_at: "381", whistle_at: "21 38" } },
    { value: "odd", marks: { unit: "owner" } },
  ];
  const whistle = {
    ...page,
    guards: ["unit_listed"],
    fields: { matter: { options }, unit: {}, stand_in: {} },
  };
  const posts = [post(4, 381), post(5, 38), post(6, 21), post(7, 3), post(8, 32)];
  const units = (asking: typeof page, name: string, matter?: string) =>
    callable(posts, asking, name, matter ? { matter } : {}).map(({ unit: at }) => at);

  it("are those that the matter lists, as far as the town says who they are", () => {
    expect(units(whistle, "unit", "blocked")).toEqual([381, 38, 21]);
    expect(units(whistle, "unit", "odd")).toHaveLength(5);
    expect(units(whistle, "unit")).toHaveLength(5);
  });

  it("is everybody in another field, and on a page that does not ask", () => {
    expect(units(whistle, "stand_in", "blocked")).toHaveLength(5);
    expect(units({ ...whistle, guards: [] }, "unit", "blocked")).toHaveLength(5);
    expect(callable(posts, undefined, "unit", {})).toHaveLength(5);
  });
});

describe("what somebody has in hand", () => {
  const kinds = new Map([["job", page]]);
  // biome-ignore lint/suspicious/noExplicitAny: as much of a view as is asked here
  const view = (state: string, values: object, kind = "job"): any => ({ kind, state, values });

  it("is each unfinished record that names them, once", () => {
    const views = [
      view("open", { doer: 7, second: 7 }),
      view("open", { doer: 8 }),
      view("done", { doer: 7 }),
      view("open", { doer: null }),
      view("open", { doer: 7 }, "unknown"),
    ];
    expect(loads(views, kinds)).toEqual(
      new Map([
        [7, 1],
        [8, 1],
      ]),
    );
  });
});

describe("the unit a person stands for", () => {
  it("is their department or post, and not a grid they look after", () => {
    const posts = [post(4, 311), post(4, 381), post(5, 312)];
    expect(bodyOf(4, posts, TREE)).toBe(381);
    expect(bodyOf(5, posts, TREE)).toBe(0);
    expect(bodyOf(null, posts, TREE)).toBe(0);
  });
});
