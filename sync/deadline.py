"""When something is due, and the count that says so, interval by interval, for anyone to repeat.

Four units, and minutes for what burns. An hour and a minute run by day and night; a work hour runs in
office hours of working days. Days are counted whole, from the day after the start, and end with the last
one: a day at midnight, or if that day is a holiday at the midnight of the first working day after it; a
working day at the close of the office. Pauses stop hours; a day that a pause touches is not counted.

Days: Civil Code of the PRC, articles 201 and 203. Which days are worked: the calendar, data that a
town keeps up to date; for a year that is not announced yet only weekends count, and the count says so.
Twin: pwa/src/sync/deadline.ts. Shared cases: tests/vectors/deadline.json.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal, cast, get_args

from msgspec import Struct

Unit = Literal["hour", "work_hour", "day", "work_day", "minute"]

UNITS: Final[frozenset[str]] = frozenset(get_args(Unit))
AMOUNT_MAX: Final = 10_000  # of any unit; more is a slip of the pen
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
LIMITS_MAX: Final = 1_024  # texts kept in mind as they are read: pages and the catalogue have some dozens
SPAN_DAYS: Final = 3_660  # ten years: what is not due by then has a calendar without working days
JULIAN_DAY: Final = 2_440_588  # of 1 January 1970
THURSDAY: Final = 3  # the weekday of day 0, counted from Monday as 0
PERMILLE: Final = 1_000

Span = tuple[int, int]  # from and until, Unix ms, the end not in it


class Calendar(Struct, frozen=True):
    """When a town works. Days are written yyyymmdd, times of day in minutes from local midnight."""

    hours: tuple[Span, ...] = ((540, 720), (840, 1080))  # 9 to 12 and 14 to 18
    offsets: tuple[tuple[int, int], ...] = ((0, 480),)  # from this Unix ms on, so many minutes before UTC
    weekend: tuple[int, ...] = (5, 6)  # Saturday and Sunday, counted from Monday as 0
    off: frozenset[int] = frozenset()  # weekdays that are holidays
    work: frozenset[int] = frozenset()  # days of weekends that are worked to make up
    years: frozenset[int] = frozenset()  # for which `off` and `work` are announced


class Limit(Struct, frozen=True):
    """How long something may take."""

    amount: int  # 1..10,000
    unit: Unit


class Pause(Struct, frozen=True):
    """A time that does not count, and who approved it."""

    from_ms: int
    until_ms: int  # 0 while it lasts
    by: int = 0  # person


class Due(Struct, frozen=True):
    """A due time with its receipt."""

    due_ms: int  # Unix ms; 0 while a pause lasts that begins before it, or if no day is ever worked
    counted: tuple[Span, ...]  # every interval that counted, in order
    provisional: tuple[int, ...]  # years looked at that are not announced: weekends only


@lru_cache(LIMITS_MAX)
def limit_of(text: str) -> Limit | None:
    """Read a limit as pages and the catalogue write it: "4 work_hour"; None if it is none."""
    amount, _, unit = text.partition(" ")
    if unit not in UNITS or not amount.isascii() or not amount.isdigit() or not 0 < int(amount) <= AMOUNT_MAX:
        return None
    return Limit(int(amount), cast(Unit, unit))


def due(
    start_ms: int, limit: Limit, calendar: Calendar, pauses: Sequence[Pause] = (), extra: Iterable[int] = ()
) -> Due:
    """Count a limit from a start, with pauses, and extensions in the limit's own unit."""
    amount = limit.amount + sum(extra)
    if limit.unit == "minute":
        return _by_hours(start_ms, amount * MINUTE_MS, "hour", calendar, pauses)
    if limit.unit in ("hour", "work_hour"):
        return _by_hours(start_ms, amount * HOUR_MS, limit.unit, calendar, pauses)
    return _by_days(start_ms, amount, limit.unit, calendar, pauses)


def reached(count: Due, share: int) -> int:
    """Say when `share` thousandths of what is counted have passed: when to warn. 0 if nothing is due."""
    if not count.due_ms:
        return 0
    left = sum(until - start for start, until in count.counted) * share // PERMILLE
    for start, until in count.counted:
        if left <= until - start:
            return start + left
        left -= until - start
    return count.due_ms


def day_of(at_ms: int, calendar: Calendar) -> int:
    """Give the local day of an instant, in days since 1 January 1970."""
    return (at_ms + _offset_ms(at_ms, calendar)) // DAY_MS


def begins(day: int, calendar: Calendar) -> int:
    """Give the instant at which a local day begins, Unix ms."""
    local = day * DAY_MS
    near = local - _offset_ms(local, calendar)
    return local - _offset_ms(near, calendar)


