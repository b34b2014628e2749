import { expect, it } from "vitest";
import { browserCondition } from "../../../pwa/src/adapters/condition.ts";

const read = (navigator: object) => browserCondition(navigator as Navigator);

it("is what the browser says", async () => {
  const storage = { estimate: async () => ({ usage: 5, quota: 9 }), persisted: async () => false };
  const permissions = { query: async ({ name }: { name: string }) => ({ state: `${name} denied` }) };
  expect(await read({ storage, permissions })).toEqual({
    usedBytes: 5,
    quotaBytes: 9,
    persisted: false,
    geo: "geolocation denied",
  });
});

it("is no cause for alarm where the browser says nothing, or will not", async () => {
  const unknown = { usedBytes: 0, quotaBytes: 0, persisted: true, geo: "" };
  expect(await read({})).toEqual(unknown);
  const no = () => Promise.reject(new TypeError("no"));
  expect(await read({ storage: { estimate: no, persisted: no }, permissions: { query: no } })).toEqual(
    unknown,
  );
});
