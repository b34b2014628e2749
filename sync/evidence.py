"""A photo's link in the chain of its device, and the two statements that are signed about it.

Fixed-width binary, big-endian, so that any two programs make the same bytes; docs/evidence.md draws them.
What is signed is a hash of this, so what a signature covers can be shown or kept back.
Source: FIPS 186-5 and FIPS 180-4 (ECDSA over P-256 with SHA-256, r and s as 32 bytes each).
Twin: pwa/src/sync/evidence.ts. Shared cases: tests/vectors/evidence.json.
"""

import binascii
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final

from msgspec import Struct

from sync.wire import Shot

LINK_MARK: Final = b"QSLINK\x00\x01"  # no signed text of one sort can be taken for one of another
RECEIPT_MARK: Final = b"QSRECV\x00\x01"
HASH_BYTES: Final = 32
KEY_BYTES: Final = 65  # a point of P-256, not compressed (SEC 1)
SIGNATURE_BYTES: Final = 64
SEAL_BYTES: Final = 8 + HASH_BYTES + SIGNATURE_BYTES
RECEIPT_BYTES: Final = KEY_BYTES + 8 + HASH_BYTES + SIGNATURE_BYTES
NOTHING: Final = bytes(HASH_BYTES)  # where there is no hash: before the first link, of no original
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


class Link(Struct, frozen=True):
    """One photo as its phone vouches for it."""

    device: str  # 16 hex digits: whose chain it is
    n: int  # place in that chain, from 1; 0: it stands in none, and nobody signed it
    prev: bytes  # hash of the link before, NOTHING for the first
    screen: bytes  # SHA-256 of the screen size
    original: bytes  # SHA-256 of the file the camera gave, NOTHING without one
    taken_ms: int  # by the clock of the device's stamps
    source: int  # 0 camera, 1 album, 2 camera within the page
    place: list[int] | None  # a value of type place, or none


class Seal(Struct, frozen=True):
    """What a phone sends beside a photo of its chain."""

    device: str
    prev: bytes
    signature: bytes


class Receipt(Struct, frozen=True):
    """What the server keeps beside a photo it has received: the rest of its statement stands in the row."""

    key: bytes  # the server's public key
    at: int  # position of the log that says so
    log: bytes  # hash of the log up to there
    signature: bytes


def link_bytes(link: Link) -> bytes:
    """Spell a link, 192 bytes; an absent place is seven zeros."""
    place = [0] * 7 if link.place is None else [1, *link.place]
    numbers = b"".join(_number(each) for each in (link.taken_ms, link.source, *place))
    head = LINK_MARK + bytes.fromhex(link.device) + _number(link.n)
    return head + link.prev + link.screen + link.original + numbers


def link_hash(link: Link) -> bytes:
    """Hash a link: what the phone signs, and what the next link names."""
    return sha256(link_bytes(link)).digest()


def receipt_bytes(town: int, received_ms: int, receipt: Receipt, screen: bytes, link: bytes) -> bytes:
    """Spell what the server signs when a photo is on its disk and checked, 128 bytes."""
    numbers = _number(town) + _number(received_ms) + _number(receipt.at)
    return RECEIPT_MARK + numbers + receipt.log + screen + link


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def spell_seal(seal: Seal) -> str:
    """Spell a seal for an announcement, base64 of 104 bytes."""
    return b64encode(bytes.fromhex(seal.device) + seal.prev + seal.signature).decode()


def read_seal(text: str) -> Seal | None:
    """Read a seal; None if it is none."""
    try:
        body = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(body) != SEAL_BYTES:
        return None
    return Seal(body[:8].hex(), body[8:40], body[40:])


def spell_receipt(receipt: Receipt) -> bytes:
    """Spell what is kept of a statement, 169 bytes."""
    return receipt.key + _number(receipt.at) + receipt.log + receipt.signature


def read_receipt(body: bytes) -> Receipt | None:
    """Read what is kept of a statement; None if it is none."""
    if len(body) != RECEIPT_BYTES:
        return None
    at, log = body[KEY_BYTES : KEY_BYTES + 8], body[KEY_BYTES + 8 : KEY_BYTES + 40]
    return Receipt(body[:KEY_BYTES], int.from_bytes(at, "big", signed=True), log, body[-SIGNATURE_BYTES:])


def is_low(signature: bytes) -> bool:
    """Tell whether a signature is the smaller of its two spellings: (r, s) and (r, order - s) both verify."""
    return len(signature) == SIGNATURE_BYTES and int.from_bytes(signature[32:], "big") <= ORDER // 2


def link_of(screen: bytes, shot: Shot, device: str) -> tuple[Link, bytes]:
    """Put together the link of a photo from its announcement, and the signature over it, empty if none came.

    A photo that its phone did not seal has a link too, with n 0, so that the server can sign how it came
    to be; `device` is who announced it.
    """
    seal = read_seal(shot.seal) if shot.link else None
    original = b64decode(shot.original) or NOTHING
    n, whose, prev = (shot.link, seal.device, seal.prev) if seal else (0, device, NOTHING)
    link = Link(whose, n, prev, screen, original, shot.taken_ms, shot.source, shot.place)
    return link, seal.signature if seal else b""
