import { describe, expect, it } from "vitest";
import { dayOf, dutiesOf, sheetId, stopsOf, type Ticked, ticksOf } from "../../pwa/src/day.ts";
import type { Stop, View } from "../../pwa/src/model.ts";
import type { Value } from "../../pwa/src/sync/value.ts";
import { actorOf, daySheet, NOON, world } from "./town.ts";

const DAY_MS = 86_400_000;

const view = (
  id: string,
  kind: string,
  values: { [name: string]: Value },
  more: Partial<View> = {},
): View => ({
  id,
  kind,
  area: 2,
  author: 7,
  madeMs: NOON,
  receivedMs: NOON,
  state: kind === "visit" ? "done" : "living",
  values,
  photos: {},
  sounds: [],
  clashes: [],
  story: [],
  offers: [],
  turn: [],
  sent: "done",
  kept: "server",
  reason: "",
  number: "",
  undoable: false,
  entry: null,
  ...more,
});

const due = (views: View[], here: readonly [number, number] | null = null) =>
  stopsOf(
    new Map(views.map((each) => [each.id, each])),
    world.kinds,
    world.units,
    actorOf(7),
    here,
    dayOf(NOON),
  );

const home = (id: string, rhythm: number, more: Partial<View> = {}, values: { [name: string]: Value } = {}) =>
  view(id, "household", { name: id, about: "82 岁，独居", rhythm_days: rhythm, ...values }, more);

const visited = (household: string, daysAgo: number, more: { [name: string]: Value } = {}, state = "done") =>
  view(
    `v-${household}-${daysAgo}`,
    "visit",
    { household, mode: "phone", result: "ok", ...more },
    { madeMs: NOON - daysAgo * DAY_MS, state },
  );

describe("the day", () => {
  it("turns at midnight in Chongqing", () => {
    expect(dayOf(Date.UTC(2025, 10, 17, 15, 59))).toBe(20251117);
    expect(dayOf(Date.UTC(2025, 10, 17, 16, 0))).toBe(20251118);
  });

  it("has one sheet a person, named alike on every phone", () => {
    expect(sheetId(daySheet, 7, 20251118)).toBe("ffffffff00000007.120251118");
  });

  it("asks the items of the page in its order, with the time of each answer", () => {
    const rows = dutiesOf(daySheet, sheet as never, new Map(), [{ kind: "visit" } as Stop]);
    expect(rows.map((row) => row.item)).toEqual(["patrol_visit", "key_person_care", "extra"]);
    expect(rows[2]).toMatchObject({ value: "ok", atMs: NOON, said: true, backed: false });
    expect(rows[0]).toMatchObject({ value: "", atMs: 0, said: false, hint: "" });
    expect(rows[1]?.hint).toContain("1");
  });

  it("is ticked by records of the day, and what the person said stands before that", () => {
    const ticks = new Map<string, Ticked>([
      ["patrol_visit", { value: "found", atMs: 5 }],
      ["extra", { value: "found", atMs: 6 }],
    ]);
    const rows = dutiesOf(daySheet, sheet as never, ticks, []);
    expect(rows[0]).toMatchObject({ value: "found", atMs: 5, said: false, backed: true });
    expect(rows[2]).toMatchObject({ value: "ok", said: true, backed: true });
  });
});

const sheet = {
  cells: {
    extra: ["ok", [NOON, 0, "0000000aaaaaaaaa"]],
    patrol_visit: [null, [NOON, 1, "0000000aaaaaaaaa"]],
  },
};

const mapped = (views: readonly View[]) => new Map(views.map((each) => [each.id, each]));

describe("what records say of a day", () => {
  const ticks = (...views: View[]) =>
    Object.fromEntries(ticksOf(daySheet, world.kinds, mapped(views), 7, dayOf(NOON)));
  const care = home("a", 7, {}, { care: ["elder_alone"] });

  it("is the first tick of the page that a record of the person and day fits", () => {
    expect(ticks(home("b", 7), visited("b", 0))).toEqual({ patrol_visit: { value: "ok", atMs: NOON } });
    expect(ticks(visited("b", 0), view("i", "incident", {}, { madeMs: NOON - 1 }))).toMatchObject({
      patrol_visit: { value: "found", atMs: NOON - 1 },
    });
  });

  it("is nothing of another person's, nor of another day", () => {
    expect(ticks(home("b", 7), visited("b", 1))).toEqual({});
    expect(ticks(home("b", 7), { ...visited("b", 0), author: 8 })).toEqual({});
  });

  it("looks at whom the record is about where the page says so", () => {
    expect(Object.keys(ticks(care, visited("a", 0)))).toEqual(["patrol_visit", "key_person_care"]);
  });
});

describe("whom to look in on", () => {
  it("is who was not seen for as long as their rhythm says, or never", () => {
    const homes = [home("a", 7), home("b", 7), home("c", 7), home("d", 0)];
    const rows = due([...homes, visited("a", 7), visited("b", 6)]);
    expect(rows.map((row) => row.on)).toEqual(["c", "a"]);
    expect(rows[0]).toMatchObject({ lastMs: 0, lastWords: "", metres: -1, about: "82 岁，独居" });
    expect(rows[1]).toMatchObject({ lastMs: NOON - 7 * DAY_MS, lastWords: "phone，ok" });
  });

  it("goes by the latest visit, and by the day agreed on then", () => {
    const homes = [home("a", 7), home("b", 30)];
    const agreed = visited("b", 2, { next_day: 20251118 });
    const later = visited("a", 9, { next_day: 20251201 });
    expect(due([...homes, agreed, later]).map((row) => row.on)).toEqual(["b"]);
    expect(due([...homes, agreed, visited("b", 0), later])).toEqual([]);
  });

  it("is tomorrow again where nobody answered", () => {
    expect(due([home("a", 7), visited("a", 0, {}, "missed")])).toEqual([]);
    expect(due([home("a", 7), visited("a", 1, {}, "missed")]).length).toBe(1);
  });

  it("is nearest first with a fix, longest unseen first without", () => {
    const homes = [
      home("far", 7, {}, { place: [295_010_000, 1_065_000_000, 0, 0, 2, 0] }),
      home("near", 7, {}, { place: [295_001_000, 1_065_000_000, 0, 0, 2, 0] }),
      home("nowhere", 7),
    ];
    const visits = [visited("near", 8), visited("far", 20), visited("nowhere", 9)];
    const rows = due([...homes, ...visits], [295_000_000, 1_065_000_000]);
    expect(rows.map((row) => [row.on, row.metres])).toEqual([
      ["near", 11],
      ["far", 111],
      ["nowhere", -1],
    ]);
    expect(due([...homes, ...visits]).map((row) => row.on)).toEqual(["far", "nowhere", "near"]);
  });

  it("is not before the day it was put off to, and then is", () => {
    const later = home("a", 7, {}, { not_before: 20251119 });
    expect(due([later, visited("a", 9)])).toEqual([]);
    const now = home("a", 30, {}, { not_before: 20251118 });
    expect(due([now, visited("a", 9)]).length).toBe(1);
    expect(due([now, visited("a", 0)])).toEqual([]);
  });

  it("is asked of those who make such calls only", () => {
    const views = mapped([home("a", 7)]);
    const secretary = { ...actorOf(8), grants: [{ role: "community_secretary", unit: 1 }] };
    expect(stopsOf(views, world.kinds, world.units, secretary, null, dayOf(NOON))).toEqual([]);
  });

  it("is nobody in another's grid, and nobody who moved away", () => {
    expect(due([home("a", 7, { area: 3 }), home("b", 7, { state: "left" })])).toEqual([]);
  });
});
