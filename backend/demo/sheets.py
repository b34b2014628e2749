"""A day sheet for each worker and working day, saying what that day's reports and visits say.

Handed in at the end of the day; the leader, or the secretary where there is none, looks next working
morning. The last one still waits to be looked at. Nothing found is said as it is: zero.
"""

import random
from collections.abc import Iterable
from typing import Final

from backend.demo.action import Action, Day, Ref, Told
from backend.demo.days import DAY_MS, MINUTE_MS, at, working_days
from backend.demo.households import Household
from backend.demo.people import wearer, workers

SEED: Final = 20_264
KIND: Final = "day_sheet"

_ASKED: Final = (  # item, question, answer
    ("key_place_check", "榨菜厂的灭火器看了没有？", "看了，压力都在绿格子里。"),
    ("patrol_visit", "昨天下大雨，坎上那段走了没得？", "走了，没得松动，忘记写了。"),
    ("serve_residents", "帮了哪一家？", "帮王婆婆交了电费，二十分钟的事。"),
    ("key_person_care", "李大爷那里去没去？", "打了电话，他在女儿家，下周回来。"),
)
_ASK_EVERY: Final = 30  # about one sheet in so many is asked about


def sheets(weekday: int, homes: tuple[Household, ...], told: Iterable[Action]) -> list[Action]:
    """Tell all day sheets before today, from what was told of the same days."""
    cared = {home.key for home in homes if home.care or home.key_person}
    by_day: dict[tuple[int, int], list[Action]] = {}
    for action in told:
        if not action.step:
            by_day.setdefault((action.person, action.at_ms // DAY_MS), []).append(action)
    days = working_days(weekday)
    found: list[Action] = []
    for worker, grids in workers().items():
        for day, morning in zip(days, (*days[1:], None), strict=True):
            rng = random.Random(f"{SEED} {worker} {day}")
            values = _values(rng, by_day.get((worker, day), []), cared)
            found += _sheet(rng, worker, grids[0], day, values)
            if morning is not None:
                found += _looked_at(rng, worker, grids[0], day, morning)
    return found


def _values(rng: random.Random, done: list[Action], cared: set[str]) -> dict[str, Told]:
    """Answer the seven items from what the worker did that day."""
    households = [action.values.get("household") for action in done]
    looked_after = any(isinstance(home, Ref) and home.key in cared for home in households)
    helped = any(action.values.get("result") == "need_help" for action in done)
    checked = [action for action in done if "key_place" in action.values]
    hazard = any("hazards" in action.values for action in checked)
    backed = {"patrol_visit": done, "key_person_care": looked_after, "key_place_check": checked}
    return {
        "patrol_visit": "found" if any("matter" in action.values for action in done) else "ok",
        "key_person_care": "ok" if looked_after else "zero",
        "key_place_check": "found" if hazard else "ok" if checked else "na",
        "backed": [item for item, records in backed.items() if records],
        "emergency_assist": "found" if any(action.values.get("emergency") for action in done) else "zero",
        "serve_residents": "ok" if helped or rng.random() < 0.4 else "zero",
        "publicity": "ok" if rng.random() < 0.3 else "zero",
        "extra": "na",
    }


def _key(worker: int, day: int) -> str:
    return f"{KIND}/{worker}/{day}"


def _sheet(rng: random.Random, worker: int, grid: int, day: int, values: dict[str, Told]) -> list[Action]:
    """Fill a sheet in and hand it in."""
    at_ms = at(day, rng.randint(17 * 60 + 5, 17 * 60 + 50)) + rng.randrange(60) * 1000
    key = _key(worker, day)
    return [
        Action(at_ms=at_ms, person=worker, kind=KIND, key=key, area=grid, values={"day": Day(day)} | values),
        Action(at_ms=at_ms + MINUTE_MS, person=worker, kind=KIND, key=key, step="submit"),
    ]


def _looked_at(rng: random.Random, worker: int, grid: int, day: int, morning: int) -> list[Action]:
    """Confirm a sheet next working morning; now and then ask first."""
    reader, key = _reader(worker, grid), _key(worker, day)
    at_ms = at(morning, rng.randint(8 * 60 + 30, 9 * 60 + 20)) + rng.randrange(60) * 1000
    confirm = Action(at_ms=at_ms, person=reader, kind=KIND, key=key, step="confirm")
    if rng.randrange(_ASK_EVERY):
        return [confirm]
    item, question, answer = rng.choice(_ASKED)
    asked: dict[str, Told] = {"query_item": item, "query_note": question}
    return [
        Action(at_ms=at_ms, person=reader, kind=KIND, key=key, step="query", values=asked),
        Action(at_ms + 45 * MINUTE_MS, worker, KIND, key, "answer_query", values={"answer": answer}),
        Action(at_ms=at_ms + 120 * MINUTE_MS, person=reader, kind=KIND, key=key, step="confirm"),
    ]


def _reader(worker: int, grid: int) -> int:
    """Find who looks at a worker's sheets: the leader of the grid, else its secretary."""
    try:
        leader = wearer("leader", grid)
    except LookupError:
        return wearer("secretary", grid)
    return leader if leader != worker else wearer("secretary", grid)
