"""The logic a kind page refers to by name: small pure questions about a record and who asks.

Pages hold no expressions, ever; where one needs logic, the logic is here and has a name.
Twin: pwa/src/sync/guards.ts. Shared cases: tests/vectors/guards.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from sync.around import (
    grant_live,
    has_parts,
    led_here,
    met_since,
    original_closed,
    out_of_reach,
    part_came_back,
    parts_done,
    replaced,
    target_open,
    told,
)
from sync.correct import can_mend
from sync.nameless import no_personal_data
from sync.responder import MATTER
from sync.turns import (
    above_community,
    came_late,
    cause_given,
    conditions_met,
    evidence_given,
    extensions_left,
    first_decline,
    has_responder,
    names_self,
    never_dispatched,
    no_unit,
    nobody_wrote,
    not_binding,
    not_negative,
    not_refuser,
    only_in_town,
    self_resolved,
    twice_declined,
    unit_listed,
    was_dispatched,
    went_to_district,
    within_board,
    within_days_3,
)

if TYPE_CHECKING:
    from sync.kind import Kind, Kinds, Step
    from sync.op import Refusal
    from sync.permit import Units
    from sync.register import Change, Record
    from sync.value import Value

WEEK_MS: Final = 7 * 86_400_000


class Near(Struct, frozen=True):
    """What is known around a record when a question about it is asked."""

    kinds: Kinds = {}
    linked: Mapping[str, Record] = {}  # by ref field: the record it names, where a guard looks along it
    linking: tuple[Record, ...] = ()  # records that name this one, along fields that guards look along
    hidden: frozenset[str] = frozenset()  # ref fields whose record the asker may not read
    now_ms: int = 0  # when the step is taken, by its stamp
    blind: bool = False  # nothing is known around: what looks there is decided elsewhere, or later
    units: Units = {}
    sets: Mapping[str, Change] | None = None  # what the step carries; None where it is only offered
    beside: tuple[Record, ...] = ()  # of the same kind, about the same; where a guard looks there


ALONE: Final = Near(blind=True)

HOME: Final = "household"  # the ref field by which calls name whom they are on
MOVES_MAX: Final = 3  # times that something due may be put off (domain W3)


class Question(Struct, frozen=True):
    """What a guard may look at. `person` is 0 when the system asks."""

    kind: Kind
    record: Record
    step: Step
    person: int
    kinds: Kinds = {}
    linked: Mapping[str, Record] = {}
    linking: tuple[Record, ...] = ()
    hidden: frozenset[str] = frozenset()
    now_ms: int = 0
    units: Units = {}
    sets: Mapping[str, Change] | None = None
    beside: tuple[Record, ...] = ()


class Guard(Struct, frozen=True):
    """A named question, and the refusal a person reads when the answer is no."""

    holds: Callable[[Question], bool]
    refusal: Refusal
    linked: str = ""  # the ref field whose record it looks at
    linking: str = ""  # it looks at the records that name this one in a ref field of that name
    beside: str = ""  # at the records of the kind that name in this ref field what this one names there

    @property
    def far(self) -> bool:
        """Tell whether it looks at other records."""
        return bool(self.linked or self.linking or self.beside)


def ask(kind: Kind, record: Record, step: Step, person: int, near: Near) -> Question:
    """Put a question about a record with what is known around it."""
    return Question(
        kind, record, step, person, near.kinds, near.linked, near.linking, near.hidden, near.now_ms,
        near.units, near.sets, near.beside,
    )  # fmt: skip


def value_of(question: Question, name: str) -> Value:
    """Give a field's plain value, or None if nobody wrote it."""
    return told(question.kind, question.record, name)


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
    """Hold if the report is marked urgent (I13), or the task wanted at once."""
    return value_of(question, "emergency") is True or value_of(question, "urgency") == "emergency"


def not_emergency(question: Question) -> bool:
    """Hold unless the report is marked urgent."""
    return not is_emergency(question)


def nobody_answered(question: Question) -> bool:
    """Hold if the visit's result says that nobody was met."""
    return value_of(question, "result") == "no_answer"


def somebody_answered(question: Question) -> bool:
    """Hold if the visit has a result and somebody was met."""
    return value_of(question, "result") is not None and not nobody_answered(question)


def within_days_7(question: Question) -> bool:
    """Hold for 7 days of 24 hours from the step that led to this state."""
    led = led_here(question.record)
    return led is not None and question.now_ms - led.stamp.wall_ms < WEEK_MS


def hazard_found(question: Question) -> bool:
    """Hold if the check of a place wrote down something that is wrong."""
    return bool(value_of(question, "hazards"))


def moves_left(question: Question) -> bool:
    """Hold while what is due was put off fewer than three times since it was last dealt with.

    A household is dealt with by a visit, a place by a step of its own; that somebody moved in is neither.
    """
    kinds = {name for name, kind in question.kinds.items() if kind.round and kind.round.of == HOME}
    since = max((each.made_ms for each in question.linking if each.kind in kinds), default=0)
    moves = 0
    for entry in question.record.story:
        if entry.outcome == "done" and entry.stamp.wall_ms > since:
            moves = moves + 1 if entry.step == question.step.name else 0
    return moves < MOVES_MAX


