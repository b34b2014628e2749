"""The calendar in force: announced days, the operator's file, and due times over real holidays."""

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from msgspec.structs import replace

from backend import watch
from backend.calendar import FILE, CalendarError, Calendars, announced, read_calendar, told
from sync.deadline import Calendar, Limit, Pause, due, limit_of

BEIJING = timezone(timedelta(hours=8))
YEAR = """
[years.2027]
off = [2027-01-01, 2027-02-05, 2027-02-08]
work = [2027-02-06]
"""


def at(text: str, zone: timezone = BEIJING) -> int:
    """Read local time as Unix ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def when(ms: int, zone: timezone = BEIJING) -> str:
    return datetime.fromtimestamp(ms / 1000, zone).strftime("%Y-%m-%d %H:%M")


def limit(text: str) -> Limit:
    found = limit_of(text)
    assert found is not None
    return found


# Start, limit, due; by the announcements of the State Council for 2025 and 2026.
CASES = {
    "an ordinary day": ("2026-11-23 09:00", "4 work_hour", "2026-11-23 15:00"),
    "over noon": ("2026-11-23 11:30", "1 work_hour", "2026-11-23 14:30"),
    "over night": ("2026-11-23 17:30", "1 work_hour", "2026-11-24 09:30"),
    "over a weekend": ("2026-11-27 17:30", "1 work_hour", "2026-11-30 09:30"),
    "a minute before midnight": ("2026-11-23 23:59", "30 minute", "2026-11-24 00:29"),
    "hours by night": ("2026-11-23 22:00", "4 hour", "2026-11-24 02:00"),
    "a day from a minute before midnight": ("2026-11-23 23:59", "1 day", "2026-11-25 00:00"),
    "a day from midnight": ("2026-11-24 00:00", "1 day", "2026-11-26 00:00"),
    "a working day from a minute before midnight": ("2026-11-23 23:59", "1 work_day", "2026-11-24 18:00"),
    "a working day from midnight": ("2026-11-24 00:00", "1 work_day", "2026-11-25 18:00"),
    "into the Spring Festival": ("2026-02-13 17:00", "2 work_hour", "2026-02-14 10:00"),
    "over the Spring Festival": ("2026-02-14 17:00", "2 work_hour", "2026-02-24 10:00"),
    "from its eve": ("2026-02-15 20:00", "1 work_day", "2026-02-24 18:00"),
    "on the Saturday before it": ("2026-02-13 12:00", "1 work_day", "2026-02-14 18:00"),
    "on the Saturday after it": ("2026-02-27 12:00", "1 work_day", "2026-02-28 18:00"),
    "days that end within it": ("2026-02-12 12:00", "5 day", "2026-02-25 00:00"),
    "over Qingming": ("2026-04-03 17:30", "1 work_hour", "2026-04-07 09:30"),
    "over Labour Day": ("2026-04-30 12:00", "2 work_day", "2026-05-07 18:00"),
    "the Saturday after Labour Day": ("2026-05-08 12:00", "1 work_day", "2026-05-09 18:00"),
    "over Dragon Boat": ("2026-06-18 12:00", "1 work_day", "2026-06-22 18:00"),
    "the Sunday before National Day": ("2026-09-18 18:00", "1 work_hour", "2026-09-20 10:00"),
    "over Mid-Autumn": ("2026-09-24 17:00", "3 work_hour", "2026-09-28 11:00"),
    "over National Day": ("2026-09-30 17:00", "3 work_hour", "2026-10-08 11:00"),
    "the Saturday after National Day": ("2026-10-09 17:00", "3 work_hour", "2026-10-10 11:00"),
    "days over National Day": ("2026-09-30 09:00", "1 day", "2026-10-09 00:00"),
    "over National Day and Mid-Autumn of 2025": ("2025-09-30 12:00", "1 work_day", "2025-10-09 18:00"),
    "the Sunday that made up for it": ("2025-09-27 12:00", "1 work_day", "2025-09-28 18:00"),
    "over New Year": ("2025-12-31 12:00", "2 work_day", "2026-01-05 18:00"),
    "the Sunday after New Year": ("2025-12-31 12:00", "1 work_day", "2026-01-04 18:00"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_limit_is_counted_by_the_announced_days(name):
    start, text, wanted = CASES[name]
    count = due(at(start), limit(text), announced())
    assert when(count.due_ms) == wanted
    assert count.provisional == ()


def test_pauses_and_extensions_over_a_holiday():
    paused = Pause(at("2026-09-30 10:00"), at("2026-10-08 10:00"), 7)
    start, days = at("2026-09-29 12:00"), limit("2 work_day")
    assert when(due(start, days, announced()).due_ms) == "2026-10-08 18:00"
    assert when(due(start, days, announced(), [paused]).due_ms) == "2026-10-10 18:00"
    assert when(due(start, days, announced(), [paused], [1]).due_ms) == "2026-10-12 18:00"
    assert due(start, days, announced(), [replace(paused, until_ms=0)]).due_ms == 0


def test_the_same_instant_is_another_day_in_another_zone():
    urumqi = replace(announced(), offsets=((0, 360),))
    start = at("2026-11-24 00:30")  # 22:30 of the day before, two hours west
    assert when(due(start, limit("1 work_day"), announced()).due_ms) == "2026-11-25 18:00"
    west = timezone(timedelta(hours=6))
    assert when(due(start, limit("1 work_day"), urumqi).due_ms, west) == "2026-11-24 18:00"


def test_a_year_that_is_not_announced_is_provisional_until_the_file_says_it(tmp_path):
    start, days = at("2026-12-31 12:00"), limit("1 work_day")
    unsure = due(start, days, announced())
    assert (when(unsure.due_ms), unsure.provisional) == ("2027-01-01 18:00", (2027,))
    (tmp_path / FILE).write_text(YEAR, encoding="utf-8")
    sure = due(start, days, read_calendar(tmp_path / FILE))
    assert (when(sure.due_ms), sure.provisional) == ("2027-01-04 18:00", ())


def test_the_file_stands_in_place_of_what_the_library_says_of_a_year(tmp_path):
    (tmp_path / FILE).write_text("[years.2026]\noff = [2026-10-01]\n", encoding="utf-8")
    found = read_calendar(tmp_path / FILE)
    assert {day for day in found.off if day > 20260000} == {20261001}
    assert not {day for day in found.work if day > 20260000}
    assert {day for day in found.off if day < 20260000} == {day for day in announced().off if day < 20260000}


def test_days_that_change_nothing_are_not_kept(tmp_path):
    text = "[years.2027]\noff = [2027-01-01, 2027-01-02]\nwork = [2027-01-04, 2027-01-09]\n"
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    found = told(read_calendar(tmp_path / FILE))
    assert [day for day in found["off"] if day > 20270000] == [20270101]
    assert [day for day in found["work"] if day > 20270000] == [20270109]


def test_hours_and_offset_are_the_towns_own(tmp_path):
    text = 'hours = ["09:30-13:00", "15:00-18:30"]\noffset_minutes = 360\n'
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    found = read_calendar(tmp_path / FILE)
    assert (found.hours, found.offsets) == (((570, 780), (900, 1110)), ((0, 360),))
    assert found.off == announced().off


def test_without_a_file_it_is_what_is_announced(tmp_path):
    assert read_calendar(tmp_path / FILE) == announced()
    assert announced().hours == Calendar().hours


FAULTS = {
    "colour = 5": "unknown field `colour`",
    "hours = ": "Invalid value",
    'hours = ["9-12"]': "'9-12' are no hours",
    'hours = ["09:00-12:60"]': "'09:00-12:60' are no hours",
    'hours = ["12:00-09:00"]': "must follow each other",
    'hours = ["09:00-12:00", "11:00-13:00"]': "must follow each other",
    'hours = ["09:00-24:30"]': "must follow each other",
    "offset_minutes = 900": "<= 840",
    "offset_minutes = -721": ">= -720",
    "[years.27]": "'27' is no year",
    "[years.2027]\noff = [2026-01-01]": "2026-01-01 is not in 2027",
    "[years.2027]\nwork = [2028-01-01]": "2028-01-01 is not in 2027",
    "[years.2027]\noff = [2027-02-30]": "Invalid",
    "[years.2027]\noff = [2027-01-02]\nwork = [2027-01-02]": "2027-01-02 is both",
    "[years.2027]\nfree = []": "unknown field `free`",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_faulty_file_is_named_with_its_fault(tmp_path, text):
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(CalendarError, match=rf"^{FILE}: ") as caught:
        read_calendar(tmp_path / FILE)
    assert FAULTS[text] in str(caught.value)


def test_a_file_that_is_no_text_is_named_too(tmp_path):
    (tmp_path / FILE).write_bytes(b"\xff")
    with pytest.raises(CalendarError, match=FILE):
        read_calendar(tmp_path / FILE)


def write(path: Path, text: str) -> None:
    """Write a file so that its time of change is another one than before."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def test_it_is_read_again_when_it_changes_and_a_fault_leaves_the_old_in_force(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    days = Calendars(tmp_path / FILE)
    assert 2027 not in days.now.years
    write(tmp_path / FILE, YEAR)
    days.refresh()
    assert 2027 in days.now.years
    write(tmp_path / FILE, "hours = 5")
    days.refresh()
    assert 2027 in days.now.years
    assert "calendar left as it was: calendar.toml" in caplog.text
    (tmp_path / FILE).unlink()
    days.refresh()
    assert days.now == announced()


def test_the_disk_is_looked_at_once_a_second_at_most(tmp_path):
    days = Calendars(tmp_path / FILE)
    write(tmp_path / FILE, YEAR)
    days.refresh()
    assert 2027 not in days.now.years


def test_phones_are_told_sorted_lists_and_nothing_old():
    plain = told(announced())
    assert plain["off"] == sorted(plain["off"])
    assert min(plain["off"]) > 20250000
    assert plain["years"] == [2025, 2026]
    assert plain["hours"] == ((540, 720), (840, 1080))


def test_the_cases_here_have_the_right_weekdays():
    """The days named in the cases are what they are said to be."""
    weekdays = {"2026-11-23": 0, "2026-02-14": 5, "2026-09-20": 6, "2026-10-10": 5, "2025-09-28": 6}
    for day, number in weekdays.items():
        assert datetime.fromisoformat(day).replace(tzinfo=UTC).weekday() == number
