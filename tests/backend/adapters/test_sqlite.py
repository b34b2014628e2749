"""The SQLite file: durable, held by one process, its tables those the code declares."""

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from backend.adapters.group import Broken
from backend.adapters.opening import FILE, migrate
from backend.adapters.sqlite import GROUP_MAX, InUse, Sqlite, hold
from backend.adapters.tables import metadata
from sync.digest import ROOT, chain, sealed
from tests.backend.town import PAGES

pytestmark = pytest.mark.anyio

MIGRATIONS = PAGES.parents[1] / "migrations"


@pytest.fixture
async def file(tmp_path):
    file = await Sqlite.open(tmp_path)
    yield file
    await file.close()


async def test_a_commit_survives_power_loss(file):
    assert list(await file.writer.execute_fetchall("PRAGMA journal_mode")) == [("wal",)]
    assert list(await file.writer.execute_fetchall("PRAGMA synchronous")) == [(2,)], "FULL"


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


async def add(file: Sqlite, town: int, *, fail: bool = False) -> int:
    def work(raw: sqlite3.Connection) -> int:
        raw.execute("INSERT INTO lane VALUES (:town, 1, 0, 0, x'00', 0)", {"town": town})
        if fail:
            raise LookupError
        return town

    return await file.write(work)


def listed(raw: sqlite3.Connection) -> list[int]:
    return [town for (town,) in raw.execute("SELECT town_id FROM lane ORDER BY 1")]


async def towns(file: Sqlite) -> list[int]:
    return await file.read(listed)


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


async def test_writers_that_wait_together_share_a_transaction_and_have_their_own_answers(file):
    said: list[str] = []
    await file.writer.set_trace_callback(lambda sql: said.append(sql.split()[0]))
    answers = await asyncio.gather(
        *(add(file, town, fail=town == 3) for town in (1, 2, 3, 2, 4)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [int, int, LookupError, sqlite3.IntegrityError, int]
    assert await towns(file) == [1, 2, 4]
    assert said.count("COMMIT") <= 2, "the first may go alone; who waits meanwhile goes together"


async def test_more_than_a_group_is_written_in_groups(file):
    count = 2 * GROUP_MAX + 3
    assert await asyncio.gather(*(add(file, town) for town in range(count))) == list(range(count))
    assert await towns(file) == list(range(count))


async def test_who_is_cancelled_in_a_group_takes_nobody_along(file):
    tasks = [asyncio.create_task(add(file, town)) for town in range(6)]
    await asyncio.sleep(0)
    for task in tasks[1::2]:
        task.cancel()
    assert await asyncio.gather(*tasks[::2]) == [0, 2, 4]
    assert {0, 2, 4} <= set(await towns(file))


async def test_a_reader_sees_one_moment_while_others_write(file):
    await add(file, 1)
    looking, written = threading.Event(), threading.Event()

    def look(raw: sqlite3.Connection) -> tuple[list[int], list[int]]:
        before = listed(raw)
        looking.set()
        assert written.wait(30), "a reader never holds up a writer"
        return before, listed(raw)

    reading = asyncio.create_task(file.read(look))
    await asyncio.to_thread(looking.wait, 30)
    await add(file, 2)
    written.set()
    assert await reading == ([1], [1])
    assert await towns(file) == [1, 2]


def io_error(_: sqlite3.Connection) -> None:
    fault = sqlite3.OperationalError("disk I/O error")
    fault.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    raise fault


async def test_after_the_disk_failed_nothing_is_promised_and_all_can_still_be_read(file):
    await add(file, 1)
    works = [add(file, 2), file.write(io_error), add(file, 3)]
    answers = await asyncio.gather(*works, return_exceptions=True)
    assert [type(answer) for answer in answers[1:]] == [Broken, Broken]
    assert file.broken
    for _ in range(2):
        with pytest.raises(Broken):
            await add(file, 4)
    promised = {1, *(answer for answer in answers if isinstance(answer, int))}
    assert promised <= set(await towns(file)) <= {1, 2}


async def test_a_full_disk_is_not_the_end(file):
    def full(raw: sqlite3.Connection) -> None:
        raw.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")

    answers = await asyncio.gather(add(file, 1), file.write(full), add(file, 2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [int, sqlite3.OperationalError, int]
    assert not file.broken
    assert await towns(file) == [1, 2]


async def test_closing_finishes_what_waits_and_answers_who_comes_after(tmp_path):
    file = await Sqlite.open(tmp_path)
    waiting = [asyncio.create_task(add(file, town)) for town in range(3 * GROUP_MAX)]
    await asyncio.sleep(0)
    await file.close()
    assert await asyncio.gather(*waiting) == list(range(3 * GROUP_MAX))
    async with asyncio.timeout(5):
        with pytest.raises(ValueError, match=r"clos|active"):
            await add(file, 9)


async def test_what_is_deleted_is_overwritten(file):
    assert list(await file.writer.execute_fetchall("PRAGMA secure_delete")) == [(1,)]


def test_a_log_of_the_first_version_is_hashed_anew_and_verifies(tmp_path):
    upgrade(tmp_path, "20261121")
    old = sqlite3.connect(tmp_path / FILE)
    rows = [
        (
            town,
            seq,
            b"d" * 8,
            seq,
            1_000 + seq,
            seq % 3,
            7,
            b"r",
            f'["{town}.{seq}","\u66f4"]'.encode(),
            b"x" * 32,
        )
        for town in (3, 4)
        for seq in (1, 2, 5, 10)  # positions without a row: a photo arrived
    ]
    columns = "town_id, seq, device, n, wall_ms, count, person, record, body, hash"
    marks = ", ".join("?" * 10)
    old.executemany(f"INSERT INTO op ({columns}) VALUES ({marks})", rows)
    old.executemany(
        "INSERT INTO lane VALUES (?, ?, 1, 0, ?)", [(3, 12, b"y" * 32), (4, 10, b"y" * 32), (5, 2, ROOT)]
    )
    old.commit()
    old.close()
    migrate(tmp_path)
    new = sqlite3.connect(tmp_path / FILE)
    heads = {}
    for town, seq, person, wall_ms, count, body, kept, digest in new.execute(
        "SELECT town_id, seq, person, wall_ms, count, body, hash, digest FROM op ORDER BY town_id, seq"
    ):
        heads[town] = chain(heads.get(town, ROOT), sealed(seq, person, wall_ms, count, body))
        assert kept == heads[town], (town, seq)
        assert not digest, "nothing was erased yet"
    assert new.execute("SELECT town_id, seq, head, floor FROM lane").fetchall() == [
        (3, 12, heads[3], 0), (4, 10, heads[4], 0), (5, 2, ROOT, 0),
    ]  # fmt: skip
    bodies = new.execute("SELECT town_id, seq, body FROM op ORDER BY 1, 2").fetchall()
    assert bodies == [(row[0], row[1], row[8]) for row in rows], "what was written is as it was"
    new.close()


def upgrade(root: Path, version: str) -> None:
    """Bring a data directory to an earlier version of its tables."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{root / FILE}")
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, version)
    engine.dispose()
