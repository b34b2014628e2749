import { describe, expect, it } from "vitest";
import { type Around, foreseen, unborn } from "../../../pwa/src/sync/around.ts";
import type { Record } from "../../../pwa/src/sync/register.ts";
import { forms, type Json, read, resolve, run, toKinds, toQuestion, toRecord } from "./vectors.ts";

/** What a phone holds, of what a case tells is around. */
function aroundOf({ kinds = {}, linked = {}, linking = [] }: Json): Around {
  const held = Object.values(linked).map(toRecord) as Record[];
  return {
    kinds: toKinds(kinds),
    find: (id) => held.find((each) => each.id === id),
    naming: () => linking.map(toRecord),
  };
}

const holds = (guard: string) =>
  forms((json: Json) => foreseen([guard], toQuestion(json), aroundOf(json)) === null, [(json) => json]);

run(
  "around",
  {},
  {
    target_open: holds("target_open"),
    parts_done: holds("parts_done"),
    grant_live: holds("grant_live"),
  },
);

// What the server decides in guards.json, and a form tells beforehand.
describe("tests/vectors/guards.json, as a form asks", () => {
  const names = ["unit_listed", "within_board", "cause_given"];
  const told = (read("guards") as Json[]).filter(({ call }) => names.includes(call));
  it.each(told)("$case", ({ call, args: [asked], want }) => {
    const question = resolve(asked);
    expect(holds(call)({ kinds: { [question.record.kind]: question.kind }, ...question })).toBe(want);
  });
});

describe("what a phone cannot know", () => {
  const asked = (cells: Json, more: Json = {}): Json =>
    resolve({
      kind: { $: "graded" },
      record: { $: "report", cells },
      step: { $: "trial" },
      person: 7,
      kinds: { trial: { $: "graded" } },
      ...more,
    });
  const said = (value: string): Json => [value, [1, 0, "a"]];
  const ask = (guard: string, json: Json) => foreseen([guard], toQuestion(json), aroundOf(json));

  it("is left to the server, and what it does know has the server's word", () => {
    expect(ask("target_open", asked({}, { sets: { merged_into: "a.9" } }))).toBeNull();
    expect(ask("in_list", asked({ matter: said("litter") }))).toBeNull();
    expect(ask("in_list", asked({ matter: said("stall") }))).toBe("out_of_list");
    expect(ask("in_list", asked({ matter: said("stall") }, { sets: { grant: "a.9" } }))).toBeNull();
    expect(ask("has_parts", asked({}))).toBeNull();
    expect(ask("constructor", asked({}))).toBeNull();
  });

  it("is asked of a new record as the form has it", () => {
    const { kind, ...rest } = toQuestion(asked({}));
    const list = (values: { [name: string]: string }) =>
      foreseen(
        ["in_list"],
        { ...rest, kind, record: unborn(kind, values) },
        aroundOf({ kinds: { trial: kind } }),
      );
    expect(list({ matter: "litter" })).toBeNull();
    expect(list({ matter: "stall" })).toBe("out_of_list");
  });

  it("says who may be whistled for before the form is sent", () => {
    const { kind, ...rest } = toQuestion(
      resolve({ kind: { $: "sent" }, record: { $: "sent_case" }, step: { $: "trial" }, person: 7 }),
    );
    const first = (name: string) => ({ ...kind.fields[name], rule: "first" });
    const page = { ...kind, fields: { ...kind.fields, matter: first("matter"), unit: first("unit") } };
    const whistle = (unit: number, asking: typeof kind) =>
      foreseen(
        ["unit_listed"],
        { ...rest, kind: asking, record: unborn(asking, { matter: "blocked", unit }) },
        aroundOf({ kinds: { [asking.name]: asking } }),
      );
    for (const asking of [kind, page as typeof kind]) {
      expect(whistle(21, asking)).toBeNull();
      expect(whistle(22, asking)).toBe("not_listed");
    }
  });

  it("is asked with what the step carries laid over the record", () => {
    const self = asked({}, {});
    self.sets = { merged_into: self.record.id };
    expect(ask("target_open", self)).toBe("bad_target");
  });
});
