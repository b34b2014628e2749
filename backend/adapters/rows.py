"""A database read from outside: its rows one by one for an audit, and a copy of it as of one moment.

Opened so that it can only read, it goes beside the server that writes: it takes no lock that anybody
waits for, and sees the store as it was at one moment for as long as it is open.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic.script import ScriptDirectory
from sqlalchemy import BindParameter, bindparam, func, select

from backend.adapters import tables as t
from backend.adapters.opening import FILE, MIGRATIONS
from backend.adapters.sql_album import SqlAlbum, blob_of, id_of
from backend.adapters.statements import MARK, NONE, TOWNS, text
from backend.audit import LaneRow, LogRow, PhotoFile, RecordRow
from backend.erase import ORIGINAL
from backend.export import LoggedRow
from backend.swap import unfinished
from media.intake import key_of
from sync.clock import SERVER
from sync.digest import ROOT
from sync.permit import OrgUnit

WAIT_S: Final = 60  # for a writer that has the file to itself, as when it is being migrated
FLAWS_MAX: Final = 100  # of SQLite's own findings
HERE: Final[BindParameter[int]] = bindparam("town")
LANE: Final = text(select(t.lane.c.seq, t.lane.c.head, t.lane.c.floor).where(t.lane.c.town_id == HERE))
LOG: Final = text(
    select(
        t.op.c.seq, t.op.c.person, t.op.c.wall_ms, t.op.c.count, t.op.c.body, t.op.c.hash, t.op.c.digest,
        t.op.c.device, t.op.c.n, t.op.c.record,
    )
    .where(t.op.c.town_id == HERE)
    .order_by(t.op.c.seq)
)  # fmt: skip
NUMBERS: Final = text(
    select(t.op.c.device, t.op.c.n)
    .where(t.op.c.town_id == HERE, t.op.c.device != bindparam("server"))
    .order_by(t.op.c.device, t.op.c.n)
)
SEEN: Final = text(
    select(t.seen.c.device, t.seen.c.ranges).where(t.seen.c.town_id == HERE).order_by(t.seen.c.device)
)
RECORDS: Final = text(
    select(
        t.record.c.id, t.record.c.kind, t.record.c.state, t.record.c.area, t.record.c.author,
        t.record.c.due_ms, t.record.c.body,
    )
    .where(t.record.c.town_id == HERE)
    .order_by(t.record.c.id)
)  # fmt: skip
FEED: Final = text(
    select(t.feed.c.record, t.feed.c.channel, t.feed.c.seq)
    .where(t.feed.c.town_id == HERE)
    .order_by(t.feed.c.record, t.feed.c.channel)
)
REFS: Final = text(
    select(t.photo_ref.c.record, t.photo_ref.c.key)
    .where(t.photo_ref.c.town_id == HERE)
    .order_by(t.photo_ref.c.record, t.photo_ref.c.key)
)
LINKS: Final = text(
    select(t.link.c.record, t.link.c.field, t.link.c.target)
    .where(t.link.c.town_id == HERE)
    .order_by(t.link.c.record, t.link.c.field)
)
UNITS: Final = text(select(t.unit.c.town_id, t.unit.c.id, t.unit.c.tier, t.unit.c.parent))
TOMBS: Final = text(
    select(t.tomb.c.record, t.tomb.c.seq, t.tomb.c.erased)
    .where(t.tomb.c.town_id == HERE)
    .order_by(t.tomb.c.record)
)
KNOWN: Final = text(
    select(t.record.c.id)
    .where(t.record.c.town_id == HERE, t.record.c.id == bindparam("which"))
    .union_all(select(t.tomb.c.record).where(t.tomb.c.town_id == HERE, t.tomb.c.record == bindparam("which")))
)
PHOTOS: Final = text(
    select(t.photo.c.key, t.photo.c.sha256).where(
        t.photo.c.town_id == HERE, func.length(t.photo.c.sha256) > NONE
    )
)
BLOBS: Final = text(select(t.photo.c.sha256).where(func.length(t.photo.c.sha256) > NONE).distinct())
ORIGINALS: Final = text(select(t.photo.c.original).where(func.length(t.photo.c.original) > NONE).distinct())
NAMED: Final = text(
    select(t.photo.c.key)
    .where(t.photo.c.town_id == HERE, t.photo.c.key == bindparam("key"))
    .union_all(
        select(t.photo.c.key).where(
            t.photo.c.town_id == HERE,
            func.length(t.photo.c.original) > NONE,
            t.photo.c.original == bindparam("original"),
        )
    )
)
POSITIONS: Final = text(
    select(t.op.c.seq).where(t.op.c.town_id == HERE, t.op.c.record == bindparam("which")).order_by(t.op.c.seq)
)
STRETCH: Final = text(
    select(
        t.op.c.seq, t.op.c.person, t.op.c.wall_ms, t.op.c.count, t.op.c.body, t.op.c.digest, t.op.c.record
    )
    .where(t.op.c.town_id == HERE, t.op.c.seq > bindparam("after"), t.op.c.seq <= bindparam("upto"))
    .order_by(t.op.c.seq)
)  # fmt: skip
SHOWN: Final = text(
    select(t.photo_ref.c.key).where(t.photo_ref.c.town_id == HERE, t.photo_ref.c.record == bindparam("which"))
)
TOLD_OF: Final = (t.op, t.record, t.feed, t.tomb)  # a town with rows in one of these has a log


class Rows:
    """The rows of a database, each table a stream: none is ever in memory as a whole."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _all(self, sql: str, **values: Any) -> Iterator[Any]:
        return iter(self._connection.execute(sql, values))

    def version(self) -> str:
        """Say which tables these are."""
        return str(next(self._all("SELECT version_num FROM alembic_version"), ("none",))[0])

    def flaws(self) -> Iterator[str]:
        """List what SQLite itself finds: pages, rows and indexes that do not fit each other."""
        for (flaw,) in self._all(f"PRAGMA integrity_check({FLAWS_MAX})"):
            if flaw != "ok":
                yield str(flaw)

    def towns(self) -> list[int]:
        """List the towns that have a log, or ought to."""
        found = {town for (town,) in self._all(TOWNS)}
        for table in TOLD_OF:
            found |= {town for (town,) in self._all(text(select(table.c.town_id).distinct()))}
        return sorted(found)

    def trees(self) -> list[dict[int, OrgUnit]]:
        """Give the units of each town there is."""
        found: dict[int, dict[int, OrgUnit]] = {}
        for town, unit, tier, parent in self._all(UNITS):
            found.setdefault(town, {})[unit] = OrgUnit(tier, parent)
        return list(found.values())

    def lane(self, town: int) -> LaneRow | None:
        """Give where a log stands; None if the town has none."""
        found = next(self._all(LANE, town=town), None)
        return LaneRow(found[0], bytes(found[1]), found[2]) if found else None

    def mark(self, town: int, seq: int) -> bytes:
        """Give the hash of a log up to a position."""
        found = next(self._all(MARK, town_id=town, seq=seq), None)
        return bytes(found[0]) if found else ROOT

    def log(self, town: int) -> Iterator[LogRow]:
        """Go through a log in its order."""
        return self._all(LOG, town=town)

    def numbers(self, town: int) -> Iterator[tuple[bytes, int]]:
        """Go through the op numbers of the log, by device, then number."""
        return self._all(NUMBERS, town=town, server=bytes.fromhex(SERVER))

    def seen(self, town: int) -> Iterator[tuple[bytes, str]]:
        """Go through what is noted as seen, by device."""
        return self._all(SEEN, town=town)

    def records(self, town: int) -> Iterator[RecordRow]:
        """Go through the records by id."""
        return ((id_of(row[0]), *row[1:]) for row in self._all(RECORDS, town=town))

    def feed(self, town: int) -> Iterator[tuple[str, int, int]]:
        """Go through the feed by record, then channel."""
        return ((id_of(blob), channel, seq) for blob, channel, seq in self._all(FEED, town=town))

    def refs(self, town: int) -> Iterator[tuple[str, str]]:
        """Go through what refers to photos, by record."""
        return ((id_of(blob), key) for blob, key in self._all(REFS, town=town))

    def links(self, town: int) -> Iterator[tuple[str, str, str]]:
        """Go through which record names which, by record."""
        found = self._all(LINKS, town=town)
        return ((id_of(blob), field, id_of(target) if target else "") for blob, field, target in found)

    def tombs(self, town: int) -> Iterator[tuple[str, int, bool]]:
        """Go through the tombstones by record."""
        return ((id_of(blob), seq, bool(erased)) for blob, seq, erased in self._all(TOMBS, town=town))

    def knows(self, town: int, record: str) -> bool:
        """Tell whether there is a record of an id, or its tombstone."""
        return next(self._all(KNOWN, town=town, which=blob_of(record)), None) is not None

    def photos(self, town: int) -> Iterator[PhotoFile]:
        """Go through the photos that are said to be on disk."""
        return ((key, bytes(digest).hex()) for key, digest in self._all(PHOTOS, town=town))

    def blobs(self) -> Iterator[str]:
        """Go through the names of all files of photos that are said to be on disk, each once."""
        yield from (bytes(digest).hex() for (digest,) in self._all(BLOBS))
        yield from (bytes(digest).hex() + ORIGINAL for (digest,) in self._all(ORIGINALS))

    def refers(self, digest: str) -> bool:
        """Tell whether a row of a photo names a SHA-256."""
        sha256 = bytes.fromhex(digest)
        values = {"key": key_of(sha256), "original": sha256}
        return any(next(self._all(NAMED, town=town, **values), None) for town in self.towns())

    def archive(self, town: int) -> "TownRows":
        """Open one town, to write a record of it out."""
        return TownRows(self._connection, town)


