import { afterEach, describe, expect, it, vi } from "vitest";
import { browserPosition, fixOf } from "../../../pwa/src/adapters/position.ts";
import type { Fix } from "../../../pwa/src/ports.ts";

const position = (accuracy: number, altitude: number | null = null) =>
  ({
    coords: { latitude: 29.56301, longitude: 106.55156, accuracy, altitude },
    timestamp: 5.5,
  }) as GeolocationPosition;

/** A geolocation in the test's hands. */
function sensor() {
  let see: PositionCallback = () => undefined;
  let cleared = 0;
  const geolocation = {
    watchPosition: (found: PositionCallback) => {
      see = found;
      return 1;
    },
    clearWatch: () => cleared++,
  } as unknown as Geolocation;
  return { geolocation, see: (each: GeolocationPosition) => see(each), cleared: () => cleared };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the position", () => {
  it("is whole numbers, and satellites are told by the height they give", () => {
    expect(fixOf(position(12.345))).toEqual({
      latE7: 295_630_100,
      lonE7: 1_065_515_600,
      accuracyCm: 1_235,
      atMs: 6,
      source: 1,
    });
    expect(fixOf(position(12, 300)).source).toBe(0);
  });

  it("is told as it gets better, and looked for no longer once it is good", () => {
    const { geolocation, see, cleared } = sensor();
    const found: Fix[] = [];
    browserPosition(geolocation).watch((fix) => found.push(fix));
    for (const accuracy of [500, 900, 60]) see(position(accuracy));
    expect(found.map((fix) => fix.accuracyCm)).toEqual([50_000, 6_000]);
    expect(cleared()).toBe(0);
    see(position(10));
    expect(cleared()).toBe(1);
  });

  it("is not looked for longer than a person waits", () => {
    vi.useFakeTimers();
    const { geolocation, cleared } = sensor();
    browserPosition(geolocation).watch(() => undefined);
    vi.advanceTimersByTime(15_000);
    expect(cleared()).toBe(1);
  });

  it("asks nothing of a browser that has none", () => {
    const stop = browserPosition(null as unknown as Geolocation).watch(() => expect.unreachable());
    expect(stop()).toBeUndefined();
  });
});
