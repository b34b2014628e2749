"""Settle a push: recognise, check, authorise, merge, decide; the same code predicts on the phone.

Pure: what is known goes in, what changed and the answer to every op come out. One op never stops
another, and every op that names a free number is logged with its verdict (I3, I6).
Twin: pwa/src/sync/settle.ts. Shared cases: tests/vectors/settle.json.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sync import workflow
from sync.clock import Stamp, amend
from sync.deadline import Calendar
from sync.digest import chain, sealed
from sync.elapse import dated
from sync.guards import Near
from sync.kind import Kind, Kinds, Step
from sync.links import Pool
from sync.merges import join
from sync.naming import noted
from sync.op import WAITING, Code, Op, StepTaken, Verdict, good_number, minted, per_day
from sync.park import DENIED, Late, emptied, spare
from sync.permit import Actor, Grant, Units, may_create, may_read, may_write, weight
from sync.place import Ring
from sync.register import Change, Entry, Held, Record, moved, touch, write
from sync.repeat import repeats
from sync.shape import flaw_of, says_something
from sync.value import is_day, is_int
from sync.workflow import Event

Changes = Mapping[str, Change]  # by field
SYSTEM: Final = 0  # who takes the steps that nobody takes


class World(Struct, frozen=True):
    """What the town is made of: kind pages, org units, and when it works."""

    kinds: Kinds
    units: Units
    calendar: Calendar = Calendar()
    shapes: Mapping[int, Ring] = {}  # by unit: where it lies; a phone predicts without
    grants: Mapping[int, tuple[Grant, ...]] = {}  # by person: all they hold or held; a phone knows its own


class Answer(Struct, frozen=True):
    """What an op number was first used for, and what was said to it."""

    op: Op
    verdict: Verdict


class Known(Struct, frozen=True):
    """What the store holds that bears on a push."""

    records: Mapping[str, Record]  # by id, those the ops name
    answers: Mapping[int, Answer]  # by op number, those the ops repeat
    stamps: frozenset[tuple[int, int]]  # (wall_ms, count) this device already used, of those named
    clock: Stamp  # the lane's own clock
    seq: int  # last position taken in the lane
    head: bytes  # hash of the log up to there
    gone: Mapping[str, bool] = {}  # records the ops name that were removed; True: erased, keep nothing of it
    near: tuple[Record, ...] = ()  # records around those the ops name, where guards look (sync/links.py)
    blind: bool = False  # what is around is not known, as on a phone


class Logged(Struct, frozen=True):
    """One row of the log: an op, by whom, where it stands, and what was decided."""

    seq: int
    person: int
    stamp: Stamp  # final
    op: Op
    verdict: Verdict
    body: bytes  # JSON of op and verdict, as it is hashed and kept
    hash: bytes  # of the log up to and with this row


class Settled(Struct, frozen=True):
    """The outcome of a push."""

    records: dict[str, Record]  # changed ones, by id
    log: list[Logged]
    verdicts: list[Verdict]  # one per op, in the order of the push
    clock: Stamp
    seq: int
    head: bytes


class Mark(Struct, frozen=True):
    """How one op was decided: the record after it, or none, and the word for it."""

    code: Code
    detail: str = ""
    record: Record | None = None


class _Case(Struct, frozen=True):
    """One op with all that bears on it."""

    op: Op
    kind: Kind
    actor: Actor
    units: Units
    event: Event
    amended: bool
    pool: Pool


def settle(known: Known, ops: Sequence[Op], actor: Actor, world: World, now_ms: int) -> Settled:
    """Settle the ops of one device in the order given; `now_ms` is the server's time."""
    settled = Settled({}, [], [], known.clock, known.seq, known.head)
    answers, stamps = dict(known.answers), set(known.stamps)
    awaited: dict[str, Mark] = {}  # by record: why the op that would make it waits
    pool = Pool(world.kinds, (*known.records.values(), *known.near), blind=known.blind)
    copied = False  # the store is a copy: what follows was made beside others' ops of the same numbers
    for op in ops:
        first = answers.get(op.n)
        if first is not None:
            again = (
                first.verdict
                if repeats(first.op, first.verdict.code, op)
                else Verdict(op.n, "number_reused", now_ms)
            )
            copied = copied or again is not first.verdict
            settled.verdicts.append(again)
            continue
        if copied:
            settled.verdicts.append(Verdict(op.n, "number_reused", now_ms))
            continue
        stamp, clock = amend(settled.clock, op.stamp, now_ms)
        event = Event(stamp.wall_ms, stamp.count, stamp.device, settled.seq + 1, actor.device, now_ms)
        record = settled.records.get(op.record, known.records.get(op.record))
        mark = _mark(op, record, actor, world, event, stamps, pool)
        if mark.code == "not_found" and op.record in awaited:
            mark = awaited[op.record]
        if mark.code in DENIED or op.record in known.gone:
            late = Late(op, record, actor, world.kinds, world.units, event)
            mark = _spared(mark, late, world, known.gone, pool)
        verdict = Verdict(op.n, mark.code, now_ms, mark.detail)
        settled.verdicts.append(verdict)
        if mark.code in WAITING and record is None:
            awaited[op.record] = mark
        if mark.code in WAITING or mark.code == "bad_number":
            continue
        kept = emptied(op) if known.gone.get(op.record) else op
        settled = enter(settled, actor.person, stamp, kept, verdict)
        if mark.record is not None:
            settled.records[mark.record.id] = noted(world.kinds[mark.record.kind], mark.record)
            pool.put(mark.record)
            settled = replace(settled, clock=clock)
        answers[op.n] = Answer(kept, verdict)
        if mark.code != "bad_stamp":
            stamps.add((stamp.wall_ms, stamp.count))
    # Once a record, not once an op: the clock reads the whole story each time.
    ends = [dated(world.kinds[each.kind], each, world.calendar) for each in settled.records.values()]
    return replace(settled, records={each.id: each for each in ends})


