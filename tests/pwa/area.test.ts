import { describe, expect, it } from "vitest";
import { areaFor, fixOf, placeOf } from "../../pwa/src/area.ts";
import type { Fix } from "../../pwa/src/ports.ts";
import { actorOf, daySheet, incident, NOON, UNITS } from "./town.ts";

const LANDS = new Map(UNITS.map((unit) => [unit.id, unit]));
const at = (latE7: number, lonE7: number): Fix => ({
  latE7,
  lonE7,
  accuracyCm: 1_200,
  atMs: NOON - 5_000,
  source: 0,
});
const IN_2 = at(295_050_000, 1_065_050_000);
const IN_3 = at(295_050_000, 1_065_150_000);

describe("the unit of a new record", () => {
  it("is what the person chose, wherever they stand", () => {
    expect(areaFor(incident, 3, IN_2, actorOf(7), LANDS)).toBe(3);
  });

  it("is the one they stand in, when they may file there", () => {
    const both = { ...actorOf(7), grants: [...actorOf(7).grants, { role: "fulltime_worker", unit: 3 }] };
    expect(areaFor(incident, 0, IN_3, both, LANDS)).toBe(3);
    expect(areaFor(incident, 0, IN_2, both, LANDS)).toBe(2);
  });

  it("is the nearest own one, when they stand elsewhere", () => {
    expect(areaFor(incident, 0, IN_3, actorOf(7), LANDS)).toBe(2);
    expect(areaFor(incident, 0, at(0, 0), actorOf(7), LANDS)).toBe(2);
  });

  it("is the first granted one without a fix", () => {
    const granted = {
      ...actorOf(7),
      grants: [
        { role: "fulltime_worker", unit: 3 },
        { role: "fulltime_worker", unit: 2 },
      ],
    };
    expect(areaFor(daySheet, 0, null, granted, LANDS)).toBe(3);
  });

  it("reaches below a grant on a unit above, and is 0 where nothing may be made", () => {
    const village = { ...actorOf(7), grants: [{ role: "fulltime_worker", unit: 1 }] };
    expect(areaFor(incident, 0, null, village, LANDS)).toBe(2);
    expect(areaFor(incident, 0, IN_2, actorOf(8), LANDS)).toBe(0);
  });
});

describe("a place value", () => {
  it("keeps the fix as captured, with its age", () => {
    expect(placeOf(IN_2, NOON)).toEqual([295_050_000, 1_065_050_000, 1_200, 5_000, 0, 0]);
    expect(fixOf(placeOf(IN_2, NOON), NOON)).toEqual(IN_2);
  });

  it("stays within what the server takes, however odd the sensor", () => {
    const odd = { ...IN_2, accuracyCm: 1e12, atMs: NOON + 9_000 };
    expect(placeOf(odd, NOON)).toEqual([295_050_000, 1_065_050_000, 10_000_000, 0, 0, 0]);
    expect(fixOf(null, NOON)).toBeNull();
    expect(fixOf([1, 2], NOON)).toBeNull();
  });
});
