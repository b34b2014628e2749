"""Thirty days of work in the demo town, as data: who did what, when, to which record.

Times count from the start of today, so the demo is always current. Pure: the same day of the week and
the same time of day give the same story.
"""

from backend.demo.action import Action
from backend.demo.desk import desk
from backend.demo.errands import errands
from backend.demo.households import households
from backend.demo.incidents import incidents
from backend.demo.papers import papers
from backend.demo.patrols import patrols
from backend.demo.places import checks, places
from backend.demo.sheets import sheets
from backend.demo.visits import visits


def story(weekday: int, now_ms: int) -> tuple[Action, ...]:
    """Tell everything that was done, oldest first, up to `now_ms`.

    `weekday` is today's, 0 for Monday; `now_ms` counts from the start of today (Shanghai).
    """
    homes = households(weekday)
    told = [*incidents(now_ms), *errands(now_ms), *visits(homes), *checks(places(weekday)), *patrols(weekday)]
    told += [*papers(now_ms), *desk(now_ms, homes)]
    return tuple(sorted([*told, *sheets(weekday, homes, told)], key=lambda action: action.at_ms))
