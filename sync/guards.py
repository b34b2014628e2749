"""The logic a kind page refers to by name: small pure questions about a record and who asks.

Pages hold no expressions, ever; where one needs logic, the logic is here and has a name.
Twin: pwa/src/sync/guards.ts. Shared cases: tests/vectors/guards.json.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from sync.register import plain

if TYPE_CHECKING:
    from sync.kind import Kind, Step
    from sync.op import Refusal
    from sync.register import Record
    from sync.value import Value


class Question(Struct, frozen=True):
    """What a guard may look at. `person` is 0 when the system asks."""

    kind: Kind
    record: Record
    step: Step
    person: int


class Guard(Struct, frozen=True):
    """A named question, and the refusal a person reads when the answer is no."""

    holds: Callable[[Question], bool]
    refusal: Refusal


def value_of(question: Question, name: str) -> Value:
    """Give a field's plain value, or None if nobody wrote it."""
    cell = question.record.cells.get(name)
    if cell is None or name not in question.kind.fields:
        return None
    return plain(question.kind.fields[name].rule, cell)


def not_author(question: Question) -> bool:
    """Hold unless the asker made the record: nobody decides on their own entry."""
    return question.person != question.record.author


def not_handler(question: Question) -> bool:
    """Hold unless the asker took the step that led here: nobody verifies their own work."""
    done = [entry for entry in question.record.story if entry.outcome == "done"]
    return not done or done[-1].person != question.person


def not_repeated(question: Question) -> bool:
    """Hold while this step was never taken on this record."""
    return all(
        entry.step != question.step.name or entry.outcome == "overtaken" for entry in question.record.story
    )


def went_up(question: Question) -> bool:
    """Hold if the record was ever in a one-way state: it has left the community."""
    states = question.kind.workflow.states
    return any(
        entry.outcome != "overtaken" and entry.to in states and states[entry.to].one_way
        for entry in question.record.story
    )


def never_went_up(question: Question) -> bool:
    """Hold while the record never left the community (one-way escalation, domain W5)."""
    return not went_up(question)


def is_emergency(question: Question) -> bool:
    """Hold if the report is marked urgent (I13)."""
    return value_of(question, "emergency") is True


def not_emergency(question: Question) -> bool:
    """Hold unless the report is marked urgent."""
    return not is_emergency(question)


def nobody_answered(question: Question) -> bool:
    """Hold if the visit's result says that nobody was met."""
    return value_of(question, "result") == "no_answer"


def somebody_answered(question: Question) -> bool:
    """Hold if the visit has a result and somebody was met."""
    return value_of(question, "result") is not None and not nobody_answered(question)


GUARDS: Final[dict[str, Guard]] = {
    "not_author": Guard(not_author, "your_own"),
    "not_handler": Guard(not_handler, "your_own_work"),
    "not_repeated": Guard(not_repeated, "only_once"),
    "went_up": Guard(went_up, "no_return"),
    "never_went_up": Guard(never_went_up, "no_return"),
    "is_emergency": Guard(is_emergency, "needs_field"),
    "not_emergency": Guard(not_emergency, "no_return"),
    "nobody_answered": Guard(nobody_answered, "needs_field"),
    "somebody_answered": Guard(somebody_answered, "needs_field"),
}