def _mark(question: Question, name: str) -> str:
    """Read a mark of the matter the record is about; "" if the matter is not said, or has no such mark."""
    return question.kind.marks_of(MATTER, value_of(question, MATTER)).get(name, "")


def route_emergency(question: Question) -> bool:
    """Hold if it may wait for nobody: it is marked urgent, or its matter is a danger to life (I13)."""
    return is_emergency(question) or level_1(question) or _mark(question, "route") == "emergency"


def route_centre(question: Question) -> bool:
    """Hold if its matter goes to the town centre at once."""
    return not route_emergency(question) and _mark(question, "route") == "centre"


def route_community(question: Question) -> bool:
    """Hold if the community looks at it first: all that goes neither way else, so that one always holds."""
    return not route_emergency(question) and not route_centre(question)


def level_1(question: Question) -> bool:
    """Hold if its matter is of the gravest level."""
    return _mark(question, "level") == "1"


def level_2(question: Question) -> bool:
    """Hold if its matter is of the second level."""
    return _mark(question, "level") == "2"


def level_low(question: Question) -> bool:
    """Hold if its matter is of the third or fourth level, or none was said."""
    return not level_1(question) and not level_2(question)


def on_duty_list(question: Question) -> bool:
    """Hold if its matter is on the grid's duty list (domain section 1)."""
    return _mark(question, "duty") != ""


def in_list(question: Question) -> bool:
    """Hold if a grid may be tasked with it: it is on the duty list, or a live grant covers it (domain W7)."""
    return on_duty_list(question) or grant_live(question)


def sort_own(question: Question) -> bool:
    """Hold if what is said to be wrong is what a worker sees for herself: the secretary decides."""
    return value_of(question, "sort") == "own"


def sort_owner(question: Question) -> bool:
    """Hold if a register answers for what is said to be wrong: the data steward decides."""
    return value_of(question, "sort") == "owner"


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
    "out_of_reach": Guard(out_of_reach, "needs_field", linked=HOME, beside=HOME),
    "met_since": Guard(met_since, "needs_field", beside=HOME),
    "hazard_found": Guard(hazard_found, "needs_field"),
    "moves_left": Guard(moves_left, "used_up", linking=HOME),
    "original_closed": Guard(original_closed, "wrong_state", linked="merged_into"),
    "target_open": Guard(target_open, "bad_target", linked="merged_into"),
    "parts_done": Guard(parts_done, "parts_open", linking="parent"),
    "has_parts": Guard(has_parts, "wrong_state", linking="parent"),
    "replaced": Guard(replaced, "wrong_state", linking="replaces"),
    "within_days_7": Guard(within_days_7, "too_late"),
    "grant_live": Guard(grant_live, "out_of_list", linked="grant"),
    "route_emergency": Guard(route_emergency, "wrong_state"),
    "route_centre": Guard(route_centre, "wrong_state"),
    "route_community": Guard(route_community, "wrong_state"),
    "level_1": Guard(level_1, "wrong_state"),
    "level_2": Guard(level_2, "wrong_state"),
    "level_low": Guard(level_low, "wrong_state"),
    "sort_own": Guard(sort_own, "wrong_state"),
    "sort_owner": Guard(sort_owner, "wrong_state"),
    "can_mend": Guard(can_mend, "cannot_mend", linked="target"),
    "on_duty_list": Guard(on_duty_list, "out_of_list"),
    "first_decline": Guard(first_decline, "only_once"),
    "twice_declined": Guard(twice_declined, "wrong_state"),
    "not_binding": Guard(not_binding, "binding"),
    "was_dispatched": Guard(was_dispatched, "wrong_state"),
    "never_dispatched": Guard(never_dispatched, "wrong_state"),
    "went_to_district": Guard(went_to_district, "wrong_state"),
    "only_in_town": Guard(only_in_town, "no_return"),
    "above_community": Guard(above_community, "no_return"),
    "extensions_left": Guard(extensions_left, "used_up"),
    "nobody_wrote": Guard(nobody_wrote, "wrong_state"),
    "within_days_3": Guard(within_days_3, "too_late"),
    "self_resolved": Guard(self_resolved, "wrong_state"),
    "has_responder": Guard(has_responder, "wrong_state"),
    "no_unit": Guard(no_unit, "wrong_state"),
    "unit_listed": Guard(unit_listed, "not_listed"),
    "within_board": Guard(within_board, "not_your_field"),
    "conditions_met": Guard(conditions_met, "needs_field"),
    "evidence_given": Guard(evidence_given, "needs_field"),
    "came_late": Guard(came_late, "wrong_state"),
    "cause_given": Guard(cause_given, "needs_cause"),
    "not_negative": Guard(not_negative, "negative"),
    "names_self": Guard(names_self, "not_your_field"),
    "not_refuser": Guard(not_refuser, "your_own_work"),
    "in_list": Guard(in_list, "out_of_list", linked="grant"),
    "part_came_back": Guard(part_came_back, "parts_open", linking="parent"),
    "no_personal_data": Guard(no_personal_data, "personal_data"),
}
