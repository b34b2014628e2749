"""What a bundle proves: the log goes on unbroken, the photos are those received, and who sealed them.

A contradiction is a fault: something was changed after the server had signed it. A doubt is not: it was so
when it arrived. Nothing here proves when or where a photo was taken, only when it was received.
Twin: pwa/src/sync/proof.ts. Shared cases: tests/vectors/proof.json.
"""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from sync.bundle import Bundle, Check, Fault, hexed
from sync.digest import chain, sealed
from sync.evidence import HASH_BYTES, Receipt, link_hash, link_of, read_receipt, receipt_bytes
from sync.value import INSTANT_MAX, is_int
from sync.wire import Shot

SEGMENT: Final = b"S"  # a stretch of the log: after, hash there, up to, rows
OWN: Final = b"E"  # a row of the record, whole
OTHER: Final = b"D"  # a row of another, by its digest alone
Marks = list[tuple[int, int, list[tuple[int, bytes]]]]  # after, up to, and the hash after each position


class PhotoTold(Struct, frozen=True, forbid_unknown_fields=True):
    """One photo, as the part "photos" lists it; bytes in hex."""

    key: str
    sha256: str
    size: int
    device: str  # who announced it
    person: int
    received_ms: int
    receipt: str  # see sync.evidence.Receipt; "" of one received before there were any
    shot: Shot


