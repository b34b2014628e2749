"""The clock of the state a record is in, read from its story: its start, its pauses, when it is due.

A function of the page, the record and the calendar and of nothing else: whoever holds the three counts
the same, the server as well as a phone without a net. Lines that came too late count for nothing.
Twin: pwa/src/sync/clocks.ts. Shared cases: tests/vectors/clocks.json. In words: docs/deadlines.md.
"""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from sync.deadline import AMOUNT_MAX, Calendar, Due, Limit, Pause, due, limit_of, reached
from sync.kind import Clock, Kind, Step, Timed, marks_of
from sync.register import Entry, Record, plain
from sync.value import is_int

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


def run(kind: Kind, record: Record, calendar: Calendar) -> Run | None:
    """Give the run of the clock that the record's state names; None if it names none."""
    name, stay = _stay(kind, record)
    if not name or name != _clock_of(kind, record.state):
        return None
    limit = _limit(kind, record, kind.workflow.clocks[name])
    if limit is None:
        return None
    pauses, extensions = _pauses(kind, name, stay), tuple(_extensions(kind, stay))
    count = due(stay[0].received_ms, limit, calendar, pauses, [each.amount for each in extensions])
    taken = tuple(entry.step for entry in stay[1:])
    return Run(name, stay[0].received_ms, limit, pauses, extensions, taken, count)


def paused(one: Run) -> bool:
    """Tell whether the clock stands now."""
    return any(not pause.until_ms for pause in one.pauses)


def agenda(kind: Kind, record: Record, calendar: Calendar) -> list[tuple[int, Step]]:
    """List the timed steps that this run has still to take, with their times, in page order; guards apart."""
    one = run(kind, record, calendar)
    if one is None or paused(one) or not one.due.due_ms:
        return []
    listed = [
        (_at(step.timed, one, calendar), step)
        for step in kind.workflow.steps
        if step.timed is not None and record.state in step.start and step.name not in one.taken
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


def _limit(kind: Kind, record: Record, clock: Clock) -> Limit | None:
    """Read the limit: that of the answer given, else the clock's own."""
    cell, field = record.cells.get(clock.of), kind.fields.get(clock.of)
    answer = None if cell is None or field is None else plain(field.rule, cell)
    marks = marks_of(kind, clock.of, answer)
    return limit_of(marks.get(clock.mark, clock.limit)) or limit_of(clock.limit)


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
    return next((step for step in kind.workflow.steps if step.name == entry.step), None)
