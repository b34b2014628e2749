"""Small things to do on the way, and what those who ride earned with them and with their reports."""

from typing import Final

from msgspec import Struct

from backend.demo.action import Action, Day, Ref, Told
from backend.demo.days import DAY_MS, HISTORY_DAYS, MINUTE_MS, at, awake_ago
from backend.demo.geometry import land
from backend.demo.incidents import KIND as REPORT
from backend.demo.incidents import cases
from backend.demo.people import wearer

KIND: Final = "micro_task"
THANKS: Final = "points"
FIX: Final = (1500, 0, 2, 0)  # accuracy in cm, age, chosen on the map, WGS-84
WORTH: Final = 2  # points for a report that was true
_LONGEST_DAYS: Final = 8  # from a report until somebody has looked whether it is done


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
    """Tell the small tasks and the points, up to `now_ms` (from the start of today)."""
    told = [action for number, each in enumerate(_ERRANDS, 1) for action in _told(number, each, now_ms)]
    return [*told, *_thanks()]


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
        _given(start + 230 * MINUTE_MS, place.grid, {"amount": errand.points, "reason": "task"}, number),
    ]


def _thanks() -> list[Action]:
    """Tell what the reports that turned out to be true were worth."""
    given = []
    for number, case in enumerate(cases(), 1):
        seen = any(step["step"] == "verify" for step in case.path)
        if case.by != "rider" or not seen or not -HISTORY_DAYS <= (case.day or 0) < -_LONGEST_DAYS:
            continue
        values: dict[str, Told] = {
            "amount": WORTH,
            "reason": "confirmed",
            "report": Ref(f"{REPORT}/{number}"),
        }
        at_ms = at((case.day or 0) + _LONGEST_DAYS, 10 * 60)
        given.append(_given(at_ms, land().places[case.place].grid, values, 100 + number))
    return given


def _given(at_ms: int, grid: int, values: dict[str, Told], number: int) -> Action:
    person, key = wearer("rider", grid), f"{THANKS}/{number}"
    by = wearer("secretary", grid)
    return Action(at_ms, by, THANKS, key, area=grid, values={"person": person, **values})
