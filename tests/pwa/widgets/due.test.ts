import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../../pwa/src/sync/clocks.ts";
import { due, type Limit, type Pause } from "../../../pwa/src/sync/deadline.ts";
import { calendarOf, chipOf, limitWords, receiptOf } from "../../../pwa/src/widgets/due.ts";
import en from "../../../pwa/src/words/en.json";
import { language, teach } from "../../../pwa/src/words/say.ts";
import { world } from "../screens/sights.ts";

const DAYS = {
  hours: [
    [540, 720],
    [840, 1080],
  ],
  offsets: [[0, 480]],
  weekend: [5, 6],
  off: [20261001, 20261002, 20261005, 20261006, 20261007],
  work: [20260920, 20261010],
  years: [2026],
} as const;
const CALENDAR = calendarOf(DAYS);
const at = (text: string): number => Date.parse(`${text}:00+08:00`);
const NOW = at("2026-11-20T14:37"); // a Friday

interface Told {
  pauses?: readonly Pause[];
  extensions?: Run["extensions"];
}

function runOf(start: string, limit: Limit, { pauses = [], extensions = [] }: Told = {}): Run {
  const extra = extensions.map(({ amount }) => amount);
  const count = due(at(start), limit, CALENDAR, pauses, extra);
  return { clock: "c", startMs: at(start), limit, pauses, extensions, taken: [], due: count };
}

const hours = (amount: number): Limit => ({ amount, unit: "hour" });
const loose = (words: string): string => words.replaceAll("\u00a0", " ");
function chip(start: string, limit: Limit, told?: Told) {
  const found = chipOf(runOf(start, limit, told), NOW);
  return found && { ...found, words: loose(found.words) };
}
const receipt = (start: string, limit: Limit, told?: Told) =>
  Object.fromEntries(
    receiptOf(runOf(start, limit, told), CALENDAR, world()).map(([about, said]) => [about, loose(said)]),
  );

beforeAll(() => teach("en", en));
afterEach(() => {
  language.value = "zh-CN";
});

describe("the chip of a due time", () => {
  it("tells by the clock what is far, and by what is left what is near", () => {
    expect(chip("2026-11-20T14:00", { amount: 1, unit: "work_day" })?.words).toBe("11月23日 18:00 前");
    expect(chip("2026-11-20T10:00", hours(8))?.words).toBe("今天 18:00 前");
    expect(chip("2026-11-20T09:00", hours(8))?.words).toBe("还剩 2 小时");
    expect(chip("2026-11-20T14:00", { amount: 45, unit: "minute" })?.words).toBe("还剩 8 分钟");
  });
  it("says for how long it is over", () => {
    expect(chip("2026-11-20T13:00", hours(1))).toEqual({ words: "超了 37 分钟", over: true });
    expect(chip("2026-11-18T12:00", hours(2))).toEqual({ words: "超了 2 天", over: true });
    expect(chip("2026-11-20T13:37", hours(1))).toEqual({ words: "刚到时间", over: true });
  });
  it("lets midnight belong to the day that ends with it", () => {
    expect(chip("2026-11-22T09:00", { amount: 1, unit: "day" })?.words).toBe("11月23日 24:00 前");
  });
  it("says that it stands, and nothing where nothing is due", () => {
    const pauses = [{ fromMs: at("2026-11-20T14:10"), untilMs: 0, by: 8 }];
    expect(chip("2026-11-20T14:00", hours(2), { pauses })).toEqual({ words: "先停着，不计时", over: false });
    const never = { ...runOf("2026-11-20T14:00", hours(2)), due: { dueMs: 0, counted: [], provisional: [] } };
    expect(chipOf(never, NOW)).toBeNull();
  });
});

describe("the receipt of a due time", () => {
  it("lists every interval that counted, and the rule they follow", () => {
    const lines = receipt("2026-09-30T17:00", { amount: 5, unit: "work_hour" });
    expect(lines.给多长时间).toBe("5 个工作小时：只算工作日上班的时间，09:00–12:00、14:00–18:00");
    expect(lines.算进去的).toBe("9月30日 17:00–18:00、10月8日 09:00–12:00、10月8日 14:00–15:00");
    expect(lines.到期).toBe("10月8日 15:00");
  });
  it("lists whole days by their dates, and says why the last one moved", () => {
    const lines = receipt("2026-09-29T09:00", { amount: 2, unit: "day" });
    expect(lines.算进去的).toBe("9月30日、10月1日");
    expect(lines.顺延).toBe("10月1日 放假，顺延到 10月8日");
    expect(lines.到期).toBe("10月8日 24:00");
    expect(receipt("2026-11-16T09:00", { amount: 2, unit: "day" }).顺延).toBeUndefined();
  });
  it("names who stopped the clock and who gave more time", () => {
    const pauses = [
      { fromMs: at("2026-11-20T10:00"), untilMs: at("2026-11-20T11:00"), by: 8 },
      { fromMs: at("2026-11-20T13:00"), untilMs: 0, by: 0 },
    ];
    const extensions = [{ amount: 2, atMs: at("2026-11-20T09:30"), by: 8 }];
    const lines = receipt("2026-11-20T09:00", hours(4), { pauses, extensions });
    expect(lines.延长).toBe("今天 09:30 罗书记加了2 小时");
    expect(lines.暂停).toBe("今天 10:00 到 今天 11:00，罗书记同意的；今天 13:00 到 现在，系统同意的");
    expect(lines.算进去的).toBe("11月20日 09:00–10:00、11月20日 11:00–13:00");
    expect(lines.到期).toBe("先停着，不计时");
  });
  it("says which years are not announced yet", () => {
    const lines = receipt("2026-12-31T09:00", { amount: 1, unit: "work_day" });
    expect(lines.说不准).toBe("2027 年放假安排还没公布，先只扣周末，公布了会重算");
  });
  it("tells hours over night by both ends", () => {
    expect(receipt("2026-11-20T23:00", hours(3)).算进去的).toBe("11月20日 23:00–11月21日 02:00");
    expect(receipt("2026-11-20T23:00", hours(1)).算进去的).toBe("11月20日 23:00–24:00");
  });
  it("spells out no more intervals than anybody counts", () => {
    const lines = receipt("2026-06-01T08:00", { amount: 60, unit: "work_day" });
    expect(lines.算进去的?.split("、")).toHaveLength(41);
    expect(lines.算进去的?.endsWith("、还有 20 段")).toBe(true);
  });
  it("speaks English too", () => {
    language.value = "en";
    expect(loose(limitWords({ amount: 2, unit: "work_day" }))).toBe("2 working days");
    expect(receipt("2026-11-20T09:00", hours(4)).Due).toMatch(/13:00$/);
  });
});

it("reads a calendar once", () => {
  expect(calendarOf(DAYS)).toBe(CALENDAR);
  expect([...CALENDAR.work]).toEqual([20260920, 20261010]);
});
