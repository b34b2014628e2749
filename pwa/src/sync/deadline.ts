// Twin of sync/deadline.py: read the reasons there. Shared cases: tests/vectors/deadline.json.

export type Unit = "hour" | "work_hour" | "day" | "work_day" | "minute";
export type Span = readonly [from: number, until: number]; // Unix ms, the end not in it

export const AMOUNT_MAX = 10_000; // of any unit
const UNITS: readonly string[] = ["hour", "work_hour", "day", "work_day", "minute"];
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const SPAN_DAYS = 3_660; // ten years
const JULIAN_DAY = 2_440_588; // of 1 January 1970
const whole = Math.floor;
const THURSDAY = 3; // the weekday of day 0, counted from Monday as 0
const PERMILLE = 1_000;

/** When a town works. Days are written yyyymmdd, times of day in minutes from local midnight. */
export interface Calendar {
  readonly hours: readonly Span[];
  readonly offsets: readonly (readonly [fromMs: number, minutes: number])[];
  readonly weekend: readonly number[]; // counted from Monday as 0
  readonly off: ReadonlySet<number>; // weekdays that are holidays
  readonly work: ReadonlySet<number>; // days of weekends that are worked to make up
  readonly years: ReadonlySet<number>; // for which both are announced
}

/** How long something may take. */
export interface Limit {
  readonly amount: number; // 1..10,000
  readonly unit: Unit;
}

/** A time that does not count. */
export interface Pause {
  readonly fromMs: number;
  readonly untilMs: number; // 0 while it lasts
  readonly by: number; // person who approved it
}

/** A due time with its receipt. */
export interface Due {
  readonly dueMs: number; // 0 while a pause lasts that begins before it, or if no day is ever worked
  readonly counted: readonly Span[]; // every interval that counted, in order
  readonly provisional: readonly number[]; // years looked at that are not announced
}

/** Read a limit as pages and the catalogue write it: "4 work_hour"; null if it is none. */
export function limitOf(text: string): Limit | null {
  const [, digits, unit = ""] = /^([0-9]+) (.*)$/.exec(text) ?? [];
  const amount = Number(digits);
  const fits = UNITS.includes(unit) && amount > 0 && amount <= AMOUNT_MAX;
  return fits ? { amount, unit: unit as Unit } : null;
}

/** Count a limit from a start, with pauses, and extensions in the limit's own unit. */
export function due(
  startMs: number,
  limit: Limit,
  calendar: Calendar,
  pauses: readonly Pause[] = [],
  extra: readonly number[] = [],
): Due {
  const amount = limit.amount + extra.reduce((sum, each) => sum + each, 0);
  switch (limit.unit) {
    case "minute":
      return hourly(startMs, amount * MINUTE_MS, "hour", calendar, pauses);
    case "hour":
    case "work_hour":
      return hourly(startMs, amount * HOUR_MS, limit.unit, calendar, pauses);
  }
  return daily(startMs, amount, limit.unit, calendar, pauses);
}

/** Say when `share` thousandths of what is counted have passed: when to warn. 0 if nothing is due. */
export function reached(count: Due, share: number): number {
  if (!count.dueMs) return 0;
  const all = count.counted.reduce((sum, [from, until]) => sum + until - from, 0);
  let left = whole((all * share) / PERMILLE);
  for (const [from, until] of count.counted) {
    if (left <= until - from) return from + left;
    left -= until - from;
  }
  return count.dueMs;
}

/** Give the local day of an instant, in days since 1 January 1970. */
export const dayOf = (atMs: number, calendar: Pick<Calendar, "offsets">): number =>
  whole((atMs + offsetMs(atMs, calendar)) / DAY_MS);

/** Give the instant at which a local day begins, Unix ms. */
export function begins(day: number, calendar: Calendar): number {
  const local = day * DAY_MS;
  return local - offsetMs(local - offsetMs(local, calendar), calendar);
}

/** Read a day written yyyymmdd: days since 1 January 1970; the inverse of `numberOf`. */
export const dayNumber = (name: number): number =>
  Date.UTC(whole(name / 10_000), (whole(name / 100) % 100) - 1, name % 100) / DAY_MS;

/** Tell whether a local day is a working day. */
export function worked(day: number, calendar: Calendar): boolean {
  const name = numberOf(day);
  if (calendar.work.has(name)) return true;
  return !calendar.off.has(name) && !calendar.weekend.includes((day + THURSDAY) % 7);
}

