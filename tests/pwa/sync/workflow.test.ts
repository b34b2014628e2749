import { describe, expect, it } from "vitest";
import { timed } from "../../../pwa/src/sync/elapse.ts";
import type { KindPage } from "../../../pwa/src/sync/kind.ts";
import * as workflow from "../../../pwa/src/sync/workflow.ts";
import {
  as,
  forms,
  fromRecord,
  resolve,
  run,
  toActor,
  toCalendar,
  toEvent,
  toRecord,
  toStep,
  toUnits,
} from "./vectors.ts";

run("workflow", workflow, {
  refused_by: forms(workflow.refusedBy, [as, toRecord, as, as]),
  judge: forms(workflow.judge, [as, toRecord, toStep, toActor, toUnits]),
  offers: forms(workflow.offers, [as, toRecord, toActor, toUnits]),
  begin: forms(workflow.begin, [toRecord, toEvent], fromRecord),
  advance: forms(workflow.advance, [as, toRecord, as, as, as, toEvent], fromRecord),
  follow: forms(workflow.follow, [as, toRecord, toEvent], fromRecord),
});

describe("a page newer than this build", () => {
  const kind: KindPage = resolve({ $: "trial" });
  const record = toRecord(resolve({ $: "report" }));
  const calendar = toCalendar(resolve({ $: "calendar" }));
  const event = toEvent([6000, 0, "a", 1, "a", 6000]);
  const steps = kind.workflow.steps.map((step) => ({
    ...step,
    guards: [...step.guards, "constructor"],
    auto: true,
    timed: { share: 1, past: "", clock: "" },
  }));
  const newer = { ...kind, workflow: { ...kind.workflow, steps } };

  it("waits with a step whose guard cannot be asked, and takes none by itself", () => {
    for (const step of steps) {
      const open = { ...record, state: step.start[0] as string };
      expect(workflow.refusedBy(newer, open, { ...step, guards: ["constructor"] }, 9)).toBe("unknown_step");
      expect(workflow.follow(newer, open, event)).toBe(open);
      expect(timed(newer, open, calendar, 1e12)).toBeNull();
    }
  });
});
