"""The town's notary: it keeps the keys phones seal photos with, and signs when a photo was received.

A bad seal is something for a reviewer to look at (backend/doubts.py), never a reason to refuse a photo.
The server's own key is one file of the data directory; whoever holds it can sign in the town's name, so
only the server's user may read it, and backups carry it.
Source: docs/evidence.md.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from msgspec.structs import replace

from backend.announce import shot_of
from backend.durable import BESIDE, flush
from backend.ports import Lane, PhotoRow
from sync.evidence import (
    KEY_BYTES,
    ORDER,
    SIGNATURE_BYTES,
    Link,
    Receipt,
    link_hash,
    link_of,
    receipt_bytes,
    spell_receipt,
)

FILE: Final = "evidence.key"  # in the data directory: PEM of PKCS 8, mode 600
HALF: Final = SIGNATURE_BYTES // 2
CURVE: Final = ec.SECP256R1()
HASH: Final = ec.ECDSA(hashes.SHA256())
GROUP: Final = 4  # hex digits read aloud at a time
SPOKEN: Final = 32  # hex digits of a fingerprint that people compare: 128 bits


class KeyDamaged(OSError):
    """The server's key cannot be read; the text says where it lies."""


class Notary:
    """Signs for one data directory."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def sign(self, message: bytes) -> bytes:
        """Sign; of the two spellings of a signature always the smaller."""
        r, s = decode_dss_signature(self._key.sign(message, HASH))
        return r.to_bytes(HALF, "big") + min(s, ORDER - s).to_bytes(HALF, "big")

    def receive(self, lane: Lane, town: int, key: str, at: int) -> None:
        """Sign that a photo was received, once position `at` of the log says that it is verified."""
        row = lane.album.rows([key])[key]
        link, _ = linked(row)
        draft = Receipt(self.public, at, lane.mark(at), b"")
        said = receipt_bytes(town, row.verified_ms, draft, row.sha256, link_hash(link))
        lane.album.put(replace(row, seal=spell_receipt(replace(draft, signature=self.sign(said)))))


def read_notary(root: Path) -> Notary:
    """Open the key of a data directory; the first time, make it. Raises OSError."""
    return Notary(own_key(root / FILE))


def own_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Open a key of P-256 in the data directory; the first time, make it. Raises OSError."""
    if not path.exists():
        _make(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as fault:
        raise KeyDamaged(f"{path} cannot be read: put the one of a backup in its place") from fault
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != CURVE.name:
        raise KeyDamaged(f"{path} holds no key of P-256")
    return key


def _make(path: Path) -> None:
    """Write a new key, durable and for nobody else's eyes; of two that try at once, one wins."""
    pem = ec.generate_private_key(CURVE).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    beside = path.with_name(f"{path.name}.{os.getpid()}{BESIDE}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            os.link(beside, path)
    except FileExistsError:
        return
    finally:
        beside.unlink(missing_ok=True)
        flush(path.parent)


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature is of a key and a message; never raises."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:HALF], "big"), int.from_bytes(signature[HALF:], "big")
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, key)
        public.verify(encode_dss_signature(r, s), message, HASH)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_key(key: bytes) -> bool:
    """Tell whether bytes are a public key of P-256, as phones send them."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, key)
    except ValueError:
        return False
    return len(key) == KEY_BYTES


def spoken(key: bytes) -> str:
    """Spell the fingerprint of a key in groups, so that two people can compare it."""
    digits = sha256(key).hexdigest()[:SPOKEN]
    return " ".join(digits[at : at + GROUP] for at in range(0, SPOKEN, GROUP))


def linked(row: PhotoRow) -> tuple[Link, bytes]:
    """Put together the link of a photo, and its phone's signature over it, empty if it has none."""
    return link_of(row.sha256, shot_of(row), row.device.hex().zfill(16))


def is_bad(lane: Lane, row: PhotoRow) -> bool:
    """Tell whether a phone claims to have sealed a photo and did not; of an unknown key nothing is said."""
    if not row.link or not row.sha256:
        return False
    link, signature = linked(row)
    if not signature:
        return True
    key = lane.album.key_of(bytes.fromhex(link.device))
    return bool(key) and not verify(key, link_hash(link), signature)


def enlist(lane: Lane, device: bytes, key: bytes, now_ms: int) -> bool:
    """Keep the key a phone seals with; False if it has another already: the first one counts.

    Photos that came before their key, and turn out not to be sealed with it, are looked at once more.
    """
    kept = lane.album.enlist(device, key, now_ms)
    for row in lane.album.chained(device):
        if row.developed_ms and is_bad(lane, row):
            lane.album.put(replace(row, developed_ms=0))
    return kept == key
