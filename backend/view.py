"""What of the town one person sees, and what of it their device has not heard yet."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backend.cursor import AGAIN, NEVER, Cursor, Heard, Scope, parse, sealed
from backend.ports import Lane
from sync.digest import short
from sync.kind import Kind, Kinds
from sync.naming import NAMES, SPREAD, departed, turned
from sync.permit import Actor, OrgUnit, Units, may_read, may_see, path
from sync.register import Entry, Record, fresh, present
from sync.settle import World
from sync.wire import Delta

PAGE_RECORDS: Final = 200  # records of one answer: about 12 KB compressed, one round trip's worth
GONE_MAX: Final = 500  # ids of one answer
ROLES_DIGITS: Final = 4  # hex digits: 16 bits tell the few sets of roles one person ever holds apart


class News(Struct, frozen=True):
    """What one answer brings."""

    cursor: Cursor
    more: bool
    records: list[Delta]
    photo_keys: list[str]
    gone: list[str]
    anew: bool  # what was heard before counts no more


def scopes(actor: Actor) -> list[Scope]:
    """List what a person's view is made of: the units granted, and their own records."""
    roles: dict[int, set[str]] = {}
    for grant in actor.grants:
        roles.setdefault(grant.unit, set()).add(grant.role)
    granted = (Scope(unit, _digits(frozenset(names))) for unit, names in roles.items())
    return sorted({*granted, Scope(-actor.person, "")})


@cache
def _digits(roles: frozenset[str]) -> str:
    """Tell a set of roles from the next; people hold a few dozen such sets."""
    return short(sorted(roles))[:ROLES_DIGITS]


class Tree(dict[int, OrgUnit]):
    """Units with what lies below each, worked out once: a town keeps it over many exchanges."""

    @cached_property
    def below(self) -> dict[int, list[int]]:
        """A unit and all below it, by unit."""
        found: dict[int, list[int]] = {}
        for unit in self:
            for each in path(unit, self):
                found.setdefault(each, []).append(unit)
        return found

    @cached_property
    def prints(self) -> dict[int, str]:
        """What lies below and above a unit, in a few digits, by unit."""
        return {unit: short([below, path(unit, self)]) for unit, below in self.below.items()}


def channels(asked: Iterable[Scope], units: Units) -> list[int]:
    """List the feed channels of scopes: what lies in, or names, a unit or one below it, or spreads down to
    it; a person's own.
    """
    tree = units if isinstance(units, Tree) else Tree(units)
    return sorted({channel for scope in asked for channel in _channels_of(scope.unit, tree)})


def _channels_of(unit: int, tree: Tree) -> list[int]:
    if unit < 0:
        return [unit]
    if unit >= SPREAD:
        return [unit]
    naming = [NAMES + each for each in tree.below.get(unit % NAMES, [])]
    if unit >= NAMES:
        return naming
    return [*tree.below.get(unit, []), *naming, *(SPREAD + each for each in path(unit, tree))]


def shown(kinds: Kinds, actor: Actor, units: Units, record: Record, since: int) -> Delta | None:
    """Give what a device has not heard of a record; None if nothing, or if it is not theirs to read."""
    kind = kinds.get(record.kind)
    if kind is None or not may_read(kind, actor, record, units):
        return None
    hidden = _hidden(kind, actor, record, units)
    # Whom it names anew may never have heard what did not change. Whom it names no more unlearns what is
    # hidden, even who has heard nothing: they may have written it themselves.
    afresh = turned(kind, record, actor, units, since)
    since = 0 if afresh else since
    cells: dict[str, Any] = {
        name: cell
        for name, cell in record.cells.items()
        if fresh(record.held[name], actor.device, since) and name not in hidden
    }
    if afresh:
        cells |= dict.fromkeys(hidden & record.cells.keys())
    moved = fresh(record.head, actor.device, since)
    if not cells and not moved:
        return None
    # The state and all lines are told even if its own op has led to them: a phone that folded it without
    # knowing what others wrote before may have come to another state, by other automatic steps.
    story = [_told(entry, hidden) for entry in record.story if entry.seq > since]
    return Delta(
        record.id, record.kind, record.area, record.author, record.made_ms, record.received_ms,
        record.state, cells, msgspec.to_builtins(story),
    )  # fmt: skip


