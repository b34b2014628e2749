"""The SQLite file: one writing connection and one that can only read, in one process.

WAL with synchronous=FULL, so that a commit survives power loss (I9; measured: NORMAL lost 300 of
300). SQLite before 3.51.3 can corrupt a WAL that two connections write or checkpoint, so there is one
writer, the reader is opened read-only, and a second process on the same directory does not start.
"""

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import aiosqlite
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine

T = TypeVar("T")
FILE: Final = "qianshao.db"
CACHE_KIB: Final = 65_536  # 64 MiB of pages: a town's hot records and indexes
CHECKPOINT_PAGES: Final = 4_000  # 16 MiB of WAL: fewer checkpoints; one of the default 4 MiB took 5 ms
PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA cache_size=-{CACHE_KIB}",
    f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}",
)


class InUse(RuntimeError):
    """Another process holds the data directory."""


def hold(root: Path) -> int:
    """Take the data directory for this process; the lock goes with the process, however it ends."""
    root.mkdir(parents=True, exist_ok=True)
    handle = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(handle)
        raise InUse(
            f"another process already serves {root.resolve()}: stop it, or set another QIANSHAO_DATA"
        ) from fault
    return handle


def migrate(root: Path) -> None:
    """Bring the tables up to date; safe to repeat."""
    scripts = Path(__file__).resolve().parents[2] / "migrations"
    settings = Config()
    settings.set_main_option("script_location", str(scripts))
    engine = create_engine(URL.create("sqlite", database=str(root / FILE)))
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    engine.dispose()


class Sqlite:
    """An open data directory."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, handle: int) -> None:
        self.writer = writer
        self.reader = reader
        self._handle = handle
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, root: Path) -> "Sqlite":
        """Hold the directory, migrate, connect; raises InUse if another process has it."""
        async with contextlib.AsyncExitStack() as opened:
            handle = hold(root)
            opened.callback(os.close, handle)
            await asyncio.to_thread(migrate, root)
            writer = await opened.enter_async_context(aiosqlite.connect(root / FILE, isolation_level=None))
            for pragma in PRAGMAS:
                await writer.execute_fetchall(pragma)
            read_only = f"{(root / FILE).resolve().as_uri()}?mode=ro"
            reader = await aiosqlite.connect(read_only, uri=True, isolation_level=None)
            opened.pop_all()  # nothing failed: from here on `close` does it
        return cls(writer, reader, handle)

    async def close(self) -> None:
        """Close both connections and let go of the directory."""
        await self.reader.close()
        await self.writer.close()
        os.close(self._handle)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """Write: all of it or nothing, durable when the block ends without an exception."""
        async with self._turn:
            try:
                await self.writer.execute_fetchall("BEGIN IMMEDIATE")
                yield self.writer
                await self.writer.execute_fetchall("COMMIT")
            except BaseException:
                await self._undo()
                raise

    async def _undo(self) -> None:
        """Roll back. It is asked of SQLite in every case: a statement whose caller was cancelled, be it
        the BEGIN, still runs before this one; and there is nothing to undo where SQLite did so itself
        (it does when the disk is full).
        """
        with contextlib.suppress(sqlite3.OperationalError):
            await asyncio.shield(self.writer.execute_fetchall("ROLLBACK"))


async def rows(connection: aiosqlite.Connection, sql: str, values: dict[str, Any]) -> list[sqlite3.Row]:
    """Run a select and give all its rows."""
    return list(await connection.execute_fetchall(sql, values))


async def at_once(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run a piece of work on the thread that owns the connection, in one hop.

    aiosqlite has no public name for this; its own methods are made of it. The contract suite would tell.
    """
    done: T = await connection._execute(work, connection._conn)  # type: ignore[no-untyped-call]  # noqa: SLF001 - see above
    return done
