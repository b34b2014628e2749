import { describe, expect, it } from "vitest";
import { fold, mergedDelta, within } from "../../pwa/src/fold.ts";
import type { OpRow, RecordRow } from "../../pwa/src/ports.ts";
import type { Entry } from "../../pwa/src/sync/register.ts";
import type { Delta, Receipt } from "../../pwa/src/sync/wire.ts";
import { DEVICE, oneOp, rowOf } from "./rows.ts";
import { actorOf, NOON, world } from "./town.ts";

const RECORD = `${DEVICE}.1`;

const line = (step: string, ms: number, more: Partial<Entry> = {}): Entry => ({
  seq: 0,
  stamp: [ms, 0, DEVICE],
  person: 7,
  step,
  start: "",
  to: "",
  outcome: "done",
  receivedMs: ms,
  sets: {},
  ...more,
});

const delta = (more: Partial<Delta> = {}): Delta => ({
  id: RECORD,
  kind: "incident",
  area: 2,
  author: 7,
  madeMs: NOON,
  receivedMs: NOON,
  state: "",
  cells: {},
  story: [],
  ...more,
});

const receipt = (more: Partial<Receipt> = {}): Receipt => ({
  serverMs: NOON,
  cursor: "c",
  more: false,
  acks: [],
  missing: [],
  verdicts: [],
  records: [],
  photos: [],
  gone: [],
  directory: "",
  anew: false,
  head: 0,
  backed: 0,
  ...more,
});

const row = (n: number, record = `${DEVICE}.${n}`): OpRow =>
  rowOf(oneOp(n, { stamp: [NOON, n, DEVICE], record, sets: { matter: "flooding" } }), { leftMs: NOON });

const NOW = { era: 0, renewing: false };
const folded = (rows: OpRow[], heard: Receipt, records = new Map<string, RecordRow>(), now = NOW) =>
  fold({ rows, pushed: rows.map((each) => each.id), records, ...now }, heard, actorOf(7), world);

describe("a delta", () => {
  it("takes a field away that is no longer theirs to see", () => {
    const known = mergedDelta(undefined, delta({ state: "s", cells: { matter: ["x"], note: ["a"] } }), 0);
    const away = { note: null } as unknown as Delta["cells"];
    expect(mergedDelta(known, delta({ cells: away }), 0).cells).toEqual({ matter: ["x"] });
  });

  it("replaces cells by name and leaves the others, and the state when it says none", () => {
    const known = mergedDelta(
      undefined,
      delta({ state: "in_review", cells: { matter: ["flooding"], note: ["a"] } }),
      0,
    );
    const after = mergedDelta(known, delta({ cells: { note: ["b"] } }), 0);
    expect(after).toMatchObject({
      state: "in_review",
      cells: { matter: ["flooding"], note: ["b"] },
    });
  });

  it("puts lines into the history once, in the order they were received, the server's word standing", () => {
    const mine = [line("", NOON), line("route", NOON), line("finish", NOON + 9)];
    const known = { ...mergedDelta(undefined, delta({ state: "s" }), 0), story: mine };
    const theirs = [
      line("route", NOON, { seq: 4 }),
      line("approve", NOON + 5, { seq: 5, stamp: [NOON + 5, 0, "x"] }),
    ];
    const after = mergedDelta(known, delta({ story: theirs }), 0);
    expect(after.story.map((entry) => [entry.step, entry.seq])).toEqual([
      ["", 0],
      ["route", 4],
      ["approve", 5],
      ["finish", 0],
    ]);
  });

  it("brings a record back that had left the view", () => {
    const gone: RecordRow = { ...mergedDelta(undefined, delta({ state: "s" }), 0), gone: true };
    expect(mergedDelta(gone, delta(), 0).gone).toBeUndefined();
  });
});

