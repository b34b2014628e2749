import { expect, it } from "vitest";
import { comingWords } from "../../../pwa/src/widgets/coming.ts";

it("says that more is coming, and that a link is waited for only where one is", () => {
  expect(comingWords("read", true)).toBe("正在取，稍等");
  expect(comingWords("read", false)).toBe("正在取，稍等");
  expect(comingWords("told", true)).toBe("正在取，稍等");
  expect(comingWords("told", false)).toBe("还没取完，有网接着取");
  expect([comingWords("", true), comingWords("", false)]).toEqual(["", ""]);
});
