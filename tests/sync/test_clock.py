"""sync/clock.py against the shared cases."""

import msgspec

from sync.clock import Stamp
from tests.sync.vectors import Case, fault_of, parametrized


@parametrized("clock")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("clock", case)


def test_stamps_sort_by_time_then_count_then_device() -> None:
    in_order = [Stamp(1, 9, "b"), Stamp(2, 0, "a"), Stamp(2, 1, "a"), Stamp(2, 1, "b"), Stamp(10, 0, "a")]
    assert sorted(in_order[place] for place in (3, 0, 4, 1, 2)) == in_order


def test_a_stamp_travels_as_a_list() -> None:
    assert msgspec.json.encode(Stamp(1000, 7, "aa")) == b'[1000,7,"aa"]'
    assert msgspec.json.decode(b'[1000,7,"aa"]', type=Stamp) == Stamp(1000, 7, "aa")
