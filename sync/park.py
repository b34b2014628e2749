"""Parking: what may no longer be applied is kept for the secretary, as a record of its own (I3, I12).

The record is named after the op it keeps, and is of the kind whose page says `identity = "entry"`. Only
the server parks: a phone does not know which grants have ended, so this module has no twin.
"""

from collections.abc import Callable
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sync import workflow
from sync.kind import Kind, Kinds
from sync.links import refs_of
from sync.naming import befores
from sync.op import WAITING, Code, Op, minted
from sync.permit import AUTHOR, Actor, Units, live
from sync.register import Held, Record, touch, write
from sync.shape import says_something
from sync.value import canonical
from sync.workflow import Event

ENTRY: Final = "entry"  # field: the op as JSON of [kind, record, area, sets, step]
ABOUT: Final = "about"  # field: the record it is about
REASON: Final = "reason"  # field: why it was kept back, one of the page's options
PHOTOS: Final = "photos"  # field: the photos it adds, which would otherwise have no record to be seen by
# Refusals that an ended grant explains: what was written under it goes to the secretary's review.
DENIED: Final = frozenset({"not_your_role", "not_found", "not_your_field"})
# Refusals of what no page could take, wherever it went: there is nothing in it to keep for anybody.
UNFIT: Final = WAITING | {"bad_number", "bad_stamp", "bad_record", "bad_value", "stamp_reused", "empty_op"}


Decide = Callable[[Actor, Record | None], Code]


class Late(Struct, frozen=True):
    """One op that may come too late, with all that bears on keeping it."""

    op: Op
    record: Record | None  # the one it names, if there is one
    actor: Actor
    kinds: Kinds
    units: Units
    event: Event


class Kept(Struct, frozen=True):
    """What became of an op that is not applied: the word for it, and the record that keeps it, if any."""

    code: Literal["parked", "gone"]
    record: Record | None


def spare(code: Code, late: Late, erased: bool | None, decide: Decide) -> Kept | None:
    """Keep an op that was refused through no fault of its author; None where the refusal stands.

    `erased` tells of a record that was removed whether its content may not be kept, None of all others.
    `decide` gives the verdict on the same op for somebody with other grants, on a record that named others.
    """
    if code in UNFIT:
        return None
    if erased is not None:
        return Kept("gone", None if erased else _entry(late, "gone"))
    record = _entry(late, "parked") if code in DENIED and _was_allowed(late, decide) else None
    return None if record is None else Kept("parked", record)


def emptied(op: Op) -> Op:
    """Give what may be kept of an op on an erased record: its number, and nothing a person wrote."""
    return replace(op, sets={}, step=None)


def keeper(kinds: Kinds) -> Kind | None:
    """Find the kind whose records keep entries; without one nothing can be parked."""
    return next((kind for kind in kinds.values() if kind.identity == "entry"), None)


def _was_allowed(late: Late, decide: Decide) -> bool:
    """Tell whether an op was allowed when it was written, or builds on an entry that was kept back.

    When an op was written whose stamp had to be amended nobody knows: every grant that ended lately counts.
    When a phone heard that its person is no longer named nobody knows either: every assignment counts that
    the record ever had.
    """
    if _builds_on_kept(late):
        return True
    actor, wall_ms = late.actor, late.event.wall_ms
    ended = actor.once if late.event.stamp != late.op.stamp else live(actor.once, wall_ms)
    past = replace(actor, grants=(*actor.grants, *ended))
    kind = None if late.record is None else late.kinds.get(late.record.kind)
    before = [] if kind is None or late.record is None else befores(kind, late.record)
    cases = [(past, late.record)] if ended else []
    cases += [(past, record) for record in before]
    return any(decide(*case) in ("applied", "amended", "overtaken") for case in cases)


def _builds_on_kept(late: Late) -> bool:
    """Tell whether an op was meant for a record that was itself kept back, by the same author."""
    kind, record = keeper(late.kinds), late.record
    if kind is None or record is None or late.op.kind == record.kind:
        return False
    return record.kind == kind.name and record.author == late.actor.person


def _entry(late: Late, why: str) -> Record | None:
    """Make the record that keeps an op; None where no page or no unit can take it."""
    op, actor, kind = late.op, late.actor, keeper(late.kinds)
    area = op.area if late.record is None else late.record.area
    wanted = [area, *(grant.unit for grant in (*actor.grants, *actor.once))]
    unit = next((each for each in wanted if each in late.units), None)
    if kind is None or unit is None:
        return None
    told = _told(op, kind, late.kinds)
    entry = canonical(msgspec.to_builtins((op.kind, op.record, op.area, told.sets, op.step)))
    sets = {ENTRY: entry, ABOUT: op.record, REASON: why, PHOTOS: {"add": _pictures(told, late.kinds)}}
    return kept(kind, minted(actor.device, op.n), unit, actor, late.event, sets)


def _told(op: Op, keeper: Kind, kinds: Kinds) -> Op:
    """Give an op with those fields only that all who read entries may see: the rest is in the log alone."""
    seers = set(keeper.fields[ENTRY].see or keeper.read) - {AUTHOR}
    kind = kinds.get(op.kind)
    if kind is None:
        return op
    seen = {
        name for name, field in kind.fields.items()
        if seers <= set(kind.read) and (field.see is None or seers <= set(field.see))
    }  # fmt: skip
    return replace(op, sets={name: change for name, change in op.sets.items() if name in seen})


def _pictures(op: Op, kinds: Kinds) -> list[str]:
    """List the photos an op adds."""
    fields = kinds[op.kind].fields if op.kind in kinds else {}
    changes = [op.sets[name] for name, field in fields.items() if field.type == "photos" and name in op.sets]
    return [key for change in changes if change for key in change.get("add", [])]


def kept(kind: Kind, name: str, unit: int, actor: Actor, event: Event, sets: dict[str, Any]) -> Record:
    """Make a record that keeps something; everyone hears of it, its author too, who has the op as it was."""
    heard = Held(event.seq, "", 0)
    record = Record(
        name, kind.name, unit, actor.person, event.wall_ms, event.now_ms, kind.workflow.begin, heard, {}, {}
    )
    known = {field: value for field, value in sets.items() if field in kind.fields and says_something(value)}
    cells = {field: write(kind.fields[field].rule, value, event.stamp, 0) for field, value in known.items()}
    held = {field: touch(None, event.seq, "") for field in cells}
    record = replace(record, cells=cells, held=held)
    return workflow.begin(replace(record, refs=refs_of(kind, record)), replace(event, by=""))
