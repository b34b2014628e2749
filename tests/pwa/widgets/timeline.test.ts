import { describe, expect, it } from "vitest";
import type { StoryLine } from "../../../pwa/src/model.ts";
import { linesOf } from "../../../pwa/src/widgets/timeline.tsx";
import { incident, NOW, view, world } from "../screens/sights.ts";

const line = (more: Partial<StoryLine>): StoryLine => ({
  atMs: NOW,
  person: 8,
  step: "return",
  from: "in_review",
  to: "returned",
  outcome: "done",
  sets: {},
  ...more,
});
const words = (...story: StoryLine[]) =>
  linesOf(view({ story }), incident, world()).map((each) => each.words);

describe("the history of a record", () => {
  it("begins with who made it and when it arrived", () => {
    expect(words()).toEqual(["你记下的", "送到村里，自动发的"]);
    const second = (sent: "wait" | "fail") => linesOf(view({ receivedMs: 0, sent }), incident, world())[1];
    expect(second("wait")).toMatchObject({ sign: "dots", words: "存在手机里，有网自动发" });
    expect(second("fail")).toMatchObject({ sign: "bang", words: "没收下，还存在手机里" });
  });
  it("says who did what, with reasons and questions quoted", () => {
    const told = linesOf(
      view({ story: [line({ sets: { return_field: "place", return_note: "哪头？" } })] }),
      incident,
      world(),
    );
    expect(told[2]).toMatchObject({ sign: "bang", words: "罗书记：return", quote: "位置不清，哪头？" });
  });
  it("says what came too late and what has not left", () => {
    expect(words(line({ outcome: "overtaken" }))[2]).toBe("罗书记：return（晚了一步，没算数）");
    expect(words(line({ outcome: "waiting", person: 7, step: "add_facts" }))[2]).toBe(
      "你：add_facts（还没发出去）",
    );
  });
  it("leaves out mere routing, but tells that a record went up", () => {
    expect(words(line({ step: "route", to: "in_review", outcome: "auto", person: 0 }))).toHaveLength(2);
    expect(words(line({ step: "route", to: "at_center", outcome: "auto", person: 0 }))[2]).toBe("到镇里了");
    expect(words(line({ step: "", to: "in_review" }))).toHaveLength(2);
  });
});
