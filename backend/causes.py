"""Why a phone's entries may be stuck or lost: codes a supervisor's page has words for, with one figure each.

Pure: what is known of a phone and the time go in. The codes are the API and are never renamed; what they
mean and the unit of each figure stand in docs/sync.md section 13.
"""

from collections.abc import Callable
from typing import Annotated, Final, Literal, get_args

from msgspec import Meta, Struct

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
SHANGHAI_MS: Final = 8 * HOUR_MS  # ahead of UTC, all year
SILENT_WORK_MS: Final = DAY_MS  # of working days: nobody is out of signal for a whole one
SILENT_MS: Final = 3 * DAY_MS  # whatever the days are
FREE_MB_MIN: Final = 200  # room for about a thousand photos at screen size
USED_PERCENT_MAX: Final = 90  # above it browsers begin to throw stores away
OFFSET_MS_MAX: Final = 600_000  # ten minutes; a clock further off misleads its owner
BEHIND_MS_MAX: Final = 7 * DAY_MS  # an app opened once a week brings itself up to date
STUCK_MS: Final = HOUR_MS  # entries older than this should have left with the last contact
WORK_DAYS: Final = range(5)  # Monday to Friday; public holidays are not known here
EPOCH_DAY: Final = 3  # 1 January 1970 was a Thursday, counted from Monday

Code = Literal[
    "missing",
    "store_damaged",
    "stuck",
    "not_heard",
    "storage_low",
    "storage_not_kept",
    "clock_off",
    "old_version",
    "no_place",
    "photos_late",
]
CODES: Final[tuple[str, ...]] = get_args(Code)
Cause = tuple[Code, int]  # the code and its figure
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Word = Annotated[str, Meta(max_length=80)]


class Loss(Struct, frozen=True):
    """Entries a phone found gone from its own store."""

    count: Count
    device: Word = ""  # device id they were numbered under
    from_ms: Count = 0  # written no earlier
    to_ms: Count = 0  # written no later
    found_ms: Count = 0


class Report(Struct, frozen=True):
    """What a phone says of itself; what it leaves out is not known and no cause."""

    version: Word = ""  # of the app
    kinds: Word = ""  # version of its kind pages
    waiting: Count = 0  # entries not acknowledged
    oldest_ms: Count = 0  # capture time of the oldest of them
    top: Count = 0  # highest op number made
    incarnation: Annotated[str, Meta(pattern="^([0-9a-f]{8})?$")] = ""
    offset_ms: Annotated[int, Meta(ge=1 - 2**53, le=2**53 - 1)] = 0  # server time minus the phone's clock
    quota_mb: Count = 0  # 0 if the browser does not say
    used_mb: Count = 0
    persisted: bool = True  # the browser promised to keep the store
    geo: Word = ""  # granted, denied, prompt
    lost: Annotated[list[Loss], Meta(max_length=32)] = []
    engine: Word = ""  # two: records and log apart; one: one store for both


class Phone(Struct, frozen=True):
    """What is known of one phone."""

    report: Report
    heard_ms: int  # its last contact
    behind_ms: int = 0  # since when it was seen with another version than the server's; 0: it is not behind
    lacking: int = 0  # numbers it has made that the log has not
    revoked: bool = False  # it is signed out, so it cannot be heard
    overdue_ms: int = 0  # since when the oldest of its photos that are overdue is expected; 0: none is


def causes(phone: Phone, now_ms: int) -> list[Cause]:
    """List what may be wrong with a phone, the gravest first; empty if nothing is."""
    found = [(code, rule(phone, now_ms)) for code, rule in RULES.items()]
    return [(code, figure) for code, figure in found if figure is not None]


def _missing(phone: Phone, _: int) -> int | None:
    """Count the entries that are neither here nor, as it says, still there."""
    lacking = phone.lacking - phone.report.waiting
    return lacking if phone.report.top and lacking > 0 else None


def _store_damaged(phone: Phone, _: int) -> int | None:
    lost = phone.report.lost
    return sum(each.count for each in lost) if lost else None


def _stuck(phone: Phone, _: int) -> int | None:
    """Say how old the oldest waiting entry was at a contact that did not take it along."""
    report = phone.report
    age_ms = phone.heard_ms - report.oldest_ms
    waits = report.waiting > 0 and phone.lacking > 0 and report.oldest_ms > 0
    return age_ms if waits and age_ms > STUCK_MS else None


def _not_heard(phone: Phone, now_ms: int) -> int | None:
    silent_ms = now_ms - phone.heard_ms
    if phone.revoked or silent_ms <= SILENT_WORK_MS:
        return None
    silent = silent_ms > SILENT_MS or working_ms(phone.heard_ms, now_ms) > SILENT_WORK_MS
    return silent_ms if silent else None


def _storage_low(phone: Phone, _: int) -> int | None:
    quota, used = phone.report.quota_mb, phone.report.used_mb
    low = quota - used < FREE_MB_MIN or used * 100 > quota * USED_PERCENT_MAX
    return max(0, quota - used) if quota and low else None


def _storage_not_kept(phone: Phone, _: int) -> int | None:
    return None if phone.report.persisted else 0


def _clock_off(phone: Phone, _: int) -> int | None:
    offset_ms = phone.report.offset_ms
    return offset_ms if abs(offset_ms) > OFFSET_MS_MAX else None


def _old_version(phone: Phone, now_ms: int) -> int | None:
    behind_ms = now_ms - phone.behind_ms
    return behind_ms if phone.behind_ms and behind_ms > BEHIND_MS_MAX else None


def _no_place(phone: Phone, _: int) -> int | None:
    return 0 if phone.report.geo == "denied" else None


def _photos_late(phone: Phone, now_ms: int) -> int | None:
    """Say how long the oldest photo that is overdue has been expected."""
    return max(0, now_ms - phone.overdue_ms) if phone.overdue_ms else None


RULES: Final[dict[Code, Callable[[Phone, int], int | None]]] = {
    "missing": _missing,
    "store_damaged": _store_damaged,
    "stuck": _stuck,
    "not_heard": _not_heard,
    "storage_low": _storage_low,
    "storage_not_kept": _storage_not_kept,
    "clock_off": _clock_off,
    "old_version": _old_version,
    "no_place": _no_place,
    "photos_late": _photos_late,
}


def working_ms(from_ms: int, to_ms: int) -> int:
    """Measure how much of a time, at most a few days, falls on working days in Shanghai."""
    at, end, worked = from_ms + SHANGHAI_MS, to_ms + SHANGHAI_MS, 0
    while at < end:
        day = at // DAY_MS
        until = min(end, (day + 1) * DAY_MS)
        worked += until - at if (day + EPOCH_DAY) % 7 in WORK_DAYS else 0
        at = until
    return worked
