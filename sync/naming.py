"""Whom a record names, now and before: such people hear of it wherever it lies, and that it left (I5, I12).

A page gives rights to the person, or the holders of a role at the unit, that a field names (sync/permit.py).
They find the record in a channel of the feed that is theirs: minus the person, or the unit among those that
are named, which is another channel than that of the records lying in it. Where a page gives rights to those
who stand beneath a record's unit, the record stands in a third channel of that unit, which they hear of all
units above theirs; not while its state withholds it from them. A channel the record has left keeps a row
where it left, so that who was named hears that it is gone. What fields named before also tells what was
written under an assignment that has ended (sync/park.py).
Only the server tells and parks, so this module has no twin.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from sync.clock import Stamp
from sync.kind import Kind
from sync.permit import Actor, Units, holds, named, path, withheld
from sync.register import Former, Record, write

MOVED: Final = ""  # stands for a field in `Former`: the unit in which a record once lay (sync/mend.py)
NAMES: Final = 1 << 52  # added to a unit: the channel of what names it; no unit's number is so large
SPREAD: Final = 2 * NAMES  # added to a unit: the channel of what lies in it and is read beneath it
SPREADS: Final = "@below"  # stands for a field: the record is read beneath its unit


def noted(kind: Kind, record: Record) -> Record:
    """Note of a record that is settled whom it names now, and whom it names no more."""
    names = names_of(kind, record)
    if names == record.names:
        return record
    left = [
        Former(field, channel, _turned_at(record, field))
        for field, channel in record.names.items()
        if names.get(field) != channel
    ]
    before = {(each.field, each.channel): each for each in (*record.former, *left)}
    former = tuple(each for each in before.values() if names.get(each.field) != each.channel)
    return replace(record, names=names, former=former)


def names_of(kind: Kind, record: Record) -> dict[str, int]:
    """Give the channels of whom a record names now, by field."""
    said = [field for field in kind.namers if field in record.cells]
    names = {field: channel for field in said if (channel := _channel(kind, record, field))}
    spread = kind.spreads and not withheld(kind, record)
    return {**names, SPREADS: SPREAD + record.area} if spread else names


def _turned_at(record: Record, field: str) -> int:
    """Say when a field came to say what it says, at the latest; a record is spread by its state and area."""
    held = record.head if field == SPREADS else record.held.get(field)
    return held.seq if held else 0


def _channel(kind: Kind, record: Record, field: str) -> int:
    value = named(kind, record, field)
    if not value:
        return 0
    return -value if kind.fields[field].type == "person" else NAMES + value


def touches(channel: int, actor: Actor, units: Units) -> bool:
    """Tell whether a channel is one of the actor's: their own, or of a unit that a grant reaches."""
    if channel < 0:
        return channel == -actor.person
    if channel >= SPREAD:
        return any(channel - SPREAD in path(grant.unit, units) for grant in actor.grants)
    reach = path(channel % NAMES, units)
    return any(grant.unit in reach for grant in actor.grants)


def turned(kind: Kind, record: Record, actor: Actor, units: Units, since: int) -> bool:
    """Tell whether a record came to name the actor, or ceased to, after a position.

    What of it they may read may be another part since then than before, whatever changed in that part.
    """
    if not record.names and not record.former:
        return False
    if any(each.field == MOVED and each.seq > since for each in record.former):
        return True  # who hears of it where it lies now has heard nothing of it
    open_to = [field.see for field in kind.fields.values() if field.see is not None]
    if holds(actor, kind.read, record.area, record.author, units) and not any(
        "@" in str(see) for see in open_to
    ):
        return False  # they read all of it whomever it names
    return departed(record, actor, units, since) or any(
        _turned_at(record, field) > since and touches(channel, actor, units)
        for field, channel in record.names.items()
        if field in kind.fields or field == SPREADS
    )


def departed(record: Record, actor: Actor, units: Units, since: int) -> bool:
    """Tell whether a record ceased to name the actor after a position."""
    return any(each.seq > since and touches(each.channel, actor, units) for each in record.former)


def befores(kind: Kind, record: Record) -> Iterator[Record]:
    """Give a record as it was while it named others, or lay elsewhere, as far as rights go: once for each."""
    for each in record.former:
        if each.field == MOVED:
            yield replace(record, area=each.channel)
        if each.field == SPREADS:
            yield replace(record, area=each.channel - SPREAD, state=_spread_in(kind, record))
        if each.field not in kind.fields:
            continue
        value = -each.channel if each.channel < NAMES else each.channel - NAMES
        rule = kind.fields[each.field].rule
        change = {"is": value} if rule in ("keep_both", "authority") else value
        cell = write(rule, change, Stamp(record.made_ms, 0, ""))
        yield replace(record, cells={**record.cells, each.field: cell})


def _spread_in(kind: Kind, record: Record) -> str:
    """Give the last state in which a record was read beneath its unit."""
    states = [state for entry in record.story for state in (entry.start, entry.to)]
    return next((each for each in reversed(states) if not withheld(kind, replace(record, state=each))), "")
