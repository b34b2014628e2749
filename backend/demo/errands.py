"""Small things to do on the way; what they and true reports earn comes by itself (sync/earn.py)."""

from typing import Final

from msgspec import Struct

from backend.demo.action import Action, Day, Told
from backend.demo.days import DAY_MS, MINUTE_MS, at, awake_ago
from backend.demo.geometry import land
from backend.demo.people import wearer

KIND: Final = "micro_task"
FIX: Final = (1500, 0, 2, 0)  # accuracy in cm, age, chosen on the map, WGS-84


class _Errand(Struct, frozen=True):
    what: str
    place: str
    points: int
    minutes: int  # waking minutes before now at which it was put up; 0 for one that is over
    day: int = 0  # of one that is over
    said: str = ""


_ERRANDS: Final = (
    _Errand("看一眼下河街那块防汛牌倒没倒", "下河街", 1, 0, -12, "倒了一半，我扶起来绑好了。"),
    _Errand("窨井边的围挡还在不在，看一眼", "菜市口", 1, 50),
    _Errand("顺路带一叠防诈骗的单子去码头小卖部", "沙湾码头", 2, 150),
)


def errands(now_ms: int) -> list[Action]:
    """Tell the small tasks, up to `now_ms` (from the start of today)."""
    return [action for number, each in enumerate(_ERRANDS, 1) for action in _told(number, each, now_ms)]


def _told(number: int, errand: _Errand, now_ms: int) -> list[Action]:
    place = land().places[errand.place]
    key = f"{KIND}/{number}"
    start = at(errand.day, 9 * 60) if errand.day else awake_ago(now_ms, errand.minutes)
    values: dict[str, Told] = {
        "what": errand.what,
        "where": errand.place,
        "place": [*place.at, *FIX],
        "until": Day(start // DAY_MS + 5),
        "points": errand.points,
    }
    secretary, rider = wearer("secretary", place.grid), wearer("rider", place.grid)
    put_up = Action(at_ms=start, person=secretary, kind=KIND, key=key, area=place.grid, values=values)
    if not errand.day:
        return [put_up]
    return [
        put_up,
        Action(start + 100 * MINUTE_MS, rider, KIND, key, "take", values={"taker": rider}),
        Action(start + 160 * MINUTE_MS, rider, KIND, key, "report", values={"said": errand.said}),
        Action(start + 220 * MINUTE_MS, secretary, KIND, key, "accept"),
    ]
