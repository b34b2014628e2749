"""A town's photos in SQLite, on the thread that owns the connection; and how ids and lists are asked for."""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from backend.adapters import statements as s
from backend.ports import PhotoRow
from media.fingerprint import alike, bands, probes

CANDIDATES_MAX: Final = 50_000  # of one search: what ten million photos give is a third of it
SIGN: Final = 2**63  # SQLite counts to one less; a hash that is larger is kept as a negative number


def blob_of(record: str) -> bytes:
    """Pack a record id into 16 bytes: 8 of origin, 8 of number."""
    return bytes.fromhex(record[:16]) + int(record[17:]).to_bytes(8, "big")


def id_of(blob: bytes) -> str:
    """Unpack a record id."""
    return f"{blob[:8].hex()}.{int.from_bytes(blob[8:], 'big')}"


def rows_of(
    connection: sqlite3.Connection, town: int, name: str, values: Sequence[Any], tail: str = "", **more: Any
) -> list[Any]:
    """Select a town's rows by a list, in parts of MANY_MAX."""
    found: list[Any] = []
    rest = iter(values)
    while part := list(islice(rest, s.MANY_MAX)):
        sql = s.many(name, len(part)) + tail
        found += connection.execute(sql, {"town_id": town, **more, **s.listed(part)}).fetchall()
    return found


class SqlAlbum:
    """One town's photos."""

    def __init__(self, connection: sqlite3.Connection, town: int) -> None:
        self._connection = connection
        self._town = town

    def refer(self, refs: Mapping[str, Sequence[str]]) -> None:
        """Note which photos records refer to, by record."""
        rows = [
            {"town_id": self._town, "key": key, "record": blob_of(record)}
            for record, keys in refs.items()
            for key in keys
        ]
        if rows:
            self._connection.executemany(s.ADD_REF, rows)

    def release(self, record: str) -> None:
        """Note that a record refers to nothing any more."""
        self._connection.execute(s.DROP_REFS, {"town_id": self._town, "which": blob_of(record)})

    def announce(self, photos: Sequence[PhotoRow]) -> None:
        """Note photos a device speaks of; one already known keeps what is known of it."""
        if photos:
            self._connection.executemany(s.ADD_PHOTO, [self._row(row) for row in photos])

    def rows(self, keys: Sequence[str]) -> dict[str, PhotoRow]:
        """Load what is known of photos by key."""
        found = rows_of(self._connection, self._town, "photos", keys)
        return {each[0]: PhotoRow(*each) for each in found}

    def put(self, row: PhotoRow) -> None:
        """Keep what is known of a photo now, in place of what was."""
        self._connection.execute(s.PUT_PHOTO, self._row(row))
        self._connection.executemany(s.ADD_PRINT, self._prints(row))

    def _row(self, row: PhotoRow) -> dict[str, Any]:
        return {"town_id": self._town, **msgspec.structs.asdict(row)}

    def referring(self, key: str) -> list[str]:
        """List the ids of the records that refer to a photo."""
        found = self._connection.execute(s.REFERRING, {"town_id": self._town, "key": key})
        return [id_of(blob) for (blob,) in found]

    def alone(self, records: Sequence[str]) -> list[PhotoRow]:
        """List the photos that only these records refer to."""
        blobs = [blob_of(each) for each in records]
        keys = {key for (key,) in rows_of(self._connection, self._town, "refs", blobs)}
        rows = self.rows(sorted(keys)).values()
        return [row for row in rows if set(self.referring(row.key)) <= set(records)]

    def forget(self, keys: Sequence[str]) -> None:
        """Forget photos, as if they had never been announced."""
        which = [{"town_id": self._town, "which": key} for key in keys]
        prints = [each for row in self.rows(keys).values() for each in self._prints(row)]
        gone = [
            {"town_id": self._town, "which": each["band"], "hash": each["dhash"], "photo": each["key"]}
            for each in prints
        ]
        self._connection.executemany(s.DROP_PRINTS, gone)
        self._connection.executemany(s.DROP_PHOTO, which)
        self._connection.executemany(s.DROP_REFS_TO, which)

    def key_of(self, device: bytes) -> bytes:
        """Give the public key a device seals its photos with."""
        asked = {"town_id": self._town, "which": device}
        found = self._connection.execute(s.KEY_OF, asked).fetchone()
        return bytes(found[0]) if found else b""

    def enlist(self, device: bytes, key: bytes, now_ms: int) -> bytes:
        """Note a device's key unless it has one."""
        row = {"town_id": self._town, "device": device, "key": key, "from_ms": now_ms}
        self._connection.execute(s.ADD_KEY, row)
        return self.key_of(device)

    def chained(self, device: bytes) -> list[PhotoRow]:
        """List the photos a device announced as links of its chain."""
        found = self._connection.execute(s.CHAINED, {"town_id": self._town, "which": device})
        return [PhotoRow(*each) for each in found]

    def waiting(self, after: tuple[int, str], limit: int) -> list[PhotoRow]:
        """List photos whose bytes are not here and that a record refers to."""
        values = {"town_id": self._town, "from_ms": after[0], "last": after[1]}
        found = self._connection.execute(f"{s.WAITING} LIMIT {limit:d}", values)
        return [PhotoRow(*each) for each in found]

    def verified(self, after: str, limit: int) -> list[PhotoRow]:
        """List photos whose bytes are said to be here, by key."""
        values = {"town_id": self._town, "last": after}
        found = self._connection.execute(f"{s.VERIFIED} LIMIT {limit:d}", values)
        return [PhotoRow(*each) for each in found]

    def originals(self, digests: Sequence[bytes]) -> set[bytes]:
        """Say which SHA-256 are those of originals that are said to be here."""
        return {bytes(each) for (each,) in rows_of(self._connection, self._town, "originals", digests)}

    def undeveloped(self, limit: int) -> list[PhotoRow]:
        """List verified photos that are still to be developed, the newest first."""
        found = self._connection.execute(s.UNDEVELOPED, {"town_id": self._town, "count": limit})
        return [PhotoRow(*each) for each in found]

    def near(self, ways: Sequence[bytes], limit: int) -> list[PhotoRow]:
        """List photos that look like one, nearest first: by the quarters that near hashes must share."""
        asked = probes(ways)
        found = rows_of(self._connection, self._town, "fingerprints", list(asked), f" LIMIT {CANDIDATES_MAX}")
        keys = {
            key
            for band, dhash, key in found
            if any(((dhash % (2 * SIGN)) ^ way).bit_count() <= reach for way, reach in asked[band])
        }
        near = [
            (bits, row)
            for row in self.rows(sorted(keys)).values()
            if (bits := alike(ways, row.prints)) is not None
        ]
        return [row for _, row in sorted(near, key=lambda each: (each[0], each[1].key))[:limit]]

    def earlier(self, row: PhotoRow, limit: int) -> list[PhotoRow]:
        """List the photos the same device announced before or with this one, the latest first."""
        asked = {"town_id": self._town, "device": row.device, "at_ms": row.announced_ms, "key": row.key}
        found = self._connection.execute(s.EARLIER, {**asked, "count": limit})
        return [PhotoRow(*each) for each in found]

    def _prints(self, row: PhotoRow) -> list[dict[str, Any]]:
        """Give the rows under which a photo is found by what it looks like."""
        if not row.prints:
            return []
        dhash = int.from_bytes(row.prints[:8], "big")
        kept = dhash - 2 * SIGN if dhash >= SIGN else dhash
        return [{"town_id": self._town, "band": band, "dhash": kept, "key": row.key} for band in bands(dhash)]
