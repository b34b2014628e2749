"""What of the town one person sees, and what of it their device has not heard yet."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backend.cursor import Cursor, Heard, Scope
from backend.ports import Lane
from sync.digest import short
from sync.kind import Kind, Kinds
from sync.permit import Actor, Units, may_read, may_see, path
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


def scopes(actor: Actor) -> list[Scope]:
    """List what a person's view is made of: the units granted, and their own records."""
    roles: dict[int, list[str]] = {}
    for grant in actor.grants:
        roles.setdefault(grant.unit, []).append(grant.role)
    granted = (Scope(unit, short(sorted(set(names)))[:ROLES_DIGITS]) for unit, names in roles.items())
    return sorted({*granted, Scope(-actor.person, "")})


def channels(asked: Iterable[Scope], units: Units) -> list[int]:
    """List the feed channels of scopes: the units and all below them, and a person's own."""
    wanted = {scope.unit for scope in asked}
    below = [unit for unit in units if not wanted.isdisjoint(path(unit, units))]
    return sorted({*below, *(unit for unit in wanted if unit < 0)})


def shown(kinds: Kinds, actor: Actor, units: Units, record: Record, since: int) -> Delta | None:
    """Give what a device has not heard of a record; None if nothing, or if it is not theirs to read."""
    kind = kinds.get(record.kind)
    if kind is None or not may_read(kind, actor, record, units):
        return None
    hidden = _hidden(kind, actor, record, units)
    cells = {
        name: cell
        for name, cell in record.cells.items()
        if fresh(record.held[name], actor.device, since) and name not in hidden
    }
    moved = fresh(record.head, actor.device, since)
    if not cells and not moved:
        return None
    story = [_told(entry, hidden) for entry in record.story if moved and entry.seq > since]
    # The state is told even if it has not changed: a phone that folded an op of its own without knowing
    # what others wrote before may have come to another one.
    return Delta(
        record.id, record.kind, record.area, record.author, record.made_ms, record.received_ms,
        record.state, record.due_ms, cells, msgspec.to_builtins(story),
    )  # fmt: skip


def _hidden(kind: Kind, actor: Actor, record: Record, units: Units) -> set[str]:
    """List the fields that may not leave for this person."""
    return {name for name, field in kind.fields.items() if not may_see(field, actor, record, units)}


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
    listed = [name for name in names if name in kind.fields and kind.fields[name].type == "photos"]
    return [key for name in listed if name in record.cells for key in present(record.cells[name])]


async def news(lane: Lane, heard: Cursor, actor: Actor, world: World, directory: str) -> News:
    """Gather what is new in a person's view: one page of the scopes that have heard least."""
    head, wanted = await lane.head(), scopes(actor)
    standing = {scope: _standing(heard.heard.get(scope), head) for scope in wanted}
    gone, left = await _take_back(lane, {**heard.heard}, standing, actor, world)
    behind = min(standing.values())
    group = [scope for scope, each in standing.items() if each == behind]
    asked = channels(group, world.units) if behind.at < head else []
    # Up to the end of the feed, not to `head`, and shown since `base`, not since the last page: a record
    # that moves on meanwhile would be missed where it was and shown in part where it is (I5).
    found = await lane.since(asked, behind.at, PAGE_RECORDS)
    full = len(found) >= PAGE_RECORDS
    standing |= dict.fromkeys(group, Heard(found[-1][0], behind.base) if full else Heard(head, head))
    records: list[Delta] = []
    keys: list[str] = []
    for record in {record.id: record for _, record in found}.values():
        delta = shown(world.kinds, actor, world.units, record, behind.base)
        if delta is not None:
            records.append(delta)
            keys += photo_keys(world.kinds, record, delta.cells)
    more = bool(left) or any(each.at < head for each in standing.values())
    return News(Cursor(directory, {**standing, **left}), more, records, list(dict.fromkeys(keys)), gone)


def _standing(heard: Heard | None, head: int) -> Heard:
    """Say where a scope of the view stands; one that is new, or back after it was lost, starts anew."""
    if heard is None or heard.lost:
        return Heard(0, 0)
    at = min(heard.at, head)
    return Heard(at, min(heard.base, at))


async def _take_back(
    lane: Lane, heard: Mapping[Scope, Heard], view: Mapping[Scope, Heard], actor: Actor, world: World
) -> tuple[list[str], dict[Scope, Heard]]:
    """List a page of the records of scopes that left the view and that nothing else still shows.

    Gives those scopes too, as long as there is more of them to take back.
    """
    lost = {scope: at for scope, at in heard.items() if scope not in view and scope.unit > 0 and at.at}
    if not lost:
        return [], {}
    after = min(each.at if each.lost else 0 for each in lost.values())
    found = await lane.since(channels(lost, world.units), after, GONE_MAX)
    gone = [record.id for _, record in found if _unseen(record, actor, world)]
    return gone, dict.fromkeys(lost, Heard(found[-1][0], 0, lost=True)) if len(found) >= GONE_MAX else {}


def _unseen(record: Record, actor: Actor, world: World) -> bool:
    kind = world.kinds.get(record.kind)
    return kind is None or not may_read(kind, actor, record, world.units)
