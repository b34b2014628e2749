"""Days and hours of the demo, counted in ms from the start of today, so that it is never out of date.

Negative is the past. Only two facts about the present come in: which day of the week today is, and
how far it has come. A day is a Shanghai day; the town keeps no public holidays.
"""

from typing import Final

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
HISTORY_DAYS: Final = 30

_OPENS: Final = 8 * 60 + 30  # minutes of the day in which an office decides
_SHUTS: Final = 18 * 60
_WAKES: Final = 7 * 60  # in which people report
_SLEEPS: Final = 20 * 60


def at(day: int, minute: int) -> int:
    """Give the instant of a minute of a day counted from today."""
    return day * DAY_MS + minute * MINUTE_MS


def working_days(weekday: int) -> tuple[int, ...]:
    """List the working days of the story before today; `weekday` is today's, 0 for Monday."""
    return tuple(day for day in range(-HISTORY_DAYS, 0) if (weekday + day) % 7 < 5)


def in_office(instant: int) -> int:
    """Move an instant out of the night: to the next hour in which an office decides."""
    day, minute = divmod(instant // MINUTE_MS, 24 * 60)
    if minute < _OPENS:
        return at(day, _OPENS + minute % 60)
    if minute > _SHUTS:
        return at(day + 1, _OPENS + minute % 60)
    return instant


def awake_ago(now_ms: int, minutes: int) -> int:
    """Give the instant so many waking minutes before `now_ms`.

    A demo started at five in the morning shows last evening's reports, not reports of the night.
    Up to 600 waking minutes are always less than the 24 hours after which a review goes up by itself.
    """
    day, minute = divmod(now_ms // MINUTE_MS, 24 * 60)
    if minute < _WAKES:
        day, minute = day - 1, _SLEEPS
    minute = min(minute, _SLEEPS)
    while minutes > minute - _WAKES:
        minutes -= minute - _WAKES
        day, minute = day - 1, _SLEEPS
    return at(day, minute - minutes)
