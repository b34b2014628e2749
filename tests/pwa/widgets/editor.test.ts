import { expect, it } from "vitest";
import { toggled } from "../../../pwa/src/widgets/editor.tsx";

it("puts an element in and takes it out again", () => {
  expect(toggled(undefined, "a")).toEqual(["a"]);
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  expect(toggled(null, "a")).toEqual(["a"]);
});
