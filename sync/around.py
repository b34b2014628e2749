"""Guards that look at other records: at the one a field names, or at those that name this one.

Only the server can answer them, with the neighbours at hand (sync/links.py). A phone holds some of them: it
can say beforehand that a step will be refused, and never that it will not. Named in sync/guards.py.
Twin: pwa/src/sync/around.ts, for the guards of which a phone can tell. Shared cases:
tests/vectors/around.json.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from sync.deadline import Calendar, day_of, number_of
from sync.permit import withheld
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


def replaced(question: Question) -> bool:
    """Hold once another record of this kind, in the same unit and sent down to its readers, names this one in
    `replaces`: nobody takes the word of another unit away.
    """
    record = question.record
    newer = [each for each in question.linking if (each.kind, each.area) == (record.kind, record.area)]
    return any(
        told(question.kind, each, "replaces") == record.id and not withheld(question.kind, each)
        for each in newer
    )


def grant_live(question: Question) -> bool:
    """Hold if the record that `grant` names is active and its last day, `until`, is not past (domain W7)."""
    grant = question.linked.get("grant")
    kind = None if grant is None else question.kinds.get(grant.kind)
    if grant is None or kind is None or grant.state != "active":
        return False
    until = told(kind, grant, "until")
    return isinstance(until, int) and until >= number_of(day_of(question.now_ms, Calendar()))


MISSES_MAX: Final = 3  # visits in a row without an answer, then the leader hears of it (domain W12)
FOUND: Final = "found"  # the step that says that who did not answer was found


def out_of_reach(question: Question) -> bool:
    """Hold at the latest visit to a household if nobody answered at it and at the two before, or, where one
    answer bears the mark `same_day`, at it alone.

    Counted here from the visits themselves: two phones do not know of each other's, and what a client says
    it counted proves nothing. While an earlier visit of the row has the leader looking, no other does.
    """
    visits = sorted((question.record, *question.beside), key=_made, reverse=True)
    if visits[0].id != question.record.id:
        return False
    found_ms = max(map(_found_ms, visits))
    row = list(
        takewhile(
            lambda each: each.made_ms > found_ms and told(question.kind, each, "result") == "no_answer",
            visits,
        )
    )
    if any(each.state == question.step.to for each in row):
        return False
    return len(row) >= MISSES_MAX or (bool(row) and _same_day(question))


def met_since(question: Question) -> bool:
    """Hold if somebody was met at a later visit to the same household: whoever was sought is found."""
    later = [each for each in question.beside if _made(each) > _made(question.record)]
    return any(told(question.kind, each, "result") not in (None, "no_answer") for each in later)


def _made(record: Record) -> tuple[int, str, int]:
    return record.made_ms, record.id[:16], int(record.id[17:])


def _found_ms(visit: Record) -> int:
    """Give when somebody said of a visit that who did not answer was found after all; 0 if nobody did."""
    said = [each for each in visit.story if each.step == FOUND and each.outcome == "done"]
    return max((each.stamp.wall_ms for each in said), default=0)


def _same_day(question: Question) -> bool:
    """Tell whether somebody lives in the household visited who is to be found that very day."""
    home = question.linked.get("household")
    kind = None if home is None else question.kinds.get(home.kind)
    if home is None or kind is None:
        return False
    for name, field in kind.fields.items():
        answers = told(kind, home, name) if field.options else None
        chosen = answers if isinstance(answers, list) else [answers]
        if any("same_day" in kind.marks_of(name, each) for each in chosen):
            return True
    return False
