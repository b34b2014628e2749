"""Guards about whose turn it was: who was asked, who said no, who settled it, and what came with the result.

They read the story, so they need nothing written twice: a field says who has a case now, its lines say who
had it before. Others read what the catalogue says of the matter. Named in sync/guards.py, as all guards are.
Twin: pwa/src/sync/turns.ts. Shared cases: tests/vectors/guards.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sync.permit import is_body, named, path
from sync.register import plain
from sync.responder import ASKED, CALLED, MATTER, units_of

if TYPE_CHECKING:
    from sync.guards import Question
    from sync.register import Entry

DECLINES_MAX: Final = 2  # the second no is the commander's to settle (domain W1)
EXTENSIONS_MAX: Final = 2  # more time is given twice at most (domain W1)
OBJECT_MS: Final = 3 * 86_400_000  # in which a rejection may be objected to (domain W1)
COMMUNITY: Final = 4  # tier of a community; posts and departments have that of their government, 3 or less
NO: Final = ("decline", "decline_upper")  # steps by which a unit says that it is not its duty
UNIT: Final = "unit"  # field of the unit that has a case
RECURS: Final = "recurs"  # field of what was closed there before
CAUSE: Final = "root_cause"  # field of why it came back


def lines(question: Question) -> Iterator[Entry]:
    """Go through the lines that count, oldest first: what came too late is not among them."""
    return (entry for entry in question.record.story if entry.outcome != "overtaken")


def _value(question: Question, name: str) -> Any:
    """Give what a field holds, with what the step carries laid over it; None if nothing."""
    sets = question.sets or {}
    if name in sets and question.kind.fields[name].rule == "latest":
        return sets[name]
    cell = question.record.cells.get(name)
    return (
        None
        if cell is None or name not in question.kind.fields
        else plain(question.kind.fields[name].rule, cell)
    )


def _added(question: Question, name: str) -> list[Any]:
    """List what a field of several values holds, with what the step adds."""
    sets = question.sets or {}
    return [*(_value(question, name) or []), *sets.get(name, {}).get("add", [])]


def _marks(question: Question) -> Mapping[str, str]:
    """Give what the catalogue says of the record's matter."""
    return question.kind.marks_of(MATTER, _value(question, MATTER))


def declined(question: Question) -> list[int]:
    """List the units that said no since the commander last settled it, in that order."""
    unit, found = 0, list[int]()
    for entry in lines(question):
        unit = entry.sets.get(UNIT, unit)
        if entry.step == "decide":
            found = []
        if entry.step in NO:
            found.append(unit)
    return found


def first_decline(question: Question) -> bool:
    """Hold unless the unit that has it now has said no before."""
    return _value(question, UNIT) not in declined(question)


def twice_declined(question: Question) -> bool:
    """Hold once two said no: now it is to be settled."""
    return len(declined(question)) >= DECLINES_MAX


def not_binding(question: Question) -> bool:
    """Hold unless the commander settled who does it: that cannot be declined."""
    sent = [entry for entry in lines(question) if entry.to == "dispatched" and entry.start != entry.to]
    return not sent or sent[-1].step != "decide"


def was_dispatched(question: Question) -> bool:
    """Hold if it was ever sent to a unit."""
    return any(entry.to == "dispatched" for entry in lines(question))


def never_dispatched(question: Question) -> bool:
    """Hold if nobody outside the centre had it yet."""
    return not was_dispatched(question)


def went_to_district(question: Question) -> bool:
    """Hold if it was ever with the district: the town cannot have it back."""
    return any(entry.to == "at_district" for entry in lines(question))


def only_in_town(question: Question) -> bool:
    """Hold while it never was with the district."""
    return not went_to_district(question)


def above_community(question: Question) -> bool:
    """Hold unless the unit it is to go to is a community or a grid: what went up never comes down (W5)."""
    unit = question.units.get(_value(question, UNIT))
    return unit is None or unit.tier < COMMUNITY


