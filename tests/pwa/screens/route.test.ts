import { describe, expect, it } from "vitest";
import { routeOf } from "../../../pwa/src/screens/route.ts";

describe("an address", () => {
  it("names a screen and what it is about", () => {
    expect(routeOf("#/clash/0000000a1b2c3d4e.7/note")).toEqual({
      name: "clash",
      args: ["0000000a1b2c3d4e.7", "note"],
    });
    expect(routeOf("#/enrol/K7QM%202X")).toEqual({ name: "enrol", args: ["K7QM 2X"] });
  });
  it("may be empty or broken", () => {
    expect(routeOf("")).toEqual({ name: "", args: [] });
    expect(routeOf("#/list/%E7%")).toEqual({ name: "list", args: ["%E7%"] });
  });
});
