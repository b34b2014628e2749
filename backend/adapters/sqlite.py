"""The SQLite file: one writing connection and one that can only read, in one process.

WAL with synchronous=FULL, so that a commit survives power loss (I9; measured: NORMAL lost 300 of
300). SQLite before 3.51.3 can corrupt a WAL that two connections write or checkpoint, so there is one
writer, the reader is opened read-only, and a second process on the same directory does not start.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import aiosqlite
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine

from backend.adapters.group import Broken, Outcome, Work, together
from backend.swap import finish

T = TypeVar("T")
_log: Final = logging.getLogger(__name__)
FILE: Final = "qianshao.db"
MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"
CACHE_KIB: Final = 65_536  # 64 MiB of pages: a town's hot records and indexes
CHECKPOINT_PAGES: Final = 4_000  # 16 MiB of WAL: fewer checkpoints; one of the default 4 MiB took 5 ms
GROUP_MAX: Final = 32  # pieces of work of one transaction: about 100 ms of them, which the last one waits for
PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what was erased by law is overwritten, whatever this SQLite was built with
    f"PRAGMA cache_size=-{CACHE_KIB}",
    f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}",
)


class InUse(RuntimeError):
    """Another process holds the data directory."""


def hold(root: Path) -> int:
    """Take the data directory for this process; the lock goes with the process, however it ends.

    A restore that was decided and then broken off is finished first.
    """
    root.mkdir(parents=True, exist_ok=True)
    handle = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(handle)
        raise InUse(
            f"another process already serves {root.resolve()}: stop it, or set another QIANSHAO_DATA"
        ) from fault
    finish(root)
    return handle


def migrate(root: Path) -> None:
    """Bring the tables up to date; safe to repeat."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
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
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._broken: Broken | None = None

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
        """Finish what waits, close both connections and let go of the directory."""
        if self._flushing is not None:
            await asyncio.shield(self._flushing)
        await self.reader.close()
        if self._broken is None:
            with contextlib.suppress(sqlite3.Error):  # what was erased leaves the log of writes too
                await self.writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        await self.writer.close()
        os.close(self._handle)

    @property
    def broken(self) -> bool:
        """Whether the disk failed: nothing is written any more until a restart."""
        return self._broken is not None

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Write: all of it or nothing, durable when this returns; whoever waits meanwhile goes along.

        A caller that is cancelled may find its work done all the same: a repeat is nothing new (I6).
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await future

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Read what was true at one moment; never waits for a writer."""
        return await at_once(self.reader, partial(_snapshot, work=work))

    async def _flush(self) -> None:
        """Run what waits, a group at a time, until nothing does."""
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:GROUP_MAX], self._waiting[GROUP_MAX:]
                outcomes = await self._together([work for work, _ in group])
                for (_, future), (result, fault) in zip(group, outcomes, strict=True):
                    if future.done():  # its caller was cancelled
                        continue
                    if fault is None:
                        future.set_result(result)
                    else:
                        future.set_exception(fault)
        finally:
            self._flushing = None

    async def _together(self, works: list[Work]) -> list[Outcome]:
        if self._broken is None:
            try:
                return await at_once(self.writer, partial(together, works=works))
            except Broken as fault:
                _log.critical("%s", fault)
                self._broken = fault
            except ValueError as fault:  # the connection is closed: nobody may wait for ever
                return [(None, fault)] * len(works)
        return [(None, self._broken)] * len(works)


def _snapshot(raw: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    raw.execute("BEGIN")
    try:
        return work(raw)
    finally:
        raw.execute("COMMIT")


async def at_once(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run a piece of work on the thread that owns the connection, in one hop.

    aiosqlite has no public name for this; its own methods are made of it. The contract suite would tell.
    """
    done = await connection._execute(work, connection._conn)  # type: ignore[no-untyped-call]  # noqa: SLF001 - see above
    return cast(T, done)
