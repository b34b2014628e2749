"""sync/place.py against the shared cases, and grids that tile: each point lies in exactly one."""

from hypothesis import given
from hypothesis import strategies as st

from sync.place import inside, metres_apart, metres_outside, round_half_up
from tests.sync.vectors import Case, fault_of, parametrized

SIDE = 1000
INNER = st.integers(1, SIDE - 1)


@parametrized("place")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("place", case)


@given(hub=st.tuples(INNER, INNER), point=st.tuples(INNER, INNER))
def test_four_triangles_round_a_hub_share_no_point_and_miss_none(
    hub: tuple[int, int], point: tuple[int, int]
) -> None:
    corners = [(0, 0), (0, SIDE), (SIDE, SIDE), (SIDE, 0)]
    tiles = [(corners[i], corners[(i + 1) % 4], hub) for i in range(4)]
    holding = [tile for tile in tiles if inside(point, tile)]
    assert len(holding) == 1
    assert metres_outside(point, holding[0]) == 0


@given(one=st.tuples(INNER, INNER), other=st.tuples(INNER, INNER))
def test_distance_is_the_same_both_ways_within_a_town(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert metres_apart(one, other) == metres_apart(other, one)


def test_halves_round_away_from_nought() -> None:
    assert [round_half_up(half / 2) for half in (-3, -1, 0, 1, 3, 5)] == [-2, -1, 0, 1, 2, 3]
