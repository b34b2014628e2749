import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { develop, fit } from "../../../pwa/src/adapters/developing.ts";

describe("the size of a picture", () => {
  it("fits the long edge, keeps the shape, and never grows", () => {
    expect(fit(4000, 3000, 1600)).toEqual([1600, 1200]);
    expect(fit(3000, 4000, 1600)).toEqual([1200, 1600]);
    expect(fit(800, 600, 1600)).toEqual([800, 600]);
    expect(fit(8000, 1, 1600)).toEqual([1600, 1]);
  });
});

// Nothing draws where these tests run: every photo is one that cannot be read here.
describe("a photo that cannot be read here", () => {
  const HEIC = new Blob([new Uint8Array([0, 0, 0, 24]), "ftypheic....rest"], { type: "image/heic" });
  const as = (file: Blob, bare = false) => develop(file, "image/webp", bare);

  it("is taken as it is, by its own hash, without its name and without a preview", async () => {
    const file = new File([HEIC], "IMG_2041.heic", { type: "image/heic" });
    const hash = createHash("sha256")
      .update(Buffer.from(await HEIC.arrayBuffer()))
      .digest();
    const found = (await as(file))?.developed;
    expect(found).toMatchObject({ preview: "", thumb: "", original: null, originalSize: 0 });
    expect(found?.key).toBe(hash.subarray(0, 16).toString("base64url"));
    expect(found?.screen instanceof File).toBe(false);
    expect(found?.screen.size).toBe(file.size);
  });

  it("is refused when it is no picture, and when it is larger than the server takes", async () => {
    expect(await as(new Blob(["<html>not a photo"], { type: "image/jpeg" }))).toBeNull();
    const large = new Blob([HEIC, new Uint8Array(20 * 1024 * 1024)], { type: "image/heic" });
    expect(await as(large)).toBeNull();
    expect(await as(large, true)).toBeNull();
  });

  it("does not open sound", async () => {
    const voice = new Blob(["opus"], { type: "audio/webm" });
    expect((await as(voice))?.developed.screen.type).toBe("audio/webm");
  });
});