describe("the answers", () => {
  it("go to the ops that were pushed and acknowledged, and to no others", () => {
    const rows = [row(1), row(2), row(3)];
    const before = { rows, pushed: [rows[0]?.id ?? "", rows[1]?.id ?? ""], records: new Map(), ...NOW };
    const after = fold(
      before,
      receipt({
        acks: [
          [1, 1],
          [3, 3],
        ],
      }),
      actorOf(7),
      world,
    );
    expect(after.answered.map((each) => [each.op.n, each.code])).toEqual([[1, "applied"]]);
    expect(after.rows).toEqual([]);
    expect([...after.records.keys()]).toEqual([`${DEVICE}.1`]);
  });

  it("may be no: the op stays, and its photos are held back", () => {
    const after = folded(
      [row(1)],
      receipt({ acks: [[1, 1]], verdicts: [{ n: 1, code: "bad_area", receivedMs: NOON, detail: "" }] }),
    );
    expect(after.rows).toMatchObject([{ refused: true, code: "bad_area", receivedMs: NOON }]);
    expect(after.refused.length).toBe(1);
    expect(after.records.size).toBe(0);
  });

  it("may be that the op was taken otherwise than sent: then the server tells the outcome", () => {
    const after = folded(
      [row(1)],
      receipt({ acks: [[1, 1]], verdicts: [{ n: 1, code: "amended", receivedMs: NOON, detail: "" }] }),
    );
    expect(after.answered.length).toBe(1);
    expect(after.records.size).toBe(0);
    expect(after.amiss).toBe(false);
  });

  it("say that something is amiss when an applied op finds no record here", () => {
    const edit = { ...row(5, RECORD), op: { ...row(5).op, record: RECORD, area: null } };
    expect(folded([edit], receipt({ acks: [[5, 5]] })).amiss).toBe(true);
  });

  it("are folded at the time they were given, so that the phone repeats what the server did", () => {
    const verdicts = [{ n: 1, code: "applied" as const, receivedMs: NOON + 77, detail: "" }];
    const record = folded([row(1)], receipt({ serverMs: NOON + 999, acks: [[1, 1]], verdicts })).records.get(
      RECORD,
    );
    expect(record?.receivedMs).toBe(NOON + 77);
    expect(record?.story.every((entry) => entry.receivedMs === NOON + 77)).toBe(true);
  });
});

describe("an era", () => {
  const kept: RecordRow = {
    ...mergedDelta(undefined, delta({ state: "s", cells: { note: ["a"] } }), 0),
    at: 7,
  };

  it("begins a record afresh when it is told: nothing of the copy before it is true any more", () => {
    const told = mergedDelta(kept, delta({ state: "s", cells: { matter: ["flooding"] } }), 1);
    expect(told).toMatchObject({ era: 1, at: 7, cells: { matter: ["flooding"] }, story: [] });
    expect(told.cells.note).toBeUndefined();
    expect(mergedDelta(told, delta({ cells: { note: ["b"] } }), 1).cells.matter).toEqual(["flooding"]);
  });

  it("is borne by a record that an own op makes, and not put on one of an older era", () => {
    const made = folded([row(1)], receipt({ acks: [[1, 1]] }), new Map(), { era: 3, renewing: true });
    expect(made.records.get(RECORD)?.era).toBe(3);
    const edit = { ...row(5, RECORD), op: { ...row(5).op, record: RECORD, area: null } };
    const from = made.records.get(RECORD) as RecordRow;
    const later = { era: 4, renewing: true };
    const after = folded([edit], receipt({ acks: [[5, 5]] }), new Map([[RECORD, from]]), later);
    expect(after.records.get(RECORD)?.era).toBe(3);
    expect(after.amiss).toBe(false);
    const first = new Map([[RECORD, kept]]);
    expect(
      folded([edit], receipt({ acks: [[5, 5]] }), first, later).records.get(RECORD)?.era,
    ).toBeUndefined();
    const over = { era: 4, renewing: false };
    expect(folded([edit], receipt({ acks: [[5, 5]] }), new Map([[RECORD, from]]), over).amiss).toBe(true);
    const told = receipt({ acks: [[5, 5]], records: [delta({ state: "s" })] }); // but not what op 5 wrote
    expect(folded([edit], told, new Map([[RECORD, from]]), over).amiss).toBe(true);
  });
});

describe("an op that the server kept for the secretary", () => {
  it.each(["parked", "gone"] as const)("(%s) is sent, and nothing of it is folded", (code) => {
    const known = new Map([[RECORD, mergedDelta(undefined, delta({ state: "s" }), 0)]]);
    const verdicts = [{ n: 1, code, receivedMs: NOON, detail: "" }];
    const after = folded([row(1)], receipt({ acks: [[1, 1]], verdicts, head: 9 }), known);
    expect(after.answered.map((each) => each.code)).toEqual([code]);
    expect(after.rows).toEqual([]);
    expect(after.records.get(RECORD)).toEqual({ ...known.get(RECORD), at: 9 });
  });
});

describe("spans", () => {
  it("hold both their ends", () => {
    expect([2, 3, 5, 6].map((n) => within(n, [[3, 5]]))).toEqual([false, true, true, false]);
  });
});
