"""sync/value.py against the shared cases, and the floats that only Python tells from integers."""

import pytest

from sync.value import Spec, canonical, fits, is_day, is_int, is_place
from tests.sync.vectors import Case, fault_of, parametrized


@parametrized("value")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("value", case)


@pytest.mark.parametrize("number", [1.0, 0.5, float("nan"), float("inf")])
def test_a_float_is_no_value(number: float) -> None:
    assert not is_int(number)
    assert not is_day(number)
    assert not is_place([number, 0, 0, 0, 0, 0])
    for kind in (
        "text",
        "int",
        "flag",
        "choice",
        "day",
        "instant",
        "place",
        "ref",
        "person",
        "unit",
        "choices",
        "refs",
    ):
        assert not fits(Spec(kind, ("1.0",)), number)


def test_a_float_day_is_no_day() -> None:
    assert not is_day(20260730.0)


def test_a_tuple_is_spelled_as_a_list() -> None:
    assert canonical((1, ("a",))) == '[1,["a"]]'
