"""Writing a record out as evidence: what is known of it, its photos, and what proves both (docs/evidence.md).

It reads the store from outside, so the server may run. The export says what the store says; whether that is
what was once signed is for `sync/proof.py` to find, for the store itself may have been tampered with.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from backend.announce import shot_of
from backend.audit import blob_path
from backend.erase import ORIGINAL
from backend.evidence import Notary, linked
from backend.ports import Album, PhotoRow
from sync.bundle import HEAD, Index, Part, blocks, head_of, spans, start_of, write_parts
from sync.digest import sealed
from sync.evidence import link_hash, read_receipt
from sync.proof import OTHER, OWN, SEGMENT, LinkTold, PhotoTold

STRETCH: Final = 5_000  # entries of others between two of the record's own that are shown by their hashes
Content = tuple[str, Callable[[], bytes]]


class NotExported(ValueError):
    """A record cannot be written out; the text says why."""


class LoggedRow(Struct, frozen=True, array_like=True):
    """One row of the log, as far as its chain of hashes goes."""

    seq: int
    person: int
    wall_ms: int
    count: int
    body: bytes
    digest: bytes  # of a body that was erased by law, else empty
    own: bool


class Archive(Protocol):
    """One town's store, read from outside."""

    @property
    def album(self) -> Album:
        """Its photos."""

    def mark(self, seq: int) -> bytes:
        """Give the hash of the log up to a position."""

    def positions(self, record: str) -> list[int]:
        """List the positions of the log at which a record is written to."""

    def stretch(self, after: int, upto: int, record: str) -> Iterable[LoggedRow]:
        """Go through the log between two positions; own are the rows of this record."""

    def shown(self, record: str) -> list[str]:
        """List the keys of the photos a record refers to."""


def export(
    archive: Archive, photos: Path, notary: Notary, what: tuple[int, str], now_ms: int
) -> Iterator[bytes]:
    """Give the file of a record of a town, piece by piece; raises NotExported before the first."""
    town, record = what
    positions = archive.positions(record)
    if not positions:
        raise NotExported(f"there is no record {record} in town {town}")
    rows = [row for _, row in sorted(archive.album.rows(archive.shown(record)).items()) if row.sha256]
    seen = [receipt.at for row in rows if (receipt := read_receipt(row.seal))]
    log = b"".join(_segment(archive, record, *ends) for ends in _stretches(positions, seen))
    links = list(_links(archive.album, rows))
    contents: list[Content] = [
        ("log", lambda: log),
        ("photos", lambda: msgspec.json.encode([_told(row) for row in rows])),
        ("keys", lambda: msgspec.json.encode(_keys(archive.album, links))),
        ("links", lambda: msgspec.json.encode(links)),
        *(each for row in rows for each in _files(photos, row)),
    ]
    index = Index(1, town, record, [_part(name, load()) for name, load in contents])
    told = msgspec.json.encode(index)
    yield start_of(now_ms, told, notary.public, notary.sign(head_of(now_ms, told)))
    yield from write_parts(index, [load for _, load in contents], HEAD + blocks(len(told)))


def _part(name: str, content: bytes) -> Part:
    return Part(name, len(content), spans(content))


def _stretches(positions: list[int], seen: list[int]) -> Iterator[tuple[int, int]]:
    """Give the stretches of the log to show: from before the first entry to the last, in one if near."""
    points = sorted({*positions, *seen})
    first = last = points[0]
    for each in points[1:]:
        if each - last > STRETCH:
            yield first - 1, last
            first = each
        last = each
    yield first - 1, last


def _segment(archive: Archive, record: str, after: int, upto: int) -> bytes:
    rows = [_row(each) for each in archive.stretch(after, upto, record)]
    head = SEGMENT + _number(after) + archive.mark(after) + _number(upto)
    return head + len(rows).to_bytes(4, "big") + b"".join(rows)


def _row(row: LoggedRow) -> bytes:
    if not row.own or row.digest:
        hashed = row.digest or sealed(row.seq, row.person, row.wall_ms, row.count, row.body)
        return OTHER + _number(row.seq) + hashed
    numbers = b"".join(_number(each) for each in (row.seq, row.person, row.wall_ms, row.count))
    return OWN + numbers + len(row.body).to_bytes(4, "big") + row.body


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _told(row: PhotoRow) -> PhotoTold:
    return PhotoTold(
        row.key, row.sha256.hex(), row.size, row.device.hex().zfill(16), row.person, row.verified_ms,
        row.seal.hex(), shot_of(row),
    )  # fmt: skip


def _files(photos: Path, row: PhotoRow) -> Iterator[Content]:
    """Give the files of a photo that are there: what its phone sent, and the original."""
    named = [(f"screen/{row.key}", blob_path(photos, row.sha256.hex()))]
    original = base64.b64decode(shot_of(row).original).hex()
    if original:
        named.append((f"original/{row.key}", blob_path(photos, original + ORIGINAL)))
    return ((name, path.read_bytes) for name, path in named if path.is_file())


def _links(album: Album, rows: list[PhotoRow]) -> Iterator[LinkTold]:
    """Give the links of these photos, of all between them in the same chains, and of one more at each end."""
    for device in sorted({row.device for row in rows if row.link}):
        chain = [row for row in album.chained(device) if row.sha256]
        own = [at for at, row in enumerate(chain) if any(row.key == each.key for each in rows)]
        for row in chain[max(0, own[0] - 1) : own[-1] + 2] if own else []:
            link, signature = linked(row)
            if signature:
                hashed = link_hash(link).hex()
                yield LinkTold(link.device, link.n, link.prev.hex(), hashed, signature.hex())


def _keys(album: Album, links: list[LinkTold]) -> dict[str, str]:
    devices = sorted({link.device for link in links})
    return {device: album.key_of(bytes.fromhex(device)).hex() for device in devices}
