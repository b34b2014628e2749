"""The record: cells by field, how a write becomes a cell, and what a person sees of it.

Source: Almeida et al., "Delta state replicated data types" (2018).
Twin: pwa/src/sync/register.ts. Shared cases: tests/vectors/register.json.
"""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from sync.clock import Stamp
from sync.merges import Cell, Options, join, stamp_of
from sync.value import Value, canonical

Change = Any  # what an op writes to a field; its shape follows the rule, see `write`
Cells = Mapping[str, Cell]


class Held(Struct, frozen=True, array_like=True):
    """When a part of a record last changed, so that a pull costs what changed, not what exists."""

    seq: int  # position in the lane of the last change; 0 on a phone
    device: str  # who made it; "" where the server itself decided and everyone must hear
    base: int  # position of the last change by anyone else than `device`


class Entry(Struct, frozen=True, array_like=True):
    """One line of a record's history: a step that was decided, with what it carried."""

    seq: int  # position in the lane; 0 on a phone
    stamp: Stamp
    person: int  # 0 is the system
    step: str  # "" for the creation
    start: str  # state it was taken from
    to: str  # state it leads, or would have led, to
    outcome: Literal["done", "overtaken", "auto"]
    received_ms: int
    sets: dict[str, Change]  # what the step carried (reason, field meant)


class Former(Struct, frozen=True, array_like=True):
    """Whom a field once named, or where the record lay; only the server keeps these, see sync/naming.py."""

    field: str
    channel: int  # of the feed
    seq: int  # position in the lane where it named them no more


class Record(Struct, frozen=True):
    """One record of one kind: facts that merge, and a state that is decided (I4)."""

    id: str
    kind: str
    area: int  # org unit it belongs to
    author: int  # person who made it
    made_ms: int  # stamp of the creating op
    received_ms: int  # server time of the creating op
    state: str
    head: Held  # of state, area and author
    cells: dict[str, Cell]
    held: dict[str, Held]  # by field, as cells
    story: tuple[Entry, ...] = ()
    due_ms: int = 0  # when the system must look at it again, 0 if never; only the server keeps it
    names: dict[str, int] = {}  # by field: the channel of whom it names now; only the server keeps it
    former: tuple[Former, ...] = ()  # whom fields named before
    refs: dict[str, str] = {}  # by ref field: the record it names, "" since it was cleared; the server's too


def merge(mine: Cells, theirs: Cells, rules: Mapping[str, tuple[str, Options]]) -> dict[str, Cell]:
    """Merge two copies of a record's cells, field by field; never drop a field.

    A field without a rule here (a newer page declared it) keeps the copy heard last: its cell has a
    shape this build does not know, and its sender has merged all there was.
    """
    merged = dict(mine)
    for name, cell in theirs.items():
        if name in merged and name in rules:
            rule, options = rules[name]
            merged[name] = join(rule, merged[name], cell, options)
        else:
            merged[name] = cell
    return merged


def write(rule: str, change: Change, stamp: Stamp, weight: int = 0) -> Cell:
    """Turn what an op writes to a field into the cell that is joined into the record.

    Lists are joined with themselves, which sorts them and names each element once, as `join` does.
    """
    at = [stamp.wall_ms, stamp.count, stamp.device]
    match rule:
        case "union":
            adds = [[at, element] for element in change.get("add", [])]
            return _settled(rule, [adds, change.get("drop", [])])
        case "log":
            return [[at, change]]
        case "count":
            return [[stamp.device, change]]
        case "keep_both":
            return _settled(rule, [[[at, change["is"]]], change.get("over", [])])
        case "authority":
            over = [[stamp, weight] for stamp in change.get("over", [])]
            return _settled(rule, [[[at, weight, change["is"]]], over])
    return [change, at]


def _settled(rule: str, cell: Cell) -> Cell:
    return join(rule, cell, cell)


def plain(rule: str, cell: Cell) -> Value:
    """Give what a person sees of a cell: the value without stamps."""
    match rule:
        case "union":
            return present(cell)
        case "log":
            return [entry[1] for entry in cell]
        case "count":
            return int(sum(total for _, total in cell))
        case "keep_both" | "authority":
            return foremost(cell)
    return _value(cell[0])


def present(cell: Cell) -> list[Any]:
    """List the elements of a union cell that are in it now, in the order they were first added."""
    dropped = {canonical(drop) for drop in cell[1]}
    alive = [add[1] for add in cell[0] if canonical(add) not in dropped]
    return list(dict.fromkeys(alive))


def foremost(cell: Cell) -> Value:
    """Give the live value that is shown first: by weight, then the last written; None if none."""
    best = max(cell[0], key=lambda entry: (_weight(entry), stamp_of(entry[0])), default=[None])
    return _value(best[-1])


def rivals(cell: Cell) -> list[list[Any]]:
    """List the live values a person must settle, [stamp, value] each; empty while they agree."""
    if len({canonical(entry[-1]) for entry in cell[0]}) < 2:
        return []
    return [[entry[0], entry[-1]] for entry in cell[0]]


def _value(raw: Any) -> Value:
    value: Value = raw
    return value


def _weight(entry: list[Any]) -> int:
    return int(entry[1]) if len(entry) == 3 else 0


def touch(held: Held | None, seq: int, device: str) -> Held:
    """Note that `device` changed a part at `seq`, remembering the last change by anyone else."""
    if held is None:
        return Held(seq, device, 0)
    return Held(seq, device, held.base if held.device == device else held.seq)


def fresh(held: Held, device: str, since: int) -> bool:
    """Tell whether a device that has heard all up to `since` still needs this part.

    Never its own write, unless someone else's came between; a device that has heard nothing
    (since 0) gets everything, its own writes too.
    """
    if held.seq <= since:
        return False
    return since == 0 or held.device != device or held.base > since


def moved(record: Record, state: str, entry: Entry, device: str) -> Record:
    """Put a record into another state and write the line of its history."""
    head = touch(record.head, entry.seq, device)
    return replace(record, state=state, head=head, story=(*record.story, entry))