def visible(kinds: Kinds, actor: Actor, units: Units, record: Record) -> Record | None:
    """Give a record with the fields this person may see; None if it is not theirs to read."""
    kind = kinds.get(record.kind)
    if kind is None or not may_read(kind, actor, record, units):
        return None
    hidden = _hidden(kind, actor, record, units)
    return replace(record, cells={name: cell for name, cell in record.cells.items() if name not in hidden})


def heard_all(lane: Lane, text: str, actor: Actor, units: Units) -> Cursor | None:
    """Read the cursor of a device that has heard everything in its view; None of any other."""
    cursor = _believed(lane, text, actor, units)
    if cursor is None or set(cursor.heard) != set(scopes(actor)):
        return None
    if any(each.lost for each in cursor.heard.values()):
        return None
    least = min(each.at for each in cursor.heard.values())
    return None if lane.since(channels(cursor.heard, units), least, 1) else cursor


def _hidden(kind: Kind, actor: Actor, record: Record, units: Units) -> set[str]:
    """List the fields that may not leave for this person."""
    return {name for name, field in kind.reserved.items() if not may_see(kind, field, actor, record, units)}


def _told(entry: Entry, hidden: set[str]) -> Entry:
    """Give a line of history without what its step wrote to hidden fields."""
    if hidden.isdisjoint(entry.sets):
        return entry
    return replace(entry, sets={name: change for name, change in entry.sets.items() if name not in hidden})


def photo_keys(kinds: Kinds, record: Record, names: Iterable[str]) -> list[str]:
    """List the photos that fields of a record refer to now."""
    kind = kinds.get(record.kind)
    if kind is None:
        return []
    listed = [name for name in names if name in kind.pictures]
    return [key for name in listed if name in record.cells for key in present(record.cells[name])]


def news(
    lane: Lane,
    cursor: str,
    actor: Actor,
    world: World,
    told: str,
    at_hand: Mapping[str, Record] | None = None,
) -> News:
    """Gather what is new in a person's view: one page of the scopes that have heard least.

    `at_hand` are records as this very exchange saved them.
    """
    head, wanted = lane.head(), scopes(actor)
    heard = _believed(lane, cursor, actor, world.units)
    anew = heard is None
    if heard is None or cursor.startswith(AGAIN):
        heard = NEVER
    wanted += [scope for scope in heard.heard if scope.again]
    standing = {scope: _standing(heard.heard.get(scope), head) for scope in wanted}
    gone, left, narrowed = _take_back(lane, {**heard.heard}, standing, actor, world)
    if narrowed:
        gone, left, anew = [], {}, True
        standing = dict.fromkeys(wanted, Heard(0, 0))
    behind = min(standing.values())
    group = [scope for scope, each in standing.items() if each == behind]
    asked = channels(group, world.units) if behind.at < head else []
    # Up to the end of the feed, not to `head`, and shown since `base`, not since the last page: a record
    # that moves on meanwhile would be missed where it was and shown in part where it is (I5).
    found = lane.since(asked, behind.at, PAGE_RECORDS, at_hand)
    had = behind.at > 0 or any(scope in heard.heard for scope in group)  # else nothing of it was told yet
    full = len(found) >= PAGE_RECORDS and found[-1][0] < head
    standing |= dict.fromkeys(group, Heard(found[-1][0], behind.base) if full else Heard(head, head))
    records: list[Delta] = []
    keys: list[str] = []
    for record in {record.id: record for _, record in found}.values():
        if not record.kind:
            gone += [record.id] if had else []
            continue
        delta = shown(world.kinds, actor, world.units, record, behind.base)
        if delta is not None:
            records.append(delta)
            keys += photo_keys(world.kinds, record, [name for name, cell in delta.cells.items() if cell])
        elif had and departed(record, actor, world.units, behind.base) and _unseen(record, actor, world):
            gone.append(record.id)
    more = bool(left) or any(each.at < head for each in standing.values())
    standing = {scope: each for scope, each in standing.items() if not scope.again or each.at < head}
    given = _sealed(Cursor(told, head, {**standing, **left}), actor, world.units, lane)
    return News(given, more, records, list(dict.fromkeys(keys)), list(dict.fromkeys(gone)), anew)


