"""When a town works: the public holidays that are announced, and what its operator says beside them.

Holidays and make-up days of past announcements come with the library; those announced later, other
office hours and another time zone stand in `calendar.toml` in the data directory, read again when it
changes. A file that is faulty when the server starts stops it; one that turns faulty later changes
nothing. A year that neither knows counts weekends only, and every count that meets it says so.
"""

import logging
import re
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from chinese_calendar.constants import holidays, workdays
from msgspec import Meta, Struct
from msgspec.structs import replace

from backend.watch import Watch
from sync.deadline import Calendar, Span

FILE: Final = "calendar.toml"
SINCE: Final = 2025  # years before are not told: nothing that is open began in them
SATURDAY: Final = 5  # counted from Monday as 0
HOURS: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
DAY_MINUTES: Final = 1_440
_log: Final = logging.getLogger(__name__)
Minutes = Annotated[int, Meta(ge=-720, le=840)]  # all zones there are


class CalendarError(ValueError):
    """The file says something that cannot be; the text names it and says what."""


class Year(Struct, frozen=True, forbid_unknown_fields=True):
    """One announced year: it stands in place of what the library says of it."""

    off: list[date] = []
    work: list[date] = []


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """The file of the operator; what it leaves out stays as it is."""

    hours: list[str] = []
    offset_minutes: Minutes | None = None
    years: dict[str, Year] = {}


def announced() -> Calendar:
    """Give the calendar of all years the library knows, from SINCE on."""
    days = {day for day in {*holidays, *workdays} if day.year >= SINCE}
    return _with_days(Calendar(), {day.year for day in days}, days & set(holidays), days & set(workdays))


def read_calendar(path: Path) -> Calendar:
    """Read the file over what is announced; without one, that alone. Raises CalendarError."""
    try:
        said = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Said)
    except FileNotFoundError:
        return announced()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as fault:
        raise CalendarError(f"{path.name}: {fault}") from fault
    try:
        return _laid(announced(), said)
    except CalendarError as fault:
        raise CalendarError(f"{path.name}: {fault}") from fault


def told(calendar: Calendar) -> dict[str, Any]:
    """Give a calendar as phones are told of it: lists, sorted."""
    plain: dict[str, Any] = msgspec.to_builtins(calendar)
    return plain | {name: sorted(plain[name]) for name in ("off", "work", "years")}


class Calendars:
    """The calendar in force."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._watch = Watch(self._look)
        self.now = read_calendar(path)

    def _look(self) -> int:
        return self._path.stat().st_mtime_ns if self._path.exists() else 0

    def refresh(self) -> None:
        """Read the file again if it changed since the last look."""
        try:
            if self._watch.changed():
                self.now = read_calendar(self._path)
        except (CalendarError, OSError) as fault:  # OSError: a file that vanishes while it is looked at
            _log.error("calendar left as it was: %s", fault)


def _laid(calendar: Calendar, said: Said) -> Calendar:
    """Lay what the operator says over a calendar."""
    for name, year in said.years.items():
        _check(name, year)
        known = replace(calendar, off=_but(calendar.off, name), work=_but(calendar.work, name))
        calendar = _with_days(known, {int(name)}, year.off, year.work)
    if said.hours:
        calendar = replace(calendar, hours=_hours(said.hours))
    if said.offset_minutes is not None:
        calendar = replace(calendar, offsets=((0, said.offset_minutes),))
    return calendar


def _check(name: str, year: Year) -> None:
    """Refuse a year that contradicts itself."""
    if not re.fullmatch(r"20\d\d", name):
        raise CalendarError(f"{name!r} is no year")
    strange = [day for day in (*year.off, *year.work) if day.year != int(name)]
    if strange:
        raise CalendarError(f"{strange[0]} is not in {name}")
    both = sorted({*year.off} & {*year.work})
    if both:
        raise CalendarError(f"{both[0]} is both a holiday and worked")


def _with_days(calendar: Calendar, years: set[int], off: Iterable[date], work: Iterable[date]) -> Calendar:
    """Add announced years; days that say nothing, as a holiday on a Sunday, are left out."""
    free = {_number(day) for day in off if day.weekday() < SATURDAY}
    made = {_number(day) for day in work if day.weekday() >= SATURDAY}
    return replace(calendar, off=calendar.off | free, work=calendar.work | made, years=calendar.years | years)


def _but(days: frozenset[int], year: str) -> frozenset[int]:
    return frozenset(day for day in days if day // 10_000 != int(year))


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _hours(texts: list[str]) -> tuple[Span, ...]:
    """Read office hours; they must follow each other within a day."""
    spans = []
    for text in texts:
        found = HOURS.fullmatch(text)
        if found is None:
            raise CalendarError(f"{text!r} are no hours such as '09:00-12:00'")
        first, second, third, fourth = map(int, found.groups())
        spans.append((first * 60 + second, third * 60 + fourth))
        if max(second, fourth) > 59:
            raise CalendarError(f"{text!r} are no hours such as '09:00-12:00'")
    edges = [edge for span in spans for edge in span]
    if edges != sorted(set(edges)) or edges[-1] > DAY_MINUTES:
        raise CalendarError("office hours must follow each other within one day")
    return tuple(spans)
