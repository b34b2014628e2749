"""An op is recognised however it is spelled, and after it was erased; another under its number is not."""

import pytest
from msgspec.structs import replace

from sync.clock import Stamp
from sync.op import Op
from sync.park import emptied
from sync.repeat import repeats

DEVICE = "a" * 16
RED = [[1, 0, DEVICE], "red"]
FIRST = Op(
    1,
    Stamp(5501, 0, DEVICE),
    "trial",
    f"{DEVICE}.1",
    111,
    {"tags": {"add": [], "drop": [RED]}, "name": "mud"},
)


@pytest.mark.parametrize(
    ("sets", "same"),
    [
        ({"name": "mud", "tags": {"drop": [RED]}}, True),
        ({"name": "mud", "tags": {"drop": [RED], "add": []}}, True),
        ({"name": "mud", "tags": {"add": ["red"]}}, False),
        ({"name": "rock", "tags": {"drop": [RED]}}, False),
        ({"tags": {"drop": [RED]}}, False),
        ({"name": "mud"}, False),
        ({}, False),
    ],
)
def test_an_op_is_the_same_however_it_spells_that_it_adds_nothing(
    sets: dict[str, object], same: bool
) -> None:
    assert repeats(FIRST, "applied", replace(FIRST, sets=sets)) is same


def test_what_is_said_to_be_nothing_is_said() -> None:
    said = replace(FIRST, sets={"said": {"is": []}})
    assert repeats(said, "applied", replace(said, sets={"said": {"is": [], "over": []}}))
    assert not repeats(said, "applied", replace(said, sets={"said": {}}))


def test_true_is_not_one() -> None:
    counted = replace(FIRST, sets={"heads": 1})
    assert not repeats(counted, "applied", replace(counted, sets={"heads": True}))


def test_what_is_left_of_an_erased_op_is_recognised_and_another_is_not() -> None:
    assert repeats(emptied(FIRST), "applied", FIRST)
    assert not repeats(emptied(FIRST), "applied", replace(FIRST, area=None))


def test_what_was_taken_back_is_recognised_and_what_a_copy_kept_of_it_is_not() -> None:
    assert repeats(emptied(FIRST), "empty_op", emptied(FIRST))
    assert not repeats(emptied(FIRST), "empty_op", FIRST)
