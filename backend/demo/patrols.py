"""One invented patrol route a grid, with three points and the month's walks; due again today."""

import random
from typing import Final

from backend.demo.action import Action, At, Ref, Told
from backend.demo.days import at
from backend.demo.geometry import land, near, somewhere
from backend.demo.people import wearer
from backend.demo.places import worked
from backend.demo.units import GRIDS

SEED: Final = 20_267
ROUTE: Final = "patrol_route"
POINT: Final = "patrol_point"
WALK: Final = "patrol"
WALK_DAYS: Final = (-12, -8, -4)  # about; weekends are moved to the Friday before
POINTS: Final = 3
STROLL_M: Final = 60.0  # a point lies about so far from the one before

_ROUTES: Final = (  # name, its points with what to look at
    ("沟边一圈", (("石拱桥", "桥墩、护栏"), ("涵洞口", "堵没堵"), ("坎上弯道", "有没有落石"))),
    ("老街到码头", (("老街口", "电线、摊子"), ("码头石梯", "青苔、警示牌"), ("晒坝", "电瓶车充电"))),
    ("学校门口这条", (("校门口", "车停得乱不乱"), ("小卖部", "过期没过期"), ("斑马线", "漆掉没掉"))),
)


def patrols(weekday: int) -> list[Action]:
    """Tell the routes, their points and their walks; `weekday` is today's, 0 for Monday."""
    return [action for number, grid in enumerate(GRIDS) for action in _route(number, grid, weekday)]


def _route(number: int, grid: int, weekday: int) -> list[Action]:
    rng = random.Random(f"{SEED} {grid}")
    name, points = _ROUTES[number % len(_ROUTES)]
    day, key, ring = worked(min(WALK_DAYS), weekday) - 1, f"{ROUTE}/{grid}", land().shapes[grid]
    worker, begun = wearer("worker", grid, day), at(day, 10 * 60 + number)
    spot = somewhere(rng, ring)
    route: dict[str, Told] = {"name": name, "every": "three_days", "place": [*spot, 900, 0, 2, 0]}
    told = [Action(begun, worker, ROUTE, key, area=grid, values=route)]
    for index, (point, look_at) in enumerate(points, start=1):
        spot = near(rng, spot, STROLL_M, ring)
        values: dict[str, Told] = {
            "route": Ref(key), "name": point, "look_at": look_at, "place": [*spot, 900, 0, 2, 0],
        }  # fmt: skip
        told.append(Action(begun + index * 1000, worker, POINT, f"{key}/{index}", area=grid, values=values))
    return told + [action for each in WALK_DAYS for action in _walk(rng, grid, worked(each, weekday))]


def _walk(rng: random.Random, grid: int, day: int) -> list[Action]:
    """Walk the route on a day, with all its points; nothing was found."""
    at_ms = at(day, rng.randint(9 * 60, 11 * 60)) + rng.randrange(60) * 1000
    worker, key = wearer("worker", grid, day), f"{ROUTE}/{grid}"
    passed = [Ref(f"{key}/{index}") for index in range(1, POINTS + 1)]
    values: dict[str, Told] = {"route": Ref(key), "captured_ms": At(at_ms), "seen": passed}
    return [
        Action(at_ms, worker, WALK, f"{WALK}/{grid}/{day}", area=grid, values=values),
        Action(at_ms + 1000, worker, ROUTE, key, step="walk"),
    ]
