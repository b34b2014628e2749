"""sync/dense.py against the shared cases, and read back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.dense import dense, loose
from tests.sync.vectors import Case, fault_of, parametrized

TEXTS = st.one_of(
    st.text(),
    st.text("0123456789abcdef", min_size=6, max_size=40),
    st.text("-_AQgwz09", min_size=21, max_size=23),
    st.text("石头井盖ab", max_size=300),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.floats(allow_nan=False), TEXTS
)
VALUES = st.recursive(
    LEAVES, lambda each: st.lists(each, max_size=20) | st.dictionaries(TEXTS, each, max_size=20)
)


@parametrized("dense")
def test_a_shared_case_holds_and_reads_back(case: Case) -> None:
    assert not fault_of("dense", case)
    assert loose(bytes.fromhex(case["want"])) == case["args"][0]


@given(VALUES)
def test_what_was_written_is_read(value: Any) -> None:
    assert loose(dense(value)) == value


@given(st.text(alphabet="石头井盖松了的一是不", min_size=4, max_size=300))
def test_chinese_takes_two_bytes_a_character(text: str) -> None:
    assert len(dense(text)) <= 2 * len(text) + 4


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        loose(body)
    except (ValueError, RecursionError, TypeError):
        return


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xd4\x04a", id="a type nobody knows"),
        pytest.param(b"\xd4\x01a", id="half a unit"),
        pytest.param(b"\xd5\x01\xd8\x00", id="half a character"),
        pytest.param(b"\xdd\xff\xff\xff\xff", id="a list that lies"),
        pytest.param(b"\xc7\xff\x02a", id="a key that lies"),
        pytest.param(b"\x91", id="a list cut short"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_not_ours_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - msgspec's errors and ours have no more in common
        loose(body)