def enter(settled: Settled, person: int, stamp: Stamp, op: Op, verdict: Verdict) -> Settled:
    """Add a decided op to the log, at the next position."""
    seq, body = settled.seq + 1, msgspec.json.encode((op, verdict))
    head = chain(settled.head, sealed(seq, person, stamp.wall_ms, stamp.count, body))
    settled.log.append(Logged(seq, person, stamp, op, verdict, body, head))
    return replace(settled, seq=seq, head=head)


def _spared(mark: Mark, late: Late, world: World, gone: Mapping[str, bool], pool: Pool) -> Mark:
    """Turn a refusal that is not the author's fault into an entry that is kept (I12); never so on a phone."""

    def decide(actor: Actor, record: Record | None) -> Code:
        return _mark(late.op, record, actor, world, late.event, set(), pool).code

    kept = spare(mark.code, late, gone.get(late.op.record), decide)
    return mark if kept is None else Mark(kept.code, mark.detail, kept.record)


def _mark(
    op: Op,
    record: Record | None,
    actor: Actor,
    world: World,
    event: Event,
    stamps: set[tuple[int, int]],
    pool: Pool,
) -> Mark:
    kind = world.kinds.get(op.kind)
    if kind is None:
        return Mark("unknown_kind", op.kind)
    if not good_number(op.n):
        return Mark("bad_number")
    fault = _stamp_fault(op, actor, stamps) or _flawed(op, kind)
    if fault is not None:
        return fault
    case = _Case(op, kind, actor, world.units, event, event.stamp != op.stamp, pool)
    if record is None:
        made = _make(case)
        return made if isinstance(made, Mark) else _write(case, made, new=True)
    if record.kind != op.kind or not may_read(kind, actor, record, world.units):
        return Mark("not_found")
    return _write(case, record, new=False)


def _stamp_fault(op: Op, actor: Actor, stamps: set[tuple[int, int]]) -> Mark | None:
    stamp = op.stamp
    if stamp.device != actor.device or not is_int(stamp.wall_ms, 0) or not is_int(stamp.count, 0, 0xFFFF):
        return Mark("bad_stamp")
    if (stamp.wall_ms, stamp.count) in stamps:
        return Mark("stamp_reused")
    return None


def _flawed(op: Op, kind: Kind) -> Mark | None:
    flaw = flaw_of(op, kind)
    return None if flaw is None else Mark(*flaw)


def _make(case: _Case) -> Record | Mark:
    """Make the empty record a creating op names, or say why it may not be made."""
    op, actor = case.op, case.actor
    if op.area is None or not _names_own(case):
        return Mark("not_found")
    refusal = may_create(case.kind, actor, op.area, case.units)
    if refusal is not None:
        return Mark(refusal)
    begin = case.kind.workflow.begin
    held = Held(case.event.seq, "" if case.amended else actor.device, 0)
    return Record(
        op.record, op.kind, op.area, actor.person, case.event.wall_ms, case.event.now_ms, begin, held, {}, {}
    )


def _names_own(case: _Case) -> bool:
    """Tell whether the op's record id is one this device (or this person, for that day) may mint."""
    op, kind, person = case.op, case.kind, case.actor.person
    if kind.identity == "device":
        return op.record == minted(case.actor.device, op.n)
    day = int(op.record[17:]) % 10**8
    return is_day(day) and op.record == per_day(person, kind.series, day)