def retold(fresh: News, lane: Lane, names: Sequence[str], actor: Actor, world: World) -> News:
    """Tell some records whole, or, of those that have left the view, that they are gone."""
    wanted = list(dict.fromkeys(names))
    found = lane.records(wanted)
    whole = [
        delta
        for record in found.values()
        if (delta := shown(world.kinds, actor, world.units, record, 0)) is not None
    ]
    ids = {delta.id for delta in whole}
    rest = [delta for delta in fresh.records if delta.id not in ids]
    gone = [name for name in wanted if name not in ids and name not in fresh.gone]
    return replace(fresh, records=[*rest, *whole], gone=[*fresh.gone, *gone])


def whom(device: str, heard: Iterable[Scope], units: Units) -> str:
    """Say for whom a cursor is sealed: a device, and what lies below and above its units now.

    No feed tells of a unit that moved what its records were shown by: who saw it, or sees it, hears all anew.
    """
    tree = units if isinstance(units, Tree) else Tree(units)
    return device[:8] + "".join(tree.prints.get(scope.unit, "") for scope in sorted(heard))


def _sealed(cursor: Cursor, actor: Actor, units: Units, lane: Lane) -> Cursor:
    """Seal a cursor; under the floor, too, while something is told or taken back from the start.

    Such a walk holds only if no tombstone of what it told before is thrown away until it is over.
    """
    walking = any(each.at and (each.lost or not each.base) for each in cursor.heard.values())
    floor = f" {lane.floor()}" if walking else ""
    return sealed(cursor, whom(actor.device, cursor.heard, units) + floor, lane.mark(cursor.head))


def from_the_start(lane: Lane, cursor: Cursor, anew: Iterable[Scope], actor: Actor, units: Units) -> Cursor:
    """Give the cursor of a device that has heard everything and is to hear some scopes again."""
    heard = {**cursor.heard, **dict.fromkeys(anew, Heard(0, 0))}
    return _sealed(replace(cursor, head=lane.head(), heard=heard), actor, units, lane)


def believes(lane: Lane, text: str, actor: Actor, units: Units) -> bool:
    """Tell whether a cursor is of this log, or the first of all."""
    return _believed(lane, text, actor, units) is not None


def _believed(lane: Lane, text: str, actor: Actor, units: Units) -> Cursor | None:
    """Read a cursor; None if it is not of this device and this log, or so old that removals were missed."""
    cursor = parse(text.removeprefix(AGAIN))
    if cursor is None or cursor is NEVER:
        return cursor
    if cursor.head > lane.head() or _sealed(cursor, actor, units, lane) != cursor:
        return None
    floor = lane.floor()
    # Of walks from the start the seal tells.
    missed = any(0 < each.base < floor and not each.lost for each in cursor.heard.values())
    return None if missed else cursor


def _standing(heard: Heard | None, head: int) -> Heard:
    """Say where a scope of the view stands; one that is new, or back after it was lost, starts anew."""
    if heard is None or heard.lost:
        return Heard(0, 0)
    at = min(heard.at, head)
    return Heard(at, min(heard.base, at))


def _take_back(
    lane: Lane, heard: Mapping[Scope, Heard], view: Mapping[Scope, Heard], actor: Actor, world: World
) -> tuple[list[str], dict[Scope, Heard], bool]:
    """List a page of the records of scopes that left the view and that nothing else still shows.

    Gives those scopes too, as long as there is more of them to take back; and whether a record is still
    shown that hides a field now: nothing takes back a field alone, so everything is told anew.
    """
    lost = {scope: at for scope, at in heard.items() if scope not in view and scope.unit > 0 and at.at}
    if not lost:
        return [], {}, False
    after = min(each.at if each.lost else 0 for each in lost.values())
    found = lane.since(channels(lost, world.units), after, GONE_MAX)
    gone = [record.id for _, record in found if _unseen(record, actor, world)]
    narrowed = any(_hides(record, actor, world) for _, record in found)
    left = dict.fromkeys(lost, Heard(found[-1][0], 0, lost=True)) if len(found) >= GONE_MAX else {}
    return gone, left, narrowed


def _hides(record: Record, actor: Actor, world: World) -> bool:
    """Tell whether a person may read a record, and not all that is in it."""
    if _unseen(record, actor, world):
        return False
    return not _hidden(world.kinds[record.kind], actor, record, world.units).isdisjoint(record.cells)


def _unseen(record: Record, actor: Actor, world: World) -> bool:
    kind = world.kinds.get(record.kind)
    return kind is None or not may_read(kind, actor, record, world.units)
