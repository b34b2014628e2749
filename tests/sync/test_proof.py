"""sync/proof.py against the shared cases, and what a chain of photos shows."""

import base64
from typing import Any

import msgspec
import pytest

from backend.evidence import verify
from sync.bundle import Bundle, Index, Part, frame, hexed, open_bundle, spans
from sync.proof import LinkTold, Proof, prove, read_log
from tests.backend.sealing import notary_of
from tests.sync.vectors import Case, parametrized, plain, resolve, spelled

HAND = notary_of(7)
DEVICE = "0000000a1b2c3d4e"


def opened(told: dict[str, Any]) -> Bundle:
    bundle = open_bundle(base64.b64decode(told["bytes"]), verify)
    assert isinstance(bundle, Bundle)
    return bundle


def made(**contents: Any) -> Bundle:
    """A bundle of these parts, signed by nobody."""
    parts = {"log": b"", "photos": b"[]", "keys": b"{}", "links": b"[]"}
    parts |= {
        name: each if isinstance(each, bytes) else msgspec.json.encode(each)
        for name, each in contents.items()
    }
    data, first = b"", {}
    for name, content in parts.items():
        first[name] = len(data) // 64
        data += frame(first[name], content)
    index = Index(1, 3, "r", [Part(name, len(each), spans(each)) for name, each in parts.items()])
    return Bundle(data, index, 0, b"", first)


def link(n: int, prev: str, hashed: str) -> LinkTold:
    return LinkTold(DEVICE, n, prev * 32, hashed * 32, HAND.sign(bytes.fromhex(hashed * 32)).hex())


def chained(*links: LinkTold) -> Proof:
    return prove(made(links=list(links), keys={DEVICE: HAND.public.hex()}), verify)


@parametrized("proof")
def test_a_shared_case_holds(case: Case) -> None:
    assert spelled(plain(prove(opened(resolve(case["args"][0])), verify))) == spelled(case["want"])


def test_a_chain_without_holes_shows_none_in_whatever_order_it_is_told() -> None:
    proof = chained(link(3, "22", "33"), link(1, "00", "11"), link(2, "11", "22"))
    assert (proof.gaps, proof.forks) == ([], [])


def test_numbers_that_are_missing_are_told_as_a_gap() -> None:
    assert chained(link(1, "00", "11"), link(5, "44", "55")).gaps == [(DEVICE, 2, 4)]


def test_a_link_that_does_not_name_the_one_before_is_a_fork() -> None:
    assert chained(link(1, "00", "11"), link(2, "99", "22")).forks == [(DEVICE, 2)]


def test_a_number_given_twice_is_a_fork() -> None:
    assert chained(link(1, "00", "11"), link(1, "00", "22")).forks == [(DEVICE, 1)]


def test_a_link_nobody_signed_says_nothing() -> None:
    forged = LinkTold(DEVICE, 4, "11" * 32, "44" * 32, "00" * 64)
    assert chained(link(1, "00", "11"), forged).gaps == []


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("log", b"X"), ("log", b"S" + bytes(20)), ("log", b"S" + bytes(48) + b"\0\0\0\1"),
        ("photos", b"{"), ("photos", b"[{}]"), ("photos", b"\xff"), ("keys", b"[]"), ("keys", b'{"a":1}'),
        ("links", b"[[1]]"), ("links", b"null"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_read_is_a_fault_of_that_part(part: str, content: bytes) -> None:
    faults = prove(made(**{part: content}), verify).faults
    assert [fault.part for fault in faults] == [part]


def test_rows_of_the_log_go_forward_only() -> None:
    row = b"D" + (5).to_bytes(8, "big") + bytes(32)
    head = b"S" + bytes(8) + bytes(32) + (9).to_bytes(8, "big")
    assert read_log(head + b"\0\0\0\1" + row) is not None
    assert read_log(head + b"\0\0\0\2" + row + row) is None
    assert read_log(head + b"\0\0\0\1" + row[:-1]) is None


def test_hex_digits_that_are_none_are_nothing() -> None:
    assert hexed("zz") == hexed("a") == hexed("井") == b""
