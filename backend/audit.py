"""An audit: whether what a store holds fits together, row by row, each fault told in one plain line.

The log is walked from its beginning: every row must follow from the one before (digest.py), and what was
taken out of it must have been erased by law. Everything else is held against it: the numbers noted as
seen, the records it made, the feed they imply, their photos on disk. Nothing is read as a whole.
"""

import heapq
import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from backend.durable import hash_of
from backend.erase import ORIGINAL
from backend.feed import feed_of, last_change
from backend.ranges import Ranges
from backend.view import photo_keys
from media.intake import key_of
from sync.clock import Stamp
from sync.digest import ROOT
from sync.kind import Kinds
from sync.links import refs_of
from sync.model import astray
from sync.naming import names_of
from sync.op import Verdict
from sync.register import Record

LogRow = tuple[int, int, int, int, bytes, bytes, bytes, bytes, int, bytes]
RecordRow = tuple[str, str, str, int, int, int, bytes]  # id, kind, state, area, author, due_ms, body
PhotoFile = tuple[str, str]  # key, SHA-256 in hex
MADE: Final = frozenset({"applied", "amended", "overtaken"})  # verdicts after which there is a record
DIGEST: Final = re.compile("[0-9a-f]{64}")


class LaneRow(NamedTuple):
    """Where a log stands."""

    seq: int
    head: bytes
    floor: int


class Rows(Protocol):
    """The rows of a store, each table a stream in the order it is needed in."""

    def flaws(self) -> Iterator[str]:
        """List what the database itself finds at fault."""

    def towns(self) -> list[int]:
        """List the towns there are rows of."""

    def lane(self, town: int) -> LaneRow | None:
        """Give where a log stands."""

    def mark(self, town: int, seq: int) -> bytes:
        """Give the hash of a log up to a position."""

    def log(self, town: int) -> Iterator[LogRow]:
        """Go through a log: seq, person, wall_ms, count, body, hash, digest, device, n, record."""

    def numbers(self, town: int) -> Iterator[tuple[bytes, int]]:
        """Go through the op numbers of the log, by device, then number."""

    def seen(self, town: int) -> Iterator[tuple[bytes, str]]:
        """Go through what is noted as seen, by device."""

    def records(self, town: int) -> Iterator[RecordRow]:
        """Go through the records by id."""

    def feed(self, town: int) -> Iterator[tuple[str, int, int]]:
        """Go through the feed by record, then channel: record, channel, seq."""

    def refs(self, town: int) -> Iterator[tuple[str, str]]:
        """Go through what refers to photos, by record: record, key."""

    def links(self, town: int) -> Iterator[tuple[str, str, str]]:
        """Go through which record names which, by record: record, field, the record named or ""."""

    def tombs(self, town: int) -> Iterator[tuple[str, int, bool]]:
        """Go through the tombstones by record: record, seq, erased."""

    def knows(self, town: int, record: str) -> bool:
        """Tell whether there is a record of an id, or its tombstone."""

    def photos(self, town: int) -> Iterator[PhotoFile]:
        """Go through the photos that are said to be on disk."""

    def blobs(self) -> Iterator[str]:
        """Go through the names of all files of photos that are said to be on disk, each once.

        A name begins with the SHA-256 of the bytes, in hex; that of an original ends in ORIGINAL.
        """

    def refers(self, digest: str) -> bool:
        """Tell whether a row of a photo names a SHA-256: as its key, or as that of its original."""

    def version(self) -> str:
        """Say which tables these are."""


class _Entry(Struct, array_like=True):
    """An op as the log keeps it, less what the audit need not understand."""

    n: int
    stamp: Stamp
    kind: str
    record: str
    area: int | None
    sets: msgspec.Raw
    step: msgspec.Raw = msgspec.Raw(b"null")


_ENTRY: Final = msgspec.json.Decoder(tuple[_Entry, Verdict])
_RECORD: Final = msgspec.json.Decoder(Record)
_RANGES: Final = msgspec.json.Decoder(Ranges)


def audit(rows: Rows, kinds: Kinds) -> Iterator[str]:
    """Give the faults of a store, each in one line; none if all is well."""
    yield from (f"database: {flaw}" for flaw in fenced(rows.flaws()))
    yield from fenced(_towns(rows, kinds))


def _towns(rows: Rows, kinds: Kinds) -> Iterator[str]:
    for town in rows.towns():
        lane = rows.lane(town)
        if lane is None:
            yield f"town {town}: there are rows, but nothing says where its log stands"
            continue
        parts = _log(rows, town, lane), _seen(rows, town), _records(rows, town, lane, kinds)
        yield from (f"town {town}: {fault}" for part in parts for fault in fenced(part))


