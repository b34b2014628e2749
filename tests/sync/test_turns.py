"""sync/turns.py: its guards by the shared cases, and that each is there to be named on a page."""

import inspect

from sync import turns
from sync.guards import GUARDS
from tests.sync.vectors import Case, cases, fault_of, parametrized

OWN = {
    name
    for name, each in vars(turns).items()
    if inspect.isfunction(each) and each.__module__ == "sync.turns" and not name.startswith("_")
} - {"lines", "declined"}


@parametrized("guards")
def test_a_shared_case_holds(case: Case) -> None:
    assert case["call"] not in OWN or not fault_of("turns", case)


def test_each_guard_here_can_be_named_and_is_asked() -> None:
    assert set(GUARDS) > OWN
    assert {case["call"] for case in cases("guards")} >= OWN
