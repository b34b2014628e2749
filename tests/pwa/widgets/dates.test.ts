import { afterEach, describe, expect, it } from "vitest";
import {
  dateWords,
  dayInput,
  dayOf,
  daysAgo,
  dayWords,
  inputDay,
  inputInstant,
  instantInput,
  nearDay,
  startOf,
  timeWords,
  waitWords,
  whenWords,
} from "../../../pwa/src/widgets/dates.ts";
import en from "../../../pwa/src/words/en.json";
import { language, teach } from "../../../pwa/src/words/say.ts";

teach("en", en);

const at = (h: number, m: number, day = 20, month = 11, year = 2026) =>
  Date.UTC(year, month - 1, day, h - 8, m);
const NOW = at(14, 37);
afterEach(() => {
  language.value = "zh-CN";
});

describe("times of the place, whatever the zone of the phone", () => {
  it("counts days from midnight here, not in London", () => {
    expect(dayOf(at(0, 0))).toBe(20261120);
    expect(dayOf(at(0, 0) - 1)).toBe(20261119);
    expect(startOf(20261120)).toBe(at(0, 0));
  });
  it("shows 24 hours", () => {
    expect([timeWords(at(0, 5)), timeWords(at(23, 59))]).toEqual(["00:05", "23:59"]);
  });
  it("names day and weekday as people do", () => {
    expect(dayWords(NOW)).toBe("11月20日 星期五");
    language.value = "en";
    expect(dayWords(NOW)).toBe("Fri 20\u00a0Nov");
  });
  it("adds the year once it is another", () => {
    expect([dateWords(at(9, 0, 3, 1), NOW), dateWords(at(9, 0, 31, 12, 2025), NOW)]).toEqual([
      "1月3日",
      "2025年12月31日",
    ]);
  });
});

describe("near days", () => {
  it("are today, yesterday, tomorrow by the calendar", () => {
    expect([daysAgo(at(0, 1), NOW), daysAgo(at(23, 59, 19), NOW), daysAgo(at(0, 0, 21), NOW)]).toEqual([
      0, 1, -1,
    ]);
    expect([at(9, 0), at(9, 0, 19), at(9, 0, 21), at(9, 0, 18)].map((ms) => nearDay(ms, NOW))).toEqual([
      "今天",
      "昨天",
      "明天",
      "11月18日",
    ]);
  });
  it("hold across the turn of a month and a year", () => {
    expect(nearDay(at(9, 0, 31, 12, 2026), at(1, 0, 1, 1, 2027))).toBe("昨天");
  });
  it("never part from their hour", () => {
    expect(whenWords(at(9, 5, 19), NOW)).toBe("昨天\u00a009:05");
    expect([whenWords(at(9, 5), NOW), whenWords(at(9, 5), NOW, true)]).toEqual(["今天\u00a009:05", "09:05"]);
  });
});

it("says a wait in the unit a person would", () => {
  const minute = 60_000;
  expect([20_000, 35 * minute, 90 * minute, 47 * 60 * minute, 72 * 60 * minute].map(waitWords)).toEqual([
    "刚刚",
    "35\u00a0分钟",
    "1\u00a0小时",
    "47\u00a0小时",
    "3\u00a0天",
  ]);
});

describe("native inputs", () => {
  it("give days and instants back as they were", () => {
    expect([dayInput(20260105), inputDay("2026-01-05"), inputDay("")]).toEqual([
      "2026-01-05",
      20260105,
      null,
    ]);
    expect([instantInput(at(8, 15)), inputInstant("2026-11-20T08:15"), inputInstant("")]).toEqual([
      "2026-11-20T08:15",
      at(8, 15),
      null,
    ]);
  });
  it("take the seconds some browsers add", () => {
    expect(inputInstant("2026-11-20T08:15:30")).toBe(at(8, 15));
  });
});
