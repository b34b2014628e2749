"""Notices and guides of the demo town, with who has read what; the texts stand in papers.toml."""

from functools import cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct, field

from backend.demo.action import Action, Day, Ref, Told
from backend.demo.days import MINUTE_MS, at
from backend.demo.people import wearer
from backend.demo.units import TOWN, community_of

NOTICE: Final = "notice"
NOD: Final = "nod"
GUIDE: Final = "guide"
MORNING: Final = 9 * 60  # minutes of the day
REVIEW_DAYS: Final = 150  # after a guide was written it is to be looked at again


class _Notice(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    by: str = field(name="from")  # a hat, with a grid of its unit after a stroke; the town's without
    day: int = 0
    at: int = MORNING
    title: str = ""
    text: str = ""
    must: bool = False
    due: int = 0  # days from today; 0 if not said
    until: int = 0
    replaces: str = ""
    read: tuple[str, ...] = ()  # hats with grids


class _Guide(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    day: int
    matter: str
    words: str
    title: str
    text: str


class _Page(Struct, frozen=True, forbid_unknown_fields=True):
    notices: tuple[_Notice, ...]
    guides: tuple[_Guide, ...]


@cache
def _page() -> _Page:
    text = resources.files("backend.demo").joinpath("papers.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Page)


def papers(now_ms: int) -> list[Action]:
    """Tell the notices and the guides, up to `now_ms` (from the start of today)."""
    told = [action for notice in _page().notices for action in _sent(notice)]
    told += [action for guide in _page().guides for action in _written(guide)]
    return [action for action in told if action.at_ms <= now_ms]


def _sent(notice: _Notice) -> list[Action]:
    """Tell a notice: written, sent down, read by some."""
    person, grid = _who(notice.by)
    area = community_of(grid) if grid else TOWN
    key, start = f"{NOTICE}/{notice.key}", at(notice.day, notice.at)
    values: dict[str, Told] = {"title": notice.title, "text": notice.text, "until": Day(notice.until)}
    values |= {"must": True, "due": Day(notice.due)} if notice.must else {}
    values |= {"replaces": Ref(f"{NOTICE}/{notice.replaces}")} if notice.replaces else {}
    sent = [
        Action(start, person, NOTICE, key, area=area, values=values),
        Action(start + 6 * MINUTE_MS, person, NOTICE, key, "publish"),
    ]
    return [*sent, *(_read(notice, who, place) for place, who in enumerate(notice.read, 1))]


def _read(notice: _Notice, who: str, place: int) -> Action:
    person, grid = _who(who)
    unit = community_of(grid) if who.startswith("secretary") else grid
    read_ms = at(notice.day, notice.at) + (15 + 40 * place) * MINUTE_MS
    about: dict[str, Told] = {"notice": Ref(f"{NOTICE}/{notice.key}")}
    return Action(read_ms, person, NOD, f"{NOD}/{notice.key}/{place}", area=unit, values=about)


def _who(said: str) -> tuple[int, int]:
    """Read a hat with its grid: who wears it, and the grid, 0 if none was said."""
    hat, _, grid = said.partition("/")
    return wearer(hat, int(grid or TOWN)), int(grid or 0)


def _written(guide: _Guide) -> list[Action]:
    """Tell a guide: written, and published the next morning."""
    editor, key = wearer("editor", TOWN), f"{GUIDE}/{guide.key}"
    values: dict[str, Told] = {
        "title": guide.title, "text": guide.text, "matter": guide.matter, "words": guide.words,
        "review_on": Day(guide.day + REVIEW_DAYS),
    }  # fmt: skip
    return [
        Action(at(guide.day, MORNING), editor, GUIDE, key, area=TOWN, values=values),
        Action(at(guide.day + 1, MORNING), editor, GUIDE, key, "publish"),
    ]
