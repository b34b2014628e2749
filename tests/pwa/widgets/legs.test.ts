import { describe, expect, it } from "vitest";
import { legs, travels } from "../../../pwa/src/widgets/legs.ts";
import { incident, NOW, view, visit } from "../screens/sights.ts";

const line = { atMs: NOW, person: 8, step: "escalate", from: "in_review", to: "at_center", sets: {} };

describe("the relay", () => {
  it("stands at the phone until the server has the record", () => {
    expect(legs(view({ receivedMs: 0, sent: "wait" }), incident)).toEqual(["on", "off", "off"]);
    expect(legs(view({ receivedMs: 0, sent: "send" }), incident)).toEqual(["on", "go", "off"]);
    expect(legs(view({ receivedMs: 0, sent: "fail" }), incident)).toEqual(["on", "off", "off"]);
  });
  it("goes on to the village, and to the town once the record went up", () => {
    expect(legs(view(), incident)).toEqual(["on", "on", "off"]);
    expect(legs(view({ state: "at_center" }), incident)).toEqual(["on", "on", "on"]);
  });
  it("stays with the town after the record went up, but not for a step that came too late", () => {
    expect(legs(view({ state: "closed", story: [{ ...line, outcome: "done" }] }), incident)[2]).toBe("on");
    expect(legs(view({ state: "closed", story: [{ ...line, outcome: "overtaken" }] }), incident)[2]).toBe(
      "off",
    );
  });
  it("does not go up by being returned", () => {
    const returned = { ...line, step: "return", to: "returned", outcome: "done" as const };
    expect(legs(view({ story: [returned] }), incident)[2]).toBe("off");
  });
  it("has a town only for kinds that can go up", () => {
    expect([travels(incident), travels(visit), travels(undefined)]).toEqual([true, false, false]);
  });
});
