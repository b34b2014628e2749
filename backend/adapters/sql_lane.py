"""The lanes port over SQLite: a piece of work is one hop to the thread that owns the connection."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from backend.adapters.sql_shelf import Shelf
from backend.adapters.sqlite import Sqlite
from backend.adapters.statements import TOWNS
from backend.ports import Lane

T = TypeVar("T")


class SqlLanes:
    """All lanes of one SQLite file."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    async def write(self, town: int, work: Callable[[Lane], T]) -> T:
        """Work on a lane, in a transaction shared with whoever waits at the same moment."""
        return await self._file.write(lambda raw: work(Shelf(raw, town)))

    async def read(self, town: int, work: Callable[[Lane], T]) -> T:
        """Read a lane as it was at one moment."""
        return await self._file.read(lambda raw: work(Shelf(raw, town)))

    async def towns(self) -> list[int]:
        """List the towns that have a lane."""

        def listed(raw: sqlite3.Connection) -> list[int]:
            return [town for (town,) in raw.execute(TOWNS)]

        return await self._file.read(listed)
