import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Flag, Shown } from "../../../pwa/src/model.ts";
import { flagWords, missingWords, seenIn, takenWords } from "../../../pwa/src/widgets/photo-words.ts";
import { NOW, world } from "../screens/sights.ts";

const plain = (words: string): string => words.replaceAll("\u00a0", " ");
const said = (...flag: [string, ...unknown[]]): string => plain(flagWords(flag as Flag, NOW));
const shot = (more: Partial<Shown> = {}): Shown => ({
  key: "k", field: "photos", person: 8, atMs: NOW, gotMs: NOW, here: true, flags: [], original: "", ...more,
}); // biome-ignore format: one line reads better

describe("what a reviewer should look at", () => {
  it("has words for every code of the server, and none that accuse", () => {
    const python = readFileSync(new URL("../../../backend/doubts.py", import.meta.url), "utf8");
    const told = python.slice(0, python.indexOf("The trap:"));
    const codes = [...told.matchAll(/^ {4}([a-z_]+) {2,}/gm)].map(([, code = ""]) => code);
    expect(codes.length).toBeGreaterThan(6);
    const words = codes.map((code) => said(code, 100, "r", NOW, 5));
    expect(words.filter((each) => !each)).toEqual([]);
    expect(words.filter((each) => /假|骗|作弊|违规|造/.test(each))).toEqual([]);
  });

  it("says what is so", () => {
    expect(said("seen_before", "k", "r", NOW - 86_400_000, 12, 3)).toBe("和 昨天 14:37 那张几乎一样，看一眼");
    expect(said("late", 3 * 86_400)).toContain("3 天");
    expect(said("late", -3_600)).toContain("1 小时");
    expect(said("place_odds", 140)).toBe("定位在网格线外 140 米，看看是不是这里");
    expect(said("of a later version", 1)).toBe("");
  });

  it("names the photo that looks alike, if it is another and may be seen", () => {
    const flag = ["seen_before", "k", "r", 5, 12, 3] as const;
    expect(seenIn(flag, "own")).toEqual({ key: "k", record: "r", atMs: 5, metres: 12 });
    expect(seenIn(flag, "k")).toBeNull();
    expect(seenIn(["seen_before", "", "", 5, 12, 3], "own")).toBeNull();
    expect(seenIn(["album"], "own")).toBeNull();
    expect(seenIn(["seen_before", 3], "own")).toBeNull();
    expect(said("seen_before", "own", "r", NOW, -1, 0)).toBe("和 今天 14:37 那张一样，看一眼");
  });
});

describe("a photo", () => {
  it("is said to have been received, never when it was taken", () => {
    expect(plain(takenWords(shot({ person: 999 }), world()))).toBe("同事拍的，今天 14:37 收到");
    expect(plain(takenWords(shot({ gotMs: 0, atMs: 0, here: false, person: world().me }), world()))).toBe(
      "你拍的，还没收到",
    );
    expect(plain(takenWords(shot({ gotMs: 0, person: 999 }), world()))).toBe("同事拍的");
    expect(plain(takenWords(shot({ person: 0 }), world()))).toContain("同事");
  });

  it("that has not come is named with whose phone has it", () => {
    const late = { person: 999, n: 2, atMs: NOW - 86_400_000 };
    expect(plain(missingWords(late, world()))).toBe("照片还没到：2 张，同事的手机，昨天 14:37");
  });
});
