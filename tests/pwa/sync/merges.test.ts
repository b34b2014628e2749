import { describe, expect, it } from "vitest";
import * as merges from "../../../pwa/src/sync/merges.ts";
import { run } from "./vectors.ts";

run("merges", merges);

describe("names and texts only TypeScript can get wrong", () => {
  it("takes no rule from the prototype of objects", () => {
    for (const rule of ["constructor", "__proto__", "toString", ""])
      expect(() => merges.join(rule, [1, [1, 0, "a"]], [1, [1, 0, "a"]])).toThrow("no rule");
  });

  it("counts for a device called like a part of every object", () => {
    const cell = merges.join("count", [["__proto__", 2]], [["constructor", 1]]);
    expect(cell).toEqual([
      ["__proto__", 2],
      ["constructor", 1],
    ]);
  });

  it("orders what one stamp brought by code point, not by UTF-16 unit", () => {
    const stamp = [1, 0, "a"];
    const cell = merges.join("log", [[stamp, "😀"]], [[stamp, "！"]]);
    expect(cell).toEqual([
      [stamp, "！"],
      [stamp, "😀"],
    ]);
  });
});
