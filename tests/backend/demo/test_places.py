"""The demo's key places and residents: enough of each, in the right places, and some due today."""

import pytest

from backend.demo.days import DAY_MS
from backend.demo.geometry import land
from backend.demo.households import households
from backend.demo.places import EVERY_DAYS, checks, places, residents
from backend.demo.units import GRIDS
from sync.place import inside


@pytest.mark.parametrize("weekday", range(7))
def test_every_grid_has_two_places_and_in_every_second_both_are_due(weekday):
    found = places(weekday)
    assert [place.grid for place in found] == [grid for grid in GRIDS for _ in range(2)]
    due = {place.grid for place in found if -place.check_days[-1] >= EVERY_DAYS[place.risk]}
    assert len(due) >= len(GRIDS) // 2


@pytest.mark.parametrize("weekday", range(7))
def test_places_are_looked_at_on_working_days_within_the_month(weekday):
    for place in places(weekday):
        assert place.check_days == tuple(sorted(place.check_days))
        assert all(-30 <= day < 0 and (weekday + day) % 7 < 5 for day in place.check_days)
        assert inside(place.at, land().shapes[place.grid])


def test_a_check_takes_a_step_on_its_place_and_a_hazard_is_put_right():
    told = checks(places(3))
    looked = [action for action in told if action.kind == "place_check" and not action.step]
    steps = [action for action in told if action.kind == "key_place" and action.step == "check"]
    assert [action.at_ms + 1000 for action in looked] == [action.at_ms for action in steps]
    hazards = {action.key for action in looked if "hazards" in action.values}
    assert hazards
    assert {action.key for action in told if action.step == "put_right"} == hazards
    assert max(action.at_ms for action in told) < DAY_MS


def test_who_needs_care_has_people_and_no_full_number_is_kept():
    homes = households(3)
    told = residents(homes)
    assert {action.values["household"].key for action in told} == {home.key for home in homes if home.care}
    assert all(len(str(action.values["id_last4"])) == 4 for action in told)
