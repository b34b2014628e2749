"""sync/deadline.py against the shared cases, and against a count made minute by minute."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sync.deadline import (
    MINUTE_MS,
    Calendar,
    Limit,
    Pause,
    begins,
    day_of,
    due,
    limit_of,
    number_of,
    reached,
    worked,
)
from tests.sync.vectors import Case, fault_of, parametrized, resolve, spelled, typed

HOLIDAYS = Calendar(off=frozenset({20261001, 20261002}), work=frozenset({20261010}), years=frozenset({2026}))
SEPTEMBER = 29_843_520  # minutes from the epoch to 28 September 2026, 0:00 in Shanghai
HOUR = 60  # minutes
STARTS = st.integers(SEPTEMBER, SEPTEMBER + 14 * 24 * HOUR)
PAUSES = st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 3_000)), max_size=3)


@parametrized("deadline")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("deadline", case)


def counts(minute: int, pauses: list[Pause], *, office: bool) -> bool:
    """Tell whether a minute counts, by looking at the clock on the wall."""
    at_ms = minute * MINUTE_MS
    if any(pause.from_ms <= at_ms < pause.until_ms for pause in pauses):
        return False
    day = day_of(at_ms, HOLIDAYS)
    clock = minute - begins(day, HOLIDAYS) // MINUTE_MS
    open_now = any(opens <= clock < closes for opens, closes in HOLIDAYS.hours)
    return not office or (worked(day, HOLIDAYS) and open_now)


@given(start=STARTS, hours=st.integers(1, 20), cuts=PAUSES, office=st.booleans())
def test_hours_are_the_minutes_that_count(
    start: int, hours: int, cuts: list[tuple[int, int]], office: bool
) -> None:
    pauses = [
        Pause((start + after) * MINUTE_MS, (start + after + length) * MINUTE_MS) for after, length in cuts
    ]
    answer = due(start * MINUTE_MS, Limit(hours, "work_hour" if office else "hour"), HOLIDAYS, pauses)
    left, minute = hours * HOUR, start
    while left:
        left -= counts(minute, pauses, office=office)
        minute += 1
    assert answer.due_ms == minute * MINUTE_MS


@given(
    start=STARTS, amount=st.integers(1, 30), unit=st.sampled_from(["hour", "work_hour", "day", "work_day"])
)
def test_the_receipt_adds_up(start: int, amount: int, unit: str) -> None:
    answer = due(start * MINUTE_MS, Limit(amount, unit), HOLIDAYS)  # type: ignore[arg-type]
    edges = [edge for span in answer.counted for edge in span]
    assert edges == sorted(edges)
    whole = sum(until - begin for begin, until in answer.counted)
    assert whole == (amount * 3_600_000 if unit.endswith("hour") else amount * 86_400_000)
    assert edges[0] >= start * MINUTE_MS
    assert reached(answer, 0) == edges[0]
    assert reached(answer, 500) <= reached(answer, 1_000) == edges[-1]


@given(start=STARTS, amount=st.integers(1, 30), unit=st.sampled_from(["work_hour", "day", "work_day"]))
def test_more_time_is_never_due_sooner_and_a_later_start_never_earlier(
    start: int, amount: int, unit: str
) -> None:
    def when(minute: int, size: int) -> int:
        return due(minute * MINUTE_MS, Limit(size, unit), HOLIDAYS).due_ms  # type: ignore[arg-type]

    assert when(start, amount) <= when(start, amount + 1)
    assert when(start, amount) <= when(start + 1, amount)


@given(day=st.integers(0, 50_000))
def test_days_have_the_names_the_calendar_gives_them(day: int) -> None:
    plain = date(1970, 1, 1) + timedelta(days=day)
    assert number_of(day) == plain.year * 10_000 + plain.month * 100 + plain.day


def test_the_worked_example_of_the_documentation_is_what_is_counted() -> None:
    text = (Path(__file__).parents[2] / "docs/deadlines.md").read_text(encoding="utf-8")
    given_, receipt = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL))
    limit, pauses = limit_of(given_["limit"]), [Pause(*each) for each in given_["pauses"]]
    assert limit is not None
    count = due(
        given_["start_ms"], limit, typed(resolve({"$": "calendar"}), Calendar), pauses, given_["extensions"]
    )
    assert spelled(msgspec.to_builtins(count)) == spelled(receipt)
