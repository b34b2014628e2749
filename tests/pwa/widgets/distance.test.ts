import { expect, it } from "vitest";
import { accuracyWords, metresWords } from "../../../pwa/src/widgets/distance.ts";

it("says distances no finer than a phone can know", () => {
  expect([8, 99.4, 123, 994, 999, 1449, 1960, 9949, 12_345].map(metresWords)).toEqual([
    "8\u00a0米",
    "99\u00a0米",
    "120\u00a0米",
    "990\u00a0米",
    "1\u00a0公里",
    "1.4\u00a0公里",
    "2\u00a0公里",
    "9.9\u00a0公里",
    "12\u00a0公里",
  ]);
});

it("rounds an accuracy up, and never says none", () => {
  expect([1150, 40, 0].map(accuracyWords)).toEqual([
    "误差约 12\u00a0米",
    "误差约 1\u00a0米",
    "误差约 1\u00a0米",
  ]);
});
