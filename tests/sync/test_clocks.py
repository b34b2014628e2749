"""sync/clocks.py against the shared cases; against a stopwatch in tests/sync/test_elapse.py."""

from tests.sync.vectors import Case, fault_of, parametrized


@parametrized("clocks")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("clocks", case)
