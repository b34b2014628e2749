"""The tree: five tiers, one root, twelve grids in threes of four."""

from collections import Counter

from backend.demo.units import BODIES, GRIDS, UNITS, community_of
from sync.permit import OrgUnit, is_body, path

BY_ID = {unit.id: unit for unit in UNITS}


def test_every_unit_but_the_city_hangs_from_one_a_tier_above():
    assert len(BY_ID) == len(UNITS)
    for unit in UNITS:
        assert unit.tier == (BY_ID[unit.parent].tier + 1 if unit.parent else 1)


def test_there_are_three_communities_with_four_grids_each():
    assert Counter(unit.tier for unit in UNITS) == {1: 1, 2: 1, 3: 1, 4: 3, 5: 12}
    assert Counter(community_of(grid) for grid in GRIDS) == {31: 4, 32: 4, 33: 4}
    assert all(BY_ID[grid].parent == community_of(grid) for grid in GRIDS)


def test_no_two_units_share_a_name():
    every = (*UNITS, *BODIES)
    assert len({unit.name for unit in every}) == len({unit.id for unit in every}) == len(every)


def test_boards_posts_and_departments_are_bodies_and_nothing_else_is():
    tree = {unit.id: OrgUnit(unit.tier, unit.parent) for unit in (*UNITS, *BODIES)}
    assert [unit for unit in tree if is_body(unit, tree)] == [unit.id for unit in BODIES]
    assert all(path(unit.id, tree)[-1] == 1 for unit in BODIES)
