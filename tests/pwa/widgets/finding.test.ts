import { describe, expect, it } from "vitest";
import type { Option } from "../../../pwa/src/sync/kind.ts";
import { alsoCalled, families, found, headingOf, recent } from "../../../pwa/src/widgets/finding.ts";
import { language } from "../../../pwa/src/words/say.ts";
import { view } from "../screens/sights.ts";

const option = (value: string, zh: string, words: string, more: Partial<Option> = {}): Option => ({
  value,
  zh,
  en: `en ${value}`,
  icon: "",
  family: "市容",
  words,
  marks: { family_en: "Streets" },
  retired: false,
  ...more,
});

const MATTERS = [
  option("manhole", "井盖", "窨井 jinggai jg yinjing", { family: "", en: "Manhole", marks: {} }),
  option("06010", "暴露垃圾", "垃圾堆 baolulaji bllj lajidui", { en: "Exposed garbage" }),
  option("06012", "道路不洁", "路脏 daolubujie dlbj luzang", { en: "Dirty road surface" }),
  option("L-E06", "井盖缺失(警示)", "井盖丢了 没井盖 jinggaiqueshi jgqs jinggaidiule", { family: "本地" }),
  option("L-X01", "其他井盖", "jg", { retired: true }),
];
const values = (query: string): string[] => found(MATTERS, query).map(({ value }) => value);

describe("a search", () => {
  it("finds by name, synonym, pinyin, initials, English and code", () => {
    expect(values("垃圾")).toEqual(["06010"]);
    expect(values("路脏")).toEqual(["06012"]);
    expect(values("洁")).toEqual(["06012"]);
    expect(values("baolu")).toEqual(["06010"]);
    expect(values("dlb")).toEqual(["06012"]);
    expect(values("garb")).toEqual(["06010"]);
    expect(values("dirty road")).toEqual(["06012"]);
    expect(values("06012")).toEqual(["06012"]);
    expect(values("l-e06")).toEqual(["L-E06"]);
  });

  it("puts what is called so before what is also called so, and a beginning before a middle", () => {
    expect(values("井盖")).toEqual(["manhole", "L-E06"]);
    expect(values("jg")).toEqual(["manhole", "L-E06"]);
    expect(values("没井")).toEqual(["L-E06"]);
    expect(values("道路")[0]).toBe("06012");
  });

  it("follows while pinyin is still being typed, however the input method splits it", () => {
    for (const typed of ["j", "jing g", "jing'gai", "JING GAI", " ｊｇ "])
      expect(values(typed)[0]).toBe("manhole");
  });

  it("does not find Latin letters in the middle of other pinyin", () => {
    expect(values("an")).toEqual([]);
    expect(values("laji")).toEqual(["06010"]);
  });

  it("takes a sentence apart when nothing is called so", () => {
    expect(values("井盖没了")).toEqual(["manhole", "L-E06"]);
    expect(values("路边垃圾堆很高")).toEqual(["06010"]);
    expect(values("猴子")).toEqual([]);
    expect(values("qqq")).toEqual([]);
  });

  it("never offers what is retired, and offers all else for an empty query", () => {
    expect(values(" ")).toEqual(["manhole", "06010", "06012", "L-E06"]);
    expect(values("jg").includes("L-X01")).toBe(false);
  });
});

describe("what was chosen last", () => {
  const made = (madeMs: number, matter: string, author = 7) =>
    view({ id: `0000000a1b2c3d4e.${madeMs}`, author, madeMs, values: { matter } });
  it("is the newest of the person's own, each once, of those under a heading", () => {
    const views = [
      made(1, "L-E06"),
      made(5, "06010"),
      made(4, "L-E06"),
      made(3, "manhole"),
      made(9, "06012", 8),
      made(2, "L-X01"),
    ];
    expect(recent(MATTERS, views, 7).map(({ value }) => value)).toEqual(["06010", "L-E06"]);
    expect(recent(MATTERS, [], 7)).toEqual([]);
  });

  it("is five at most", () => {
    const many = [..."abcdefg"].map((value) => option(value, value, ""));
    expect(
      recent(
        many,
        many.map(({ value }, at) => made(at + 1, value)),
        7,
      ),
    ).toHaveLength(5);
  });
});

describe("headings", () => {
  it("stand in the order of the list, without what is shown or retired, and speak the person's language", () => {
    expect(families(MATTERS).map(([heading, under]) => [heading, under.length])).toEqual([
      ["市容", 2],
      ["本地", 1],
    ]);
    language.value = "en";
    expect(headingOf(MATTERS[1] as Option)).toBe("Streets");
    expect(headingOf(MATTERS[0] as Option)).toBe("");
    language.value = "zh-CN";
  });

  it("leave pinyin out of what is shown beside a name", () => {
    expect(alsoCalled(MATTERS[3] as Option)).toEqual(["井盖丢了", "没井盖"]);
    expect(alsoCalled(option("a", "甲", ""))).toEqual([]);
  });
});
