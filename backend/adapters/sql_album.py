"""A town's photos in SQLite, on the thread that owns the connection; and how ids and lists are asked for."""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from backend.adapters import statements as s
from backend.ports import PhotoRow


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
        self._connection.executemany(s.DROP_PHOTO, which)
        self._connection.executemany(s.DROP_REFS_TO, which)
