"""What follows in other records when some have changed: steps that wait for a neighbour are taken.

A duplicate closes with its original, a whole goes on when its last part is done. Settling knows nothing of
it: afterwards, in the same transaction, each changed record and its neighbours are asked once more which
of their automatic steps are ready, now with all that is around them. What is taken is logged as a step of
the system. In rounds, for a step taken here may be what a neighbour of the neighbour waits for.
Only the server does so: a phone does not hold all neighbours, and hears of it like of any other news.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from sync import workflow
from sync.clock import tick
from sync.elapse import dated
from sync.kind import Kinds, together
from sync.links import Looks, Pool, Wanted, looks, place, refs_of
from sync.op import Op, StepTaken, Verdict
from sync.register import Change, Record
from sync.settle import SYSTEM, Settled, World, enter
from sync.value import is_record_id
from sync.workflow import Event

# How far a change travels: duplicate, original, whole, the whole's original. What lies further off is
# looked at when one of those changes again; no page can make two records push each other for ever.
ROUNDS_MAX: Final = 6
Look = Callable[[Wanted], Iterable[Record]]  # looks records up


def wanted(records: Sequence[Record], kinds: Kinds) -> Wanted:
    """Say what must be looked up so that guards on these records, and on their neighbours, can look around.

    Nothing, for records of kinds that neither look at others nor are looked at.
    """
    named: set[str] = set()
    linking: dict[str, set[str]] = {}
    along = together(kinds).along
    for record in records:
        if record.kind not in along:
            continue
        outward, inward = along[record.kind].linked, along[record.kind].linking
        refs = refs_of(kinds[record.kind], record) if outward else {}
        named |= {target for name, target in refs.items() if name in outward}
        for name in inward:
            linking.setdefault(name, set()).add(record.id)
        for name, target in _shared(kinds, record, along[record.kind]).items():
            linking.setdefault(name, set()).add(target)
    return _wanted(named, linking)


def _shared(kinds: Kinds, record: Record, along: Looks) -> dict[str, str]:
    """Give what a record names in common with those that stand beside it, by ref field."""
    named = refs_of(kinds[record.kind], record) if along.beside else {}
    return {name: target for name, target in named.items() if target and name in along.beside}


def asked_by(ops: Sequence[Op], records: Mapping[str, Record], kinds: Kinds) -> Wanted:
    """Say what must be looked up for the guards that ops meet: those of steps, and of new records."""
    named: set[str] = set()
    linking: dict[str, set[str]] = {}
    for op in ops:
        kind = kinds.get(op.kind)
        if kind is None or not kind.looks:
            continue
        along = kind.asks.get(op.step.name if op.step else "", kind.asks[""])
        if not along:
            continue
        refs = refs_of(kind, records[op.record]) if op.record in records else {}
        # Another op of the push may have set the reference before this one.
        said = [each.sets.get(name) for each in ops for name in along.linked if each.record == op.record]
        named |= {target for name, target in refs.items() if name in along.linked}
        named |= {target for target in map(_target, said) if target}
        for name in along.linking:
            linking.setdefault(name, set()).add(op.record)
        for name in along.beside & refs.keys():
            linking.setdefault(name, set()).add(refs[name])
    return _wanted(named, linking)


def _target(change: Change) -> str:
    """Read a record id out of a change; "" where there is none."""
    value = change.get("is") if isinstance(change, dict) else change
    return value if isinstance(value, str) and is_record_id(value) else ""


def _wanted(named: set[str], linking: Mapping[str, set[str]]) -> Wanted:
    ids = frozenset(named - {""})
    return Wanted(
        ids,
        {name: frozenset(each for each in linking[name] if is_record_id(each)) for name in sorted(linking)},
    )


def ripple(settled: Settled, before: Mapping[str, Record], look: Look, world: World, now_ms: int) -> Settled:
    """Take the steps that follow from what changed; `before` are records as they were, as far as known."""
    pool = Pool(world.kinds, settled.records.values())
    front = sorted(settled.records, key=place)
    for _ in range(ROUNDS_MAX):
        touched = [settled.records[name] for name in front]
        former = [before[name] for name in front if name in before]
        around = wanted([*touched, *former], world.kinds)
        _take_in(pool, look, around, settled)
        asked = {*front, *around.records, *_linking(pool, around)}
        waiting = [each for name in sorted(asked, key=place) if (each := _waiting(pool, name, world.kinds))]
        _take_in(pool, look, wanted(waiting, world.kinds), settled)
        front = []
        for record in waiting:
            seq = settled.seq
            settled = _one(settled, pool, record, world, now_ms)
            front += [record.id] if settled.seq > seq else []
        if not front:
            break
    return settled


def _take_in(pool: Pool, look: Look, around: Wanted, settled: Settled) -> None:
    """Look records up, less those at hand: what changed now is newer than what is stored."""
    lacking = frozenset(name for name in around.records if pool.find(name) is None)
    if lacking or any(around.linking.values()):
        for record in look(Wanted(lacking, around.linking)):
            if record.id not in settled.records:
                pool.put(record)


def _linking(pool: Pool, around: Wanted) -> list[str]:
    return [
        each.id
        for name, targets in around.linking.items()
        for target in sorted(targets, key=place)
        for each in pool.linking(target, frozenset({name}))
    ]


def _waiting(pool: Pool, name: str, kinds: Kinds) -> Record | None:
    """Give a record if a step out of its state may wait for a neighbour."""
    record = pool.find(name)
    if record is None or not kinds[record.kind].awaits:
        return None
    steps = kinds[record.kind].workflow.automatic.get(record.state, ())
    return record if any(looks([step]) for step in steps) else None


def _one(settled: Settled, pool: Pool, record: Record, world: World, now_ms: int) -> Settled:
    """Take the automatic steps of one record that are ready now, if any is."""
    kind, clock = world.kinds[record.kind], tick(settled.clock, now_ms)
    event = Event(clock.wall_ms, clock.count, clock.device, settled.seq + 1, "", now_ms)
    after = workflow.follow(kind, record, event, pool.near(record, clock.wall_ms))
    if len(after.story) == len(record.story):
        return settled
    first = after.story[len(record.story)]
    op = Op(event.seq, clock, record.kind, record.id, None, first.sets, StepTaken(first.step, record.state))
    after = dated(kind, after, world.calendar)
    settled.records[record.id] = after
    pool.put(after)
    entered = enter(settled, SYSTEM, clock, op, Verdict(event.seq, "applied", now_ms))
    return replace(entered, clock=clock)