def extensions_left(question: Question) -> bool:
    """Hold while more time was given fewer than two times."""
    giving = {step.name for step in question.kind.workflow.steps if step.extends}
    return sum(entry.step in giving for entry in lines(question)) < EXTENSIONS_MAX


def nobody_wrote(question: Question) -> bool:
    """Hold if nobody has written a word since the record came into its state."""
    story = list(lines(question))
    came = max((at for at, entry in enumerate(story) if entry.start != entry.to), default=0)
    said = [at for at, _ in question.record.cells.get("progress", [])]
    since = story[came].stamp.wall_ms if story else 0
    return all(not entry.person for entry in story[came + 1 :]) and all(at[0] <= since for at in said)


def within_days_3(question: Question) -> bool:
    """Hold for 3 days of 24 hours from the step that led to this state."""
    moves = [entry for entry in lines(question) if entry.start != entry.to]
    return bool(moves) and question.now_ms - moves[-1].stamp.wall_ms < OBJECT_MS


def self_resolved(question: Question) -> bool:
    """Hold if whoever reported it says that it was put right on the spot."""
    return _value(question, "self_resolved") is True


def conditions_met(question: Question) -> bool:
    """Hold if each thing is ticked that the catalogue wants true before the matter is closed.

    Asked in general, without what a step would carry, it holds: the step may still be offered.
    """
    wanted = _marks(question).get("close", "").split()
    return question.sets is None or set(wanted) <= set(_added(question, "conditions"))


def evidence_given(question: Question) -> bool:
    """Hold if there is a photo of how it looks now, where the catalogue wants one; in general it holds."""
    wanted = _marks(question).get("evidence") == "after_photo"
    return question.sets is None or not wanted or bool(_added(question, "result_photos"))


def cause_given(question: Question) -> bool:
    """Hold if it is said why it came back, of what happened there before (domain W1); in general it holds."""
    said = str(_value(question, CAUSE) or "").strip()
    return question.sets is None or not _value(question, RECURS) or said != ""


def came_late(question: Question) -> bool:
    """Hold if somebody handed in work that was called off before it was heard of."""
    steps = {step.name: step for step in question.kind.workflow.steps}
    late = [entry for entry in question.record.story if entry.outcome == "overtaken" and entry.step in steps]
    return any("result" in steps[entry.step].needs for entry in late)


def not_negative(question: Question) -> bool:
    """Hold unless an answer bears the mark of what no grid may ever be sent for (domain W7)."""
    kind = question.kind
    return not any("negative" in kind.marks_of(name, _value(question, name)) for name in kind.fields)


def names_self(question: Question) -> bool:
    """Hold if each person that the step's op names is the one who takes it; in general it holds."""
    persons = {name for name, field in question.kind.fields.items() if field.type == "person"}
    sets = question.sets or {}
    return all(sets[name] == question.person for name in persons & set(sets))


def not_refuser(question: Question) -> bool:
    """Hold unless the asker once ended it: who looks at it again is somebody else (domain W9)."""
    states = question.kind.workflow.states
    ended = [entry for entry in lines(question) if entry.to in states and states[entry.to].final]
    return all(entry.person != question.person for entry in ended)


def has_responder(question: Question) -> bool:
    """Hold if the town says which unit answers for the matter, or goes and looks first."""
    return bool(units_of(_marks(question), ASKED))


def no_unit(question: Question) -> bool:
    """Hold while no unit has it."""
    return not named(question.kind, question.record, UNIT)


def unit_listed(question: Question) -> bool:
    """Hold if the unit is one of those the matter lists; of a matter whose units nobody has told, any is."""
    listed = units_of(_marks(question), CALLED)
    return not listed or _value(question, UNIT) in listed


def within_board(question: Question) -> bool:
    """Hold if the unit it goes to is of the board, or the department, that has it; in general it holds."""
    had = named(question.kind, question.record, UNIT)
    bodies = [unit for unit in path(had, question.units) if is_body(unit, question.units)]
    if question.sets is None or not bodies:
        return question.sets is None
    return bodies[-1] in path(_value(question, UNIT), question.units)
