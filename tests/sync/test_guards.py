"""sync/guards.py against the shared cases."""

from sync.guards import GUARDS
from sync.op import REFUSALS
from tests.sync.vectors import Case, cases, fault_of, parametrized


@parametrized("guards")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("guards", case)


def test_a_guard_is_named_as_its_function_and_refuses_by_a_known_code() -> None:
    for name, guard in GUARDS.items():
        assert guard.holds.__name__ == name
        assert guard.refusal in REFUSALS


def test_each_guard_has_a_case_that_holds_and_one_that_does_not() -> None:
    told = {(case["call"], case["want"]) for case in cases("guards") if isinstance(case["want"], bool)}
    near = {name for name, guard in GUARDS.items() if not guard.far}  # the others: tests/sync/test_around.py
    assert told >= {(name, want) for name in near for want in (True, False)}
