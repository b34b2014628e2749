"""Corrections: what is said to be wrong about another record, and the change that would put it right.

A page whose steps mend has fields of these names; what may be said to be wrong, and who decides on it, stands
with the fields of the other page (`correct`). A correction of class `own` (what a worker sees for herself) is
the secretary's, one of class `owner` (what a register answers for) is the data steward's; what it says of
such a field lies in fields of its own, which fewer people see.
Only the server writes into the other record, for the phone need not hold it: this module has no twin.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sync.register import plain
from sync.value import canonical, fits

if TYPE_CHECKING:
    from sync.guards import Question
    from sync.kind import Field, Kind, Step
    from sync.merges import Cell
    from sync.register import Change, Record

TARGET: Final = "target"  # field: the record that is said to be wrong
ABOUT: Final = "field"  # field: in which of its fields
SORT: Final = "sort"  # field: the class, own or owner
PLACE: Final = "place"  # field: where it really is, of a field that says where something is
VALUES: Final = {"own": "value", "owner": "owner_value"}  # field by class: what is right, as JSON
GUARD: Final = "can_mend"
TYPES: Final = ("text", "int", "flag", "choice", "choices", "day", "place")
RULES: Final = ("latest", "union", "keep_both", "authority")  # under which a value can be replaced
SENSITIVE: Final = 3  # sensitivity from which a field is an owner's, who alone sees what is said of it


def proposed(kind: Kind, record: Record, field: Field, sort: str) -> Any:
    """Give the value a correction proposes for a field; raises ValueError if what it says is no value."""
    if field.type == "place":
        return _said(kind, record, PLACE)
    text = _said(kind, record, VALUES.get(sort, ""))
    return json.loads(text) if isinstance(text, str) else None


def can_mend(question: Question) -> bool:
    """Hold if what a correction says can be written into the record that `target` names, as it says.

    Of the same unit, for who decides on the one has a say there; in a field of the class they decide on.
    """
    target = question.linked.get(TARGET)
    page = None if target is None else question.kinds.get(target.kind)
    return target is not None and page is not None and _fits(page, target, question.kind, question.record)


def _fits(page: Kind, target: Record, kind: Kind, record: Record) -> bool:
    sort = _said(kind, record, SORT)
    field = page.fields.get(str(_said(kind, record, ABOUT)))
    if field is None or not sort or field.correct != sort or target.area != record.area:
        return False
    try:
        value = proposed(kind, record, field, str(sort))
    except ValueError:
        return False
    return value is not None and fits(field.spec, value)


def change_of(field: Field, cell: Cell | None, value: Any) -> Change:
    """Word the write that makes `value` what a field says, over all that stands in it now."""
    if field.rule == "union":
        live = [] if cell is None else plain(field.rule, cell)
        present = live if isinstance(live, list) else []
        dropped = {canonical(each) for each in (cell[1] if cell else [])}
        drop = [
            add for add in (cell[0] if cell else []) if add[1] not in value and canonical(add) not in dropped
        ]
        return {"add": [each for each in value if each not in present], "drop": drop}
    if field.rule in ("keep_both", "authority"):
        return {"is": value, "over": [entry[0] for entry in (cell[0] if cell else [])]}
    return value


def field_faults(name: str, field: Field) -> Iterator[str]:
    """Give what is wrong with how a field of a page may be corrected."""
    if not field.correct:
        return
    if field.rule not in RULES or field.type not in TYPES:
        yield f"{name}: a {field.type} under {field.rule} cannot be corrected"
    if field.correct == "own" and (field.sensitivity >= SENSITIVE or field.see is not None):
        # Whoever decides on class own would read of it what the page keeps from them.
        yield f"{name}: not everybody sees it, so its corrections are its owner's"


def step_faults(kind: Kind, step: Step) -> Iterator[str]:
    """Give what is wrong with a step that mends."""
    if not step.mends:
        return
    if GUARD not in step.guards:
        yield f"{step.name}: mends without {GUARD}"
    lacking = [name for name in (TARGET, ABOUT, SORT, PLACE, *VALUES.values()) if name not in kind.fields]
    yield from (f"{step.name}: mends, and there is no field {name}" for name in lacking)


def _said(kind: Kind, record: Record, name: str) -> Any:
    cell = record.cells.get(name)
    return plain(kind.fields[name].rule, cell) if cell is not None and name in kind.fields else None
