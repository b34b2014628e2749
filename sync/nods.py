"""What a page says of readers who must say that they have read a record: by a small record of their own.

No twin; pwa/src/sync/kind.ts has the shape, and phones tell who has not (pwa/src/widgets/nods.ts).
In words: docs/kinds.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync.kind import Kind


class Nods(Struct, frozen=True, forbid_unknown_fields=True):
    """Readers answer its records by one of another kind, made where they themselves belong."""

    by: str  # kind of those answers; its ref field that refers to this one names what was read
    must: str  # flag field: only where it is set
    due: str  # day field: until then
    states: tuple[str, ...]  # in which a record is to be read


def nod_faults(kind: Kind) -> Iterator[str]:
    """Tell what is wrong with what a page says of its readers."""
    said = kind.nods
    if said is None:
        return
    for name, wanted in ((said.must, "flag"), (said.due, "day")):
        if name not in kind.fields or kind.fields[name].type != wanted:
            yield f"nods: {name} is no {wanted} field"
    for name in said.states:
        if name not in kind.workflow.states:
            yield f"nods: no state {name}"
