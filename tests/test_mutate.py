"""The shared vectors notice every small break of the core, in both languages (tests/mutate.py)."""

import pytest

from tests import mutate_phone, mutate_python
from tests.mutate import STEMS, Mutant, equivalents, faults

MADE_MIN = 400  # of each twin: fewer means that the breaking itself is broken


@pytest.mark.parametrize("breaking", [mutate_python, mutate_phone], ids=["python", "phone"])
def test_every_mutant_that_changes_anything_dies(breaking: object) -> None:
    twin = "python" if breaking is mutate_python else "phone"
    made, lived = breaking.survivors(STEMS)
    wrong = faults(twin, STEMS, lived)
    assert not wrong, "\n".join(wrong)
    assert made > MADE_MIN


def test_a_listed_mutant_that_is_none_is_told() -> None:
    listed = equivalents("python")
    assert listed
    assert len(faults("python", STEMS, [])) == len(listed)
    assert faults(
        "python", STEMS, [*(each.mutant for each in listed), Mutant("sync/clock.py", "x", "y")]
    ) == ["survived: sync/clock.py: x\n    y"]


def test_every_equivalent_has_its_reason() -> None:
    for each in [*equivalents("python"), *equivalents("phone")]:
        assert len(each.why.split()) > 5, each.mutant
