"""The model phone's outbox: writes become ops, numbered and stamped in the transaction that stores them.

Mirrors pwa/src/outbox.ts and pwa/src/change.ts, as docs/sync.md has it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sync import workflow
from sync.clock import SERVER, Stamp, tick
from sync.digest import ROOT
from sync.kind import Field, Kind
from sync.op import Op, StepTaken, minted, per_day
from sync.permit import Actor, Grant
from sync.register import Record, present
from sync.settle import Known, World, settle
from tests.whole.fleet.disk import Tx
from tests.whole.fleet.phone import Intent

DAY = 20251122  # the one day of the sheets: one a person, on all their phones


class Row(Struct, frozen=True):
    """One op in the outbox or, acknowledged, among the sent ones."""

    id: str
    op: Op
    person: int
    token: str
    urgent: bool
    photos: tuple[str, ...]
    adds: dict[str, int]  # what each count field of it grows by
    left: bool = False  # it may have reached the server
    code: str = ""
    refused: bool = False
    undone: bool = False
    tries: int = 0
    later_ms: int = 0
    received_ms: int = 0
    at: int = 0  # position of the log that covers it, once acknowledged


class Kept(Struct, frozen=True):
    """A confirmed record, and the era in which it was told."""

    record: Record
    era: int
    gone: bool = False  # it left the view, and stays only while own ops name it


class Self(Struct, frozen=True):
    """What the phone writes with."""

    incarnation: str
    top: int = 0
    wall_ms: int = 0
    count: int = 0
    past: tuple[tuple[str, int], ...] = ()  # earlier incarnations and their tops


class Session(Struct, frozen=True):
    token: str
    number: str
    person: int
    out: bool = False


class Heard(Struct, frozen=True):
    cursor: str = ""  # with AGAIN before it: everything is to be heard again
    offset_ms: int = 0
    era: int = 0
    renewing: bool = False  # an era has begun and not all of it is told
    backed: int = 0
    directory: str = ""


class Directory(Struct, frozen=True):
    version: str
    grants: tuple[Grant, ...]
    units: Mapping[int, Any]


NOBODY = Heard()
AGAIN = "*"


def rows_of(tx: Tx, session: Session, device: str = "") -> list[Row]:
    """List the rows this person may send: of one device id, or of all this device number had."""
    start = device or session.number
    rows = [
        row
        for row in tx.all("outbox")
        if row.person == session.person and row.op.stamp.device.startswith(start)
    ]
    return sorted(rows, key=lambda row: (row.op.stamp.device, row.op.n)) if len(rows) > 1 else rows


def settled(
    record: Record | None, op: Op, actor: Actor, world: World, now_ms: int
) -> tuple[Record | None, str]:
    """Settle one op on a copy as the server would."""
    at = Stamp(0, 0, SERVER)
    known = Known({record.id: record} if record else {}, {}, frozenset(), at, 0, ROOT, blind=True)
    done = settle(known, [op], replace(actor, device=op.stamp.device), world, now_ms)
    return done.records.get(op.record), done.verdicts[0].code


def predicted(kept: Kept | None, rows: Iterable[Row], actor: Actor, world: World) -> Record | None:
    """Put own waiting ops of a record on top of what is confirmed."""
    record = kept.record if kept else None
    for row in sorted(rows, key=lambda row: (row.op.stamp, row.op.n)):
        after, _ = settled(record, row.op, actor, world, row.op.stamp.wall_ms)
        record = after or record
    return record


def enqueue(tx: Tx, intent: Intent, actor: Actor, world: World, session: Session, now_ms: int) -> Row | None:
    """Put a write into the outbox; None if there is nothing it could be written on."""
    self: Self = tx.get("notes", "self")
    kind = world.kinds.get(intent.kind)
    kept: Kept | None = tx.get("records", intent.record)
    own = [row for row in rows_of(tx, session) if row.op.record == intent.record and not row.refused]
    seen = predicted(kept, own, actor, world)
    own += [
        row for row in tx.all("sent") if row.op.record == intent.record
    ]  # answered, and perhaps not told yet
    if kind is None or (intent.record and seen is None):
        return None
    n, stamp = self.top + 1, tick(Stamp(self.wall_ms, self.count, actor.device), now_ms)
    name = intent.record or (
        minted(actor.device, n) if kind.identity == "device" else per_day(session.person, kind.series, DAY)
    )
    sets, adds = worded(intent, kind, seen, own, actor.device)
    step = _taken(intent, kind, seen, actor, world)
    op = Op(n, stamp, intent.kind, name, intent.area, sets, step)
    row = Row(
        f"{actor.device}.{n}",
        op,
        session.person,
        intent.token,
        sets.get("emergency") is True,
        intent.photos,
        adds,
    )
    tx.put("outbox", row.id, row)
    tx.put("notes", "self", replace(self, top=n, wall_ms=stamp.wall_ms, count=stamp.count))
    return row


def _taken(intent: Intent, kind: Kind, seen: Record | None, actor: Actor, world: World) -> StepTaken | None:
    if not intent.step or seen is None:
        return None
    offered = workflow.offers(kind, seen, actor, world.units)
    return StepTaken(intent.step, seen.state) if intent.step in offered else None


def worded(
    intent: Intent, kind: Kind, seen: Record | None, own: Iterable[Row], device: str
) -> tuple[dict[str, Any], dict[str, int]]:
    """Word plain values as changes, by the rules of the page; gives what count fields grow by, too."""
    sets: dict[str, Any] = {}
    adds: dict[str, int] = {}
    cells = seen.cells if seen else {}
    for name, value in intent.values.items():
        field = kind.fields.get(name)
        if field is None:
            continue
        if field.rule == "count":
            held = dict(cells.get(name, [])).get(device, 0)
            mine = [row.op.sets.get(name, 0) for row in own if row.op.stamp.device == device]
            sets[name], adds[name] = max(held, *mine, 0) + value, value
        else:
            sets[name] = _change(field, value, cells.get(name))
    return sets, adds


def _change(field: Field, value: Any, cell: Any) -> Any:
    if field.rule == "union":
        if cell is not None and value in present(cell):
            return {"drop": [add for add in cell[0] if add[1] == value]}
        return {"add": [value]}
    if field.rule in ("keep_both", "authority"):
        over = [entry[0] for entry in cell[0]] if cell is not None else []
        return {"is": value, "over": over} if over else {"is": value}
    return value


def undo(tx: Tx, record: str, session: Session) -> list[str]:
    """Take back a record that has not left; the last numbers are free again, others go out empty."""
    self: Self = tx.get("notes", "self")
    device = session.number + self.incarnation
    rows = [row for row in rows_of(tx, session, device) if row.op.record == record and not row.undone]
    if not rows or rows[0].op.area is None or any(row.left or row.refused for row in rows):
        return []
    top = self.top
    for row in reversed(rows):
        if row.op.n == top:
            top -= 1
            tx.drop("outbox", row.id)
        else:
            empty = replace(row.op, area=None, sets={}, step=None)
            tx.put("outbox", row.id, replace(row, op=empty, undone=True, urgent=False, photos=()))
    tx.put("notes", "self", replace(self, top=top))
    return [row.token for row in rows]


def renumber(tx: Tx, moved: list[Row], device: str, first: int) -> None:
    """Give rows numbers of another device id, and their records other names wherever these ops name them."""
    names = {row.id: f"{device}.{first + at}" for at, row in enumerate(moved)}
    stamps = {(row.op.stamp.wall_ms, row.op.stamp.count, row.op.stamp.device) for row in moved}
    totals: dict[tuple[str, str], int] = {}
    for row in moved:
        tx.drop("outbox", row.id)
    for at, row in enumerate(moved):
        op = row.op
        sets = {name: _renamed(change, stamps, device) for name, change in op.sets.items()}
        record = names.get(op.record, op.record)
        for name, more in row.adds.items():
            totals[record, name] = sets[name] = totals.get((record, name), 0) + more
        stamp = Stamp(op.stamp.wall_ms, op.stamp.count, device)
        new = replace(op, n=first + at, stamp=stamp, record=record, sets=sets)
        fresh = replace(
            row, id=names[row.id], op=new, left=False, code="", tries=0, later_ms=0, refused=False
        )
        tx.put("outbox", fresh.id, fresh)


def _renamed(change: Any, stamps: set[tuple[Any, ...]], device: str) -> Any:
    if isinstance(change, list):
        if len(change) == 3 and _stamp_of(change) in stamps:
            return [change[0], change[1], device]
        return [_renamed(each, stamps, device) for each in change]
    if isinstance(change, dict):
        return {name: _renamed(each, stamps, device) for name, each in change.items()}
    return change


def _stamp_of(change: list[Any]) -> tuple[Any, ...] | None:
    return tuple(change) if all(isinstance(part, int | str) for part in change) else None
