"""sync/sample.py against the shared cases, and how evenly it chooses."""

from sync.sample import ONE_IN, sampled
from tests.sync.vectors import Case, fault_of, parametrized

PER_PHONE = 1_000


@parametrized("sample")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("sample", case)


def test_of_every_phone_about_one_in_ten_is_looked_at() -> None:
    for device in range(1, 60):
        hits = sum(sampled(f"{device:08x}0a1b2c3d.{n}") for n in range(1, PER_PHONE + 1))
        assert 0.6 < hits * ONE_IN / PER_PHONE < 1.4
