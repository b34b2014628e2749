import { describe, expect, it } from "vitest";
import * as guards from "../../../pwa/src/sync/guards.ts";
import { own } from "../../../pwa/src/sync/value.ts";
import { forms, type Json, resolve, run, toQuestion } from "./vectors.ts";

const asked = Object.values(guards.GUARDS).map(({ holds }) => holds);
const names = Object.keys(guards.GUARDS);

run("guards", guards, {
  ...Object.fromEntries(names.map((name, index) => [name, forms(asked[index] as Json, [toQuestion])])),
  value_of: forms(guards.valueOf, [toQuestion]),
});

describe("names only TypeScript can get wrong", () => {
  const question = toQuestion(
    resolve({ kind: { $: "trial" }, record: { $: "report" }, step: { $: "trial" }, person: 0 }),
  );

  it("finds no value, state or guard on the prototype", () => {
    expect(guards.valueOf(question, "constructor")).toBeNull();
    const entry = { ...question.record.story[0], to: "constructor" } as Json;
    expect(guards.wentUp({ ...question, record: { ...question.record, story: [entry] } })).toBe(false);
    expect(own(guards.GUARDS, "constructor")).toBeUndefined();
  });
});
