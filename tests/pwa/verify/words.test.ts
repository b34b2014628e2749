import { describe, expect, it } from "vitest";
import type { Why } from "../../../pwa/src/sync/bundle.ts";
import type { PhotoProof, Proof } from "../../../pwa/src/sync/proof.ts";
import { say, sayFault, sayPhoto, sayTime, toLookAt } from "../../../pwa/src/verify/words.ts";

const PHOTO: PhotoProof = {
  key: "k",
  receivedMs: 1,
  at: 2,
  takenMs: 3,
  device: "d",
  n: 1,
  screen: "same",
  original: "none",
  signed: "yes",
  receipt: "yes",
  log: "fits",
  sameServer: true,
};
const proof = (...photos: PhotoProof[]): Proof => ({ entries: 1, photos, gaps: [], forks: [], faults: [] });
const fault = (why: Why, at: number, to: number, part = "screen/abc", count = 0) => ({
  at,
  to,
  part,
  why,
  count,
});

describe("what the verifier's page says", () => {
  it("names one byte, or the bytes between two, and the part they lie in", () => {
    expect(sayFault("zh", fault("changed", 70, 71))).toEqual([
      "第 70 字节",
      "在照片 abc里",
      "这里的内容被改过",
    ]);
    expect(sayFault("en", fault("dropped", 64, 128, "log", 3))).toEqual([
      "Within bytes 64–127",
      "In log",
      "3 bytes are missing from here on",
    ]);
    expect(sayFault("zh", fault("added", 9, 12, "", 3))[1]).toBe("在文件末尾之后里");
  });

  it("says what the server signed as received, and never when a photo was taken", () => {
    const lines = sayPhoto("zh", PHOTO);
    expect(lines).toEqual([
      "服务器签收有效",
      "照片与签收的一致",
      "没有登记原图",
      "与流水的次序相符",
      "手机签名有效",
    ]);
    expect(sayPhoto("en", { ...PHOTO, sameServer: false })).toContain("The receipt is by another server key");
  });

  it("counts what is no change and yet odd", () => {
    expect(
      toLookAt(proof(PHOTO, { ...PHOTO, signed: "no" }, { ...PHOTO, receipt: "none", sameServer: false })),
    ).toBe(0);
    expect(toLookAt(proof({ ...PHOTO, signed: "bad" }, { ...PHOTO, sameServer: false }))).toBe(2);
    expect(toLookAt({ ...proof(PHOTO), forks: [["d", 2]] })).toBe(1);
  });

  it("tells times by the clocks of Beijing, and none that cannot be", () => {
    expect(sayTime(1_763_750_005_000)).toBe("2025-11-22 02:33:25");
    expect([sayTime(0), sayTime(-1), sayTime(1e18)]).toEqual(["?", "?", "?"]);
  });

  it("has its words in both languages", () => {
    expect(say("zh", "entries", 3, 2)).toBe("流水 3 条，照片 2 张");
    expect(say("en", "gap", "d", "2–4")).toBe("Not sent of the photos of phone d: 2–4");
  });
});
