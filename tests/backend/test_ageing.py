"""Time as far as it is certain that it passed."""

from backend.ageing import ASLEEP, DAY_MS, Ageing

YEAR_MS = 365 * DAY_MS


def test_while_it_runs_only_the_clock_that_never_jumps_counts():
    ageing = Ageing()
    assert ageing.at(5, 100) == 0, "the first look begins it"
    assert ageing.at(5 + YEAR_MS, 100 + DAY_MS) == DAY_MS
    assert ageing.at(5 - YEAR_MS, 100 + 2 * DAY_MS) == 2 * DAY_MS
    assert ageing.at(5, 100 + 2 * DAY_MS) == 2 * DAY_MS


def test_of_the_time_it_was_down_a_day_is_believed():
    ageing = Ageing(7, 1_000)
    assert ageing.at(1_000 + DAY_MS // 2, 3) == 7 + DAY_MS // 2
    ageing.steady_ms = ASLEEP
    assert ageing.at(1_000 + YEAR_MS, 0) == 7 + DAY_MS // 2 + DAY_MS


def test_a_clock_that_goes_to_and_fro_counts_nothing_twice():
    ageing = Ageing()
    for turn in range(100):
        ageing.steady_ms = ASLEEP
        ageing.at(1_000 + YEAR_MS * (turn % 2), 0)
    assert ageing.age_ms == DAY_MS
