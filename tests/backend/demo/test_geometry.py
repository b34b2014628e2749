"""The land: grids that tile the town to the last unit."""

import random
from collections import Counter
from itertools import pairwise

import pytest

from backend.demo import units
from backend.demo.geometry import area2, beyond, centre, land, metres_between, near, somewhere
from sync.place import inside, metres_outside

SHAPES = land().shapes
GRIDS = {grid: SHAPES[grid] for grid in units.GRIDS}
WHOLE = [unit.id for unit in units.UNITS if unit.tier >= 3]


def edges(ring):
    return list(pairwise((*ring, ring[0])))


def side(a, b, c) -> int:
    turn = (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1])
    return (turn > 0) - (turn < 0)


def test_every_unit_of_the_town_has_a_shape():
    assert set(SHAPES) == set(WHOLE)


def test_the_areas_of_the_grids_add_up_exactly():
    assert sum(area2(ring) for ring in GRIDS.values()) == area2(SHAPES[units.TOWN])
    for community in (31, 32, 33):
        parts = [ring for grid, ring in GRIDS.items() if units.community_of(grid) == community]
        assert sum(area2(ring) for ring in parts) == area2(SHAPES[community])


def test_every_border_is_shared_by_two_grids_or_is_the_towns():
    shared = Counter(frozenset(edge) for ring in GRIDS.values() for edge in edges(ring))
    outer = {frozenset(edge) for edge in edges(SHAPES[units.TOWN])}
    assert all(count == (1 if edge in outer else 2) for edge, count in shared.items())


def test_a_point_lies_in_exactly_one_grid():
    rng = random.Random(7)
    for _ in range(3000):
        point = somewhere(rng, SHAPES[units.TOWN])
        assert sum(inside(point, ring) for ring in GRIDS.values()) == 1


def test_a_vertex_and_the_middle_of_a_border_lie_in_at_most_one_grid():
    for ring in GRIDS.values():
        for start, end in edges(ring):
            middle = (start[0] + end[0]) // 2, (start[1] + end[1]) // 2
            for point in (start, middle):
                holders = sum(inside(point, other) for other in GRIDS.values())
                assert holders == inside(point, SHAPES[units.TOWN])


@pytest.mark.parametrize("unit", WHOLE)
def test_no_border_crosses_itself(unit):
    lines = edges(SHAPES[unit])
    for index, (a, b) in enumerate(lines):
        for c, d in lines[index + 1 :]:
            if {a, b} & {c, d}:
                continue
            assert side(a, b, c) == side(a, b, d) or side(c, d, a) == side(c, d, b)


@pytest.mark.parametrize("grid", units.GRIDS)
def test_a_grid_has_the_look_of_surveyed_land(grid):
    ring = SHAPES[grid]
    assert 12 <= len(ring) <= 40
    assert len(set(ring)) == len(ring)
    assert area2(ring) > 0
    assert inside(centre(ring), ring)


def test_the_town_lies_where_it_was_meant_to():
    lats, lons = zip(*SHAPES[units.TOWN], strict=True)
    assert 293_300_000 < min(lats) < max(lats) < 293_900_000
    assert 1_061_700_000 < min(lons) < max(lons) < 1_062_500_000


def test_the_river_runs_through_the_town_from_west_to_east():
    river = land().river
    assert all(start[1] < end[1] for start, end in pairwise(river))
    town = SHAPES[units.TOWN]
    assert not inside(river[0], town)
    assert not inside(river[-1], town)
    assert sum(inside(point, town) for point in river) > 30


def test_every_place_lies_in_its_grid_and_every_grid_has_two():
    places = land().places
    assert all(inside(place.at, SHAPES[place.grid]) for place in places.values())
    assert min(Counter(place.grid for place in places.values()).values()) >= 2


def test_near_stays_in_the_grid_and_near():
    rng = random.Random(7)
    place = land().places["老鹰岩路口"]
    for _ in range(100):
        point = near(rng, place.at, 25, SHAPES[place.grid])
        assert inside(point, SHAPES[place.grid])
        assert max(map(abs, metres_between(place.at, point))) < 150


@pytest.mark.parametrize("name", list(land().places))
def test_beyond_is_just_across_the_border(name):
    place = land().places[name]
    point = beyond(place.at, SHAPES[place.grid], 8)
    assert not inside(point, SHAPES[place.grid])
    assert 7 <= metres_outside(point, SHAPES[place.grid]) <= 9
