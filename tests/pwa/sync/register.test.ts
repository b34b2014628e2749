import { describe, expect, it } from "vitest";
import * as register from "../../../pwa/src/sync/register.ts";
import { as, forms, fromRecord, run, toRecord } from "./vectors.ts";

run("register", register, {
  moved: forms(register.moved, [toRecord, as, register.toEntry as never], fromRecord),
  touch: (held, seq, device) => register.touch(held ?? undefined, seq, device),
});

describe("names only TypeScript can get wrong", () => {
  it("merges fields called like parts of every object", () => {
    const mine = JSON.parse('{"constructor": ["a", [1, 0, "x"]]}');
    const theirs = JSON.parse('{"__proto__": ["b", [2, 0, "x"]], "constructor": ["c", [3, 0, "x"]]}');
    const rules = JSON.parse('{"constructor": ["first", []]}');
    const merged = register.merge(mine, theirs, rules);
    expect(Object.entries(merged).sort()).toEqual([
      ["__proto__", ["b", [2, 0, "x"]]],
      ["constructor", ["a", [1, 0, "x"]]],
    ]);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });

  it("finds no rule on the prototype", () => {
    const merged = register.merge({ toString: [1, [9, 0, "x"]] }, { toString: [2, [1, 0, "x"]] }, {});
    expect(merged.toString).toEqual([2, [1, 0, "x"]]);
  });
});