def worked(day: int, calendar: Calendar) -> bool:
    """Tell whether a local day is a working day."""
    name = number_of(day)
    if name in calendar.work:
        return True
    return name not in calendar.off and (day + THURSDAY) % 7 not in calendar.weekend


def number_of(day: int) -> int:
    """Write a day as yyyymmdd (Gregorian; the steps: E. G. Richards, "Calendars", 2013, section 15.11)."""
    julian = day + JULIAN_DAY
    shifted = julian + 1_401 + (4 * julian + 274_277) // 146_097 * 3 // 4 - 38
    within = 4 * shifted + 3
    rest = 5 * (within % 1_461 // 4) + 2
    month = (rest // 153 + 2) % 12 + 1
    year = within // 1_461 - 4_716 + (14 - month) // 12
    return year * 10_000 + month * 100 + rest % 153 // 5 + 1


def day_number(name: int) -> int:
    """Read a day written yyyymmdd: days since 1 January 1970; the inverse of `number_of`."""
    year, month, day = name // 10_000, name // 100 % 100, name % 100
    wrapped = (14 - month) // 12  # January and February belong to the year before, as its last months
    months, years = month + 12 * wrapped - 3, year + 4_800 - wrapped
    leaps = years // 4 - years // 100 + years // 400
    return day + (153 * months + 2) // 5 + 365 * years + leaps - 32_045 - JULIAN_DAY


def _offset_ms(at_ms: int, calendar: Calendar) -> int:
    minutes = calendar.offsets[0][1]
    for from_ms, each in calendar.offsets:
        if from_ms <= at_ms:
            minutes = each
    return minutes * MINUTE_MS


def _by_hours(start_ms: int, left: int, unit: Unit, calendar: Calendar, pauses: Sequence[Pause]) -> Due:
    counted: list[Span] = []
    first = day_of(start_ms, calendar)
    last = first
    for day, window in _windows(first, start_ms, unit, calendar):
        last = day
        for begin, end in _free(window, pauses):
            stop = min(end, begin + left)
            counted.append((begin, stop))
            left -= stop - begin
            if not left:
                return Due(stop, tuple(counted), _unsure(first, last, unit, calendar))
    return Due(0, tuple(counted), _unsure(first, last, unit, calendar))


def _windows(first: int, start_ms: int, unit: Unit, calendar: Calendar) -> Iterator[tuple[int, Span]]:
    """List the times in which hours run, with their day, from a start on."""
    if unit == "hour":
        yield first, (start_ms, start_ms + SPAN_DAYS * DAY_MS)
        return
    for day in range(first, first + SPAN_DAYS):
        if worked(day, calendar):
            dawn = begins(day, calendar)
            for opens, closes in calendar.hours:
                window = max(start_ms, dawn + opens * MINUTE_MS), dawn + closes * MINUTE_MS
                if window[0] < window[1]:
                    yield day, window


def _free(window: Span, pauses: Sequence[Pause]) -> list[Span]:
    """Cut the pauses out of a window."""
    free = [window]
    for pause in pauses:
        until = pause.until_ms or window[1]
        cut = [((begin, min(end, pause.from_ms)), (max(begin, until), end)) for begin, end in free]
        free = [part for pair in cut for part in pair if part[0] < part[1]]
    return free


def _by_days(start_ms: int, amount: int, unit: Unit, calendar: Calendar, pauses: Sequence[Pause]) -> Due:
    counted: list[Span] = []
    first = day_of(start_ms, calendar)
    for day in range(first + 1, first + SPAN_DAYS):
        whole = begins(day, calendar), begins(day + 1, calendar)
        if _free(whole, pauses) != [whole]:
            continue
        rests = not worked(day, calendar)
        if len(counted) < amount and not (rests and unit == "work_day"):
            counted.append(whole)
        if len(counted) == amount and not rests:
            closes = calendar.hours[-1][1] * MINUTE_MS if unit == "work_day" else whole[1] - whole[0]
            return Due(whole[0] + closes, tuple(counted), _unsure(first, day, unit, calendar))
    return Due(0, tuple(counted), _unsure(first, first + SPAN_DAYS, unit, calendar))


def _unsure(first: int, last: int, unit: Unit, calendar: Calendar) -> tuple[int, ...]:
    """List the years between two days that are not announced, where that matters."""
    if unit == "hour":
        return ()
    years = range(number_of(first) // 10_000, number_of(last) // 10_000 + 1)
    return tuple(year for year in years if year not in calendar.years)
