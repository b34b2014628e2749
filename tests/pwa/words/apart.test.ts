import { afterEach, expect, it } from "vitest";
import { say } from "../../../pwa/src/words/apart.ts";
import en from "../../../pwa/src/words/en.json";
import { language, teach } from "../../../pwa/src/words/say.ts";
import shell from "../../../pwa/src/words/zh-CN.json";
import apart from "../../../pwa/src/words/zh-CN-apart.json";

afterEach(() => {
  language.value = "zh-CN";
});

it("says what the screens apart say, and what the shell says", () => {
  expect([say("clash.mine"), say("back")]).toEqual([apart["clash.mine"], shell.back]);
});

it("keeps the words of the shell in the shell", () => {
  expect(Object.keys(apart).filter((key) => key in shell)).toEqual([]);
});

it("falls back on Chinese until the other language has come, and then speaks it", () => {
  language.value = "en";
  expect(say("clash.mine")).toBe(apart["clash.mine"]);
  teach("en", en);
  expect(say("clash.mine")).toBe(en["clash.mine"]);
});
