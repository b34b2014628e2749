"""The shape of what an op writes: everything that can be checked without knowing the record.

Twin: pwa/src/sync/shape.ts. Shared cases: tests/vectors/shape.json.
"""

from typing import Any, Final

from sync import workflow
from sync.kind import Field, Kind
from sync.op import Op, Refusal
from sync.register import Change
from sync.value import LIST_MAX, fits, is_device, is_element, is_int, is_record_id

SETS_MAX: Final = 64  # fields one op may write; the widest page has about 20
OVER_MAX: Final = 64  # values one write may settle


def flaw_of(op: Op, kind: Kind) -> tuple[Refusal, str] | None:
    """Find what is wrong with an op that can be said without knowing the record: (code, field)."""
    if not is_record_id(op.record):
        return "bad_record", ""
    if op.step is not None and workflow.find(kind, op.step.name) is None:
        return "unknown_step", op.step.name
    if not op.sets and op.step is None and op.area is None:
        return "empty_op", ""
    if len(op.sets) > SETS_MAX:
        return "bad_value", ""
    for name, change in op.sets.items():
        if name not in kind.fields:
            return "unknown_field", name
        if not well_formed(kind.fields[name], change):
            return "bad_value", name
    return None


def well_formed(field: Field, change: Change) -> bool:
    """Tell whether a change has the shape its field's merge rule wants, and its value fits."""
    match field.rule:
        case "union":
            return _good_set_change(field, change)
        case "count":
            return is_int(change, 1)
        case "keep_both" | "authority":
            return (
                isinstance(change, dict)
                and set(change) <= {"is", "over"}
                and "is" in change
                and fits(field.spec, change["is"])
                and _good_stamps(change.get("over", []))
            )
        case "log":
            return change is not None and fits(field.spec, change)
    return fits(field.spec, change)


def _good_set_change(field: Field, change: Change) -> bool:
    if not isinstance(change, dict) or not set(change) <= {"add", "drop"}:
        return False
    add, drop = change.get("add", []), change.get("drop", [])
    if not isinstance(add, list) or not isinstance(drop, list) or len(add) + len(drop) > LIST_MAX:
        return False
    pairs = all(isinstance(each, list) and len(each) == 2 for each in drop)
    if not pairs or not _good_stamps([each[0] for each in drop]):
        return False
    return all(is_element(field.spec, each) for each in [*add, *(each[1] for each in drop)])


def _good_stamps(stamps: Any) -> bool:
    if not isinstance(stamps, list) or len(stamps) > OVER_MAX:
        return False
    return all(
        isinstance(stamp, list)
        and len(stamp) == 3
        and is_int(stamp[0], 0)
        and is_int(stamp[1], 0, 0xFFFF)
        and is_device(stamp[2])
        for stamp in stamps
    )


def says_something(change: Change) -> bool:
    """Tell whether a change that a step needs holds anything."""
    if isinstance(change, dict):
        return says_something(change.get("is")) or bool(change.get("add"))
    return change is not None and change != ""
