"""sync/evidence.py against the shared cases, and that everything in a link is under its hash."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from sync import evidence
from sync.evidence import NOTHING, Link, Receipt, Seal, link_hash, link_of, spell_seal
from sync.wire import Shot
from tests.sync.vectors import Case, parametrized, plain

LINK = Link("0000000a1b2c3d4e", 41, b"p" * 32, b"s" * 32, b"o" * 32, 1_763_750_000_123, 0, [1, 2, 3, 4, 0, 0])
FORMS = {
    "link_bytes": (Link,),
    "link_hash": (Link,),
    "receipt_bytes": (int, int, Receipt, bytes, bytes),
    "read_receipt": (bytes,),
    "spell_seal": (Seal,),
    "is_low": (bytes,),
}


def formed(value: Any, form: Any) -> Any:
    """Read an argument: bytes are hex digits."""
    if form is bytes:
        return bytes.fromhex(value)
    if form in (int, str):
        return value
    names = [field.name for field in msgspec.structs.fields(form) if field.type is bytes]
    return form(**{name: bytes.fromhex(each) if name in names else each for name, each in value.items()})


def told(value: Any) -> Any:
    """Spell an answer: bytes as hex digits."""
    if isinstance(value, (Seal, Receipt)):
        return {name: plain(each) for name, each in msgspec.structs.asdict(value).items()}
    return plain(value)


@parametrized("evidence")
def test_a_shared_case_holds(case: Case) -> None:
    function = getattr(evidence, case["call"])
    forms = FORMS.get(case["call"], (str,))
    args = [formed(value, form) for value, form in zip(case["args"], forms, strict=True)]
    assert told(function(*args)) == case["want"]


@pytest.mark.parametrize(
    "other",
    [
        {"device": "0000000a1b2c3d4f"}, {"n": 42}, {"prev": b"q" * 32}, {"screen": b"t" * 32},
        {"original": NOTHING}, {"taken_ms": 1_763_750_000_124}, {"source": 1}, {"place": None},
        *({"place": [*LINK.place[:at], 9, *LINK.place[at + 1:]]} for at in range(6)),
    ],
)  # fmt: skip
def test_everything_that_is_said_is_under_the_hash(other: dict[str, Any]) -> None:
    assert link_hash(replace(LINK, **other)) != link_hash(LINK)


def test_no_place_is_not_the_place_of_zeros() -> None:
    assert link_hash(replace(LINK, place=None)) != link_hash(replace(LINK, place=[0] * 6))


def test_a_shot_that_is_not_sealed_stands_in_no_chain() -> None:
    link, signature = link_of(b"s" * 32, Shot(1, 5, None, "", "", 0, 0, ""), "00000001aaaaaaaa")
    assert (link.n, link.prev, link.device, signature) == (0, NOTHING, "00000001aaaaaaaa", b"")


def test_a_seal_that_cannot_be_read_counts_as_none() -> None:
    link, signature = link_of(b"s" * 32, Shot(1, 5, None, "", "", 0, 7, "AAAA"), "00000001aaaaaaaa")
    assert (link.n, signature) == (0, b"")


def test_a_seal_names_its_own_chain() -> None:
    seal = spell_seal(Seal("0000000200000002", b"p" * 32, b"x" * 64))
    link, signature = link_of(b"s" * 32, Shot(1, 5, None, "", "", 0, 7, seal), "00000001aaaaaaaa")
    assert (link.device, link.n, link.prev, signature) == ("0000000200000002", 7, b"p" * 32, b"x" * 64)
