"""sync/permit.py against the shared cases."""

import pytest

from sync.permit import AUTHOR, ROLES, Grant, OrgUnit, dispatchable
from tests.sync.vectors import Case, fault_of, parametrized


@parametrized("permit")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("permit", case)


def test_the_author_is_a_role_a_page_may_name() -> None:
    assert AUTHOR in ROLES


CITY = {
    1: OrgUnit(2, 0), 21: OrgUnit(2, 1), 3: OrgUnit(3, 1), 38: OrgUnit(3, 3), 381: OrgUnit(3, 38),
    4: OrgUnit(3, 1), 48: OrgUnit(3, 4),
    31: OrgUnit(4, 3), 311: OrgUnit(5, 31), 312: OrgUnit(5, 31), 32: OrgUnit(4, 3), 321: OrgUnit(5, 32),
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "unit", "reach"),
    [
        ("fulltime_worker", 311, {311, 31}),
        ("grid_leader", 311, {311, 31, 38, 381, 21}),
        ("community_secretary", 31, {31, 311, 312, 38, 381, 21}),
        ("post_member", 381, {381, 38}),
        ("board_leader", 38, {38, 381, 21}),
        ("dept_member", 21, {21}),
        ("duty_officer", 3, {3, 38, 381, 31, 311, 312, 32, 321, 21}),
        ("platform_operator", 3, {3}),
        ("duty_officer", 99, set()),
    ],
)
def test_one_may_turn_to_those_around_and_hand_work_to_those_below(role, unit, reach) -> None:
    assert dispatchable([Grant(role, unit)], CITY) == reach


def test_nobody_without_a_post_turns_to_anybody() -> None:
    assert dispatchable([], CITY) == frozenset()
