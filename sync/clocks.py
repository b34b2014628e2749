"""The clock of the state a record is in, read from its story: its start, its pauses, when it is due.

A function of the page, the record and the calendar and of nothing else: whoever holds the three counts
the same, the server as well as a phone without a net. Lines that came too late count for nothing.
Twin: pwa/src/sync/clocks.ts. Shared cases: tests/vectors/clocks.json. In words: docs/deadlines.md.
"""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from sync.deadline import AMOUNT_MAX, Calendar, Due, Limit, Pause, day_number, day_of, due, limit_of, reached
from sync.kind import Clock, Kind, Step, Timed
from sync.register import Entry, Record, plain
from sync.value import is_day, is_int

WHOLE: Final = 1_000  # thousandths: the due time itself


class Extension(Struct, frozen=True):
    """More time, in the unit of the clock, and who gave it."""

    amount: int  # 1..10,000
    at_ms: int  # Unix ms
    by: int  # person


class Run(Struct, frozen=True):
    """One run of a clock: from entering the first of the states that share it until leaving the last."""

    clock: str  # name in workflow.clocks
    start_ms: int  # server time at which the first of those states was entered
    limit: Limit
    pauses: tuple[Pause, ...]
    extensions: tuple[Extension, ...]
    taken: tuple[str, ...]  # names of the steps taken since the start
    due: Due


def run(kind: Kind, record: Record, calendar: Calendar, beside: str = "") -> Run | None:
    """Give the run of the clock that the record's state names, or of one beside it; None if it names none.

    A clock beside starts and stands with that of the state, and has an end of its own.
    """
    name, stay = _stay(kind, record)
    if not name or name != _clock_of(kind, record.state):
        return None
    clock = kind.workflow.clocks[beside or name]
    part = stay[_begun(clock, stay) :]
    limit = _limit(kind, record, clock, day_of(part[0].received_ms, calendar))
    if limit is None:
        return None
    extensions = () if beside else tuple(_extensions(kind, part))
    pauses = _pauses(kind, name, stay)
    count = due(part[0].received_ms, limit, calendar, pauses, [each.amount for each in extensions])
    taken = tuple(entry.step for entry in part[1:])
    return Run(beside or name, part[0].received_ms, limit, pauses, extensions, taken, count)


def paused(one: Run) -> bool:
    """Tell whether the clock stands now."""
    return any(not pause.until_ms for pause in one.pauses)


def agenda(kind: Kind, record: Record, calendar: Calendar) -> list[tuple[int, Step]]:
    """List the timed steps that this run has still to take, with their times, in page order; guards apart."""
    timed = [(step, step.timed) for step in kind.workflow.timed.get(record.state, ()) if step.timed]
    runs = {name: run(kind, record, calendar, name) for name in {when.clock for _, when in timed}}
    listed = [
        (_at(when, one, calendar), step)
        for step, when in timed
        if (one := runs[when.clock]) and one.due.due_ms and step.name not in one.taken and not paused(one)
    ]
    return [(at_ms, step) for at_ms, step in listed if at_ms]


def _at(timed: Timed, one: Run, calendar: Calendar) -> int:
    """Say when a timed step is to be taken, Unix ms; 0 never."""
    past = limit_of(timed.past)
    if past is not None:
        return due(one.due.due_ms, past, calendar, one.pauses).due_ms
    if timed.share >= WHOLE:
        return one.due.due_ms
    # What counts of a working day is the whole of it, though it is due at the close of the office.
    return min(reached(one.due, timed.share), one.due.due_ms)


def _clock_of(kind: Kind, state: str) -> str:
    """Name the clock of a state; none of a state or clock that this page does not know."""
    known = kind.workflow.states.get(state)
    return known.clock if known is not None and known.clock in kind.workflow.clocks else ""


def _stay(kind: Kind, record: Record) -> tuple[str, list[Entry]]:
    """Name the clock that runs, "" if none, and list the lines since it was started, that one first.

    A pause may be spent in a state with a clock of its own, so that it has an end too; the clock that was
    stopped then goes on where it was.
    """
    stay: list[Entry] = []
    aside: tuple[str, list[Entry]] = "", []  # what a pause stopped
    name = ""
    for entry in record.story:
        if entry.outcome == "overtaken":
            continue
        here, step = _clock_of(kind, entry.to), _step(kind, entry)
        if here == name:
            stay = [*stay, entry]
        elif step is not None and step.pauses:
            aside, stay = (name, [*stay, entry]), [entry]
        elif step is not None and step.resumes and aside[0] == here:
            aside, stay = ("", []), [*aside[1], entry]
        else:
            aside, stay = ("", []), [entry]
        name = here
    return name, stay


def _begun(clock: Clock, stay: list[Entry]) -> int:
    """Say which line of a stay a clock runs from: the last that started it anew, else the first."""
    return max(
        (at for at, entry in enumerate(stay) if not entry.sets.keys().isdisjoint(clock.anew)), default=0
    )


def _limit(kind: Kind, record: Record, clock: Clock, first: int) -> Limit | None:
    """Read the limit: until the day said, or that of the answer given, else the clock's own."""
    day = _said(kind, record, clock.until)
    if is_day(day):
        return Limit(min(max(day_number(day) - first, 1), AMOUNT_MAX), "day")
    marks = kind.marks_of(clock.of, _said(kind, record, clock.of))
    return limit_of(marks.get(clock.mark, clock.limit)) or limit_of(clock.limit)


def _said(kind: Kind, record: Record, name: str) -> Any:
    """Give what a field says; None if nobody wrote it, or there is none."""
    cell, field = record.cells.get(name), kind.fields.get(name)
    return None if cell is None or field is None else plain(field.rule, cell)


def _pauses(kind: Kind, name: str, stay: list[Entry]) -> tuple[Pause, ...]:
    pauses: list[Pause] = []
    for entry in stay:
        step = _step(kind, entry)
        lasts = bool(pauses) and not pauses[-1].until_ms
        if step is not None and step.pauses and not lasts and _clock_of(kind, entry.start) == name:
            pauses.append(Pause(entry.received_ms, 0, entry.person))
        if step is not None and step.resumes and lasts:
            pauses[-1] = replace(pauses[-1], until_ms=entry.received_ms)
    return tuple(pauses)


def _extensions(kind: Kind, stay: list[Entry]) -> Iterator[Extension]:
    for entry in stay:
        step = _step(kind, entry)
        amount: Any = entry.sets.get(step.extends) if step is not None else None
        if is_int(amount, 1, AMOUNT_MAX):
            yield Extension(amount, entry.received_ms, entry.person)


def _step(kind: Kind, entry: Entry) -> Step | None:
    return kind.workflow.named.get(entry.step)
