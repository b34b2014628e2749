"""The demo's patrol routes: one in each grid, in it, and due again today."""

import pytest

from backend.demo.days import DAY_MS
from backend.demo.geometry import land
from backend.demo.patrols import POINT, POINTS, ROUTE, WALK, patrols
from backend.demo.units import GRIDS
from sync.place import inside


@pytest.mark.parametrize("weekday", range(7))
def test_every_grid_has_a_route_whose_points_lie_in_it(weekday):
    told = patrols(weekday)
    assert [action.area for action in told if action.kind == ROUTE and not action.step] == list(GRIDS)
    points = [action for action in told if action.kind == POINT]
    assert len(points) == POINTS * len(GRIDS)
    assert all(inside(tuple(each.values["place"][:2]), land().shapes[each.area]) for each in points)


@pytest.mark.parametrize("weekday", range(7))
def test_each_is_walked_on_working_days_and_is_due_again(weekday):
    told = patrols(weekday)
    walks = [action for action in told if action.kind == WALK]
    assert len(walks) == 3 * len(GRIDS)
    assert all((weekday + action.at_ms // DAY_MS) % 7 < 5 for action in walks)
    assert max(action.at_ms // DAY_MS for action in walks) < -3  # walked every third day
    steps = [action.at_ms for action in told if action.step == "walk"]
    assert steps == [action.at_ms + 1000 for action in walks]