def fenced(part: Iterator[str]) -> Iterator[str]:
    """Go through a part of an audit; rows that cannot even be read are a fault, not the end of it."""
    try:
        yield from part
    except OSError:
        raise
    except Exception as fault:  # noqa: BLE001 - there is no end of what tampered rows can hold
        yield f"it cannot be read on: {type(fault).__name__}: {fault}"


def walk(log: Iterator[LogRow], lane: LaneRow) -> Iterator[tuple[str, LogRow | None]]:
    """Walk the chain of hashes; gives each row with "" or its fault, then the fault of the end, if any."""
    last, at = ROOT, 0
    for row in log:
        seq, person, wall_ms, count, body, hashed, digest, *_ = row
        sealed = digest or sha256(b"%d %d %d %d " % (seq, person, wall_ms, count) + body).digest()
        fault = ""
        if sha256(last + sealed).digest() != hashed:
            fault = f"log: entry {seq} does not follow from the one before it"
        last, at = hashed, seq
        yield fault, row
    if last != lane.head:
        yield "log: it does not end as it did: entries are missing at its end", None
    if at > lane.seq:
        yield f"log: it goes to {at}, though it is said to stand at {lane.seq}", None


def _log(rows: Rows, town: int, lane: LaneRow) -> Iterator[str]:
    erased = {record for record, _, by_law in rows.tombs(town) if by_law}  # few: law asks seldom
    for fault, row in walk(rows.log(town), lane):
        if fault:
            yield fault
        if row is not None:
            yield from _content(rows, town, row, erased)


def _content(rows: Rows, town: int, row: LogRow, erased: set[str]) -> Iterator[str]:
    """Hold the columns of a row against its content, and the content against what was erased and made."""
    seq, _, _, _, body, _, digest, device, n, record = row
    try:
        entry, verdict = _ENTRY.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        yield f"log: entry {seq} cannot be read: {fault}"
        return
    if (entry.n, entry.stamp.device, entry.record) != (n, device.hex(), record.decode("utf-8", "replace")):
        yield f"log: entry {seq} is filed under another device, number or record than its content says"
    if digest and entry.record not in erased:
        yield f"log: the content of entry {seq} is missing, though {entry.record} was not erased"
    if entry.record in erased and (bytes(entry.sets) != b"{}" or bytes(entry.step) != b"null"):
        yield f"log: entry {seq} still holds what was written on {entry.record}, which was erased"
    if entry.area is not None and verdict.code in MADE and not rows.knows(town, entry.record):
        yield f"records: {entry.record} is missing, which entry {seq} made"


def _seen(rows: Rows, town: int) -> Iterator[str]:
    """Hold the numbers noted as seen against those the log holds."""
    for device, (logged, noted) in _beside(itemgetter(0), _ranges(rows.numbers(town)), rows.seen(town)):
        held = [ranges for _, ranges in logged] or [[]]  # a device that only said what it made has a row too
        if held != ([_RANGES.decode(text) for _, text in noted] or [[]]):
            yield f"seen: the numbers noted for device {device.hex()} are not those in the log"


def _ranges(numbers: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, Ranges]]:
    for device, group in groupby(numbers, key=itemgetter(0)):
        found: Ranges = []
        for _, n in group:
            if found and found[-1][1] == n - 1:
                found[-1] = (found[-1][0], n)
            else:
                found.append((n, n))
        yield device, found


def _records(rows: Rows, town: int, lane: LaneRow, kinds: Kinds) -> Iterator[str]:
    """Hold the records against the feed, the tombstones, and what refers to photos and to other records."""
    streams = rows.records(town), rows.tombs(town), rows.feed(town), rows.refs(town), rows.links(town)
    for _, (found, tombs, feed, refs, links) in _beside(_place, *streams):
        if any(seq > lane.seq for _, seq, _ in tombs):
            yield f"tombs: {tombs[0][0]} was removed beyond the end of the log"
        if found:
            yield from _record(found[0], tombs, feed, {key for _, key in refs}, lane, kinds)
            yield from _links(found[0], {field: target for _, field, target in links}, kinds)
        elif feed or refs or links:
            yield f"records: {(feed or refs or links)[0][0]} is missing, though the feed or a photo names it"


