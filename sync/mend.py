"""What a correction that is applied writes into the record it is about, in the same transaction.

The step that mends was judged with that record at hand (`can_mend`, sync/correct.py), so that either both
are written or neither: a correction never reads as applied while the record says something else. The value
counts as one of the role that owns the field, and is logged as a write of the system. Only the server does
so: phones need not hold the record, and hear of it like of any other news.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from sync import workflow
from sync.around import told
from sync.clock import tick
from sync.correct import ABOUT, SORT, TARGET, change_of, proposed
from sync.elapse import dated
from sync.kind import Field, Kind
from sync.links import Wanted
from sync.merges import join
from sync.naming import MOVED
from sync.op import Op, Verdict
from sync.place import grid_of
from sync.register import Former, Record, touch, write
from sync.settle import SYSTEM, Settled, World, enter
from sync.value import is_place
from sync.workflow import Event

OWNED: Final = 1  # weight of what is written: the owner of the field decided, or let the secretary decide
Look = Callable[[Wanted], Iterable[Record]]  # looks records up


def mend(settled: Settled, before: Mapping[str, Record], look: Look, world: World, now_ms: int) -> Settled:
    """Write what the corrections applied among these changes say is right."""
    for record in list(settled.records.values()):
        kind = world.kinds.get(record.kind)
        if kind is not None and _applied(kind, record, before.get(record.id)):
            settled = _one(settled, kind, record, look, world, now_ms)
    return settled


def _applied(kind: Kind, record: Record, before: Record | None) -> bool:
    """Tell whether a step that mends was taken among the newest lines of a record's history."""
    mending = {step.name for step in kind.workflow.steps if step.mends}
    newest = record.story[len(before.story) if before else 0 :] if mending else ()
    return any(entry.step in mending and entry.outcome != "overtaken" for entry in newest)


def _one(settled: Settled, kind: Kind, record: Record, look: Look, world: World, now_ms: int) -> Settled:
    named = told(kind, record, TARGET)
    found = settled.records.get(str(named)) or next(iter(look(Wanted(frozenset({str(named)}), {}))), None)
    page = None if found is None else world.kinds.get(found.kind)
    if found is None or page is None:  # judged a moment ago with the record at hand: it cannot be gone
        raise ValueError(f"{record.id} mends {named}, which is not there")
    name = str(told(kind, record, ABOUT))
    field = page.fields[name]
    value = proposed(kind, record, field, str(told(kind, record, SORT)))
    clock = tick(settled.clock, now_ms)
    event = Event(clock.wall_ms, clock.count, clock.device, settled.seq + 1, "", now_ms)
    change = change_of(field, found.cells.get(name), value)
    after = workflow.follow(page, _written(found, name, field, change, event), event)
    after = relocated(after, value, event.seq, world) if field.type == "place" else after
    settled.records[found.id] = dated(page, after, world.calendar)
    op = Op(event.seq, clock, found.kind, found.id, None, {name: change})
    entered = enter(settled, SYSTEM, clock, op, Verdict(event.seq, "applied", now_ms))
    return replace(entered, clock=clock)


def _written(record: Record, name: str, field: Field, change: Any, event: Event) -> Record:
    cell = write(field.rule, change, event.stamp, OWNED)
    if name in record.cells:
        cell = join(field.rule, record.cells[name], cell, field.spec.options)
    held = record.held | {name: touch(record.held.get(name), event.seq, "")}
    return replace(record, cells=record.cells | {name: cell}, held=held)


def relocated(record: Record, place: Any, seq: int, world: World) -> Record:
    """Move a record to the unit of its tier that a place lies in; it stays where no other unit has the place.

    The unit it leaves keeps a row that says so, as a person does whom a field names no more (I5, I12); who
    hears of it in the new one hears all of it (sync/naming.py).
    """
    tier = world.units[record.area].tier if record.area in world.units else 0
    peers = {
        unit: ring
        for unit, ring in world.shapes.items()
        if unit in world.units and world.units[unit].tier == tier
    }
    area = grid_of((place[0], place[1]), peers) if is_place(place) else 0
    if not area or area == record.area:
        return record
    kept = tuple(
        each for each in record.former if each.field != MOVED or each.channel not in (area, record.area)
    )
    former = (*kept, Former(MOVED, record.area, seq))
    return replace(record, area=area, head=touch(record.head, seq, ""), former=former)
