import { expect, it } from "vitest";
import { mbWords } from "../../../pwa/src/screens/me-data.tsx";

it("says megabytes to a tenth, and never that a little is nothing", () => {
  expect([0, 1, 150_000, 12_340_000].map(mbWords)).toEqual([
    "0\u00a0MB",
    "0.1\u00a0MB",
    "0.2\u00a0MB",
    "12.4\u00a0MB",
  ]);
});
