// Which phones somebody should look at.

import { describe, expect, it } from "vitest";
import type { Phone } from "../../../pwa/src/model.ts";
import { ailing, lacking, troubled } from "../../../pwa/src/screens/ailing.ts";

describe("a phone", () => {
  const phone = (made: number, held: number, ...causes: [string, number][]) =>
    ({ made, held, causes }) as unknown as Phone;

  it("is to be looked at when it lacks something or something is wrong with it", () => {
    const all = [
      phone(3, 3),
      phone(3, 2),
      phone(3, 3, ["clock_off", 9]),
      phone(3, 3, ["storage_not_kept", 0]),
    ];
    expect(all.map(troubled)).toEqual([false, true, true, false]);
    expect(all.map(ailing)).toEqual([false, false, true, false]);
  });

  it("that went back never lacks less than nothing", () => {
    expect([lacking(phone(240, 231)), lacking(phone(1, 2))]).toEqual([9, 0]);
  });
});
