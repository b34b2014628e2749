import { expect, it } from "vitest";
import { insists, meantBy } from "../../../pwa/src/screens/steps.tsx";
import { field, incident, view } from "./sights.ts";

const offer = { step: "add_facts", to: "", needs: [], takes: ["place"], tone: "go" as const };
const asking = { person: 8, atMs: 0, field: "place", reason: "return_field", question: "" };

it("asks for the field meant only where this step can carry it", () => {
  expect(meantBy(asking, offer)).toBe("place");
  expect(meantBy({ ...asking, field: "matter" }, offer)).toBe("");
  expect(meantBy({ ...asking, field: "" }, offer)).toBe("");
  expect(meantBy(null, offer)).toBe("");
  expect(meantBy(asking, undefined)).toBe("");
});

it("asks why it came back of what happened there before, where the step is refused without", () => {
  const cause = ["root_cause", field("text", "为什么又出现")] as const;
  const finish = { ...offer, step: "finish", takes: ["root_cause"] };
  const [step] = incident.workflow.steps;
  const page = (...guards: string[]) =>
    ({
      ...incident,
      workflow: { ...incident.workflow, steps: [{ ...step, name: "finish", guards }] },
    }) as typeof incident;
  const asks = (values: object, ...guards: string[]) =>
    insists(page(...guards), view({ values: values as never }), finish, cause);
  expect(asks({ recurs: "a.1" }, "cause_given")).toBe(true);
  expect(asks({ recurs: "a.1" })).toBe(false);
  expect(asks({}, "cause_given")).toBe(false);
  expect(asks({ recurs: "a.1", root_cause: "沟太窄" }, "cause_given")).toBe(false);
});
