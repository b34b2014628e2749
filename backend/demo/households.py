"""Four hundred invented households, spread over the grids as courtyards are, and when they were visited.

Most need nothing; those who live alone, cannot walk or are children by themselves are looked in on
more often. A worker makes about 25 visits in the month, shared out over the grids held.
"""

import random
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from backend.demo.days import HISTORY_DAYS, working_days
from backend.demo.geometry import Point, land, near, somewhere
from backend.demo.people import wearer, workers
from backend.demo.units import GRIDS

SEED: Final = 20_261
COUNT: Final = 400
VISITS_PER_WORKER: Final = 25  # in the whole month
COURTYARDS: Final = 6  # per grid: the groups of a village

_SURNAMES: Final = "陈刘王李张周罗谭冉向杨何唐黄蒋邓秦牟代游彭程余龚田石汪廖熊文"
_GIVEN: Final = (
    "德贵", "成碧", "光全", "大兴", "素珍", "永福", "桂英", "世全", "仁芳", "昌友", "建国", "小红", "天禄",
    "玉兰", "兴华", "明芳", "国太", "启秀", "万金", "晓琴", "长林", "先碧", "跃进", "淑华", "正权", "中菊",
)  # fmt: skip
_CALLED_OLD: Final = ("婆婆", "大爷")
_CALLED: Final = ("孃孃", "老师", "师傅", "伯伯")
_GROUPS: Final = "一二三四五六"

# Of a hundred households: how many, how many days between two visits, and what is said about them.
_CARE: Final = {
    "elder_alone": (8, 10, "{age} 岁，独居"),
    "disabled": (4, 15, "腿脚不便"),
    "left_behind_child": (3, 15, "娃儿跟老人，父母在外"),
}
_KEY_PERSON: Final = (1, 10, "社区多留意")
_PLAIN_RHYTHM_DAYS: Final = 90


class Household(Struct, frozen=True):
    """One household; days count from today."""

    number: int  # 1..400
    grid: int
    name: str  # as the neighbours say it
    about: str  # one short fact, "" for most
    group: str
    people: int
    care: tuple[str, ...]  # options of the household page; () for most
    key_person: bool
    at: Point
    phone: str  # masked
    rhythm_days: int
    visit_days: tuple[int, ...]  # within the story, oldest first
    last_visit_day: int  # the last of these, or one before the story

    @property
    def key(self) -> str:
        """Name the record in the story."""
        return f"household/{self.number}"


def households(weekday: int) -> tuple[Household, ...]:
    """Give all households, grid by grid; `weekday` is today's, 0 for Monday."""
    found: list[Household] = []
    for index, grid in enumerate(GRIDS):
        count = COUNT // len(GRIDS) + (index < COUNT % len(GRIDS))
        found += _of_grid(grid, range(len(found) + 1, len(found) + 1 + count), working_days(weekday))
    return tuple(found)


def _of_grid(grid: int, numbers: range, days: tuple[int, ...]) -> list[Household]:
    rng = random.Random(f"{SEED} {grid}")
    ring = land().shapes[grid]
    courtyards = [somewhere(rng, ring) for _ in range(COURTYARDS)]
    lived_in = [_lived_in(rng, number, grid, courtyards) for number in numbers]
    visits = _visits(random.Random(f"{SEED} visits {grid}"), lived_in, days)
    return [_visited(home, visits.get(home.number, ()), home.number) for home in lived_in]


def _lived_in(rng: random.Random, number: int, grid: int, courtyards: list[Point]) -> Household:
    """Invent one household, not visited yet."""
    courtyard = rng.randrange(COURTYARDS)
    care, rhythm_days, about = _cared_for(rng)
    key_person = not care and rng.randrange(100) < _KEY_PERSON[0]
    return Household(
        number=number,
        grid=grid,
        name=_name(rng, care),
        about=_KEY_PERSON[2] if key_person else about.format(age=rng.randint(71, 93)),
        group=f"{_GROUPS[courtyard]}组",
        people=_size(rng, care),
        care=(care,) if care else (),
        key_person=key_person,
        at=near(rng, courtyards[courtyard], 45, land().shapes[grid]),
        phone=f"199****{1000 + number:04d}",
        rhythm_days=_KEY_PERSON[1] if key_person else rhythm_days,
        visit_days=(),
        last_visit_day=0,
    )


def _cared_for(rng: random.Random) -> tuple[str, int, str]:
    """Draw what a household needs: option, rhythm in days, words."""
    dice = rng.randrange(100)
    for care, (share, rhythm_days, about) in _CARE.items():
        if dice < share:
            return care, rhythm_days, about
        dice -= share
    return "", _PLAIN_RHYTHM_DAYS, ""


def _name(rng: random.Random, care: str) -> str:
    """Name the head: old people as the lane calls them, others mostly in full."""
    surname = rng.choice(_SURNAMES)
    if care == "elder_alone":
        return surname + rng.choice(_CALLED_OLD)
    return surname + rng.choice(_CALLED if rng.random() < 0.2 else _GIVEN)


def _size(rng: random.Random, care: str) -> int:
    if care == "elder_alone":
        return 1
    return rng.choices((1, 2, 3, 4, 5, 6, 7), (2, 5, 7, 6, 3, 2, 1))[0] if not care else rng.randint(2, 5)


def _visits(rng: random.Random, homes: list[Household], days: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    """Share a grid's visits out: who needs care first (twice, if alone), then some of the others."""
    budget = VISITS_PER_WORKER // len(workers()[wearer("worker", homes[0].grid)])
    early, late = days[: len(days) // 2], days[len(days) // 2 :]
    needy = [home for home in homes if home.care or home.key_person]
    others = [home for home in homes if home not in needy]
    rng.shuffle(others)
    plan: dict[int, tuple[int, ...]] = {}
    for home in needy + others:
        twice = home.rhythm_days <= 10 and budget > 1
        wanted = (rng.choice(early), rng.choice(late)) if twice else (rng.choice(days),)
        if budget >= len(wanted):
            plan[home.number] = wanted
            budget -= len(wanted)
    return plan


def _visited(home: Household, days: tuple[int, ...], seed: int) -> Household:
    """Write the visits into a household; one not seen this month was seen in the two before."""
    before = random.Random(f"{SEED} before {seed}").randint(-88, -HISTORY_DAYS - 1)
    return replace(home, visit_days=days, last_visit_day=days[-1] if days else before)