/** Write a day as yyyymmdd. */
export function numberOf(day: number): number {
  const julian = day + JULIAN_DAY;
  const centuries = whole((whole((4 * julian + 274_277) / 146_097) * 3) / 4);
  const within = 4 * (julian + 1_401 + centuries - 38) + 3;
  const rest = 5 * whole((within % 1_461) / 4) + 2;
  const month = ((whole(rest / 153) + 2) % 12) + 1;
  const year = whole(within / 1_461) - 4_716 + whole((14 - month) / 12);
  return year * 10_000 + month * 100 + whole((rest % 153) / 5) + 1;
}

function offsetMs(atMs: number, { offsets }: Pick<Calendar, "offsets">): number {
  const [first, ...later] = offsets;
  const known = later.filter(([fromMs]) => fromMs <= atMs).pop() ?? first;
  return (known?.[1] ?? 0) * MINUTE_MS;
}

function hourly(startMs: number, all: number, unit: Unit, calendar: Calendar, pauses: readonly Pause[]): Due {
  const counted: Span[] = [];
  const first = dayOf(startMs, calendar);
  let last = first;
  let left = all;
  for (const [day, slot] of windows(first, startMs, unit, calendar)) {
    last = day;
    for (const [begin, end] of free(slot, pauses)) {
      const stop = Math.min(end, begin + left);
      counted.push([begin, stop]);
      left -= stop - begin;
      if (!left) return { dueMs: stop, counted, provisional: unsure(first, last, unit, calendar) };
    }
  }
  return { dueMs: 0, counted, provisional: unsure(first, last, unit, calendar) };
}

/** The times in which hours run, with their day, from a start on. */
function* windows(
  first: number,
  startMs: number,
  unit: Unit,
  calendar: Calendar,
): Generator<readonly [day: number, slot: Span]> {
  if (unit === "hour") {
    yield [first, [startMs, startMs + SPAN_DAYS * DAY_MS]];
    return;
  }
  for (let day = first; day < first + SPAN_DAYS; day++) {
    if (!worked(day, calendar)) continue;
    const dawn = begins(day, calendar);
    for (const [opens, closes] of calendar.hours) {
      const begin = Math.max(startMs, dawn + opens * MINUTE_MS);
      const end = dawn + closes * MINUTE_MS;
      if (begin < end) yield [day, [begin, end]];
    }
  }
}

/** Cut the pauses out of a slot. */
function free(slot: Span, pauses: readonly Pause[]): readonly Span[] {
  let parts: readonly Span[] = [slot];
  for (const pause of pauses) {
    const until = pause.untilMs || slot[1];
    parts = parts
      .flatMap(([begin, end]): Span[] => [
        [begin, Math.min(end, pause.fromMs)],
        [Math.max(begin, until), end],
      ])
      .filter(([begin, end]) => begin < end);
  }
  return parts;
}

function daily(
  startMs: number,
  amount: number,
  unit: Unit,
  calendar: Calendar,
  pauses: readonly Pause[],
): Due {
  const counted: Span[] = [];
  const first = dayOf(startMs, calendar);
  for (let day = first + 1; day < first + SPAN_DAYS; day++) {
    const full: Span = [begins(day, calendar), begins(day + 1, calendar)];
    const [left] = free(full, pauses);
    if (left?.[0] !== full[0] || left[1] !== full[1]) continue;
    const rests = !worked(day, calendar);
    if (counted.length < amount && !(rests && unit === "work_day")) counted.push(full);
    if (counted.length < amount || rests) continue;
    const closes = (calendar.hours[calendar.hours.length - 1]?.[1] ?? 0) * MINUTE_MS;
    const dueMs = unit === "work_day" ? full[0] + closes : full[1];
    return { dueMs, counted, provisional: unsure(first, day, unit, calendar) };
  }
  return { dueMs: 0, counted, provisional: unsure(first, first + SPAN_DAYS, unit, calendar) };
}

/** The years between two days that are not announced, where that matters. */
function unsure(first: number, last: number, unit: Unit, { years }: Calendar): readonly number[] {
  if (unit === "hour") return [];
  const found: number[] = [];
  const until = whole(numberOf(last) / 10_000);
  for (let year = whole(numberOf(first) / 10_000); year <= until; year++)
    if (!years.has(year)) found.push(year);
  return found;
}
