import { afterEach, describe, expect, it } from "vitest";
import en from "../../../pwa/src/words/en.json";
import { glue, language, pick, say, sayIf, teach } from "../../../pwa/src/words/say.ts";
import shell from "../../../pwa/src/words/zh-CN.json";
import apart from "../../../pwa/src/words/zh-CN-apart.json";

const zh = { ...shell, ...apart };
teach("en", en);

afterEach(() => {
  language.value = "zh-CN";
});

const holes = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((found) => found[1]).sort();

describe("the two languages", () => {
  it("say the same things, in the same order", () => {
    expect(Object.keys(en)).toEqual(Object.keys(zh));
  });
  it("speak of the same figures and names", () => {
    const differ = Object.keys(zh).filter((key) => {
      const [a, b] = [zh[key as keyof typeof zh], en[key as keyof typeof en]].map(
        (text) => new Set(holes(text)),
      );
      return [...(a as Set<string>)].some((hole) => !(b as Set<string>).has(hole)) && !key.startsWith("date");
    });
    expect(differ).toEqual([]);
  });
  it("leave nothing unsaid but the gaps that Chinese does not write", () => {
    expect(
      Object.entries(zh)
        .filter(([, text]) => text === "")
        .map(([key]) => key),
    ).toEqual(["wordGap"]);
    expect(Object.values(en).includes("")).toBe(false);
  });
  it("blame nobody and shout at nobody", () => {
    expect(Object.values(zh).filter((text) => /[!！]|错误|失败|非法/.test(text))).toEqual([]);
    expect(Object.values(en).filter((text) => /!|error|fail|invalid/i.test(text))).toEqual([]);
  });
});

describe("a sentence", () => {
  it("ties numbers to their units", () => {
    expect(glue("已存 3 条，约 12 米")).toBe("已存 3\u00a0条，约 12\u00a0米");
    expect(say("net.kept", { n: 3 })).toBe("已存 3\u00a0条");
  });
  it("counts where the language does", () => {
    language.value = "en";
    expect([1, 2].map((n) => say("photoCount", { n }))).toEqual(["1\u00a0photo", "2\u00a0photos"]);
  });
  it("may be asked for by a name only known at run time", () => {
    expect([sayIf("why.not_found") === "", sayIf("why.unheard_of")]).toEqual([false, ""]);
  });
  it("takes the page's words in the reader's language, Chinese where it has no other", () => {
    language.value = "en";
    expect([pick({ zh: "落石", en: "Rock fall" }), pick({ zh: "落石" }), pick({})]).toEqual([
      "Rock fall",
      "落石",
      "",
    ]);
  });
});
