import { describe, expect, it } from "vitest";
import { changesOf, firstChanges, said, settled, stampsIn } from "../../pwa/src/change.ts";
import type { KindPage } from "../../pwa/src/sync/kind.ts";
import { join } from "../../pwa/src/sync/merges.ts";
import { type Record as Kept, plain, rivals, write } from "../../pwa/src/sync/register.ts";
import { incident, NOON } from "./town.ts";

const MINE = "0000000aaaaaaaaa";
const THEIRS = "0000000bbbbbbbbb";
const stamp = (count: number, device = MINE) => [NOON, count, device] as const;

const page: KindPage = {
  ...incident,
  fields: {
    ...incident.fields,
    people: {
      ...(incident.fields.matter as KindPage["fields"][string]),
      type: "int",
      rule: "count",
      options: [],
    },
    owner: {
      ...(incident.fields.note as KindPage["fields"][string]),
      rule: "authority",
      own: ["duty_officer"],
    },
  },
};

const record = (cells: Kept["cells"]): Kept => ({
  id: `${MINE}.1`,
  kind: "incident",
  area: 2,
  author: 7,
  madeMs: NOON,
  receivedMs: NOON,
  state: "in_review",
  head: [0, "", 0],
  cells,
  held: {},
  story: [],
});

const change = (cells: Kept["cells"], values: object, needs: string[] = []) =>
  changesOf(page, record(cells), values as never, MINE, needs);

describe("a new record writes", () => {
  it("what was filled in, in the shape of each rule, and nothing else", () => {
    const values = {
      note: "落石",
      matter: "flooding",
      phrases: ["ongoing"],
      emergency: false,
      place: null,
      source: "",
    };
    expect(firstChanges(page, { ...values, photos: [], stranger: 1 })).toEqual({
      note: { is: "落石" },
      matter: "flooding",
      phrases: { add: ["ongoing"] },
    });
  });
});

describe("an edit writes", () => {
  it("only what differs from what was seen", () => {
    const cells = { matter: ["flooding", stamp(0)], note: [[[stamp(0), "a"]], []] };
    expect(change(cells, { matter: "flooding", note: "a", phrases: [] })).toEqual({});
    expect(change(cells, { matter: "rock_fall" })).toEqual({ matter: "rock_fall" });
    expect(change(cells, { matter: null })).toEqual({ matter: null });
  });

  it("free text over the text that was shown, and leaves a rival to be settled", () => {
    const cells = {
      note: [
        [
          [stamp(0), "old"],
          [stamp(1, THEIRS), "new"],
        ],
        [],
      ],
    };
    expect(change(cells, { note: "better" })).toEqual({ note: { is: "better", over: [stamp(1, THEIRS)] } });
  });

  it("what is added to a set, and the very adds of what is dropped", () => {
    const cells = {
      phrases: [
        [
          [stamp(0), "ongoing"],
          [stamp(1, THEIRS), "ongoing"],
        ],
        [],
      ],
    };
    expect(change(cells, { phrases: ["half_road"] })).toEqual({
      phrases: {
        add: ["half_road"],
        drop: [
          [stamp(0), "ongoing"],
          [stamp(1, THEIRS), "ongoing"],
        ],
      },
    });
    expect(change(cells, { phrases: ["ongoing", "half_road"] })).toEqual({ phrases: { add: ["half_road"] } });
  });

  it("a line to a log, and nothing over what is written once", () => {
    const cells = { progress: [[stamp(0), "a"]], captured_ms: [NOON, stamp(0)] };
    expect(change(cells, { progress: "b", captured_ms: NOON + 1 })).toEqual({ progress: "b" });
    expect(change(cells, { progress: "" })).toEqual({});
  });

  it("this device's own total of a count", () => {
    const cells = {
      people: [
        [MINE, 2],
        [THEIRS, 3],
      ],
    };
    expect(change(cells, { people: 9 })).toEqual({ people: 6 });
    expect(change(cells, { people: 4 })).toEqual({});
  });

  it("what a step needs even when it says the same as before", () => {
    const cells = { return_note: ["在哪", stamp(0)], owner: [[[stamp(0), 1, "x"]], []] };
    expect(change(cells, { return_note: "在哪" }, ["return_note"])).toEqual({ return_note: "在哪" });
    expect(change(cells, { owner: "x" }, ["owner"])).toEqual({ owner: { is: "x" } });
  });
});

describe("settling", () => {
  it("writes over every value alive, so that one is left", () => {
    const cell = [
      [
        [stamp(0), "a"],
        [stamp(1, THEIRS), "b"],
      ],
      [],
    ];
    expect(rivals(cell).length).toBe(2);
    const after = join("keep_both", cell, write("keep_both", settled(cell, "a"), stamp(2)));
    expect(rivals(after)).toEqual([]);
    expect(plain("keep_both", after)).toBe("a");
  });
});

describe("reading", () => {
  it("gives what a change says without its dressing", () => {
    expect(said({ is: "a", over: [stamp(0)] })).toBe("a");
    expect(said({ add: ["x"] })).toEqual(["x"]);
    expect(said({ drop: [] })).toEqual([]);
    expect(said("plain")).toBe("plain");
    expect(said([1, 2])).toEqual([1, 2]);
  });

  it("finds every stamp in a cell of any rule", () => {
    expect(stampsIn(["v", stamp(0)])).toEqual([stamp(0)]);
    expect(stampsIn([[[stamp(0), 1, "x"]], [stamp(1)]])).toEqual([stamp(0), stamp(1)]);
    expect(stampsIn([[stamp(0), "line"]])).toEqual([stamp(0)]);
    expect(stampsIn([[1, 2, 3, 4, 0, 0], stamp(2)])).toEqual([stamp(2)]);
    expect(stampsIn([[MINE, 4]])).toEqual([]);
  });
});
