import { describe, expect, it } from "vitest";
import type { Stop } from "../../../pwa/src/model.ts";
import { inOrder, type Way, wayOf, workOf } from "../../../pwa/src/screens/ways.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import { field, incident, NOW, view } from "./sights.ts";

const ME = 7;
const HERE = [293_617_507, 1_062_093_245] as const;
const [state] = Object.values(incident.workflow.states);
const held = (holder: readonly string[]) => ({ ...(state as NonNullable<typeof state>), holder });
const task: KindPage = {
  ...incident,
  name: "task",
  stop: "assignee",
  fields: { place: field("place", "位置"), assignee: field("person", "派给谁") },
  workflow: { ...incident.workflow, states: { doing: held(["@assignee"]), submitted: held(["author"]) } },
};
const kinds = new Map([task, { ...task, name: "part", stop: "" }].map((page) => [page.name, page]));
const given = (id: string, more: Parameters<typeof view>[0] = {}) =>
  view({ id, kind: "task", state: "doing", ...more, values: { assignee: ME, ...more.values } });
const sources = { me: ME, here: HERE, nameOf: ({ id }: { id: string }) => id, dueOf: () => NOW };
const work = (...views: ReturnType<typeof view>[]) => workOf(views, kinds, sources).map(({ key }) => key);

const way = (key: string, more: Partial<Way>): Way => ({
  key,
  href: "",
  name: key,
  lastMs: 0,
  metres: -1,
  dueMs: 0,
  work: false,
  ...more,
});

describe("the work of a day", () => {
  it("is what names the person and is their turn, by a page that says so", () => {
    expect(work(given("mine"))).toEqual(["mine"]);
    expect(work(given("another's", { values: { assignee: 8 } }))).toEqual([]);
    expect(work(given("handed in", { state: "submitted" }))).toEqual([]);
    expect(work(given("no stop", { kind: "part" }), given("unknown", { kind: "no kind" }))).toEqual([]);
  });

  it("says where it lies, when it is due and the way to it", () => {
    const place = [HERE[0] + 9000, HERE[1], 500, 0, 0, 0];
    const [near] = workOf([given("mine", { values: { place } })], kinds, sources);
    expect(near).toMatchObject({ href: "#/story/mine", dueMs: NOW, work: true });
    expect(near?.metres).toBeGreaterThan(90);
    expect(near?.metres).toBeLessThan(110);
    expect(workOf([given("mine", { values: { place } })], kinds, { ...sources, here: null })[0]?.metres).toBe(
      -1,
    );
    expect(workOf([given("nowhere")], kinds, sources)[0]?.metres).toBe(-1);
  });
});

describe("the order of a day", () => {
  const order = (...ways: Way[]): string[] => inOrder(ways, NOW).map(({ key }) => key);

  it("puts calls and work in one list, nearest first", () => {
    const stop: Stop = {
      kind: "visit",
      on: "b",
      name: "李大爷",
      about: "",
      lastMs: 5,
      lastWords: "",
      metres: 300,
    };
    expect(wayOf(stop)).toEqual(way("b", { href: "#/new/visit/b", name: "李大爷", lastMs: 5, metres: 300 }));
    expect(
      order(way("c", { metres: 400 }), wayOf(stop), way("a", { metres: 20, work: true, dueMs: 9 })),
    ).toEqual(["a", "b", "c"]);
  });

  it("puts work that lies nowhere by when it is due, before the rest if that is today", () => {
    const today = way("today", { work: true, dueMs: NOW - 1 });
    const sooner = way("sooner", { work: true, dueMs: NOW - 9 });
    const later = way("later", { work: true, dueMs: NOW + 9 });
    const some = way("some day", { work: true });
    expect(order(some, later, way("near", { metres: 1 }), way("call", { lastMs: 3 }), today, sooner)).toEqual(
      ["sooner", "today", "near", "call", "later", "some day"],
    );
  });

  it("puts calls the longest unseen first where nobody knows how far they are, and never changes", () => {
    expect(order(way("b", { lastMs: 9 }), way("a", { lastMs: 9 }), way("c", { lastMs: 1 }))).toEqual([
      "c",
      "a",
      "b",
    ]);
  });
});
