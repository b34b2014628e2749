"""The lane port over SQLite: each call is one hop to the connection's thread, where the shelf does it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import aiosqlite

from backend.adapters.sql_shelf import Shelf
from backend.adapters.sqlite import Sqlite, at_once, rows
from backend.adapters.statements import TOWNS
from backend.ports import PhotoRow
from backend.ranges import Ranges
from sync.op import Op
from sync.register import Record
from sync.settle import Known, Settled


class SqlLane:
    """One town, on one connection, for the length of one request."""

    def __init__(self, connection: aiosqlite.Connection, town: int) -> None:
        self._connection = connection
        self._town = town

    async def load(self, device: str, ops: Sequence[Op]) -> Known:
        """Load what bears on a push."""
        return await at_once(self._connection, lambda raw: Shelf(raw, self._town).load(device, ops))

    async def records(self, ids: Sequence[str]) -> dict[str, Record]:
        """Load records by id."""
        return await at_once(self._connection, lambda raw: Shelf(raw, self._town).records(ids))

    async def save(self, settled: Settled, photo_refs: Mapping[str, Sequence[str]]) -> None:
        """Store what a push or a timer changed."""
        await at_once(self._connection, lambda raw: Shelf(raw, self._town).save(settled, photo_refs))

    async def seen(self, device: str) -> Ranges:
        """Say which op numbers of a device the log holds."""
        return await at_once(self._connection, lambda raw: Shelf(raw, self._town).seen(device))

    async def head(self) -> int:
        """Say the last position taken."""
        return await at_once(self._connection, lambda raw: Shelf(raw, self._town).head())

    async def since(self, channels: Sequence[int], after: int, limit: int) -> list[tuple[int, Record]]:
        """List records of the channels changed after a position, oldest change first."""
        return await at_once(
            self._connection, lambda raw: Shelf(raw, self._town).since(channels, after, limit)
        )

    async def due(self, now_ms: int, limit: int) -> list[Record]:
        """List records whose time has come."""
        return await at_once(self._connection, lambda raw: Shelf(raw, self._town).due(now_ms, limit))

    async def announce(self, photos: Sequence[PhotoRow]) -> None:
        """Note photos a device speaks of; one already known keeps what is known of it."""
        await at_once(self._connection, lambda raw: Shelf(raw, self._town).announce(photos))

    async def photos(self, keys: Sequence[str]) -> dict[str, PhotoRow]:
        """Load what is known of photos by key."""
        return await at_once(self._connection, lambda raw: Shelf(raw, self._town).photos(keys))

    async def verified(self, row: PhotoRow) -> None:
        """Note that the bytes of a photo are on disk and match their hash."""
        await at_once(self._connection, lambda raw: Shelf(raw, self._town).verified(row))

    async def referring(self, key: str) -> list[str]:
        """List the ids of the records that refer to a photo."""
        return await at_once(self._connection, lambda raw: Shelf(raw, self._town).referring(key))


class SqlLanes:
    """All lanes of one SQLite file."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    @asynccontextmanager
    async def write(self, town: int) -> AsyncIterator[SqlLane]:
        """Hold a lane for writing."""
        async with self._file.transaction() as connection:
            yield SqlLane(connection, town)

    @asynccontextmanager
    async def read(self, town: int) -> AsyncIterator[SqlLane]:
        """Hold a lane for reading."""
        yield SqlLane(self._file.reader, town)

    async def towns(self) -> list[int]:
        """List the towns that have a lane."""
        return [town for (town,) in await rows(self._file.reader, TOWNS, {})]
