"""What a page declares of thanks that come by themselves: which steps earn a record of its kind, for whom.

The page that is given says all of it, so a town that thanks otherwise edits one page. `sync/earn.py` makes
the records. Only the server does, so this module has no twin; phones read such records like any others.
How to write one: docs/kinds.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from sync.permit import AUTHOR, ROLES

if TYPE_CHECKING:
    from sync.kind import Kind

CAP_MAX: Final = 100  # a person and day: each is looked for under its own id, see sync/earn.py


class Deed(Struct, frozen=True, forbid_unknown_fields=True):
    """Steps of another kind that earn something, the first of them that a record sees."""

    kind: str
    steps: tuple[str, ...]
    whose: str = AUTHOR  # who earns it: the author, or a person field of that kind
    sets: dict[str, Any] = {}  # values of the record that is made
    copies: dict[str, str] = {}  # the same, taken from fields of the record that earned it


class Merit(Struct, frozen=True, forbid_unknown_fields=True):
    """How records of a page come by themselves."""

    roles: tuple[str, ...]  # who may earn at all, over the unit where it was earned
    person: str  # field: who earned it
    amount: str  # int field: how much
    about: str  # ref field: with which record
    cap: int  # of the amounts of one person and day
    series: int  # of the ids, and the `cap` after it: tells them from those of other per-day records
    deeds: tuple[Deed, ...]


def merit_faults(kind: Kind) -> Iterator[str]:
    """Give what is wrong with how a page says that its records are earned."""
    merit = kind.merit
    if merit is None:
        return
    yield from (f"merit: no role {role}" for role in merit.roles if role not in ROLES)
    for name, sort in ((merit.person, "person"), (merit.amount, "int"), (merit.about, "ref")):
        if name not in kind.fields or kind.fields[name].type != sort:
            yield f"merit: {name} is no {sort} field"
    if not 1 <= merit.cap <= CAP_MAX or merit.series < 1:
        yield f"merit: a cap is 1 to {CAP_MAX}, and a series more than 0"
    for deed in merit.deeds:
        named = (*deed.sets, *deed.copies)
        yield from (f"merit: no field {name}" for name in named if name not in kind.fields)
        if merit.amount not in named:
            yield f"merit: {deed.kind} does not say how much"
