"""sync/shape.py against the shared cases."""

import pytest

from sync.kind import Kind
from sync.op import REFUSALS
from sync.shape import well_formed
from tests.sync.vectors import Case, cases, fault_of, parametrized, resolve, typed


@parametrized("shape")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("shape", case)


def test_every_flaw_is_a_known_refusal() -> None:
    flaws = [case["want"][0] for case in cases("shape") if case["call"] == "flaw_of" and case["want"]]
    assert set(REFUSALS) >= set(flaws)


@pytest.mark.parametrize("name", ["amount", "heads", "day", "at", "who", "yes"])
def test_a_float_is_never_well_formed(name: str) -> None:
    kind = typed(resolve({"$": "trial"}), Kind)
    assert not well_formed(kind.fields[name], 1.0)
