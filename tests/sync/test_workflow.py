"""sync/workflow.py against the shared cases."""

from sync.clock import Stamp
from sync.workflow import Event
from tests.sync.vectors import Case, fault_of, parametrized


@parametrized("workflow")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("workflow", case)


def test_an_event_gives_its_stamp_alone() -> None:
    stamp = Event(1000, 7, "aa", 12, "bb", 2000).stamp
    assert type(stamp) is Stamp
    assert stamp == Stamp(1000, 7, "aa")