def _write(case: _Case, record: Record, *, new: bool) -> Mark:
    """Merge the facts of an op, then decide its step."""
    op, kind = case.op, case.kind
    step = None if op.step is None else workflow.find(kind, op.step.name)
    carried = () if step is None else (*step.needs, *step.takes)
    facts, with_step = {}, {}
    for name, change in op.sets.items():
        field = kind.fields[name]
        if may_write(kind, field, case.actor, record, case.units):
            facts[name] = change
        elif name not in carried:
            return Mark("not_your_field", name)
        if name in carried:
            with_step[name] = change
    refusal = _barred(case, facts, record) if new and kind.guards else None
    if refusal is not None:
        return refusal
    if op.step is None or step is None:
        return _apply(case, None, facts, with_step, record, new=new)
    lacking = [name for name in step.needs if not says_something(op.sets.get(name))]
    if lacking:
        return Mark("needs_field", lacking[0])
    near = _near(case, {**facts, **with_step}, record)
    word = workflow.judge(kind, record, op.step, case.actor, case.units, near)
    if word == "overtaken":
        return _overtake(case, op.step, step.to or op.step.saw, facts, with_step, record, new=new)
    if word is not None:
        return Mark(word, step.name)
    return _apply(case, step, {**facts, **with_step}, with_step, record, new=new)


def _barred(case: _Case, facts: Changes, record: Record) -> Mark | None:
    """Ask of a new record what its page asks of all of them."""
    near, asked = _near(case, facts, record), _merged(case, case.event, facts, record)
    word = workflow.refused_by(case.kind, asked, case.kind.birth, case.actor.person, near)
    return None if word is None else Mark(word)


def _near(case: _Case, sets: Changes, record: Record) -> Near:
    """Gather what a step's guards may look at: by the references as the op leaves them."""
    if case.kind.looks.linked:
        record = _merged(case, case.event, sets, record)
    near = replace(case.pool.near(record, case.event.wall_ms), sets=sets, units=case.units)
    readable = {
        name for name, each in near.linked.items()
        if may_read(case.pool.kinds[each.kind], case.actor, each, case.units)
    }  # fmt: skip
    return replace(near, hidden=frozenset(near.linked) - readable)


def _apply(
    case: _Case, step: Step | None, facts: Changes, with_step: Changes, record: Record, *, new: bool
) -> Mark:
    """Write the facts, take the step if there is one, and the steps that follow by themselves."""
    kind, event = case.kind, replace(case.event, by="") if case.amended else case.event
    record = _merged(case, event, facts, record)
    if new:
        record = workflow.begin(record, event)
    if step is None:
        record = workflow.follow(kind, record, event)
    else:
        record = workflow.advance(kind, record, step, case.actor.person, with_step, event)
    return Mark("amended" if case.amended else "applied", "", record)


def _overtake(
    case: _Case, taken: StepTaken, to: str, facts: Changes, with_step: Changes, record: Record, *, new: bool
) -> Mark:
    """Keep a step that came too late: its facts merge, its decision becomes a line of the history."""
    event = replace(case.event, by="")  # everyone hears of it, its author too
    record = _merged(case, event, facts, record)
    if new:
        record = workflow.begin(record, event)
    line = Entry(
        event.seq, event.stamp, case.actor.person, taken.name, taken.saw, to, "overtaken", event.now_ms,
        dict(with_step),
    )  # fmt: skip
    record = moved(record, record.state, line, event.by)
    # Its facts count like any others: one may be what an automatic step waits for (I13).
    return Mark("overtaken", taken.name, workflow.follow(case.kind, record, event))


def _merged(case: _Case, event: Event, facts: Changes, record: Record) -> Record:
    """Join what an op writes into the record's cells, noting which of them changed."""
    cells, held, stamp = dict(record.cells), dict(record.held), event.stamp
    echoed = {name: facts[each] for name, each in case.kind.echoes.items() if each in facts}
    for name, change in {**echoed, **facts}.items():
        field = case.kind.fields[name]
        heavy = weight(case.kind, field, case.actor, record, case.units) if field.own else 0
        cell = write(field.rule, change, stamp, heavy)
        if name in cells:
            cell = join(field.rule, cells[name], cell, field.spec.options)
        if cell == cells.get(name):
            continue
        cells[name] = cell
        held[name] = touch(held.get(name), event.seq, event.by)
    return replace(record, cells=cells, held=held)
