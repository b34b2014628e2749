"""The SQLite file: durable, held by one process, its tables those the code declares."""

import asyncio
import os
import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from backend.adapters.sqlite import FILE, InUse, Sqlite, hold, migrate, rows
from backend.adapters.tables import metadata
from tests.backend.town import PAGES

pytestmark = pytest.mark.anyio

MIGRATIONS = PAGES.parents[1] / "migrations"


@pytest.fixture
async def file(tmp_path):
    file = await Sqlite.open(tmp_path)
    yield file
    await file.close()


async def test_a_commit_survives_power_loss(file):
    assert [tuple(row) for row in await rows(file.writer, "PRAGMA journal_mode", {})] == [("wal",)]
    assert [tuple(row) for row in await rows(file.writer, "PRAGMA synchronous", {})] == [(2,)], "FULL"


async def test_the_reader_can_only_read(file):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await file.reader.execute_fetchall("DELETE FROM op")


def test_the_migrations_lead_to_the_tables_the_code_declares(tmp_path):
    migrate(tmp_path)
    engine = create_engine(f"sqlite:///{tmp_path / FILE}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_heads() == tuple(ScriptDirectory(str(MIGRATIONS)).get_heads())
        names = {
            row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql > ''")
        }
    engine.dispose()
    declared = {index.name for table in metadata.tables.values() for index in table.indexes}
    assert declared <= names, "indexes with a condition are not compared above"


def test_migrating_again_changes_nothing(tmp_path):
    migrate(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    migrate(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_directory_is_held_once(tmp_path):
    handle = hold(tmp_path / "new" / "town")
    with pytest.raises(InUse, match="QIANSHAO_DATA"):
        hold(tmp_path / "new" / "town")
    other = hold(tmp_path / "other")
    os.close(handle)
    os.close(other)
    os.close(hold(tmp_path / "new" / "town"))


async def test_a_file_that_cannot_be_opened_is_let_go(tmp_path):
    (tmp_path / FILE).write_bytes(b"this is no database" * 100)
    with pytest.raises(Exception, match="not a database"):
        await Sqlite.open(tmp_path)
    os.close(hold(tmp_path))


async def test_a_directory_may_have_any_name(tmp_path):
    root = tmp_path / "镇 #1?mode=memory%20"
    file = await Sqlite.open(root)
    await add(file, 1)
    assert await towns(file) == [1]
    await file.close()
    assert (root / FILE).stat().st_size > 0


async def add(file: Sqlite, town: int, *, fail: bool = False) -> None:
    async with file.transaction() as connection:
        sql = "INSERT INTO lane VALUES (:town, 1, 0, 0, x'00')"
        await connection.execute_fetchall(sql, {"town": town})
        await asyncio.sleep(0)
        if fail:
            raise LookupError


async def towns(file: Sqlite) -> list[int]:
    return [row[0] for row in await rows(file.reader, "SELECT town_id FROM lane ORDER BY 1", {})]


async def test_a_transaction_is_all_or_nothing(file):
    await add(file, 1)
    with pytest.raises(LookupError):
        await add(file, 2, fail=True)
    with pytest.raises(sqlite3.IntegrityError):
        await add(file, 1)
    await add(file, 3)
    assert await towns(file) == [1, 3]


@pytest.mark.parametrize("turns", range(7))
async def test_a_cancelled_transaction_leaves_the_writer_free(file, turns):
    task = asyncio.create_task(add(file, 1))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5):
        await add(file, 2)
    assert await towns(file) in ([2], [1, 2])
