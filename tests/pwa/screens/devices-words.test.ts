import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Phone } from "../../../pwa/src/model.ts";
import { causeOf, photoWords, spanWords, unsentOf } from "../../../pwa/src/screens/devices-words.ts";
import { NOW } from "./sights.ts";

const HOUR_MS = 3_600_000;
const PHONE: Phone = {
  device: 17,
  name: "Redmi",
  person: 7,
  who: "陈素芬",
  tel: "",
  out: false,
  heardMs: NOW,
  made: 240,
  held: 231,
  waiting: 0,
  oldestMs: 0,
  missing: [[232, 240]],
  lost: [],
  causes: [],
};
const said = (code: string, figure = 0, more: Partial<Phone> = {}) =>
  causeOf({ ...PHONE, ...more }, code, figure, NOW)
    .join(" | ")
    .replaceAll("\u00a0", " ");

describe("a cause", () => {
  it("has words of its own, and something to say on the phone, for every code of the server", () => {
    const python = readFileSync(new URL("../../../backend/causes.py", import.meta.url), "utf8");
    const codes = /Code = Literal\[([^\]]*)\]/.exec(python)?.[1]?.match(/\w+/g) ?? [];
    expect(codes.length).toBeGreaterThan(5);
    const words = codes.map((code) => said(code, 5));
    expect(words.filter((each) => each.includes("没见过"))).toEqual([]);
    expect(new Set(words).size).toBe(codes.length);
    expect(words.filter((each) => !each.includes(" | 请他"))).toEqual([]);
  });

  it("gives its figure", () => {
    expect(said("missing", 9)).toContain("有 9 条");
    expect(said("not_heard", 50 * HOUR_MS)).toContain("2 天没联系上");
    expect(said("storage_low", 120)).toContain("只剩 120 MB | 请他删掉些照片视频，腾出 200 MB");
    expect(said("clock_off", 12 * 60_000)).toContain("慢了 12 分钟");
    expect(said("clock_off", -12 * 60_000)).toContain("快了 12 分钟");
  });

  it("says between which times entries may be lost, and when none is", () => {
    const lost = [
      { count: 0, fromMs: NOW - 90 * HOUR_MS, toMs: NOW },
      { count: 3, fromMs: NOW - 3 * HOUR_MS, toMs: NOW - 2 * HOUR_MS },
      { count: 1, fromMs: NOW - 2 * HOUR_MS, toMs: NOW - HOUR_MS },
    ];
    expect(said("store_damaged", 4, { lost })).toContain("今天 11:37 到 今天 13:37 的 4 条可能丢了");
    expect(said("store_damaged", 1, { lost: [{ count: 1, fromMs: 0, toMs: NOW }] })).toContain("… 到");
    expect(said("store_damaged", 0, { lost: lost.slice(0, 1) })).toContain("都找回来了");
  });

  it("of a later server is named by its code", () => {
    expect(said("moon_phase")).toContain("moon_phase");
  });
});

describe("missing numbers", () => {
  it("are told as people quote them, three ranges at most", () => {
    const missing: Phone["missing"] = [
      [1, 1],
      [3, 5],
      [7, 7],
      [9, 9],
    ];
    const words = (each: Phone["missing"]) =>
      spanWords({ ...PHONE, missing: each }).replaceAll("\u00a0", " ");
    expect(words(PHONE.missing)).toBe("缺的编号：17-232 到 17-240");
    expect(words(missing)).toBe("缺的编号：17-1，17-3 到 17-5，17-7…");
  });
});

describe("photos that are not there yet", () => {
  it("are counted, with the oldest", () => {
    const photos = { count: 3, partial: 1, overdue: 1, oldestMs: NOW - 24 * HOUR_MS };
    expect(photoWords({ ...PHONE, photos }, NOW).replaceAll("\u00a0", " ")).toBe(
      "3 张照片还没到，其中 1 张传了一半，最早一张 昨天 14:37",
    );
    expect(photoWords(PHONE, NOW)).toBe("");
    expect(photoWords({ ...PHONE, photos: { ...photos, count: 0 } }, NOW)).toBe("");
  });
});

describe("what a person's phones keep to themselves", () => {
  const photos = { count: 2, partial: 0, overdue: 0, oldestMs: 0 };

  it("is counted over all of them, entries and photos", () => {
    const rows = [PHONE, { ...PHONE, made: 5, held: 4, photos }, { ...PHONE, person: 8, made: 100, held: 0 }];
    expect(unsentOf(rows, 7)).toBe(9 + 1 + 2);
    expect(unsentOf([{ ...PHONE, made: 5, held: 5 }], 7)).toBe(0);
  });

  it("is not known of somebody whose phones are not", () => {
    expect(unsentOf([PHONE], 9)).toBe(-1);
  });
});
