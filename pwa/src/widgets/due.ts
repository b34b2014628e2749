// When a record is due, in words, and how that was counted, so that anyone can count it again.

import type { Days } from "../model.ts";
import { paused, type Run, run } from "../sync/clocks.ts";
import type { Calendar, Limit, Span, Unit } from "../sync/deadline.ts";
import type { KindPage } from "../sync/kind.ts";
import type { Record as Kept } from "../sync/register.ts";
import { say } from "../words/apart.ts";
import type { Key } from "../words/say.ts";
import { dateWords, daysAgo, timeWords, waitWords, whenWords } from "./dates.ts";
import { personWords, type World } from "./value-words.ts";

const SOON_MS = 3 * 3_600_000; // less than this is told by what is left, more by the clock on the wall
const MINUTE_MS = 60_000;
const SHOWN = 40; // intervals that are spelled out; nobody counts more by hand

const known = new WeakMap<Days, Calendar>();

/** Read the calendar as the directory tells it. */
export function calendarOf(days: Days): Calendar {
  const found = known.get(days);
  if (found) return found;
  const { off, work, years, ...rest } = days;
  const made = { ...rest, off: new Set(off), work: new Set(work), years: new Set(years) };
  known.set(days, made);
  return made;
}

/** When a record is due; 0 if nothing is, or it is not known when the town works. */
export const dueOf = (page: KindPage | undefined, record: Kept | undefined, days: Days | undefined): number =>
  (page && record && days && run(page, record, calendarOf(days))?.due.dueMs) || 0;

/** What a chip says of a clock: its words, and whether the time is over; null if nothing is due. */
export function chipOf(run: Run, nowMs: number): { words: string; over: boolean } | null {
  const { dueMs } = run.due;
  if (paused(run)) return { words: say("due.paused"), over: false };
  if (!dueMs) return null;
  const left = dueMs - nowMs;
  if (left <= -MINUTE_MS) return { words: say("due.over", { time: waitWords(-left) }), over: true };
  if (left < MINUTE_MS) return { words: say("due.justOver"), over: true };
  if (left < SOON_MS) return { words: say("due.left", { time: waitWords(left) }), over: false };
  return { words: say("due.before", { when: endWords(dueMs, nowMs) }), over: false };
}

/** A time that ends something: midnight belongs to the day before it. */
function endWords(ms: number, nowMs: number): string {
  return timeWords(ms) === "00:00" ? `${whenWords(ms - 1, nowMs).slice(0, -5)}24:00` : whenWords(ms, nowMs);
}

const UNITS: { readonly [unit in Unit]: Key } = {
  minute: "minutes",
  hour: "hours",
  day: "days",
  work_hour: "due.workHours" as Key,
  work_day: "due.workDays" as Key,
};

/** A limit in words: "4 个工作小时". */
export const limitWords = ({ amount, unit }: Limit): string => say(UNITS[unit], { n: amount });

/** An interval in words; whole days are told by their date alone. */
function spanWords([from, until]: Span, unit: Unit, nowMs: number): string {
  const day = dateWords(from, nowMs);
  if (unit === "day" || unit === "work_day") return day;
  const end =
    daysAgo(from, until - 1) === 0
      ? endWords(until, until - 1).slice(-5)
      : `${dateWords(until, nowMs)} ${timeWords(until)}`;
  return `${day} ${timeWords(from)}–${end}`;
}

/** One line of a receipt: what it is about, and what it says. */
export type ReceiptLine = readonly [about: string, said: string];

/** How a due time was counted, in lines: the rule, every interval, pauses, extensions, what is unsure. */
export function receiptOf(run: Run, calendar: Calendar, world: World): ReceiptLine[] {
  const { limit, startMs, due, pauses, extensions } = run;
  const { nowMs } = world;
  const who = (person: number): string => (person ? personWords(person, world) : say("due.system"));
  const lines: ReceiptLine[] = [
    [say("due.start"), whenWords(startMs, nowMs)],
    [say("due.limit"), `${limitWords(limit)}${say("due.gap")}${ruleWords(limit.unit, calendar)}`],
  ];
  const more = extensions.map(({ amount, atMs, by }) => {
    const time = limitWords({ ...limit, amount });
    return say("due.extendedBy", { when: whenWords(atMs, nowMs), who: who(by), time });
  });
  if (more.length) lines.push([say("due.extended"), more.join(say("due.semi"))]);
  const stops = pauses.map(({ fromMs, untilMs, by }) => {
    const until = untilMs ? whenWords(untilMs, nowMs) : say("due.now");
    return say("due.stoppedBy", { from: whenWords(fromMs, nowMs), until, who: who(by) });
  });
  if (stops.length) lines.push([say("due.stopped"), stops.join(say("due.semi"))]);
  const spans = due.counted.slice(0, SHOWN).map((span) => spanWords(span, limit.unit, nowMs));
  if (due.counted.length > SHOWN) spans.push(say("due.more", { n: due.counted.length - SHOWN }));
  if (spans.length) lines.push([say("due.counted"), spans.join(say("due.next"))]);
  const moved = movedWords(run, nowMs);
  if (moved) lines.push([say("due.moved"), moved]);
  if (due.provisional.length)
    lines.push([say("due.unsure"), say("due.unsureWhy", { years: due.provisional.join(say("listGap")) })]);
  lines.push([say("due.end"), paused(run) || !due.dueMs ? say("due.paused") : endWords(due.dueMs, nowMs)]);
  return lines;
}

/** The rule of a unit in words. */
function ruleWords(unit: Unit, { hours }: Calendar): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const at = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  const office = hours.map(([from, until]) => `${at(from)}–${at(until)}`).join(say("due.next"));
  if (unit === "work_hour") return say("due.ruleWorkHour", { hours: office });
  if (unit === "work_day") return say("due.ruleWorkDay", { end: at(hours[hours.length - 1]?.[1] ?? 0) });
  return say(unit === "day" ? "due.ruleDay" : "due.ruleHour");
}

/** Why days that are counted whole end later than the last of them: that was a holiday. */
function movedWords({ limit, due }: Run, nowMs: number): string {
  const last = due.counted[due.counted.length - 1];
  if (limit.unit !== "day" || !last || !due.dueMs || due.dueMs === last[1]) return "";
  return say("due.movedTo", { free: dateWords(last[0], nowMs), date: dateWords(due.dueMs - 1, nowMs) });
}
