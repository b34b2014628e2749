"""sync/merges.py against the shared cases."""

from copy import deepcopy

from sync.merges import RULES, join
from tests.sync.vectors import Case, cases, fault_of, parametrized, resolve


@parametrized("merges")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("merges", case)


def test_the_eight_rules_are_there_and_each_has_cases() -> None:
    told = {each["args"][0] for each in cases("merges") if each["call"] == "join" and "want" in each}
    assert told == set(RULES)
    assert len(RULES) == 8


def test_joining_leaves_both_cells_as_they_were() -> None:
    for case in cases("merges"):
        if "want" in case:
            args = resolve(case["args"])
            before = deepcopy(args)
            join(*args)
            assert args == before
