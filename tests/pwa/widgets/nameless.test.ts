// Words for what is to be taken out of a text before many read it.

import { describe, expect, it } from "vitest";
import { namingWords } from "../../../pwa/src/widgets/nameless.ts";
import { field, incident } from "../screens/sights.ts";

const PAGE = {
  ...incident,
  fields: {
    note: field("text", "随便写"),
    way: field("text", "怎么做", { nameless: true }),
    log: field("text", "进展", { nameless: true, rule: "log" }),
  },
};

describe("what is to be taken out", () => {
  it("names the field, the sort and the number", () => {
    expect(namingWords(PAGE, { way: "车是苏E12345" })).toBe(
      "“怎么做”里有车牌号 苏E12345。很多人会看到，先去掉",
    );
    expect(namingWords(PAGE, { log: ["好", "打13812345678"] })).toContain("“进展”里有手机号 13812345678");
    expect(namingWords(PAGE, { way: "11010519491231002X" })).toContain("身份证号 11010519491231002X");
  });

  it("is nothing in a field that few read, in an empty one, or in plain words", () => {
    expect(namingWords(PAGE, { note: "打13812345678", way: "找水务所" })).toBe("");
    expect(namingWords(PAGE, {})).toBe("");
    expect(namingWords(PAGE, { way: null })).toBe("");
  });
});
