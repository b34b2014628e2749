import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64, hashOf, keyOf } from "../../../pwa/src/adapters/naming.ts";

describe("a photo's name", () => {
  it("is the first 16 bytes of its hash in base64url, 22 characters", () => {
    const hash = createHash("sha256").update("photo").digest();
    const name = keyOf(new Uint8Array(hash));
    expect(name).toBe(hash.subarray(0, 16).toString("base64url"));
    expect(name).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(base64(new Uint8Array(hash))).toBe(hash.toString("base64"));
  });

  it("comes from the file's own bytes", async () => {
    const hash = createHash("sha256").update("photo").digest();
    expect(await hashOf(new Blob(["photo"]))).toEqual(new Uint8Array(hash));
  });
});
