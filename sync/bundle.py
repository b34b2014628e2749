"""The file that evidence travels in: blocks of 64 bytes, each with a sum, under hashes, under a signature.

A sum finds what broke, to the block and mostly to the byte. Whoever knows how can make the sums fit again,
so an index of hashes stands over the content: 64 bits of each block's, to find what was changed, and the
whole of every 64 blocks', so that nobody can change anything; and the server's signature over the index.
The first difference from what was exported is always named, in the order of the file; docs/evidence.md
describes every byte.
Source: ISO 3309 (CRC-32), FIPS 180-4 (SHA-256).
Twin: pwa/src/sync/bundle.ts, which only reads. Shared cases: tests/vectors/bundle.json.
"""

import binascii
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Final, Literal
from zlib import crc32

import msgspec
from msgspec import Struct

from sync.evidence import KEY_BYTES, SIGNATURE_BYTES, is_low

MAGIC: Final = b"QSEVID\x00\x01"
BLOCK: Final = 64  # bytes of the file
BODY: Final = 60  # of them content; the rest is the sum
SPAN: Final = 64  # blocks under one hash: 4096 bytes of the file
HEAD: Final = 4  # blocks before the index: what is signed, then key and signature
SIZE_MAX: Final = 2**40  # bytes of one part
HEX_DIGITS: Final = 64
MARK_DIGITS: Final = 16  # of one block's hash
NEAR: Final = 50_000  # blocks to either side among which one that moved is looked for
Why = Literal["alien", "changed", "dropped", "inserted", "moved", "cut", "added", "forged"]
Check = Callable[[bytes, bytes, bytes], bool]  # key, message, signature: does it verify?
Data = bytes | memoryview


class Fault(Struct, frozen=True):
    """Where a file first differs from what was exported: in the bytes from `at` to before `to`."""

    at: int
    to: int  # at + 1: it is this very byte
    part: str  # "head", "index", or the name of a part; "" after the end
    why: Why
    count: int = 0  # bytes that were dropped, inserted or added, where that can be told


