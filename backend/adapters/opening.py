"""How the SQLite file is opened: as a rule, and where the disk has no room left.

Beside its log SQLite keeps an index of it, 32 KiB in a file that all processes share, and does not open the
database where there is no room for that: nobody could read what is there. So on a full disk it is opened by
SQLite's VFS `unix-excl`, which keeps the index in memory, and keeps other processes out meanwhile.
Source: sqlite.org/vfs.html, "Standard Unix VFSes"; `unixShmMap` in os_unix.c.
"""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

import aiosqlite
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from backend.adapters.group import is_full

FILE: Final = "qianshao.db"
MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"
CACHE_KIB: Final = 65_536  # 64 MiB of pages: a town's hot records and indexes
CHECKPOINT_PAGES: Final = 4_000  # 16 MiB of WAL: fewer checkpoints; one of the default 4 MiB took 5 ms
WAL: Final = "PRAGMA journal_mode=WAL"
PRAGMAS: Final = (
    WAL,
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what was erased by law is overwritten, whatever this SQLite was built with
    f"PRAGMA cache_size=-{CACHE_KIB}",
    f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}",
)
ALONE: Final = "&vfs=unix-excl"
ROOM_BYTES: Final = 2**20  # free again: enough for the index and some work, so that it is not tried in vain


class Connections(NamedTuple):
    """A database that is open twice."""

    writer: aiosqlite.Connection
    reader: aiosqlite.Connection  # can only read
    alone: bool  # opened for want of room; no other process can read it


def migrate(root: Path) -> None:
    """Bring the tables up to date; safe to repeat."""
    try:
        _upgrade(root, "")
    except DBAPIError as fault:
        if not is_full(fault.orig):
            raise
        _upgrade(root, ALONE)


def _upgrade(root: Path, how: str) -> None:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(_address(root, "rwc", how), uri=True))
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(WAL)  # first: what a kill leaves then can be read without mending it
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    finally:
        engine.dispose()


async def connected(root: Path) -> Connections:
    """Open the database of a directory, if need be on a full disk."""
    try:
        return await _connected(root, "")
    except sqlite3.OperationalError as fault:
        if not is_full(fault):
            raise
        return await _connected(root, ALONE)


async def _connected(root: Path, how: str) -> Connections:
    async with contextlib.AsyncExitStack() as opened:
        writer = await opened.enter_async_context(_connect(root, "rwc", how))
        for pragma in PRAGMAS:
            await writer.execute_fetchall(pragma)
        # One that is opened read-only would let go of the lock that keeps other processes out.
        reader = await opened.enter_async_context(_connect(root, "rw" if how else "ro", how))
        await reader.execute_fetchall("PRAGMA query_only=ON")
        opened.pop_all()  # nothing failed
    return Connections(writer, reader, bool(how))


def _connect(root: Path, mode: str, how: str) -> aiosqlite.Connection:
    return aiosqlite.connect(_address(root, mode, how), uri=True, isolation_level=None)


def _address(root: Path, mode: str, how: str) -> str:
    return f"{(root / FILE).resolve().as_uri()}?mode={mode}{how}"


def has_room(root: Path) -> bool:
    """Tell whether there is room again."""
    disk = os.statvfs(root)
    return disk.f_bavail * disk.f_frsize >= ROOM_BYTES
