"""Anti-entropy: whether a phone holds what its person may see, area by area, and what to tell anew if not.

It finds what no rule foresaw: a fold that came out otherwise, a store that lost a row. What differs is
listed, and told from the start by the next exchange (docs/sync.md section 14).
"""

from collections.abc import Collection, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from backend.cursor import Cursor, Scope, spell
from backend.ports import Lane
from backend.problems import Refused
from backend.view import channels, from_the_start, heard_all, scopes, visible
from sync.naming import NAMES, SPREAD
from sync.permit import Actor, Units, path
from sync.sameness import fingerprint, tally
from sync.settle import World
from sync.value import INT_MAX

LISTED_MAX: Final = 5_000  # ids of one answer
LOOKED_MAX: Final = 2_000  # records looked at before the rest is left to another request: about 0.2 s
AREAS_MAX: Final = 5_000  # areas of one request; a city has fewer grids
AGAIN_MAX: Final = 100  # areas told again one by one; of more, the scopes that hold them: cursors are short


class Asked(Struct, frozen=True):
    """What a phone holds."""

    cursor: str
    areas: dict[int, tuple[int, int]] = {}  # by unit: how many records, their fingerprints together
    after: int = 0  # units up to this one were checked before


class Checked(Struct, frozen=True, omit_defaults=True):
    """What of it differs."""

    stale: bool = False  # it has not heard everything: exchange first
    areas: dict[int, list[tuple[str, int]]] = {}  # that differ: what is in them, with fingerprints
    cursor: str = ""  # to go on with, where any differs
    after: int = 0  # where to go on, 0 if all was checked


def read_asked(body: bytes) -> Asked:
    """Decode what a phone holds."""
    try:
        asked = msgspec.json.decode(body, type=Asked)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise Refused("malformed", str(fault)[:200]) from fault
    if len(asked.areas) > AREAS_MAX:
        raise Refused("too_large")
    return asked


def check(lane: Lane, asked: Asked, actor: Actor, world: World) -> Checked:
    """Compare what a phone holds with what its person may see, some areas at a time."""
    cursor = heard_all(lane, asked.cursor, actor, world.units)
    if cursor is None:
        return Checked(stale=True)
    differing: dict[int, list[tuple[str, int]]] = {}
    looked = listed = after = 0
    for area, prints in _areas(lane, asked, actor, world):
        ids = [] if len(prints) > LISTED_MAX else sorted(prints.items())  # too many: all of it anew
        differs = tally(prints.values()) != asked.areas.get(area, (0, 0))
        if differs and listed + len(ids) > LISTED_MAX:
            break
        after, looked = area, looked + len(prints)
        if differs:
            differing[area], listed = ids, listed + len(ids)
        if looked >= LOOKED_MAX:
            break
    else:
        after = 0
    given = _anew(lane, cursor, differing, actor, world.units) if differing else ""
    return Checked(False, differing, given, after)


def _areas(lane: Lane, asked: Asked, actor: Actor, world: World) -> Iterator[tuple[int, dict[str, int]]]:
    """Go through the areas of a view and of what the phone says it holds, with the fingerprints of each."""
    view = channels(scopes(actor), world.units)
    below = {channel for channel in view if 0 < channel < NAMES}
    other = [channel for channel in view if channel not in below]  # what is theirs, or names them
    beyond = [record for _, record in lane.since(other, 0, INT_MAX) if record.area not in below]
    for area in sorted(below | {record.area for record in beyond} | asked.areas.keys()):
        if area > asked.after:
            found = [record for _, record in lane.since([area], 0, INT_MAX)] if area in below else beyond
            seen = (visible(world.kinds, actor, world.units, each) for each in found if each.area == area)
            yield area, {each.id: fingerprint(each) for each in seen if each is not None}


def _anew(lane: Lane, cursor: Cursor, areas: Collection[int], actor: Actor, units: Units) -> str:
    """Give the cursor of a phone that is to hear again of some areas."""
    anew: set[Scope] = set()
    for area in areas:
        above = path(area, units)
        holding = {scope for scope in cursor.heard if scope.unit in above}
        few = {Scope(area, "")} if len(areas) <= AGAIN_MAX else holding
        naming = {Scope(NAMES + scope.unit, "") for scope in cursor.heard if scope.unit > 0}
        anew |= few if holding else {Scope(-actor.person, ""), *naming, Scope(SPREAD + area, "")}
    return spell(from_the_start(lane, cursor, anew, actor, units))
