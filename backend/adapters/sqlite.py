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

from backend.adapters.group import Broken, Outcome, Work, together
from backend.adapters.opening import Connections, connected, has_room, migrate
from backend.swap import finish

T = TypeVar("T")
_log: Final = logging.getLogger(__name__)
GROUP_MAX: Final = 32  # pieces of work of one transaction: about 100 ms of them, which the last one waits for


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


class Sqlite:
    """An open data directory."""

    def __init__(self, root: Path, connections: Connections, handle: int) -> None:
        self.writer, self.reader, self._alone = connections
        self._root = root
        self._handle = handle
        self._open = asyncio.Event()  # not set while it is opened anew
        self._open.set()
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
            connections = await connected(root)
            opened.pop_all()  # nothing failed: from here on `close` does it
        if connections.alone:
            _log.error("the disk of %s is full: nothing can be written until there is room", root)
        return cls(root, connections, handle)

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
        await self._open.wait()
        return await at_once(self.reader, partial(_snapshot, work=work))

    async def foreign(self) -> int:
        """Give what differs whenever another process has written: SQLite's data_version."""
        await self._open.wait()
        return await at_once(self.writer, _data_version)

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
                if self._alone and has_room(self._root):
                    await self._share()
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

    async def _share(self) -> None:
        """Open it anew as a rule, now that there is room, so that a backup can read it too."""
        self._open.clear()
        try:
            await self.reader.close()
            await self.writer.close()
            self.writer, self.reader, self._alone = await connected(self._root)
        except sqlite3.Error as fault:
            _log.critical("it cannot be opened anew: %s", fault)
            self._broken = Broken("the database cannot be opened anew: restart")
        finally:
            self._open.set()


def _data_version(raw: sqlite3.Connection) -> int:
    return int(raw.execute("PRAGMA data_version").fetchone()[0])


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
