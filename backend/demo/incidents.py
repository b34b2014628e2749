"""Some seventy incidents, told in cases/*.toml: this gives each its people, its hours and its place.

People answer in office hours, emergencies at once; a review or a question never waits the 24 hours
after which the workflow goes on by itself, so that history holds only what people did.
"""

import random
from functools import cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct

from backend.demo.action import Action, At, Ref, Shot, Told
from backend.demo.days import MINUTE_MS, at, awake_ago, in_office
from backend.demo.geometry import Place, beyond, land, near
from backend.demo.people import head, member, wearer

SEED: Final = 20_262
KIND: Final = "incident"
PAGES: Final = ("done", "open")

OUTSIDE_METRES: Final = 8  # of the one fix that lies across the grid line
OUTSIDE_ACCURACY_CM: Final = 1200

# Who takes a step unless the case says otherwise, and after how many minutes (least, most).
_STEPS: Final = {
    "approve": ("secretary", 20, 180),
    "return": ("secretary", 20, 180),
    "reject": ("secretary", 20, 180),
    "escalate": ("secretary", 30, 200),
    "add_facts": ("author", 40, 240),
    "object": ("author", 60, 400),
    "finish": ("secretary", 1080, 2400),
    "not_fixed": ("author", 300, 900),
    "verify": ("author", 120, 1200),
    "accept": ("duty", 15, 50),
    "center_finish": ("duty", 1500, 4000),
    "phone_not_fixed": ("author", 600, 900),
    "center_not_fixed": ("author", 600, 900),
    "merge": ("secretary", 20, 180),
    "center_merge": ("duty", 10, 30),
    "dispatch": ("duty", 5, 40),
    "take_on": ("unit", 20, 150),
    "decline": ("unit", 30, 200),
    "decide": ("commander", 60, 200),
    "note_progress": ("unit", 600, 1500),
    "ask_time": ("unit", 900, 1800),
    "grant_time": ("board", 30, 200),
    "unit_finish": ("unit", 900, 2000),
    "rate": ("author", 30, 600),
    "urge": ("duty", 300, 900),
}
_AT_ONCE: Final = {  # in an emergency, at any hour
    "accept": (1, 2),
    "dispatch": (2, 6),
    "take_on": (3, 12),
    "note_progress": (20, 60),
    "center_finish": (40, 200),
    "unit_finish": (60, 300),
}
_PHOTO_FIELD: Final = {"": "photos", "add_facts": "photos"}  # else result_photos
_OURS: Final = ("step", "by", "scene")  # what a step says beside the fields of the page
Said = str | int | tuple[str, ...]  # in a page of cases


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One incident as written down in a page of cases."""

    matter: str
    code: str  # in the town's catalogue of matters
    place: str
    note: str
    day: int | None = None  # counted from today
    ago: tuple[int, ...] = ()  # waking minutes before now: the report, then each step
    by: str = "worker"
    scene: str = ""
    emergency: bool = False
    solved: bool = False  # on the spot, by whoever reported it
    outside: bool = False  # the fix lies across the grid line
    phrases: tuple[str, ...] = ()
    path: tuple[dict[str, Said], ...] = ()


class _Page(Struct, frozen=True, forbid_unknown_fields=True):
    cases: tuple[Case, ...]


@cache
def cases() -> tuple[Case, ...]:
    """Give all cases, settled ones first."""
    found: list[Case] = []
    for page in PAGES:
        text = resources.files("backend.demo").joinpath("cases", f"{page}.toml").read_bytes()
        found += msgspec.toml.decode(text, type=_Page).cases
    return tuple(found)


def incidents(now_ms: int) -> list[Action]:
    """Tell all incidents up to `now_ms` (from the start of today)."""
    return [action for number, case in enumerate(cases(), 1) for action in _told(number, case, now_ms)]


def _told(number: int, case: Case, now_ms: int) -> list[Action]:
    """Tell one case: the report, then its path."""
    rng = random.Random(f"{SEED} {number}")
    place = land().places[case.place]
    times = _times(rng, case, now_ms)
    report = _report(rng, number, case, place, times[0])
    told, unit = [report], 0
    for order, (step, at_ms) in enumerate(zip(case.path, times[1:], strict=True), 1):
        name, scene = str(step["step"]), str(step.get("scene", ""))
        hat = str(step.get("by", _STEPS[name][0]))
        told.append(
            Action(
                at_ms=at_ms,
                person=report.person if hat == "author" else _doer(hat, unit, place.grid),
                kind=KIND,
                key=report.key,
                step=name,
                values=_values(step),
                photo=_shot(scene, name, number * 100 + order),
            )
        )
        unit = int(str(step.get("unit", unit)))
    return told


def _doer(hat: str, unit: int, grid: int) -> int:
    """Give who takes a step: of the unit that has the case, who leads its board, or the wearer of a hat."""
    if hat == "board":
        return head(unit)
    return member(unit) if hat == "unit" else wearer(hat, grid)


def _values(step: dict[str, Said]) -> dict[str, Told]:
    """Give what a step carries; one that goes to a unit goes to a person of it."""
    values: dict[str, Told] = {}
    for name, said in step.items():
        if name == "merged_into":
            values[name] = Ref(f"{KIND}/{said}")
        elif name not in _OURS:
            values[name] = list(said) if isinstance(said, tuple) else said
    if "unit" in values:
        values["assignee"] = member(int(str(values["unit"])))
    return values


def _report(rng: random.Random, number: int, case: Case, place: Place, at_ms: int) -> Action:
    values: dict[str, Told] = {
        "matter": case.matter,
        "note": case.note,
        "address": case.place,
        "place": _fix(rng, case, place),
        "captured_ms": At(at_ms),
        "source": "camera" if case.scene else "none",
    }
    if case.emergency:
        values["emergency"] = True
    if case.solved:
        values["self_resolved"] = True
    if case.phrases:
        values["phrases"] = list(case.phrases)
    return Action(
        at_ms=at_ms,
        person=wearer(case.by, place.grid),
        kind=KIND,
        key=f"{KIND}/{number}",
        area=place.grid,
        values=values,
        photo=_shot(case.scene, "", number * 100),
    )


def _shot(scene: str, step: str, seed: int) -> Shot | None:
    return Shot(_PHOTO_FIELD.get(step, "result_photos"), scene, seed) if scene else None


def _fix(rng: random.Random, case: Case, place: Place) -> list[int]:
    """Give the place value of a report: latitude, longitude, accuracy, age, source, datum."""
    ring = land().shapes[place.grid]
    if case.outside:
        return [*beyond(place.at, ring, OUTSIDE_METRES), OUTSIDE_ACCURACY_CM, 2000, 0, 0]
    by_network = rng.random() < 0.1
    accuracy_cm = rng.randint(6000, 9000) if by_network else rng.randint(400, 3500)
    return [*near(rng, place.at, 25, ring), accuracy_cm, rng.randrange(0, 8000, 100), int(by_network), 0]


def _times(rng: random.Random, case: Case, now_ms: int) -> list[int]:
    """Give the instant of the report and of each step."""
    if case.ago:
        return [awake_ago(now_ms, minutes) - rng.randrange(60) * 1000 for minutes in case.ago]
    if case.day is None:
        raise ValueError(case.note)
    times = [at(case.day, rng.randint(7 * 60 + 30, 18 * 60 + 30)) + rng.randrange(60) * 1000]
    for step in case.path:
        times.append(_after(rng, times[-1], str(step["step"]), emergency=case.emergency))
    return times


def _after(rng: random.Random, instant: int, step: str, *, emergency: bool) -> int:
    """Give the instant of a step that follows one at `instant`."""
    if emergency and step in _AT_ONCE:
        return instant + rng.randint(*_AT_ONCE[step]) * MINUTE_MS
    _, least, most = _STEPS[step]
    return in_office(instant + rng.randint(least, most) * MINUTE_MS) + rng.randrange(60) * 1000
