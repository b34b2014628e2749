"""The people: every grid looked after, every hat worn, grants that begin and end."""

import re

import pytest

from backend.demo.people import people, wearer, workers
from backend.demo.units import GRIDS, UNITS
from sync.permit import ROLES

PEOPLE = people()
HELD = [(number, grant) for number, person in PEOPLE.items() for grant in person.grants]
NOW = [(number, grant) for number, grant in HELD if grant.holds(0)]


def test_there_are_sixteen_people_with_names_of_their_own():
    assert list(PEOPLE) == list(range(1, 17))
    assert len({person.name for person in PEOPLE.values()}) == 16


def test_no_phone_number_is_anybodys():
    phones = [person.phone for person in PEOPLE.values()]
    assert len(set(phones)) == 16
    assert all(re.fullmatch(r"1990000\d{4}", phone) for phone in phones)


def test_every_grant_names_a_role_and_a_unit_that_exist():
    units = {unit.id for unit in UNITS}
    assert all(grant.role in ROLES and grant.unit in units for _, grant in HELD)
    assert all(grant.until is None or grant.since < grant.until for _, grant in HELD)


@pytest.mark.parametrize("day", [-30, -7, 0])
@pytest.mark.parametrize("grid", GRIDS)
def test_every_grid_has_exactly_one_worker_throughout_the_story(grid, day):
    held = [n for n, g in HELD if (g.role, g.unit) == ("fulltime_worker", grid) and g.holds(day)]
    assert held == [wearer("worker", grid, day)]


def test_workers_hold_one_grid_or_several():
    assert {len(grids) for grids in workers().values()} == {1, 2, 3}
    assert sorted(grid for grids in workers().values() for grid in grids) == sorted(GRIDS)


def test_somebody_wears_every_hat_of_the_demo():
    worn = {grant.role for _, grant in NOW}
    assert worn == {
        "fulltime_worker", "parttime_worker", "grid_leader", "community_secretary", "duty_officer",
        "platform_operator", "board_leader", "commander", "dept_member",
    }  # fmt: skip
    assert {g.unit for _, g in NOW if g.role == "community_secretary"} == {31, 32, 33}
    assert len({number for number, g in NOW if g.role == "grid_leader"}) == 2


def test_one_person_wears_two_hats():
    hats = {number: {g.role for n, g in NOW if n == number} for number in PEOPLE}
    assert [number for number, roles in hats.items() if len(roles) > 1] == [3]


def test_a_grant_ends_on_the_day_it_says():
    moved = next(g for _, g in HELD if g.until == -45)
    assert moved.holds(-46)
    assert not moved.holds(-45)
    assert wearer("worker", moved.unit, -46) != wearer("worker", moved.unit, -45)


def test_a_hat_is_found_on_the_nearest_unit():
    assert PEOPLE[wearer("worker", 313)].name == "陈素芬"
    assert wearer("secretary", 331) == wearer("secretary", 334) != wearer("secretary", 311)
    assert wearer("duty", 311) == wearer("duty", 334)
    with pytest.raises(LookupError):
        wearer("leader", 314)
