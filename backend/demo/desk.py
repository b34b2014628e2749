"""What lies on people's desks in the demo town: tasks, requests, whistles, questions, corrections.

The texts stand in desk.toml, one thread a record: who made it, where, and the steps it has taken. Each
person of the town finds something of their own to do, whichever link a newcomer opens first.
"""

from functools import cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct

from backend.demo.action import Action, Day, Ref, Told
from backend.demo.days import MINUTE_MS, at, awake_ago
from backend.demo.geometry import Place, land
from backend.demo.households import Household
from backend.demo.incidents import KIND as INCIDENT
from backend.demo.incidents import cases
from backend.demo.people import member, wearer
from backend.demo.units import TOWN, community_of

FIX: Final = (1500, 0, 2, 0)  # accuracy in cm, age, chosen on the map, WGS-84
Said = str | int | bool | list[str]


class _Step(Struct, frozen=True, forbid_unknown_fields=True):
    step: str
    by: str
    values: dict[str, Said] = {}
    days: dict[str, int] = {}  # fields that are days, counted from today
    who: dict[str, str] = {}  # fields that name a person, as `by` does


class _Thread(Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    key: str
    by: str  # a hat, worn over the place's grid, or "unit:22": whoever has worked there longest
    place: str  # the named place it is about
    ago: tuple[int, ...] = ()  # waking minutes before now: the making, then each step
    night: bool = False  # at night too: plain minutes before now
    when: tuple[tuple[int, int], ...] = ()  # the same as day and minute of the day, of what is over
    area: str = "grid"  # or community, or town
    values: dict[str, Said] = {}
    days: dict[str, int] = {}
    who: dict[str, str] = {}
    refs: dict[str, str] = {}  # fields that name another record: its key, or "note: ..." of an incident
    here: bool = False  # the place goes into the field `place`
    home: str = ""  # what it says of the first household of the grid: the field of which `old` is said
    steps: tuple[_Step, ...] = ()


class _Page(Struct, frozen=True, forbid_unknown_fields=True):
    threads: tuple[_Thread, ...]


@cache
def _page() -> _Page:
    text = resources.files("backend.demo").joinpath("desk.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Page)


def desk(now_ms: int, homes: tuple[Household, ...]) -> list[Action]:
    """Tell the threads, up to `now_ms` (from the start of today)."""
    return [action for thread in _page().threads for action in _told(thread, now_ms, homes)]


def _told(thread: _Thread, now_ms: int, homes: tuple[Household, ...]) -> list[Action]:
    place = land().places[thread.place]
    times = [_ago(thread, now_ms, minutes) for minutes in thread.ago] + [at(*each) for each in thread.when]
    areas = {"grid": place.grid, "community": community_of(place.grid), "town": TOWN}
    key, values = f"{thread.kind}/{thread.key}", _values(thread, place)
    values |= {name: Ref(_key(said)) for name, said in thread.refs.items()}
    values |= {"place": [*place.at, *FIX]} if thread.here else {}
    values |= _of_home(thread, place, homes) if thread.home else {}
    made = Action(
        times[0], _person(thread.by, place), thread.kind, key, area=areas[thread.area], values=values
    )
    taken = [
        Action(at_ms, _person(step.by, place), thread.kind, key, step.step, values=_values(step, place))
        for step, at_ms in zip(thread.steps, times[1:], strict=True)
    ]
    return [made, *taken]


def _ago(thread: _Thread, now_ms: int, minutes: int) -> int:
    return now_ms - minutes * MINUTE_MS if thread.night else awake_ago(now_ms, minutes)


def _person(said: str, place: Place) -> int:
    kind, _, unit = said.partition(":")
    return member(int(unit)) if kind == "unit" else wearer(said, place.grid)


def _values(said: _Thread | _Step, place: Place) -> dict[str, Told]:
    plain: dict[str, Told] = dict(said.values)
    named = {name: _person(each, place) for name, each in said.who.items()}
    return {**plain, **named, **{name: Day(days) for name, days in said.days.items()}}


def _key(said: str) -> str:
    """Give the key of a record that is named; an incident is named by how its note begins."""
    if not said.startswith("note: "):
        return said
    begin = said.removeprefix("note: ")
    number = next(number for number, case in enumerate(cases(), 1) if case.note.startswith(begin))
    return f"{INCIDENT}/{number}"


def _of_home(thread: _Thread, place: Place, homes: tuple[Household, ...]) -> dict[str, Told]:
    """Say of which household a correction is, and what its record says now."""
    home = next(each for each in homes if each.grid == place.grid)
    old = msgspec.json.encode(getattr(home, thread.home)).decode()
    lies_in = "old" if thread.values.get("sort") == "own" else "owner_old"
    return {
        "target": Ref(f"household/{home.number}"), "name": home.name, "kind": "household",
        "field": thread.home, lies_in: old,
    }  # fmt: skip
