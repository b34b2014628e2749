"""Guards that look at other records: at the one a field names, or at those that name this one.

Only the server asks them, with the neighbours at hand (sync/links.py): a phone does not hold them all, and
does not guess. So this module has no twin; the phone knows the guards' names and refusals. Named in
sync/guards.py, as all guards are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.deadline import Calendar, day_of, number_of
from sync.register import plain

if TYPE_CHECKING:
    from sync.guards import Question
    from sync.kind import Kind, State
    from sync.register import Entry, Record
    from sync.value import Value


def told(kind: Kind, record: Record, name: str) -> Value:
    """Give the plain value of a field of any record, or None if nobody wrote it."""
    cell = record.cells.get(name)
    if cell is None or name not in kind.fields:
        return None
    return plain(kind.fields[name].rule, cell)


def led_here(record: Record) -> Entry | None:
    """Give the line of the step that led to the present state; None of a record without a story."""
    moves = [entry for entry in record.story if entry.outcome != "overtaken" and entry.start != entry.to]
    return moves[-1] if moves else None


def _final(question: Question, record: Record) -> State | None:
    """Give the state of another record if it is final; None of one of a kind nobody knows."""
    kind = question.kinds.get(record.kind)
    state = None if kind is None else kind.workflow.states.get(record.state)
    return state if state is not None and state.final else None


def original_closed(question: Question) -> bool:
    """Hold once the record that `merged_into` names is over and done with.

    One that was turned away is over, but not done: it may be objected to, and answers nobody else.
    """
    original = question.linked.get("merged_into")
    state = None if original is None else _final(question, original)
    return state is not None and state.tone == "done"


def target_open(question: Question) -> bool:
    """Hold if `merged_into` names a record the asker knows, of this kind, and not itself merged.

    Whatever a record is merged into is not merged, so merges never close a circle, in whatever order
    two phones that did not hear each other sent theirs.
    """
    target = question.linked.get("merged_into")
    if target is None or "merged_into" in question.hidden or target.id == question.record.id:
        return False
    led = led_here(target)
    return target.kind == question.kind.name and (led is None or "merged_into" not in led.sets)


def _parts(question: Question) -> list[Record]:
    """List the records that name this one as the whole they are parts of, in `parent`."""
    known = [(each, question.kinds.get(each.kind)) for each in question.linking]
    return [each for each, kind in known if kind and told(kind, each, "parent") == question.record.id]


def parts_done(question: Question) -> bool:
    """Hold if every part of this record is in a final state; also while it has none."""
    return all(_final(question, each) for each in _parts(question))


def has_parts(question: Question) -> bool:
    """Hold if the record was split into parts."""
    return bool(_parts(question))


def part_came_back(question: Question) -> bool:
    """Hold if a part has moved since this record came into its state: old parts, long done, end nothing."""
    led = led_here(question.record)
    return any(each.story and (led is None or each.story[-1].seq > led.seq) for each in _parts(question))


def grant_live(question: Question) -> bool:
    """Hold if the record that `grant` names is active and its last day, `until`, is not past (domain W7)."""
    grant = question.linked.get("grant")
    kind = None if grant is None else question.kinds.get(grant.kind)
    if grant is None or kind is None or grant.state != "active":
        return False
    until = told(kind, grant, "until")
    return isinstance(until, int) and until >= number_of(day_of(question.now_ms, Calendar()))
