import { afterEach, describe, expect, it } from "vitest";
import {
  aboutWords,
  missingWords,
  personWords,
  shortWhen,
  titleWords,
  unitWords,
  valueWords,
} from "../../../pwa/src/widgets/value-words.ts";
import en from "../../../pwa/src/words/en.json";
import { language, teach } from "../../../pwa/src/words/say.ts";
import { field, NOW, view, world } from "../screens/sights.ts";

teach("en", en);

const home = view({ id: "0000000a1b2c3d4e.9", kind: "household", values: { name: "王婆婆" } });
const here = world(home);
afterEach(() => {
  language.value = "zh-CN";
});

describe("a value in words", () => {
  const plain = { icon: "", family: "", words: "", marks: {}, retired: false };
  const options = [
    { value: "a", zh: "甲", en: "A", ...plain },
    { value: "b", zh: "乙", en: "B", ...plain },
  ];
  it("follows the type of its field", () => {
    const said = [
      valueWords(field("choice", "", { options }), "a", here),
      valueWords(field("choices", "", { options }), ["a", "b"], here),
      valueWords(field("int", "", { unit: "厘米" }), 45, here),
      valueWords(field("flag", ""), true, here),
      valueWords(field("day", ""), 20261120, here),
      valueWords(field("instant", ""), NOW, here),
      valueWords(field("place", ""), [1, 2, 1200, 0, 0, 0], here),
      valueWords(field("photos", ""), ["k", "l"], here),
      valueWords(field("person", ""), 8, here),
      valueWords(field("unit", ""), 2, here),
      valueWords(field("ref", ""), home.id, here),
      valueWords(field("text", "", { rule: "log" }), ["先到", "后到"], here),
    ];
    expect(said).toEqual([
      "甲",
      "甲，乙",
      "45\u00a0厘米",
      "是",
      "11月20日 星期五",
      "今天\u00a014:37",
      "误差约 12\u00a0米",
      "2\u00a0张",
      "罗书记",
      "石桥村三网格",
      "王婆婆",
      "先到\n后到",
    ]);
  });
  it("is empty where nothing was said, and shows what this build does not know as it is", () => {
    expect([null, undefined, "", []].map((value) => valueWords(field("text", ""), value, here))).toEqual([
      "",
      "",
      "",
      "",
    ]);
    expect(valueWords(field("choice", "", { options }), "newer", here)).toBe("newer");
    expect(valueWords(field("flag", ""), false, here)).toBe("不是");
    expect(valueWords(field("ref", ""), "0000000a1b2c3d4e.77", here)).toBe("一条看不到的记录");
  });
});

describe("names", () => {
  it("say 你 for the reader and the village with the grid, once", () => {
    expect([personWords(7, here), personWords(0, here), personWords(99, here)]).toEqual([
      "你",
      "系统",
      "同事",
    ]);
    expect([unitWords(2, here), unitWords(3, here), unitWords(77, here)]).toEqual([
      "石桥村三网格",
      "石桥村四网格",
      "",
    ]);
  });
  it("name a record by its title fields, else by its kind", () => {
    const named = view({ values: { matter: "rock_fall", address: "老鹰岩路口\n上面", note: "占了半边路" } });
    expect([titleWords(named, here), aboutWords(named, here)]).toEqual(["落石 · 老鹰岩路口", "占了半边路"]);
    expect(titleWords(view(), here)).toBe("事件");
    language.value = "en";
    expect(titleWords(view(), here)).toBe("en 事件");
  });
  it("fall back to the kind's name where the page is not here yet", () => {
    expect(titleWords(view({ kind: "flood" }), here)).toBe("flood");
  });
});

it("says short times in lists", () => {
  expect([NOW, NOW - 86_400_000, NOW - 5 * 86_400_000].map((ms) => shortWhen(ms, NOW))).toEqual([
    "14:37",
    "昨天\u00a014:37",
    "11月15日",
  ]);
});

it("lists what is missing by its labels", () => {
  const fields = [["a", field("text", "称呼")] as const, ["b", field("int", "几口人")] as const];
  expect(missingWords(fields, { a: "" })).toBe("还差：称呼，几口人");
  expect(missingWords(fields, { a: "王婆婆", b: 0 })).toBe("");
});
