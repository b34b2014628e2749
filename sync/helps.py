"""How a page helps whoever fills it in: what was answered before, and what is on somebody's plate.

Twin: none; pwa/src/sync/kind.ts has the shapes, and phones do the searching (pwa/src/widgets/answers.ts)
and the gathering (pwa/src/widgets/plate.ts). In words: docs/kinds.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.kind import Kind

SEARCHED = ("text", "choice", "choices")


class Answers(Struct, frozen=True, forbid_unknown_fields=True):
    """Its records answer questions: phones find them without a network, also while somebody asks."""

    look: tuple[str, ...]  # fields that are searched, the weightiest first; of a choice, all its words
    tell: tuple[str, ...]  # fields that are the answer
    states: tuple[str, ...]  # in which a record answers
    solved: str = ""  # step that ends a question with an answer found; its first needed field names that one
    publish: str = ""  # step that writes it up; its first needed field names what was written
    review: str = ""  # day field: to be looked at again then


class Plate(Struct, frozen=True, forbid_unknown_fields=True):
    """Its form proposes what somebody has in hand; each thing kept becomes a record beside it."""

    whose: str  # person field: whose plate it is
    part: str  # kind of those records; they name this one in their ref field that refers to it


def answers_faults(kind: Kind) -> list[str]:
    """List what is wrong with what a page says of answers."""
    said = kind.answers
    if said is None:
        return []
    steps = {step.name: step for step in kind.workflow.steps}
    faults = [f"answers: no state {name}" for name in said.states if name not in kind.workflow.states]
    faults += [f"answers: {name} cannot be searched" for name in _not(kind, said.look, SEARCHED)]
    faults += [f"answers: {name} is no text" for name in _not(kind, said.tell, ("text",))]
    if said.review and _not(kind, (said.review,), ("day",)):
        faults.append("answers: review names no day")
    for name in filter(None, (said.solved, said.publish)):
        needs = steps[name].needs if name in steps else ()
        if not needs or _not(kind, needs[:1], ("ref",)):
            faults.append(f"answers: {name} is no step that needs a record first")
    return faults


def plate_faults(kind: Kind) -> list[str]:
    """List what is wrong with what a page says of a plate."""
    if kind.plate is None or not _not(kind, (kind.plate.whose,), ("person",)):
        return []
    return ["plate: whose names no person"]


def nameless_faults(kind: Kind) -> list[str]:
    """List the fields that are to give nobody away and are no text."""
    named = [name for name, each in kind.fields.items() if each.nameless]
    return [f"{name}: only a text is nameless" for name in _not(kind, named, ("text",))]


def help_faults(kind: Kind) -> list[str]:
    """List all of them."""
    return answers_faults(kind) + plate_faults(kind) + nameless_faults(kind)


def _not(kind: Kind, names: Iterable[str], types: tuple[str, ...]) -> list[str]:
    return [name for name in names if name not in kind.fields or kind.fields[name].type not in types]
