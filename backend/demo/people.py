"""Who works in the demo town, with which grants. The people themselves stand in people.toml.

A page of data and not of code: role names belong to permit.py and the kinds, and a reader who wants
another town edits a list.
"""

from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct

from backend.demo.units import GRIDS, TOWN, board_of, community_of


class Grant(Struct, frozen=True, forbid_unknown_fields=True):
    """A role on a unit for a time, in whole days from today."""

    role: str
    unit: int
    since: int  # first day, negative
    until: int | None = None  # first day it no longer holds; None while open

    def holds(self, day: int) -> bool:
        """Tell whether the grant holds on a day counted from today."""
        return self.since <= day and (self.until is None or day < self.until)


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """One invented person."""

    name: str
    post: str  # what people say they do
    phone: str
    grants: tuple[Grant, ...]


class _Page(Struct, frozen=True, forbid_unknown_fields=True):
    hats: dict[str, str]  # role by the part played in the story
    people: tuple[Person, ...]


@cache
def _page() -> _Page:
    text = resources.files("backend.demo").joinpath("people.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Page)


@cache
def people() -> dict[int, Person]:
    """Give everybody by number, 1 to 29."""
    return dict(enumerate(_page().people, 1))


def wearer(hat: str, grid: int, day: int = 0) -> int:
    """Give who plays a part ("worker", "leader", "secretary", "duty", "rider") over a grid.

    The nearest counts: of the grid, of its community, of the town. Raises LookupError where nobody does;
    one grid has no leader but its secretary.
    """
    for unit in (grid, community_of(grid), TOWN):
        for number, person in people().items():
            if any(g.role == _page().hats[hat] and g.unit == unit and g.holds(day) for g in person.grants):
                return number
    raise LookupError(hat, grid, day)


def head(unit: int) -> int:
    """Give who leads the board a post belongs to; raises LookupError where nobody does."""
    wanted = _page().hats["board"], board_of(unit)
    for number, person in people().items():
        if any((g.role, g.unit) == wanted and g.holds(0) for g in person.grants):
            return number
    raise LookupError(unit)


def member(unit: int) -> int:
    """Give whoever has worked longest at a post or a department; raises LookupError where nobody does."""
    found = [
        (grant.since, number)
        for number, person in people().items()
        for grant in person.grants
        if grant.unit == unit and grant.holds(0)
    ]
    if not found:
        raise LookupError(unit)
    return min(found)[1]


def workers() -> dict[int, tuple[int, ...]]:
    """Give the full-time workers by number, each with the grids they hold today."""
    found: dict[int, list[int]] = {}
    for grid in GRIDS:
        found.setdefault(wearer("worker", grid), []).append(grid)
    return {number: tuple(grids) for number, grids in sorted(found.items())}
