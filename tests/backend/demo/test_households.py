"""The households: four hundred, each in its own grid, most of them needing nothing."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from backend.demo.days import working_days
from backend.demo.geometry import land
from backend.demo.households import households
from backend.demo.people import wearer
from backend.demo.units import GRIDS
from sync.place import inside

HOMES = households(2)
PAGE = tomllib.loads((Path(__file__).resolve().parents[3] / "sync/kinds/household.toml").read_text("utf-8"))


def test_there_are_four_hundred_shared_out_evenly():
    assert [home.number for home in HOMES] == list(range(1, 401))
    assert set(Counter(home.grid for home in HOMES).values()) == {33, 34}
    assert {home.grid for home in HOMES} == set(GRIDS)


def test_each_lives_in_its_own_grid():
    assert all(inside(home.at, land().shapes[home.grid]) for home in HOMES)
    assert len({home.at for home in HOMES}) == 400


def test_most_need_nothing_and_every_need_occurs():
    cared = Counter(care for home in HOMES for care in home.care)
    assert sum(not home.care and not home.key_person for home in HOMES) > 320
    assert set(cared) == {option["value"] for option in PAGE["fields"]["care"]["options"]}
    assert min(cared.values()) >= 10
    assert any(home.key_person for home in HOMES)


def test_who_lives_alone_is_alone():
    assert all(home.people == 1 and "独居" in home.about for home in HOMES if "elder_alone" in home.care)
    assert all(1 <= home.people <= 7 for home in HOMES)


def test_the_words_fit_the_page():
    for home in HOMES:
        assert 2 <= len(home.name) <= PAGE["fields"]["name"]["high"]
        assert len(home.about) <= PAGE["fields"]["about"]["high"]
        assert re.fullmatch("[一二三四五六]组", home.group)


def test_no_phone_number_is_whole():
    assert all(re.fullmatch(r"199\*{4}\d{4}", home.phone) for home in HOMES)


@pytest.mark.parametrize("weekday", range(7))
def test_visits_fall_on_working_days_and_about_25_on_each_worker(weekday):
    homes = households(weekday)
    days = set(working_days(weekday))
    assert all(days.issuperset(home.visit_days) for home in homes)
    made: Counter[int] = Counter()
    for home in homes:
        assert list(home.visit_days) == sorted(set(home.visit_days))
        made[wearer("worker", home.grid)] += len(home.visit_days)
    assert len(made) == 6
    assert all(22 <= count <= 25 for count in made.values())


def test_the_last_visit_is_the_last_of_the_month_or_one_before():
    for home in HOMES:
        assert home.last_visit_day == home.visit_days[-1] if home.visit_days else home.last_visit_day < -30


def test_every_worker_has_somebody_to_look_in_on_today():
    due = {wearer("worker", home.grid) for home in HOMES if home.last_visit_day + home.rhythm_days <= 0}
    assert len(due) == 6


def test_the_same_day_gives_the_same_households():
    assert households(2) == HOMES
    assert [home.name for home in households(5)] == [home.name for home in HOMES]
