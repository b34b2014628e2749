"""sync/bundle.py against the shared cases, and that no change of a bundle goes unnoticed or unnamed."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.evidence import verify
from sync.bundle import BLOCK, BODY, Bundle, Fault, frame, open_bundle, spans
from tests.sync.bundles import SAMPLE, blind_to, each_spoilt, mended, spoilt
from tests.sync.vectors import Case, parametrized, resolve

PIECES = st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 300), st.binary(max_size=70))


def found(body: bytes) -> Bundle | Fault:
    return open_bundle(body, verify)


def told(found: Bundle | Fault) -> Any:
    """A finding as the shared cases spell it."""
    if isinstance(found, Fault):
        return msgspec.to_builtins(found)
    index = found.index
    parts = [[part.name, found.content(part.name).hex()[:24]] for part in index.parts]
    return {
        "record": index.record, "town": index.town, "exported_ms": found.exported_ms, "key": found.key.hex(),
        "parts": parts,
    }  # fmt: skip


@parametrized("bundle")
def test_a_shared_case_holds(case: Case) -> None:
    assert told(found(spoilt(resolve(case["args"][0])))) == case["want"]


def test_every_byte_changed_dropped_doubled_or_exchanged_is_named_to_its_block() -> None:
    blind = [fault for body in each_spoilt() if (fault := blind_to(found(body), body))]
    assert blind == []


def test_every_byte_changed_and_its_sum_made_to_fit_is_named_to_its_block() -> None:
    forged = (mended(SAMPLE[:at] + bytes([SAMPLE[at] ^ 1]) + SAMPLE[at + 1 :]) for at in range(len(SAMPLE)))
    blind = [fault for body in forged if (fault := blind_to(found(body), body, forged=True))]
    assert blind == []
    assert SAMPLE[len(SAMPLE) // BLOCK * BLOCK - 5] == 0, (
        "the last block is filled up, or this shows too little"
    )


def test_one_changed_byte_is_named_itself() -> None:
    for at in range(len(SAMPLE)):
        body = SAMPLE[:at] + bytes([SAMPLE[at] ^ 32]) + SAMPLE[at + 1 :]
        fault = found(body)
        assert isinstance(fault, Fault) and (fault.at, fault.to, fault.why) == (at, at + 1, "changed")


@given(pieces=st.lists(PIECES, min_size=1, max_size=3), sums=st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_pieces_exchanged_are_named(pieces: list[tuple[int, int, bytes]], sums: bool) -> None:
    body = SAMPLE
    for at, count, piece in pieces:
        body = body[:at] + piece + body[at + count :]
    body = mended(body) if sums else body
    assert blind_to(found(body), body, forged=sums) == ""


@given(
    one=st.integers(0, len(SAMPLE)),
    size=st.integers(1, 400),
    by=st.integers(1, 400),
    aligned=st.booleans(),
    sums=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_two_stretches_in_each_others_place_are_named(
    one: int, size: int, by: int, aligned: bool, sums: bool
) -> None:
    if aligned:
        one, size, by = one // BLOCK * BLOCK, size // BLOCK * BLOCK + BLOCK, by // BLOCK * BLOCK + BLOCK
    body = SAMPLE[:one] + SAMPLE[one + size : one + size + by] + SAMPLE[one : one + size]
    body += SAMPLE[one + size + by :]
    body = mended(body) if sums else body
    assert blind_to(found(body), body, forged=sums) == ""


@given(body=st.binary(max_size=500), start=st.integers(0, len(SAMPLE)))
@settings(max_examples=150, deadline=None)
def test_no_bytes_whatever_break_the_reader(body: bytes, start: int) -> None:
    assert isinstance(found(body), Fault)
    assert isinstance(found(mended(body)), Fault)
    assert blind_to(found(SAMPLE[:start] + body), SAMPLE[:start] + body) == ""


def test_a_memory_view_does_as_well() -> None:
    assert isinstance(found(memoryview(SAMPLE)), Bundle)
    fault = found(memoryview(SAMPLE[:2000] + b"?" + SAMPLE[2001:]))
    assert isinstance(fault, Fault) and fault.at == 2000


def test_a_part_that_is_not_there_is_empty_and_a_fault_of_a_part_covers_it() -> None:
    bundle = found(SAMPLE)
    assert isinstance(bundle, Bundle)
    assert bundle.content("no such part") == b""
    fault = bundle.fault("log")
    assert fault.at == bundle.first["log"] * BLOCK and fault.to == bundle.first["photos"] * BLOCK


@pytest.mark.parametrize("size", [0, 1, BODY - 1, BODY, BODY + 1, 64 * BODY, 64 * BODY + 1])
def test_content_of_every_length_is_framed_in_whole_blocks(size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    assert len(frame(7, body[:size])) == -(-size // BODY) * BLOCK
    assert len(spans(body[:size])) == -(-size // (64 * BODY))
