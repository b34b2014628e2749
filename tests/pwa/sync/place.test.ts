import { describe, expect, it } from "vitest";
import * as place from "../../../pwa/src/sync/place.ts";
import { as, byNumber, forms, run } from "./vectors.ts";

run("place", place, { grid_of: forms(place.gridOf, [as, byNumber]) });

describe("numbers only TypeScript can get wrong", () => {
  it("rounds to nought, never to minus nought", () => {
    for (const number of [0, -0, 0.4, -0.4]) expect(place.roundHalfUp(number)).toBe(0);
    expect(place.roundHalfUp(-2.5)).toBe(-3);
    expect(place.roundHalfUp(2.5)).toBe(3);
  });
});
