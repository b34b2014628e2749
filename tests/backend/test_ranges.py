"""Ranges against the plain model: a set of numbers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.ranges import Ranges, add, clip, missing

NUMBERS = st.sets(st.integers(1, 60), max_size=40)
BOUND = st.integers(0, 70)


def members(ranges: Ranges) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


def well_formed(ranges: Ranges) -> bool:
    """Sorted, none empty, none touching the next."""
    return all(first <= last for first, last in ranges) and all(
        after[0] > before[1] + 1 for before, after in pairwise(ranges)
    )


@given(NUMBERS, NUMBERS)
def test_adding_is_the_union_of_sets(held, more):
    ranges = add(add([], held), more)
    assert members(ranges) == held | more
    assert well_formed(ranges)


@given(NUMBERS, st.lists(st.integers(1, 60)))
def test_order_and_repeats_do_not_matter(held, more):
    assert add(add([], held), more) == add([], [*more, *more, *sorted(held, reverse=True)])


@given(NUMBERS, BOUND)
def test_clipping_keeps_what_is_at_or_above(held, low):
    clipped = clip(add([], held), low)
    assert members(clipped) == {number for number in held if number >= low}
    assert well_formed(clipped)


@given(NUMBERS, BOUND)
def test_missing_is_the_rest_up_to_the_top(held, top):
    gaps = missing(add([], held), top)
    assert members(gaps) == set(range(1, top + 1)) - held
    assert well_formed(gaps)


def test_a_device_that_made_millions_is_one_range():
    assert add([(1, 10**9)], [10**9 + 1]) == [(1, 10**9 + 1)]
    assert missing([(2, 10**15)], 10**15 + 2) == [(1, 1), (10**15 + 1, 10**15 + 2)]
