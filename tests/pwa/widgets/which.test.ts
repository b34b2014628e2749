// Which unit is asked for, by what its tier is called.

import { describe, expect, it } from "vitest";
import { whichWords } from "../../../pwa/src/widgets/which.ts";

const units = (...tiers: number[]) =>
  tiers.map((tier, at) => ({ id: at + 1, tier, parent: 0, name: "x", shape: [] }));

describe("which unit is asked for", () => {
  it("is called as its tier is", () => {
    expect([3, 4, 5].map((tier) => whichWords(units(tier, tier)))).toEqual([
      "哪个镇",
      "哪个社区或村",
      "哪个网格",
    ]);
  });
  it("is called by each of the tiers that may be chosen, the highest first", () => {
    expect(whichWords(units(4, 3, 4))).toBe("哪个镇、社区或村");
  });
});
