import { describe, expect, it } from "vitest";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import * as shape from "../../../pwa/src/sync/shape.ts";
import { as, forms, type Json, resolve, run, toOp } from "./vectors.ts";

run("shape", shape, { flaw_of: forms(shape.flawOf, [toOp, as]) });

describe("names only TypeScript can get wrong", () => {
  const kind: KindPage = resolve({ $: "trial" });
  const { name: text } = kind.fields;

  it("knows no field called like a part of every object", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      const sets = JSON.parse(`{"${name}": "x"}`);
      const op = toOp([1, [1, 0, "a"], "trial", "aaaaaaaaaaaaaaaa.1", null, sets, null]);
      expect(shape.flawOf(op, kind)).toEqual(["unknown_field", name]);
    }
  });

  it("wants `is` to be there itself, and nothing beside it", () => {
    const field = { ...(text as Json), rule: "keep_both" };
    expect(shape.wellFormed(field, {})).toBe(false);
    expect(shape.wellFormed(field, { is: "a", constructor: 1 })).toBe(false);
    expect(shape.wellFormed(field, JSON.parse('{"is": "a", "__proto__": 1}'))).toBe(false);
    expect(shape.wellFormed(field, { is: "a", over: null })).toBe(false);
  });

  it("finds nothing said where nothing was set", () => {
    expect(shape.saysSomething(undefined)).toBe(false);
  });
});
