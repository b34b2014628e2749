"""Thanks that come by themselves: when a step was taken that a page gives something for, its record is made.

In the same transaction as the step, by the system, so nobody can give themselves anything, and nothing is
given twice: the first such step of a record earns, later ones do not. What a person earns in a day is capped,
and a negative is impossible, for a field's bounds say so. The ids follow from person, day and place in the
day (as those of per-day records do), so what was given that day is found without a search.
Only the server does so, for a phone knows nobody's posts: this module has no twin.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from sync import workflow
from sync.around import told
from sync.clock import tick
from sync.deadline import Calendar, day_of, number_of
from sync.elapse import dated
from sync.kind import Kind
from sync.links import Wanted
from sync.merit import Deed, Merit
from sync.op import Op, Verdict, per_day
from sync.permit import AUTHOR, Actor, holds, live
from sync.register import Held, Record, touch, write
from sync.settle import SYSTEM, Settled, World, enter
from sync.value import fits
from sync.workflow import Event

NOBODY: Final = 0
Look = Callable[[Wanted], Iterable[Record]]  # looks records up


class _Giving(Struct, frozen=True):
    """A page whose records are earned, and what is at hand to see who earned one."""

    kind: Kind
    merit: Merit
    look: Look
    world: World
    now_ms: int


def earn(settled: Settled, look: Look, world: World, now_ms: int) -> Settled:
    """Make the records that the steps among these changes earn."""
    since = settled.log[0].seq if settled.log else 0  # lines from this position on are new
    given = [_Giving(each, each.merit, look, world, now_ms) for each in world.kinds.values() if each.merit]
    for record in list(settled.records.values()) if since else ():
        for giving in given:
            for deed in giving.merit.deeds:
                if record.kind == deed.kind and _first_seq(deed, record) >= since:
                    settled = _one(settled, giving, deed, record)
    return settled


def _first_seq(deed: Deed, record: Record) -> int:
    """Give the position of the first step of a record that earns something, 0 if there is none."""
    taken = (each for each in record.story if each.step in deed.steps and each.outcome != "overtaken")
    return next((each.seq for each in taken), 0)


def _one(settled: Settled, giving: _Giving, deed: Deed, record: Record) -> Settled:
    page, merit = giving.world.kinds[record.kind], giving.merit
    person = record.author if deed.whose == AUTHOR else told(page, record, deed.whose)
    if not isinstance(person, int) or not _may_earn(giving, person, record):
        return settled
    copied = {name: told(page, record, source) for name, source in deed.copies.items()}
    sets: dict[str, Any] = {**deed.sets, **copied, merit.person: person, merit.about: record.id}
    free, left = _room(settled, giving, person)
    amount = sets.get(merit.amount)
    fitting = min(amount, left) if isinstance(amount, int) else 0
    if fitting < 1 or not free:
        return settled
    return _made(settled, giving, free, record.area, sets | {merit.amount: fitting})


def _room(settled: Settled, giving: _Giving, person: int) -> tuple[str, int]:
    """Give the first free id of somebody's day, "" if none is, and how much may still be earned in it."""
    merit, day = giving.merit, number_of(day_of(giving.now_ms, Calendar()))
    ids = [per_day(person, merit.series + place, day) for place in range(merit.cap)]
    had = {each.id: each for each in giving.look(Wanted(frozenset(ids), {}))}
    had |= {name: settled.records[name] for name in ids if name in settled.records}
    amounts = [told(giving.kind, each, merit.amount) for each in had.values()]
    left = merit.cap - sum(each for each in amounts if isinstance(each, int))
    return next((name for name in ids if name not in had), ""), left


def _may_earn(giving: _Giving, person: int, record: Record) -> bool:
    """Tell whether somebody has a post that earns, where the record lies and now."""
    grants = live(giving.world.grants.get(person, ()), giving.now_ms)
    return holds(Actor(person, grants, ""), giving.merit.roles, record.area, NOBODY, giving.world.units)


def _made(settled: Settled, giving: _Giving, name: str, area: int, sets: Mapping[str, Any]) -> Settled:
    """Make the record, as a write of the system that is logged like any other."""
    kind, now_ms, clock = giving.kind, giving.now_ms, tick(settled.clock, giving.now_ms)
    event = Event(clock.wall_ms, clock.count, clock.device, settled.seq + 1, "", now_ms)
    known = {field: value for field, value in sets.items() if fits(kind.fields[field].spec, value)}
    cells = {field: write(kind.fields[field].rule, value, event.stamp) for field, value in known.items()}
    record = Record(
        name, kind.name, area, SYSTEM, event.wall_ms, now_ms, kind.workflow.begin, Held(event.seq, "", 0),
        cells, {field: touch(None, event.seq, "") for field in cells},
    )  # fmt: skip
    begun = workflow.follow(kind, workflow.begin(record, event), event)
    settled.records[name] = dated(kind, begun, giving.world.calendar)
    op = Op(event.seq, clock, kind.name, name, area, dict(known))
    entered = enter(settled, SYSTEM, clock, op, Verdict(event.seq, "applied", now_ms))
    return replace(entered, clock=clock)
