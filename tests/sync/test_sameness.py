"""sync/sameness.py against the shared cases, and what a fingerprint must not and must depend on."""

import random
from typing import Any

import pytest
from msgspec.structs import replace

from sync.clock import Stamp
from sync.register import Entry, Held, Record
from sync.sameness import fingerprint, tally
from tests.sync.vectors import Case, fault_of, parametrized

LINES = tuple(
    Entry(seq, Stamp(1_000 + seq, 0, "0000000a1b2c3d4e"), 7, f"step{seq}", "open", "done", "done", 2_000, {})
    for seq in range(1, 6)
)
RECORD = Record(
    "0000000a1b2c3d4e.1", "trial", 311, 7, 1_000, 2_000, "open", Held(9, "", 0),
    {"name": ["x", [1_000, 0, "0000000a1b2c3d4e"]]}, {"name": Held(9, "", 0)}, LINES, 5_000,
)  # fmt: skip


@parametrized("sameness")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("sameness", case)


@pytest.mark.parametrize(
    "other",
    [
        {"made_ms": 1}, {"received_ms": 1}, {"head": Held(1, "x", 1)}, {"held": {}}, {"due_ms": 0},
        {"story": LINES[::-1]}, {"story": tuple(replace(line, seq=0, received_ms=1) for line in LINES)},
        {"story": tuple(replace(line, sets={"note": "y"}) for line in LINES)},
    ],
)  # fmt: skip
def test_what_a_phone_may_have_otherwise_changes_nothing(other: dict[str, Any]) -> None:
    assert fingerprint(replace(RECORD, **other)) == fingerprint(RECORD)


@pytest.mark.parametrize(
    "other",
    [
        {"id": "0000000a1b2c3d4e.2"}, {"kind": "other"}, {"area": 312}, {"author": 8}, {"state": "done"},
        {"cells": {}}, {"story": LINES[1:]},
        {"cells": {"name": ["x", [1_001, 0, "0000000a1b2c3d4e"]]}},
        *({"story": (replace(LINES[0], **{name: value}), *LINES[1:])} for name, value in {
            "stamp": Stamp(1_001, 1, "0000000a1b2c3d4e"), "person": 8, "step": "x", "start": "x", "to": "x",
            "outcome": "auto",
        }.items()),
    ],
)  # fmt: skip
def test_everything_else_changes_it(other: dict[str, Any]) -> None:
    assert fingerprint(replace(RECORD, **other)) != fingerprint(RECORD)


def test_an_area_comes_to_the_same_in_any_order() -> None:
    prints = [random.Random(7).randrange(2**32) for _ in range(50)]
    assert tally(prints) == tally(prints[::-1]) == (50, tally(prints)[1])
    assert tally([]) == (0, 0)
    assert tally([*prints, prints[0]]) != tally(prints[1:]), "a record held twice is not one that is lacking"
