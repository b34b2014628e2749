"""Hashes both sides can compute: of an op, of the kinds, and of the log as a chain.

Source: FIPS 180-4 (SHA-256); the chain is the hash list of RFC 6962 without the tree.
Twin: pwa/src/sync/digest.ts. Shared cases: tests/vectors/digest.json.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final

from sync.value import canonical

KINDS_DIGITS: Final = 8  # hex digits: 32 bits tell the few versions of a town's pages apart
ROOT: Final = bytes(32)  # the hash before the first entry of a lane


def digest(value: Any) -> str:
    """Hash a JSON value by its canonical spelling; 64 hex digits."""
    return sha256(canonical(value).encode()).hexdigest()


def short(value: Any) -> str:
    """Hash a JSON value to the few digits that travel with each exchange."""
    return digest(value)[:KINDS_DIGITS]


def chain(last: bytes, body: bytes) -> bytes:
    """Hash the next entry of a lane onto the last: changing or dropping one shows in all after."""
    return sha256(last + body).digest()


def sealed(seq: int, person: int, wall_ms: int, count: int, body: bytes) -> bytes:
    """Hash one row of the log by itself: its place and its content.

    The chain runs over these, so that content erased by law leaves a hash that still fits.
    """
    return sha256(b"%d %d %d %d " % (seq, person, wall_ms, count) + body).digest()


def token(last: bytes, text: str, digits: int) -> str:
    """Hash a text onto a hash nobody outside knows, in base64url digits: whoever shows it was given it."""
    return urlsafe_b64encode(sha256(last + text.encode()).digest())[:digits].decode()
