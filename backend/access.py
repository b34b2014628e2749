"""Who may look at a photo and hears what becomes of it: access follows the records that show it."""

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from backend.ports import Lane, PhotoRow
from sync.clock import tick
from sync.kind import Kind
from sync.op import Op, Verdict
from sync.permit import Actor, may_read, may_review, may_see
from sync.register import Record, present, touch
from sync.settle import SYSTEM, Settled, World, enter

SEEN_BEFORE: Final = "seen_before"  # the one doubt that names another photo and its record
OTHERS_MAX: Final = 5  # records named because they show the very same photo
ASKED: Final = 1  # of an original: somebody who reviews the photo wants it
SEALED: Final = 2  # it is here, and who reviews the photo may open it


def showing(lane: Lane, key: str, world: World) -> list[Record]:
    """List the records that show a photo now, whoever asks; the first one first."""
    return [record for record in _records(lane, key) if key in _photos(record, world)]


def visible(lane: Lane, key: str, actor: Actor, world: World) -> bool:
    """Tell whether some record this person may read shows them the photo: access follows the record."""
    return any(_open(record, key, actor, world) for record in _records(lane, key))


def reviewed(lane: Lane, key: str, actor: Actor, world: World) -> bool:
    """Tell whether this person reviews a record that shows them the photo."""

    def asks(record: Record) -> bool:
        return may_review(world.kinds[record.kind], actor, record, world.units)

    return any(_open(record, key, actor, world) and asks(record) for record in _records(lane, key))


def doubts_told(lane: Lane, row: PhotoRow, actor: Actor, world: World) -> list[list[Any]]:
    """Give what a reviewer should look at; nothing to anybody else.

    Of a photo or record that this person may not see, only that there is one.
    """
    if not _reviews_anything(actor, world):
        return []
    if not row.flags and len(lane.album.referring(row.key)) < 2:
        return []
    if not reviewed(lane, row.key, actor, world):
        return []
    doubts: list[list[Any]] = msgspec.json.decode(row.flags) if row.flags else []
    shared = showing(lane, row.key, world)
    if len(shared) > 1:
        named = shared[:OTHERS_MAX]
        doubts += [[SEEN_BEFORE, row.key, each.id, each.received_ms, -1, 0] for each in named]
    return [_veiled(doubt, lane, actor, world) for doubt in doubts]


def original_told(lane: Lane, row: PhotoRow, actor: Actor, world: World) -> int:
    """Give what a person hears of an original: ASKED who sees the photo, SEALED who reviews it, or 0."""
    if not row.original:
        return ASKED if row.asked_ms else 0
    mine = _reviews_anything(actor, world) and reviewed(lane, row.key, actor, world)
    return SEALED if mine else 0


def _veiled(doubt: list[Any], lane: Lane, actor: Actor, world: World) -> list[Any]:
    code, *rest = doubt
    if code != SEEN_BEFORE:
        return doubt
    key, record, *more = rest
    found = lane.records([record]).get(record)
    seen = found is not None and _open(found, key, actor, world)
    return [code, *((key, record) if seen else ("", "")), *more]


def _reviews_anything(actor: Actor, world: World) -> bool:
    """Tell whether a person has a role by which some kind is reviewed: most have not, and cost nothing."""
    held = {grant.role for grant in actor.grants}
    return any(not held.isdisjoint(kind.review) for kind in world.kinds.values())


def _records(lane: Lane, key: str) -> list[Record]:
    """List the records that ever referred to a photo, the first one first."""
    found = lane.records(lane.album.referring(key)).values()
    return sorted(found, key=lambda record: (record.received_ms, record.id))


def _open(record: Record, key: str, actor: Actor, world: World) -> bool:
    kind = world.kinds.get(record.kind)
    if kind is None or not may_read(kind, actor, record, world.units):
        return False
    return any(
        key in present(record.cells[name])
        for name in _photo_fields(kind, record)
        if may_see(kind, kind.fields[name], actor, record, world.units)
    )


def _photos(record: Record, world: World) -> set[str]:
    kind = world.kinds.get(record.kind)
    return (
        {key for name in _photo_fields(kind, record) for key in present(record.cells[name])}
        if kind
        else set()
    )


def _photo_fields(kind: Kind, record: Record) -> list[str]:
    return [name for name, field in kind.fields.items() if field.type == "photos" and name in record.cells]


def tell(lane: Lane, key: str, world: World) -> int:
    """Let everyone who sees the photo hear what became of it; gives the position that says so."""
    known = lane.load("", [])
    changed, seq = {}, known.seq
    for record in (lane.records(lane.album.referring(key))).values():
        fields = world.kinds[record.kind].fields if record.kind in world.kinds else {}
        held, seq = dict(record.held), seq + 1  # a position each: a page may end between two records
        for name, cell in record.cells.items():
            if name in fields and fields[name].type == "photos" and key in present(cell):
                held[name] = touch(held.get(name), seq, "")
        changed[record.id] = replace(record, held=held)
    if not changed:
        return known.seq
    # A row of the log, so that its hash tells these positions from those of a log that was restored (I11).
    clock = tick(known.clock, known.clock.wall_ms)
    op = Op(seq + 1, clock, "", next(iter(changed)), None, {"photo": key})
    settled = Settled(changed, [], [], clock, seq, known.head)
    lane.save(enter(settled, SYSTEM, clock, op, Verdict(op.n, "applied", clock.wall_ms)), {})
    return lane.head()


def note_opening(lane: Lane, key: str, person: int, now_ms: int) -> None:
    """Write into the log that somebody opened the sealed original of a photo."""
    known = lane.load("", [])
    clock = tick(known.clock, now_ms)
    record = lane.album.referring(key)[0]
    op = Op(known.seq + 1, clock, "", record, None, {"opened": key, "by": person})
    settled = Settled({}, [], [], clock, known.seq, known.head)
    lane.save(enter(settled, SYSTEM, clock, op, Verdict(op.n, "applied", now_ms)), {})