class LinkTold(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One link of a device's chain, as the part "links" lists it; bytes in hex."""

    device: str
    n: int
    prev: str
    hash: str
    signature: str


class PhotoProof(Struct, frozen=True):
    """What is proven of one photo."""

    key: str
    received_ms: int
    at: int  # position of the log, 0 if the server did not sign
    taken_ms: int  # as the phone says
    device: str
    n: int
    screen: Literal["same", "other", "absent"]
    original: Literal["same", "other", "absent", "none"]
    signed: Literal["yes", "no", "bad", "no_key"]  # by the phone
    receipt: Literal["yes", "none", "bad"]  # by the server
    log: Literal["fits", "not_shown", "other"]
    same_server: bool  # the receipt is by the key that signed the bundle


class Proof(Struct, frozen=True):
    """What is proven of a record; all is well if there are no faults."""

    entries: int  # of the log, of this record
    photos: list[PhotoProof]
    gaps: list[tuple[str, int, int]]  # device, first and last number of photos that never came
    forks: list[tuple[str, int]]  # device, number of a link that does not name the one before it
    faults: list[Fault]  # in the order of the file


def prove(bundle: Bundle, check: Check) -> Proof:
    """Hold the parts of a bundle against each other and against what was signed. Never raises."""
    walked = read_log(bundle.content("log"))
    photos = _read(bundle, "photos", list[PhotoTold])
    keys, links = _read(bundle, "keys", dict[str, str]), _read(bundle, "links", list[LinkTold])
    parts = {"log": walked, "photos": photos, "keys": keys, "links": links}
    faults = [bundle.fault(name) for name, part in parts.items() if part is None]
    entries, marks = walked or (0, [])
    proofs = []
    for told in photos or []:
        proof = _photo(bundle, told, keys or {}, marks, check)
        faults += [bundle.fault(name) for name in _contradicted(proof)]
        proofs.append(proof)
    known = _verified(links or [], keys or {}, check)
    order = sorted({fault.at: fault for fault in faults}.values(), key=lambda fault: fault.at)
    return Proof(entries, proofs, list(_gaps(known)), list(_forks(known)), order)


def _read(bundle: Bundle, name: str, shape: Any) -> Any:
    try:
        return msgspec.json.decode(bundle.content(name), type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def read_log(body: bytes) -> tuple[int, Marks] | None:
    """Walk the part "log": how many rows are the record's own, and the hashes; None if it is not whole."""
    at, entries, marks = 0, 0, []
    while at < len(body):
        if body[at : at + 1] != SEGMENT or at + 53 > len(body):
            return None
        after, upto, rows = (
            _int(body, at + 1),
            _int(body, at + 41),
            int.from_bytes(body[at + 49 : at + 53], "big"),
        )
        mark, seq = body[at + 9 : at + 41], after
        hashes, at = [(after, mark)], at + 53
        for _ in range(rows):
            row = _row(body, at)
            if row is None or not seq < row[0] <= upto:
                return None
            seq, digest, own, at = row
            entries += own
            mark = chain(mark, digest)
            hashes.append((seq, mark))
        marks.append((after, upto, hashes))
    return entries, marks


def _row(body: bytes, at: int) -> tuple[int, bytes, bool, int] | None:
    """Read one row: its position, its digest, whether it is the record's own, and where the next begins."""
    tag = body[at : at + 1]
    if tag == OTHER and at + 41 <= len(body):
        return _int(body, at + 1), body[at + 9 : at + 41], False, at + 41
    if tag != OWN or at + 37 > len(body):
        return None
    seq, person, wall_ms, count = (_int(body, at + 1 + 8 * each) for each in range(4))
    end = at + 37 + int.from_bytes(body[at + 33 : at + 37], "big")
    if end > len(body):
        return None
    return seq, sealed(seq, person, wall_ms, count, body[at + 37 : end]), True, end


def _int(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 8], "big", signed=True)


def _photo(bundle: Bundle, told: PhotoTold, keys: dict[str, str], marks: Marks, check: Check) -> PhotoProof:
    """Say what is proven of one photo."""
    screen, shot = hexed(told.sha256), told.shot
    receipt = read_receipt(hexed(told.receipt))
    if not _plain(told, screen):
        return PhotoProof(
            told.key, 0, 0, 0, "", 0, "other", "none", "no", "bad", "not_shown", same_server=False
        )
    link, signature = link_of(screen, shot, told.device)
    hashed = link_hash(link)
    signed = _signed(shot, hexed(keys.get(link.device, "")), hashed, signature, check)
    stated = receipt is not None and check(
        receipt.key,
        receipt_bytes(bundle.index.town, told.received_ms, receipt, screen, hashed),
        receipt.signature,
    )
    original = link.original if any(link.original) else b""
    return PhotoProof(
        told.key,
        told.received_ms,
        receipt.at if receipt else 0,
        shot.taken_ms,
        link.device,
        link.n,
        _bytes(bundle, f"screen/{told.key}", screen),
        _bytes(bundle, f"original/{told.key}", original) if original else "none",
        signed,
        "yes" if stated else "bad" if told.receipt else "none",
        _logged(marks, receipt),
        same_server=receipt is not None and receipt.key == bundle.key,
    )


def _signed(
    shot: Shot, key: bytes, hashed: bytes, signature: bytes, check: Check
) -> Literal["yes", "no", "bad", "no_key"]:
    """Say whether the phone signed a link."""
    if not signature:
        return "bad" if shot.link else "no"
    if not key:
        return "no_key"
    return "yes" if check(key, hashed, signature) else "bad"


def _plain(told: PhotoTold, screen: bytes) -> bool:
    """Tell whether what is said of a photo can be spelled as a link at all."""
    shot = told.shot
    numbers = (shot.taken_ms, shot.link, shot.source, told.received_ms)
    placed = shot.place is None or (len(shot.place) == 6 and all(is_int(each) for each in shot.place))
    sized = len(screen) == HASH_BYTES and len(hexed(told.device)) == 8 and _hashlike(shot.original)
    return sized and placed and all(is_int(each, 0, INSTANT_MAX) for each in numbers)


def _hashlike(text: str) -> bool:
    """Tell whether a text is the base64 of a hash, or empty."""
    try:
        return not text or len(b64decode(text, validate=True)) == HASH_BYTES
    except (binascii.Error, ValueError):
        return False


def _bytes(bundle: Bundle, name: str, digest: bytes) -> Literal["same", "other", "absent"]:
    if name not in bundle.first:
        return "absent"
    return "same" if sha256(bundle.content(name)).digest() == digest else "other"


def _logged(marks: Marks, receipt: Receipt | None) -> Literal["fits", "not_shown", "other"]:
    """Hold the log's hash of a receipt against the log that is shown."""
    for after, upto, hashes in marks:
        if receipt is not None and after <= receipt.at <= upto:
            last = next(mark for seq, mark in reversed(hashes) if seq <= receipt.at)
            return "fits" if last == receipt.log else "other"
    return "not_shown"


def _contradicted(proof: PhotoProof) -> Iterator[str]:
    """Name the parts that contradict what the server signed when it received a photo."""
    if proof.log == "other":
        yield "log"
    if proof.receipt == "bad":
        yield "photos"
    if proof.screen == "other":
        yield f"screen/{proof.key}"
    if proof.original == "other":
        yield f"original/{proof.key}"


def _verified(links: list[LinkTold], keys: dict[str, str], check: Check) -> list[LinkTold]:
    """Keep the links whose signature holds, in the order of their chains."""
    good = [
        link
        for link in links
        if check(hexed(keys.get(link.device, "")), hexed(link.hash), hexed(link.signature))
    ]
    return sorted(good, key=lambda link: (link.device, link.n))


def _gaps(links: list[LinkTold]) -> Iterator[tuple[str, int, int]]:
    for one, other in pairwise(links):
        if one.device == other.device and other.n > one.n + 1:
            yield one.device, one.n + 1, other.n - 1


def _forks(links: list[LinkTold]) -> Iterator[tuple[str, int]]:
    for one, other in pairwise(links):
        if one.device == other.device and (
            other.n == one.n or (other.n == one.n + 1 and other.prev != one.hash)
        ):
            yield other.device, other.n