class Part(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One part of a bundle, as its index has it."""

    name: str
    size: int  # bytes of content
    spans: list[str]  # of every 64 blocks SHA-256, then 16 digits of each block's; filled up with zeros


class Index(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in a bundle."""

    format: Literal[1]
    town: int
    record: str
    parts: list[Part]


class Bundle(Struct, frozen=True):
    """A bundle whose bytes are those that were exported by whoever holds the key."""

    data: Data
    index: Index
    exported_ms: int
    key: bytes  # the public key it was signed with
    first: dict[str, int]  # block at which each part begins

    def content(self, name: str) -> bytes:
        """Give a part's content; empty if there is no such part."""
        found = next((part for part in self.index.parts if part.name == name), None)
        if found is None:
            return b""
        first = self.first[name]
        return _bodies(self.data, first, first + blocks(found.size))[: found.size]

    def fault(self, name: str) -> Fault:
        """Name a part whose content contradicts what was signed before it was exported."""
        found = next((part for part in self.index.parts if part.name == name), Part(name, 0, []))
        at = self.first.get(name, 0) * BLOCK
        return Fault(at, at + max(1, blocks(found.size) * BLOCK), name, "forged")


def blocks(size: int) -> int:
    """Count the blocks that hold so many bytes of content."""
    return -(-size // BODY)


def frame(first: int, content: bytes) -> bytes:
    """Put content into blocks, the first of which is number `first` of the file."""
    return b"".join(
        body + _sum(first + place, body).to_bytes(4, "big") for place, body in enumerate(_cut(content, BODY))
    )


def spans(content: bytes) -> list[str]:
    """Hash content by spans: each as a whole, and then each of its blocks, cut short."""
    return [
        sha256(each).hexdigest() + "".join(_mark(body) for body in _cut(each, BODY))
        for each in _cut(content, BODY * SPAN)
    ]


def _mark(body: bytes) -> str:
    return sha256(body).hexdigest()[:MARK_DIGITS]


def _cut(content: bytes, size: int) -> Iterator[bytes]:
    """Cut content into pieces of `size`, the last one filled up with zeros to a whole block."""
    whole = content + bytes(-len(content) % BODY)
    return (whole[at : at + size] for at in range(0, len(whole), size))


def head_of(exported_ms: int, index: bytes) -> bytes:
    """Spell the block that the server signs: it names the index, which names everything else."""
    numbers = exported_ms.to_bytes(8, "big") + len(index).to_bytes(8, "big")
    return MAGIC + numbers + sha256(index).digest() + bytes(4)


def start_of(exported_ms: int, index: bytes, key: bytes, signature: bytes) -> bytes:
    """Spell a file up to its first part; signature is over `head_of`, the smaller of its two spellings."""
    head = head_of(exported_ms, index) + (key + signature).ljust((HEAD - 1) * BODY, b"\0")
    return frame(0, head) + frame(HEAD, index)


def _sum(number: int, body: Data) -> int:
    """Sum up a block with its number, so that one that moved shows."""
    return crc32(body, crc32(number.to_bytes(8, "big")))


def _bodies(data: Data, first: int, end: int) -> bytes:
    return b"".join(data[at * BLOCK : at * BLOCK + BODY] for at in range(first, end))


def _whole(data: Data) -> int:
    """Count the blocks from the start whose sums fit."""
    for number in range(len(data) // BLOCK):
        at = number * BLOCK
        if _sum(number, data[at : at + BODY]) != int.from_bytes(data[at + BODY : at + BLOCK], "big"):
            return number
    return len(data) // BLOCK


def open_bundle(data: Data, check: Check) -> Bundle | Fault:
    """Read a file: the bundle, if it is what its key signed, else where it first differs. Never raises."""
    whole = _whole(data)
    if whole < HEAD:
        return _broken(data, whole, _Region("head", 0, HEAD, lambda body: _signed(body, check)))
    head = _bodies(data, 0, HEAD)
    if not _signed(head, check):
        return Fault(0, HEAD * BLOCK, "head", "forged")
    size, named = int.from_bytes(head[16:24], "big"), head[24:56]
    end = HEAD + blocks(size)

    def is_index(body: bytes) -> bool:
        return sha256(body[:size]).digest() == named and not any(body[size:])

    if whole < end:
        return _broken(data, whole, _Region("index", HEAD, end, is_index))
    body = _bodies(data, HEAD, end)
    index = _read_index(body[:size]) if is_index(body) else None
    if index is None:
        return Fault(HEAD * BLOCK, end * BLOCK, "index", "forged")
    return _parts(data, whole, index, end) or Bundle(
        data, index, int.from_bytes(head[8:16], "big"), head[BODY : BODY + KEY_BYTES], _firsts(index, end)
    )


def _signed(head: bytes, check: Check) -> bool:
    key, rest = head[BODY : BODY + KEY_BYTES], head[BODY + KEY_BYTES :]
    signature, filling = rest[:SIGNATURE_BYTES], rest[SIGNATURE_BYTES:]
    plain = head.startswith(MAGIC) and not any(filling) and not any(head[56:BODY])
    return plain and is_low(signature) and check(key, head[:BODY], signature)


def _read_index(body: bytes) -> Index | None:
    try:
        index = msgspec.json.decode(body, type=Index)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    names = {part.name for part in index.parts}
    return index if all(map(_fits, index.parts)) and len(names) == len(index.parts) else None


def _fits(part: Part) -> bool:
    """Tell whether a part has as many hashes as its size wants."""
    count = blocks(part.size)
    if not 0 <= part.size <= SIZE_MAX or len(part.spans) != -(-count // SPAN):
        return False
    sizes = [min(SPAN, count - at * SPAN) for at in range(len(part.spans))]
    return all(
        len(each) == HEX_DIGITS + MARK_DIGITS * size for each, size in zip(part.spans, sizes, strict=True)
    )


def _firsts(index: Index, first: int) -> dict[str, int]:
    firsts = {}
    for part in index.parts:
        firsts[part.name] = first
        first += blocks(part.size)
    return firsts


def _parts(data: Data, whole: int, index: Index, first: int) -> Fault | None:
    """Hold every span against its hash, in the order of the file; then nothing may follow."""
    for part in index.parts:
        end = first + blocks(part.size)
        for place, digest in enumerate(part.spans):
            low = first + place * SPAN
            span = _Span(part.name, low, min(low + SPAN, end), digest)
            fault = span.fault(data, whole)
            if fault is not None:
                return fault
        first = end
    extra = len(data) - first * BLOCK
    return Fault(first * BLOCK, len(data), "", "added", extra) if extra else None


class _Region(Struct, frozen=True):
    """Blocks that are proven together."""

    part: str
    first: int
    end: int
    holds: Callable[[bytes], bool]


class _Span(Struct, frozen=True):
    part: str
    first: int
    end: int
    digest: str

    def holds(self, body: bytes) -> bool:
        """Tell whether this is the content that was signed."""
        return sha256(body).hexdigest() == self.digest[:HEX_DIGITS]

    def fault(self, data: Data, whole: int) -> Fault | None:
        """Find where it first differs; a block whose sum fits and hash does not was changed on purpose."""
        if whole >= self.end and self.holds(_bodies(data, self.first, self.end)):
            return None
        for at in range(self.first, min(whole, self.end)):
            place = HEX_DIGITS + MARK_DIGITS * (at - self.first)
            if _mark(_bodies(data, at, at + 1)) != self.digest[place : place + MARK_DIGITS]:
                return Fault(at * BLOCK, at * BLOCK + BLOCK, self.part, "forged")
        if whole < self.end:
            return _broken(data, whole, _Region(self.part, self.first, self.end, self.holds))
        return Fault(self.first * BLOCK, self.end * BLOCK, self.part, "forged")


def _broken(data: Data, block: int, region: _Region) -> Fault:
    """Name the block whose sum does not fit, or the very byte, if putting that right proves the region."""
    at = block * BLOCK
    if len(data) < at + BLOCK:
        return Fault(at, at + BLOCK, region.part, "cut")
    found = _single(data, block)
    if found is not None and region.end * BLOCK <= len(data):
        place, delta = found
        body = bytearray(_bodies(data, region.first, region.end))
        if place < BODY:
            body[(block - region.first) * BODY + place] ^= delta
        if region.holds(bytes(body)):
            return Fault(at + place, at + place + 1, region.part, "changed")
    why, count = _moved(data, block)
    if why == "changed" and block == 0 and bytes(data[:6]) != MAGIC[:6]:
        why = "alien"
    return Fault(at, at + BLOCK, region.part, why, count)


def _moved(data: Data, block: int) -> tuple[Why, int]:
    """Say whether the file goes on nearby with blocks of other places, and how many bytes that makes."""
    at, zero = block * BLOCK, _sum(0, bytes(BODY))
    reach = range(max(0, block - NEAR), min(block + NEAR, 2 * len(data) // BLOCK))
    keys = {_sum(each, bytes(BODY)) ^ zero: each for each in reach}

    def number(offset: int) -> int:
        piece = data[offset : offset + BLOCK]
        if len(piece) < BLOCK:
            return -1
        return keys.get(_sum(0, piece[:BODY]) ^ int.from_bytes(piece[BODY:], "big"), -1)

    for offset in range(at, min(at + 2 * BLOCK, len(data))):
        found = number(offset)
        if found < 0:
            continue
        missing = found * BLOCK - offset
        if number(offset + BLOCK) == found + 1 and missing:
            return ("dropped", missing) if missing > 0 else ("inserted", -missing)
        if offset == at:
            return "moved", 0
    return "changed", 0


def _single(data: Data, block: int) -> tuple[int, int] | None:
    """Say which one byte of a block, changed by what, would explain its sum: place and exclusive or."""
    at = block * BLOCK
    gap = _sum(block, data[at : at + BODY]) ^ int.from_bytes(data[at + BODY : at + BLOCK], "big")
    for place in range(4):
        if gap & ~(0xFF << 8 * place) == 0:
            return BLOCK - 1 - place, gap >> 8 * place
    return _effects().get(gap)


@cache
def _effects() -> dict[int, tuple[int, int]]:
    """Tell how each change of one byte of content changes the sum: CRC-32 is linear, so no data matters."""
    plain, found = crc32(bytes(BODY)), {}
    for place in range(BODY):
        for delta in range(1, 256):
            found[crc32(bytes(place) + bytes([delta]) + bytes(BODY - 1 - place)) ^ plain] = (place, delta)
    return found


def hexed(digits: str) -> bytes:
    """Read hex digits; empty if they are none."""
    try:
        return binascii.unhexlify(digits)
    except (binascii.Error, ValueError):
        return b""


def write_parts(index: Index, contents: Sequence[Callable[[], bytes]], first: int) -> Iterator[bytes]:
    """Give the parts of a file, one after the other, each loaded when its turn comes."""
    firsts = _firsts(index, first)
    for part, load in zip(index.parts, contents, strict=True):
        yield frame(firsts[part.name], load())
