"""Who answers for a matter: the units of the town that stand behind what the catalogue says of it.

The catalogue names responders, and a town says in a list of its own which department, board or post each is
(docs/catalogue.md); sync/listing.py writes that beside the marks that name them. Two guards ask here
(sync/turns.py), and an automatic step with `responder` on its page takes the unit from here: so something is
at once with who knows, and nobody looks it up.
No twin: the server alone takes such a step, when it has heard of the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sync.register import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sync.kind import Kind, Step
    from sync.register import Change, Record

MATTER: Final = "matter"  # field of what the catalogue describes
ASKED: Final = ("unit_at", "first_at")  # marks: who answers for a matter; who goes first, if that is not told
CALLED: Final = ("unit_at", "first_at", "whistle_at")  # and all that may be whistled for


def units_of(marks: Mapping[str, str], names: tuple[str, ...]) -> list[int]:
    """List the units that stand behind marks of a matter, as far as the town says which they are."""
    return [int(each) for name in names for each in marks.get(name, "").split()]


def asked_for(kind: Kind, record: Record, step: Step) -> dict[str, Change]:
    """Word what a step with `responder` carries: the unit that answers for the record's matter."""
    cell = record.cells.get(MATTER)
    if not step.responder or cell is None:
        return {}
    matter = plain(kind.fields[MATTER].rule, cell)
    found = units_of(kind.marks_of(MATTER, matter), ASKED)
    return {step.responder: found[0]} if found else {}


def sent_on(kind: Kind, record: Record, step: Step, saw: str) -> bool:
    """Tell whether a record has left the state somebody saw only because its matter has a responder.

    No phone foresees that, so nobody is too late by it whose step may be taken where the record is now, too.
    """
    if record.state not in step.start:
        return False
    moves = [each for each in record.story if each.outcome != "overtaken" and each.start != each.to]
    last = kind.workflow.named.get(moves[-1].step) if moves else None
    return last is not None and last.responder != "" and moves[-1].start == saw


def responder_faults(kind: Kind, step: Step) -> Iterator[str]:
    """Tell what is wrong with a step that asks who answers for a matter."""
    if not step.responder:
        return
    if not step.auto:
        yield f"{step.name}: an automatic step has a responder, and no other"
    if MATTER not in kind.fields:
        yield f"{step.name}: a responder needs a field {MATTER}"
    field = kind.fields.get(step.responder)
    if field is None or (field.type, field.rule) != ("unit", "latest"):
        yield f"{step.name}: responder names no unit field with rule latest"
