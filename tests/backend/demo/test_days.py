"""Hours and days: nothing in the future, nothing at night, nothing kept waiting a day."""

import pytest

from backend.demo.days import DAY_MS, MINUTE_MS, at, awake_ago, in_office, working_days


@pytest.mark.parametrize("weekday", range(7))
def test_working_days_are_monday_to_friday(weekday):
    days = working_days(weekday)
    assert all((weekday + day) % 7 < 5 for day in days)
    assert all(-30 <= day < 0 for day in days)
    assert 20 <= len(days) <= 22


@pytest.mark.parametrize("minute", range(0, 24 * 60, 17))
def test_what_was_reported_lately_was_reported_awake_and_within_a_day(minute):
    now_ms = at(0, minute)
    for ago in (0, 12, 35, 200, 420, 600):
        when = awake_ago(now_ms, ago)
        assert when <= now_ms
        assert now_ms - when < DAY_MS
        assert 7 * 60 <= when % DAY_MS // MINUTE_MS <= 20 * 60


def test_longer_ago_is_earlier():
    times = [awake_ago(at(0, 7 * 60 + 5), ago) for ago in (0, 5, 35, 200)]
    assert times == sorted(times, reverse=True)
    assert times[2] == at(-1, 19 * 60 + 30)


@pytest.mark.parametrize("minute", range(0, 24 * 60, 13))
def test_an_office_answers_in_office_hours_and_never_before_it_is_asked(minute):
    asked = at(-3, minute)
    answered = in_office(asked)
    assert answered >= asked
    assert answered - asked < DAY_MS
    assert 8 * 60 + 30 <= answered % DAY_MS // MINUTE_MS <= 18 * 60
