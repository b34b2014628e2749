// Times in words people use. China has one time zone and no summer time, so a fixed offset is exact
// and a phone set to another zone still shows the time of the place.

import { say } from "../words/say.ts";

const OFFSET_MS = 8 * 3_600_000; // Asia/Shanghai
export const DAY_MS = 86_400_000;

const shifted = (ms: number): Date => new Date(ms + OFFSET_MS);
const two = (n: number): string => String(n).padStart(2, "0");

/** The calendar day as yyyymmdd, the way `day` values are written. */
export function dayOf(ms: number): number {
  const at = shifted(ms);
  return at.getUTCFullYear() * 10_000 + (at.getUTCMonth() + 1) * 100 + at.getUTCDate();
}

/** The first instant of a yyyymmdd day. */
export const startOf = (day: number): number =>
  Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100) - OFFSET_MS;

/** "14:05". */
export function timeWords(ms: number): string {
  const at = shifted(ms);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** "11月20日", with the year once it is not the current one. */
export function dateWords(ms: number, nowMs = ms): string {
  const at = shifted(ms);
  const year = at.getUTCFullYear();
  const params = {
    y: year,
    m: at.getUTCMonth() + 1,
    d: at.getUTCDate(),
    name: say("months").split("|")[at.getUTCMonth()] ?? "",
  };
  return say(year === shifted(nowMs).getUTCFullYear() ? "date" : "dateYear", params);
}

/** "11月20日 星期五". */
export const dayWords = (ms: number): string =>
  say("dateWeekday", {
    date: dateWords(ms),
    weekday: say("weekdays").split("|")[shifted(ms).getUTCDay()] ?? "",
  });

/** Whole calendar days from `ms` to `nowMs`: 0 today, 1 yesterday, -1 tomorrow. */
export const daysAgo = (ms: number, nowMs: number): number =>
  Math.round((startOf(dayOf(nowMs)) - startOf(dayOf(ms))) / DAY_MS);

/** "今天", "昨天", "明天" or the date. */
export function nearDay(ms: number, nowMs: number): string {
  const ago = daysAgo(ms, nowMs);
  if (ago === 0) return say("today");
  if (ago === 1) return say("yesterday");
  return ago === -1 ? say("tomorrow") : dateWords(ms, nowMs);
}

/** "今天 14:05"; `bare` leaves out the word today, for lists in which most lines are of today. */
export function whenWords(ms: number, nowMs: number, bare = false): string {
  if (bare && daysAgo(ms, nowMs) === 0) return timeWords(ms);
  return `${nearDay(ms, nowMs)}\u00a0${timeWords(ms)}`;
}

/** How long something has waited: "刚刚", "35 分钟", "6 小时", "2 天". */
export function waitWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return say("justNow");
  if (minutes < 60) return say("minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? say("hours", { n: hours }) : say("days", { n: Math.floor(hours / 24) });
}

/** The text an <input type=date> wants, from yyyymmdd. */
export const dayInput = (day: number): string =>
  `${Math.floor(day / 10_000)}-${two(Math.floor(day / 100) % 100)}-${two(day % 100)}`;

/** yyyymmdd from the text of an <input type=date>; null when it is empty. */
export const inputDay = (text: string): number | null => (text ? Number(text.replaceAll("-", "")) : null);

/** The text an <input type=datetime-local> wants. */
export const instantInput = (ms: number): string => `${dayInput(dayOf(ms))}T${timeWords(ms)}`;

/** The instant an <input type=datetime-local> means here; null when it is empty. */
export const inputInstant = (text: string): number | null =>
  text ? Date.parse(`${text.slice(0, 16)}:00Z`) - OFFSET_MS : null;
