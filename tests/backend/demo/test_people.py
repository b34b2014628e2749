"""The people: every grid looked after, every hat worn, grants that begin and end."""

import re
from itertools import product
from pathlib import Path

import pytest

from backend.demo.people import people, wearer, workers
from backend.demo.units import BODIES, DISTRICT, GRIDS, TOWN, UNITS
from backend.kinds import read_pages
from sync.permit import ROLES, Actor, Grant, OrgUnit, may_read, path
from sync.register import Held, Record

PEOPLE = people()
HELD = [(number, grant) for number, person in PEOPLE.items() for grant in person.grants]
NOW = [(number, grant) for number, grant in HELD if grant.holds(0)]


def test_there_are_twenty_nine_people_with_names_of_their_own():
    assert list(PEOPLE) == list(range(1, 30))
    assert len({person.name for person in PEOPLE.values()}) == 29


def test_no_phone_number_is_anybodys():
    phones = [person.phone for person in PEOPLE.values()]
    assert len(set(phones)) == 29
    assert all(re.fullmatch(r"1990000\d{4}", phone) for phone in phones)


def test_every_grant_names_a_role_and_a_unit_that_exist():
    units = {unit.id for unit in (*UNITS, *BODIES)}
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
        "platform_operator", "board_leader", "commander", "dept_member", "post_member", "district_center",
        "aux_force", "community_staff", "grid_advisor", "data_steward", "knowledge_editor",
        "microgrid_contact",
    }  # fmt: skip
    assert {g.unit for _, g in NOW if g.role == "community_secretary"} == {31, 32, 33}
    assert len({number for number, g in NOW if g.role == "grid_leader"}) == 2


def test_two_people_wear_two_hats():
    hats = {number: {g.role for n, g in NOW if n == number} for number in PEOPLE}
    assert [number for number, roles in hats.items() if len(roles) > 1] == [3, 28]


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


def test_departments_and_posts_are_worn_where_they_are_and_nowhere_else():
    held = {role: {g.unit for _, g in NOW if g.role == role} for role in ("dept_member", "post_member")}
    bodies = {unit.id for unit in BODIES}
    assert held["dept_member"] | held["post_member"] <= bodies, "nobody of them sees the town for that"
    tree = {unit.id: OrgUnit(unit.tier, unit.parent) for unit in (*UNITS, *BODIES)}
    assert all(DISTRICT in path(unit, tree) and TOWN not in path(unit, tree) for unit in held["dept_member"])
    assert all(TOWN in path(unit, tree) for unit in held["post_member"])


def test_who_belongs_to_a_department_or_a_post_sees_what_names_them_or_is_for_all_beneath_and_nothing_else():
    tree = {unit.id: OrgUnit(unit.tier, unit.parent) for unit in (*UNITS, *BODIES)}
    pages = read_pages((Path(__file__).parents[3] / "sync" / "kinds",))
    outsiders = {
        number: Actor(number, tuple(Grant(g.role, g.unit) for g in PEOPLE[number].grants), "0" * 16)
        for number, grant in NOW
        if grant.role in ("dept_member", "post_member")
    }
    assert len(outsiders) == 7
    for kind, unit, actor in product(pages.values(), UNITS, outsiders.values()):
        record = Record("r", kind.name, unit.id, 1, 0, 0, "", Held(0, "", 0), {}, {})
        for_all = kind.spreads and any(unit.id in path(grant.unit, tree) for grant in actor.grants)
        assert for_all or not may_read(kind, actor, record, tree), (kind.name, unit.name, actor.person)


def test_a_case_reaches_the_department_it_is_sent_to_and_no_other():
    tree = {unit.id: OrgUnit(unit.tier, unit.parent) for unit in (*UNITS, *BODIES)}
    incident = read_pages((Path(__file__).parents[3] / "sync" / "kinds",))["incident"]
    named = {"unit": [22, [0, 0, "0" * 16]]}
    record = Record("r", "incident", 313, 1, 0, 0, "", Held(0, "", 0), named, {})
    sent_to = {
        number: Actor(number, tuple(Grant(g.role, g.unit) for g in person.grants), "0" * 16)
        for number, person in PEOPLE.items()
        if {g.role for g in person.grants} <= {"dept_member", "post_member"}
    }
    seeing = {number for number, actor in sent_to.items() if may_read(incident, actor, record, tree)}
    assert seeing == {21}, "of the water department"