def _record(
    row: RecordRow, tombs: list[Any], feed: list[Any], refs: set[str], lane: LaneRow, kinds: Kinds
) -> Iterator[str]:
    name, *columns, body = row
    try:
        record = _RECORD.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        yield f"records: {name} cannot be read: {fault}"
        return
    told = [record.kind, record.state, record.area, record.author, record.due_ms]
    if record.id != name or columns != told:
        yield f"records: {name} is filed otherwise than its content says"
    if bool(tombs) == bool(record.kind):
        yield f"tombs: {name} is {'there, though it was removed' if tombs else 'removed, but not since when'}"
    changed = last_change(record)
    if changed > lane.seq:
        yield f"records: {name} changed at {changed}, beyond the end of the log"
    if {channel: seq for _, channel, seq in feed} != feed_of(record):
        yield f"feed: the rows of {name} are not those it implies"
    if record.kind in kinds and names_of(kinds[record.kind], record) != record.names:
        yield f"feed: {name} is not told to those whom it names"
    if set(photo_keys(kinds, record, record.cells)) - refs:
        yield f"photos: nothing leads from a photo of {name} back to it"
    if refs and not record.kind:
        yield f"photos: {name} was removed, yet photos lead to it"


def _links(row: RecordRow, links: dict[str, str], kinds: Kinds) -> Iterator[str]:
    try:
        record = _RECORD.decode(row[-1])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return  # said already
    if record.refs != links:
        yield f"links: the rows of {record.id} are not those it implies"
    if record.kind in kinds and refs_of(kinds[record.kind], record) != record.refs:
        yield f"links: {record.id} names other records than is noted of it"


def audit_cases(rows: Rows, kinds: Kinds) -> Iterator[str]:
    """Give the open records that nobody has, that are never due, or of which nobody is told.

    No fault of a store, so a backup with such a record is as good as any; but somebody waits for an answer.
    """
    for town in rows.towns():
        yield from (f"town {town}: {fault}" for fault in fenced(_cases(rows, town, kinds)))


def _cases(rows: Rows, town: int, kinds: Kinds) -> Iterator[str]:
    for name, kind, *_, body in rows.records(town):
        if kind not in kinds:
            continue
        try:
            fault = astray(kinds[kind], _RECORD.decode(body))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue  # said already
        if fault:
            yield f"cases: {name} {fault}"


def audit_photos(
    rows: Rows, folder: Path, lacking: AbstractSet[str] = frozenset(), *, fast: bool = False
) -> Iterator[str]:
    """Give the faults of photos on disk; `fast` looks only whether they are there.

    Those known to be lacking were so when a backup was made, and are no fault of it.
    """
    for key, digest in (photo for town in rows.towns() for photo in rows.photos(town)):
        path = blob_path(folder, digest)
        if key_of(bytes.fromhex(digest)) != key:
            yield f"photos: {key} is said to be {digest}, which is another photo"
        elif digest in lacking:
            continue
        elif not path.is_file():
            yield f"photos: {key} is missing: there is no file {path}"
        elif not fast and hash_of(path) != digest:
            yield f"photos: {key} is damaged: {path} holds other bytes"
    for name in rows.blobs():
        path = blob_path(folder, name)
        if not name.endswith(ORIGINAL) or name in lacking:
            continue
        if not path.is_file():
            yield f"originals: there is no file {path}"
        elif not fast and hash_of(path) != digest_in(name):
            yield f"originals: {path} holds other bytes"


def blob_path(folder: Path, name: str) -> Path:
    """Say where the bytes of a photo lie."""
    return folder / name[:2] / name


def digest_in(name: str) -> str:
    """Read the SHA-256 of the bytes in the name of their file."""
    return name.partition(".")[0]


def _place(row: Any) -> tuple[str, int]:
    """Order rows by record id as the database does: by origin, then by number."""
    name: str = row[0]
    return name[:16], int(name[17:])


def _beside(place: Callable[[Any], Any], *streams: Iterator[Any]) -> Iterator[tuple[Any, list[list[Any]]]]:
    """Go through ordered streams side by side; gives for each place its rows of each stream."""

    def tagged(index: int, stream: Iterator[Any]) -> Iterator[tuple[Any, int, Any]]:
        return ((place(row), index, row) for row in stream)

    merged = heapq.merge(*(tagged(*each) for each in enumerate(streams)), key=itemgetter(0, 1))
    for where, group in groupby(merged, key=itemgetter(0)):
        parts: list[list[Any]] = [[] for _ in streams]
        for _, index, row in group:
            parts[index].append(row)
        yield where, parts
