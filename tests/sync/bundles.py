"""Bundles for the tests: the one of the shared cases, and every way to spoil one."""

import base64
from collections.abc import Iterator
from typing import Any

from sync.bundle import BLOCK, BODY, Bundle, Fault, frame
from tests.sync.vectors import resolve

SAMPLE = base64.b64decode(resolve({"$": "bundle"})["bytes"])


def spoilt(told: dict[str, Any]) -> bytes:
    """Make the bytes a shared case speaks of: a bundle, and what was done to it, in this order."""
    body = bytearray(base64.b64decode(told["bytes"]))
    for at, value in told.get("set", []):
        body[at] = value
    if "cut" in told:
        at, count = told["cut"]
        del body[at : at + count]
    if "put" in told:
        at, piece = told["put"]
        body[at:at] = bytes.fromhex(piece)
    if "swap" in told:
        one, other, size = told["swap"]
        first, second = body[one : one + size], body[other : other + size]
        body[one : one + size], body[other : other + size] = second, first
    return mended(bytes(body)) if told.get("mend") else bytes(body)


def mended(body: bytes) -> bytes:
    """Make all sums fit again, as somebody would who knows how."""
    content = b"".join(body[at : at + BODY] for at in range(0, len(body) // BLOCK * BLOCK, BLOCK))
    return frame(0, content) + body[len(body) // BLOCK * BLOCK :]


def first_difference(one: bytes, other: bytes) -> int:
    """Say at which offset two files first differ; -1 if they do not."""
    for at, (each, its) in enumerate(zip(one, other, strict=False)):
        if each != its:
            return at
    return min(len(one), len(other)) if len(one) != len(other) else -1


def blind_to(found: Bundle | Fault, body: bytes, *, forged: bool = False) -> str:
    """Say what is wrong with a finding about spoilt bytes; empty if it names the first difference.

    Forged: sums were made to fit.
    """
    at = first_difference(SAMPLE, body)
    if at < 0:
        return "" if isinstance(found, Bundle) else f"what is whole is said to be {found}"
    if isinstance(found, Bundle):
        return f"byte {at} differs and nobody noticed"
    # What is proven only as a whole may have been changed before the block that broke (docs/evidence.md).
    start = {"head": 0, "index": 256}.get(found.part, found.at) if forged else found.at
    near = found.to <= found.at + BLOCK or found.why == "added" or found.part in ("head", "index")
    return "" if near and start <= at < found.to else f"{at}: {found}"


def each_spoilt(whole: bytes = SAMPLE) -> Iterator[bytes]:
    """Give every bundle with one byte changed, dropped, doubled, or exchanged with the next; and all cuts."""
    for at in range(len(whole)):
        yield whole[:at] + bytes([whole[at] ^ (1 + at % 255)]) + whole[at + 1 :]
        yield whole[:at] + whole[at + 1 :]
        yield whole[:at] + whole[at : at + 1] + whole[at:]
        yield whole[:at] + whole[at : at + 2][::-1] + whole[at + 2 :]
        yield whole[:at]
