import { expect, it } from "vitest";
import { meantBy } from "../../../pwa/src/screens/steps.tsx";

const offer = { step: "add_facts", to: "", needs: [], takes: ["place"], tone: "go" as const };
const asking = { person: 8, atMs: 0, field: "place", reason: "return_field", question: "" };

it("asks for the field meant only where this step can carry it", () => {
  expect(meantBy(asking, offer)).toBe("place");
  expect(meantBy({ ...asking, field: "matter" }, offer)).toBe("");
  expect(meantBy({ ...asking, field: "" }, offer)).toBe("");
  expect(meantBy(null, offer)).toBe("");
  expect(meantBy(asking, undefined)).toBe("");
});
