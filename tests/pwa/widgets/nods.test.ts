// What a person has to say that they read, and who has not said so.

import { describe, expect, it } from "vitest";
import type { Me, Unit, View } from "../../../pwa/src/model.ts";
import type { KindPage, Kinds } from "../../../pwa/src/sync/kind.ts";
import { asksNod, isNod, readersOf, unreadOf } from "../../../pwa/src/widgets/nods.ts";
import { field, incident, view } from "../screens/sights.ts";

const paper: KindPage = {
  ...incident,
  name: "paper",
  tier: [3, 4],
  create: ["duty_officer"],
  fields: { must: field("flag", "要回"), due: field("day", "哪天前") },
  nods: { by: "read", must: "must", due: "due", states: ["closed"] },
};
const read: KindPage = {
  ...incident,
  name: "read",
  tier: [4, 5],
  create: ["fulltime_worker", "community_secretary"],
  read: ["author", "grid_leader", "community_secretary", "duty_officer"],
  fields: { paper: field("ref", "哪条", { refers: "paper" }) },
};
const KINDS: Kinds = new Map([paper, read, incident].map((page) => [page.name, page]));
const unit = (id: number, tier: number, parent: number): Unit => ({ id, tier, parent, name: "", shape: [] });
const UNITS = new Map(
  [unit(3, 3, 0), unit(31, 4, 3), unit(311, 5, 31), unit(312, 5, 31), unit(32, 4, 3), unit(321, 5, 32)].map(
    (each) => [each.id, each],
  ),
);
const me = (person: number, role: string, at: number): Me => ({
  person,
  name: "",
  town: 3,
  townName: "",
  grants: [{ role, unit: at }],
  helpName: "",
  helpPhone: "",
});
const WORKER = me(7, "fulltime_worker", 311);
const sent = (id: string, more: Partial<View> = {}): View =>
  view({ id, kind: "paper", area: 3, author: 1, state: "closed", values: { must: true }, ...more });
const nod = (author: number, of: string, id = `n${author}`): View =>
  view({ id, kind: "read", area: 311, author, state: "done", values: { paper: of } });
const all = (...views: View[]): Map<string, View> => new Map(views.map((each) => [each.id, each]));
const unread = (who: Me, ...views: View[]): string[] =>
  unreadOf(all(...views), KINDS, who, UNITS).map((each) => each.view.id);

describe("what has to be read", () => {
  it("waits until the person says so, and names where the answer is made", () => {
    expect(unread(WORKER, sent("a"))).toEqual(["a"]);
    const [first] = unreadOf(all(sent("a")), KINDS, WORKER, UNITS);
    expect([first?.field, first?.area]).toEqual(["paper", 311]);
    expect(unread(WORKER, sent("a"), nod(7, "a"))).toEqual([]);
    expect(unread(WORKER, sent("a"), nod(8, "a"), nod(7, "b"))).toEqual(["a"]);
  });

  it("is nothing that need not be answered, holds no more, or is one's own", () => {
    expect(unread(WORKER, sent("a", { values: {} }))).toEqual([]);
    expect(unread(WORKER, sent("a", { state: "in_review" }))).toEqual([]);
    expect(unread(WORKER, sent("a", { author: 7 }))).toEqual([]);
    expect(asksNod(incident, sent("a"))).toBe(false);
  });

  it("waits for who leads a board too, and is answered where the board is", () => {
    const units = new Map([...UNITS, [38, unit(38, 3, 3)]]);
    const answer = { ...read, create: [...read.create, "board_leader"] };
    const asked = (bodies: boolean) =>
      unreadOf(
        all(sent("a")),
        new Map([...KINDS, ["read", { ...answer, bodies }]]),
        me(7, "board_leader", 38),
        units,
      ).map(({ area }) => area);
    expect(asked(true)).toEqual([38]);
    expect(asked(false)).toEqual([]);
  });

  it("is nothing for who cannot answer", () => {
    expect(unread(me(7, "post_member", 311), sent("a"))).toEqual([]);
    expect(unread(me(7, "fulltime_worker", 3), sent("a"))).toEqual([]);
  });

  it("stands in the order of its day, what has none last, and then the newest first", () => {
    const due = (id: string, day: number, madeMs = 0): View =>
      sent(id, { madeMs, values: { must: true, ...(day ? { due: day } : {}) } });
    expect(unread(WORKER, due("a", 0, 1), due("b", 20261105), due("c", 20261101), due("d", 0, 2))).toEqual([
      "c",
      "b",
      "d",
      "a",
    ]);
  });
});

const STAFF = {
  fulltime_worker: [
    [7, 311],
    [8, 312],
    [9, 321],
    [8, 311],
  ],
  community_secretary: [[5, 31]],
  post_member: [[6, 31]],
} as const;
const readers = (who: Me, of: View, ...views: View[]) =>
  readersOf(of, paper, { views: all(of, ...views), kinds: KINDS, units: UNITS }, STAFF, who);

describe("who has read it", () => {
  const duty = me(1, "duty_officer", 3);

  it("are those beneath who may answer; who answered twice counts once", () => {
    const told = readers(duty, sent("a"), nod(7, "a"), nod(7, "a", "again"));
    expect(told.all).toBe(4);
    expect(told.left).toEqual([
      [8, 312],
      [9, 321],
      [5, 31],
    ]);
  });

  it("are only those whose answers this person hears", () => {
    expect(readers(me(4, "grid_leader", 312), sent("a")).left).toEqual([[8, 312]]);
    expect(readers(WORKER, sent("a")).all).toBe(0);
  });

  it("are only those beneath the unit it was sent from, without who sent it", () => {
    const told = readers(me(5, "community_secretary", 31), sent("a", { area: 31, author: 7 }));
    expect(told.left).toEqual([[8, 312]]);
  });

  it("are nobody where no kind answers", () => {
    const bare = { views: all(), kinds: new Map(), units: UNITS };
    expect(readersOf(sent("a"), paper, bare, STAFF, duty)).toEqual({ all: 0, left: [] });
  });
});

describe("a kind that only answers", () => {
  it("is known by the page that asks for it", () => {
    expect([read, paper, incident].map((page) => isNod(page, KINDS))).toEqual([true, false, false]);
  });
});
