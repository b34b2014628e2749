import { describe, expect, it } from "vitest";
import * as value from "../../../pwa/src/sync/value.ts";
import { run } from "./vectors.ts";

run("value", value);

describe("what only TypeScript can get wrong", () => {
  it("spells minus zero as zero", () => expect(value.canonical([-0])).toBe("[0]"));

  it("keeps a name that every object has", () => {
    const named = JSON.parse('{"constructor": 1, "__proto__": {"x": 2}}');
    expect(value.canonical(named)).toBe('{"__proto__":{"x":2},"constructor":1}');
    expect(value.own(named, "constructor")).toBe(1);
    expect(value.own({}, "constructor")).toBeUndefined();
    expect(value.own({}, "__proto__")).toBeUndefined();
  });

  it("orders names by code point, not by UTF-16 unit", () => {
    expect(value.canonical({ "😀": 1, "！": 2, a: 3 })).toBe('{"a":3,"！":2,"😀":1}');
    expect(["😀", "！", "😁", "", "a", "ab"].sort(value.compare)).toEqual(["", "a", "ab", "！", "😀", "😁"]);
  });

  it("orders names that look like numbers as texts", () => {
    expect(value.canonical({ 10: 1, 9: 2, a: 3 })).toBe('{"10":1,"9":2,"a":3}');
  });

  it("counts code points, and tells a pair from half of one", () => {
    expect(value.isText("😀😀", 2)).toBe(true);
    expect(value.isText("😀😀", 1)).toBe(false);
    expect(value.isText("\ud83d")).toBe(false);
    expect(value.isText("\ude00\ud83d")).toBe(false);
  });

  it("takes no fraction, infinity or unsafe number for an integer", () => {
    for (const wrong of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", true, null, undefined])
      expect(value.isInt(wrong)).toBe(false);
  });

  it("matches a whole key, not a line of it", () => {
    expect(value.isPhoto(`${"a".repeat(22)}\n`)).toBe(false);
    expect(value.isDevice(`${"a".repeat(16)}\n`)).toBe(false);
    expect(value.isRecordId(`${"a".repeat(16)}.1\n`)).toBe(false);
  });
});
