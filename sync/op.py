"""The op: one write by one person on one record, and the closed list of ways to refuse it.

Twin: pwa/src/sync/op.ts. Shared cases: tests/vectors/op.json.
"""

from typing import Any, Final, Literal, get_args

from msgspec import Struct

from sync.clock import Stamp
from sync.value import INT_MAX

PERSON_ORIGIN: Final = "ffffffff"  # device number under which per-person records are named

# Refusals are the API: never renamed. docs/kinds.md explains each to people.
Refusal = Literal[
    "unknown_kind",  # no page of that name; the op waits on the device
    "unknown_field",  # the page has no such field (yet); the op waits on the device
    "unknown_step",  # the page has no such step (yet); the op waits on the device
    "bad_number",  # op number not in 1..2^53-1
    "bad_stamp",  # stamp malformed or not of this device
    "bad_record",  # record id malformed, or not one this device or person may mint
    "bad_area",  # no such unit, or not the tier this kind lives on
    "bad_value",  # a value outside its declared type or bounds
    "stamp_reused",  # another write under the same stamp (I1)
    "number_reused",  # another body under the same op number
    "not_found",  # no such record, or none this person may see: the answer is the same
    "not_your_role",  # the person's roles do not allow this here
    "not_your_field",  # the field is not this person's to write
    "needs_field",  # the step needs a field that is missing
    "wrong_state",  # the step does not start from the state its author saw
    "empty_op",  # neither a field nor a step
    "your_own",  # a person may not decide on what they made themselves
    "your_own_work",  # a person may not verify what they handled themselves
    "only_once",  # this step may be taken once
    "no_return",  # a record that went up may not come back down
    "out_of_list",  # a task for a grid whose matter is not on its list, and no live grant covers it
    "negative",  # no grid may ever be sent for this matter, with or without a grant
    "needs_cause",  # what was closed there before is back, and it is not said why
    "not_listed",  # the unit is none of those the catalogue lists for the matter
    "bad_target",  # what it is to be merged into is not there, is merged itself, or is this very record
    "parts_open",  # a part of the record is still open
    "too_late",  # the time in which this could be taken back is over
    "binding",  # the commander settled who does it
    "used_up",  # this may be asked for so many times, and was
    "cannot_mend",  # what is to be put right is not there, or could not say what is proposed
    "personal_data",  # a text that many will read holds a number of a person or a car
]
REFUSALS: Final[tuple[str, ...]] = get_args(Refusal)

# Refused for now: the server may learn better, so the op keeps its number and waits on the device.
WAITING: Final = frozenset({"unknown_kind", "unknown_field", "unknown_step"})

# Answers that are no refusal: nothing is left to do for the author. A parked op was allowed when it was
# written and is no longer: it is kept for the secretary's review. One that is gone names a record that
# was removed.
Code = Refusal | Literal["applied", "overtaken", "amended", "parked", "gone"]


class StepTaken(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A step of the workflow, with the state its author saw when taking it."""

    name: str
    saw: str


class Op(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One write. Its identity is (stamp.device, n)."""

    n: int  # 1, 2, 3... per device, without gaps (I10)
    stamp: Stamp
    kind: str
    record: str
    area: int | None  # org unit; only an op that makes a record has it
    sets: dict[str, Any]  # change by field; its shape follows the field's merge rule
    step: StepTaken | None = None


class Verdict(Struct, frozen=True, array_like=True):
    """The answer to one op; given once and repeated for every repeat (I6)."""

    n: int
    code: Code  # applied, amended (merged otherwise than sent), overtaken, or a refusal
    received_ms: int  # server time at which it was first decided
    detail: str = ""  # the field or step meant, if one is


def minted(device: str, n: int) -> str:
    """Name the record that op `n` of a device makes."""
    return f"{device}.{n}"


def per_day(person: int, series: int, day: int) -> str:
    """Name a record of which each person has one a day, the same on every device.

    `series` tells kinds apart (1..90 000 000, so that the number stays exact), `day` is yyyymmdd.
    """
    return f"{PERSON_ORIGIN}{person:08x}.{series * 10**8 + day}"


def origin(record: str) -> str:
    """Give the part of a record id that says who named it: a device, or a person."""
    return record[:16]


def good_number(n: int) -> bool:
    """Tell whether `n` can be an op number."""
    return 1 <= n <= INT_MAX
