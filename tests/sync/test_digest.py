"""sync/digest.py against the shared cases."""

from hashlib import sha256

from sync.digest import ROOT, chain
from tests.sync.vectors import Case, fault_of, parametrized


@parametrized("digest")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("digest", case)


def test_a_chain_starts_at_thirty_two_empty_bytes() -> None:
    assert ROOT.hex() == "00" * 32
    assert chain(ROOT, b"one") == sha256(bytes(32) + b"one").digest()
