import { expect, it } from "vitest";
import { examine, verify } from "../../../pwa/src/verify/examine.ts";
import { SAMPLE } from "../sync/bundles.ts";

it("finds nothing wrong with what is whole, and says by whose key", async () => {
  const verdict = await examine(SAMPLE);
  expect([verdict.fault, verdict.bundle?.index.town, verdict.proof?.photos.length]).toEqual([null, 3, 2]);
  expect(verdict.server).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
});

it("says where a changed one differs, and nothing of what it holds", async () => {
  const body = SAMPLE.slice();
  (body[3000] as number) ^= 1;
  expect(await examine(body)).toMatchObject({
    fault: { at: 3000, to: 3001 },
    bundle: null,
    proof: null,
    server: "",
  });
});

it("verifies nothing by what is no key and no signature", async () => {
  const nothing = new Uint8Array();
  expect(await verify(nothing, nothing, nothing)).toBe(false);
  expect(await verify(new Uint8Array(65), nothing, new Uint8Array(64))).toBe(false);
});
