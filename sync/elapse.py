"""What time does to a record: which steps it will take, when to look next, and taking the one that is due.

Twin: pwa/src/sync/elapse.ts, which no phone runs: the system is the server. Shared cases:
tests/vectors/elapse.json.
"""

from msgspec.structs import replace

from sync.clock import Stamp
from sync.clocks import agenda
from sync.deadline import Calendar
from sync.kind import Kind, Step
from sync.links import refs_of
from sync.naming import noted
from sync.register import Record
from sync.workflow import Event, advance, refused_by


def waiting(kind: Kind, record: Record, calendar: Calendar) -> list[tuple[int, Step]]:
    """List the steps that time will take, with their times, the next first; not those closed now."""
    listed = agenda(kind, record, calendar)
    open_now = [(at_ms, step) for at_ms, step in listed if refused_by(kind, record, step, 0) is None]
    return sorted(open_now, key=lambda each: each[0])


def next_ms(kind: Kind, record: Record, calendar: Calendar) -> int:
    """Say when the system must look at a record again, Unix ms; 0 if never."""
    return next((at_ms for at_ms, _ in waiting(kind, record, calendar)), 0)


def timed(kind: Kind, record: Record, calendar: Calendar, now_ms: int) -> Step | None:
    """Find the step that time takes on a record now; of several the one that was due first."""
    return next((step for at_ms, step in waiting(kind, record, calendar) if at_ms <= now_ms), None)


def dated(kind: Kind, record: Record, calendar: Calendar) -> Record:
    """Note on a record that is settled when the system must look at it again, and whom and what it names."""
    return replace(noted(kind, record), due_ms=next_ms(kind, record, calendar), refs=refs_of(kind, record))


def elapse(
    record: Record, kind: Kind, calendar: Calendar, clock: Stamp, seq: int, now_ms: int
) -> Record | None:
    """Take the step that time takes on a record by now; None if none is due."""
    step = timed(kind, record, calendar, now_ms)
    if step is None:
        return None
    event = Event(clock.wall_ms, clock.count, clock.device, seq, "", now_ms)
    return dated(kind, advance(kind, record, step, 0, {}, event), calendar)
