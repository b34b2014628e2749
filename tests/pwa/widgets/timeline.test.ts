import { describe, expect, it } from "vitest";
import type { StoryLine, View } from "../../../pwa/src/model.ts";
import { linesOf } from "../../../pwa/src/widgets/timeline.tsx";
import { field, incident, NOW, view, world } from "../screens/sights.ts";

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
    expect(words()).toEqual(["你记下的", "送到了，自动发的"]);
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
    const full = line({ sets: { return_note: "看不清。", return_field: "place" } });
    expect(linesOf(view({ story: [full] }), incident, world())[2]?.quote).toBe("看不清。位置不清");
  });
  it("names a second text and how many photos, which would read as part of the first", () => {
    const fields = { ...incident.fields, root_cause: field("text", "为什么又出现") };
    const sets = { return_note: "清了沟。", root_cause: "沟太窄", photos: ["k"] };
    const told = linesOf(view({ story: [line({ sets })] }), { ...incident, fields }, world());
    expect(told[2]?.quote).toBe("清了沟。为什么又出现 沟太窄，照片 1\u00a0张");
  });
  it("names no record that this phone does not have", () => {
    const other = { ...incident, fields: { ...incident.fields, merged_into: field("ref", "并到哪件") } };
    const sets = { merged_into: "a.9", return_note: "同一处" };
    const quote = (...known: View[]) =>
      linesOf(view({ story: [line({ sets })] }), other, world(...known))[2]?.quote;
    expect(quote()).toBe("同一处");
    expect(quote(view({ id: "a.9", values: { matter: "rock_fall" } }))).toBe("落石，同一处");
  });
  it("says what came too late and what has not left", () => {
    expect(words(line({ outcome: "overtaken" }))[2]).toBe("罗书记：return（晚了一步，没算数）");
    expect(words(line({ outcome: "waiting", person: 7, step: "add_facts" }))[2]).toBe(
      "你：add_facts（还没发出去）",
    );
  });
  it("says that work handed in too late counted where the record went on for its sake", () => {
    const steps = incident.workflow.steps.map((step) =>
      step.name === "accept" ? { ...step, needs: ["result"] } : step,
    );
    const after = {
      ...(steps[0] as (typeof steps)[number]),
      name: "after_all",
      guards: ["came_late"],
      auto: true,
    };
    const page = { ...incident, workflow: { ...incident.workflow, steps: [...steps, after] } };
    const late = line({ step: "accept", outcome: "overtaken" });
    const story = [late, line({ step: "after_all", outcome: "auto", person: 0, to: "closed" })];
    const told = (lines: StoryLine[]) => linesOf(view({ story: lines }), page, world())[2]?.words;
    expect(told(story)).toBe("罗书记：accept（晚了一步，照样算数）");
    expect(told([late])).toBe("罗书记：accept（晚了一步，没算数）");
  });
  it("does not say twice what the step before said", () => {
    const story = [
      line({ step: "accept", to: "closed" }),
      line({ step: "route", to: "closed", outcome: "auto", person: 0 }),
    ];
    const steps = incident.workflow.steps.map((step) =>
      step.name === "accept" ? { ...step, label: { zh: "办结", en: "Closed" } } : step,
    );
    const page = { ...incident, workflow: { ...incident.workflow, steps } };
    expect(linesOf(view({ story }), page, world())).toHaveLength(3);
    expect(linesOf(view({ story }), incident, world())).toHaveLength(4);
  });
  it("leaves out mere routing, but tells that a record went up", () => {
    expect(words(line({ step: "route", to: "in_review", outcome: "auto", person: 0 }))).toHaveLength(2);
    expect(words(line({ step: "route", to: "at_center", outcome: "auto", person: 0 }))[2]).toBe("到镇里了");
    expect(words(line({ step: "", to: "in_review" }))).toHaveLength(2);
  });
});