class TownRows:
    """One town of a database, as backend/export.py reads it."""

    def __init__(self, connection: sqlite3.Connection, town: int) -> None:
        self._connection = connection
        self._town = town
        self.album = SqlAlbum(connection, town)

    def mark(self, seq: int) -> bytes:
        """Give the hash of the log up to a position."""
        return Rows(self._connection).mark(self._town, seq)

    def positions(self, record: str) -> list[int]:
        """List the positions of the log at which a record is written to."""
        return [seq for (seq,) in self._all(POSITIONS, which=record.encode())]

    def stretch(self, after: int, upto: int, record: str) -> Iterator[LoggedRow]:
        """Go through the log between two positions."""
        own = record.encode()
        for seq, person, wall_ms, count, body, digest, which in self._all(STRETCH, after=after, upto=upto):
            yield LoggedRow(seq, person, wall_ms, count, body, digest, which == own)

    def shown(self, record: str) -> list[str]:
        """List the keys of the photos a record refers to."""
        return [key for (key,) in self._all(SHOWN, which=blob_of(record))]

    def _all(self, sql: str, **values: Any) -> Iterator[Any]:
        return iter(self._connection.execute(sql, {"town": self._town, **values}))


def wanted_version() -> str:
    """Say which tables this program is written for."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


@contextmanager
def rows_of(root: Path) -> Iterator[Rows]:
    """Open the database of a directory for reading, as it is now; raises OSError if there is none."""
    with _reading(root) as connection:
        connection.execute("BEGIN")
        yield Rows(connection)


def copy_database(root: Path, to: Path) -> None:
    """Copy the database of a directory as it is at this moment, while its server may go on writing.

    The copy holds nothing of what was deleted, and is not durable yet.
    """
    with _reading(root) as connection:
        connection.execute("VACUUM INTO ?", (str(to / FILE),))


@contextmanager
def _reading(root: Path) -> Iterator[sqlite3.Connection]:
    path = root / FILE
    if unfinished(root):  # even to read would write beside the log that is to be put aside
        raise OSError(f"a restore of {root} was broken off: `qianshao migrate` finishes it")
    if not path.is_file():
        raise FileNotFoundError(f"there is no database in {root}")
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=WAIT_S
    )
    try:
        yield connection
    finally:
        connection.close()
