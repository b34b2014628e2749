"""Two invented key places a grid, with the month's checks; and who lives in the households that need care.

In every second grid both are due today, so that a newcomer finds something to check.
"""

import random
from itertools import pairwise
from typing import Final

from msgspec import Struct

from backend.demo.action import Action, At, Day, Ref, Told
from backend.demo.days import DAY_MS, HISTORY_DAYS, at
from backend.demo.geometry import Point, land, near, somewhere
from backend.demo.households import Household
from backend.demo.people import wearer
from backend.demo.units import GRIDS

SEED: Final = 20_265
PLACE: Final = "key_place"
CHECK: Final = "place_check"
RESIDENT: Final = "resident"
EVERY_DAYS: Final = {"high": 7, "middle": 15, "low": 30}
MINUTE_MS: Final = 60_000

_PLACES: Final = (  # name, sort, risk
    ("红岩小吃店", "eatery", "high"),
    ("梨坪榨菜作坊", "workshop", "middle"),
    ("老街百货", "market", "middle"),
    ("码头洗衣台", "waterside", "high"),
    ("向家旅馆", "lodging", "high"),
    ("石桥小学", "school", "middle"),
    ("桥头豆花饭", "eatery", "middle"),
    ("沙湾农资店", "market", "low"),
)
_WRONG: Final = {
    "eatery": "oil_smoke",
    "workshop": "stacking",
    "market": "charging",
    "lodging": "wiring",
    "school": "extinguisher",
    "waterside": "railing",
}
_GIVEN: Final = ("秀英", "国强", "小梅", "天佑", "玉珍", "家豪")


class Place(Struct, frozen=True):
    """One key place; days count from today."""

    number: int
    grid: int
    name: str
    sort: str
    risk: str
    at: Point
    check_days: tuple[int, ...]  # within the story, oldest first

    @property
    def key(self) -> str:
        """Name the record in the story."""
        return f"{PLACE}/{self.number}"


def places(weekday: int) -> tuple[Place, ...]:
    """Give all places, grid by grid; `weekday` is today's, 0 for Monday."""
    return tuple(_place(number, weekday) for number in range(1, 2 * len(GRIDS) + 1))


def _place(number: int, weekday: int) -> Place:
    rng = random.Random(f"{SEED} {number}")
    grid = GRIDS[(number - 1) // 2]
    name, sort, risk = _PLACES[number % len(_PLACES)]
    every = EVERY_DAYS[risk]
    last = -every if number % 4 in (1, 2) else -rng.randint(1, every - 2)
    days = {worked(day, weekday) for day in range(last, -HISTORY_DAYS + 4, -every)}
    spot = somewhere(rng, land().shapes[grid])
    return Place(number, grid, name, sort, risk, spot, tuple(sorted(days)))


def worked(day: int, weekday: int) -> int:
    """Move a day back to a working day; weekends are two days long."""
    return day - max(0, (weekday + day) % 7 - 4)


def _made(place: Place) -> Action:
    """Tell of the place itself, on the day before it was first looked at."""
    day = min(place.check_days, default=0) - 1
    return Action(
        at_ms=at(day, 9 * 60) + place.number * MINUTE_MS,
        person=wearer("worker", place.grid, day),
        kind=PLACE,
        key=place.key,
        area=place.grid,
        values={
            "name": place.name,
            "sort": place.sort,
            "risk": place.risk,
            "owner": f"{'向田罗冉'[place.number % 4]}老板",
            "phone": f"199****{2000 + place.number:04d}",
            "place": [*place.at, 900, 0, 2, 0],
        },
    )


def residents(homes: tuple[Household, ...]) -> list[Action]:
    """Tell who lives in the households that need care; before the month began."""
    return [
        _resident(random.Random(f"{SEED} at {home.number} {index}"), home, index)
        for home in homes
        if home.care
        for index in range(home.people)
    ]


def _resident(rng: random.Random, home: Household, index: int) -> Action:
    child = "left_behind_child" in home.care and index == home.people - 1
    born = (
        rng.randint(2012, 2018)
        if child
        else rng.randint(1932, 1952)
        if index == 0
        else rng.randint(1955, 1990)
    )
    values: dict[str, Told] = {
        "household": Ref(home.key),
        "name": home.name if index == 0 else home.name[0] + rng.choice(_GIVEN),
        "relation": "head" if index == 0 else "grandchild" if child else rng.choice(("spouse", "child")),
        "birth_year": born,
        "id_last4": f"{rng.randrange(10_000):04d}",
        "lives": "home" if index == 0 or child else rng.choice(("home", "works_away")),
    }
    if "disabled" in home.care and index == 0:
        values["health"] = ["bed"]
    return Action(
        at_ms=-43 * DAY_MS + home.number * MINUTE_MS + index,
        person=wearer("worker", home.grid, -43),
        kind=RESIDENT,
        key=f"{RESIDENT}/{home.number}/{index}",
        area=home.grid,
        values=values,
    )


def checks(found: tuple[Place, ...]) -> list[Action]:
    """Tell the places and their checks, each with the step it takes on its place, and hazards put right."""
    told: list[Action] = [_made(place) for place in found]
    for place in found:
        for day, following in pairwise((*place.check_days, 0)):
            told += _check(place, day, following)
    return told


def _check(place: Place, day: int, following: int) -> list[Action]:
    rng = random.Random(f"{SEED} {place.number} {day}")
    at_ms = at(day, rng.randint(9 * 60, 16 * 60)) + rng.randrange(60) * 1000
    worker, key = wearer("worker", place.grid, day), f"{CHECK}/{place.number}/{day}"
    wrong = day <= -7 and rng.random() < 0.3
    spot = near(rng, place.at, 8, land().shapes[place.grid])
    values: dict[str, Told] = {
        "key_place": Ref(place.key),
        "captured_ms": At(at_ms),
        "place": [*spot, 700, 0, 0, 0],
    }
    if wrong:
        again = min(day + 5, following)
        values |= {"hazards": [_WRONG[place.sort]], "owner_told": "term", "recheck_day": Day(again)}
    told = [
        Action(at_ms=at_ms, person=worker, kind=CHECK, key=key, area=place.grid, values=values),
        Action(at_ms=at_ms + 1000, person=worker, kind=PLACE, key=place.key, step="check"),
    ]
    if wrong:
        told.append(
            Action(
                at_ms + 4 * DAY_MS, worker, CHECK, key, "put_right", values={"note": "改好了，拍了给我看。"}
            )
        )
    return told
