"""A database read from outside, beside the one who writes it."""

import sqlite3

import pytest

from backend.adapters.opening import FILE
from backend.adapters.rows import copy_database, rows_of, wanted_version
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite, hold
from backend.swap import MOVING, READY
from tests.backend.kept import incident, write
from tests.backend.town import TOWN

pytestmark = pytest.mark.anyio


@pytest.fixture
async def file(tmp_path):
    file = await Sqlite.open(tmp_path)
    await write(SqlLanes(file), incident(1, "一"))
    yield file
    await file.close()


async def test_it_is_read_as_it_was_at_one_moment(file, tmp_path):
    with rows_of(tmp_path) as rows:
        assert rows.version() == wanted_version()
        await write(SqlLanes(file), incident(2, "二"))
        assert (rows.lane(TOWN).seq, len(list(rows.log(TOWN)))) == (1, 1)
    with rows_of(tmp_path) as rows:
        assert (rows.lane(TOWN).seq, len(list(rows.log(TOWN)))) == (2, 2)


async def test_it_cannot_be_written(file, tmp_path):
    with rows_of(tmp_path) as rows, pytest.raises(sqlite3.OperationalError, match="readonly"):
        rows._connection.execute("DELETE FROM op")


async def test_a_copy_holds_what_was_committed(file, tmp_path):
    (tmp_path / "copy").mkdir()
    copy_database(tmp_path, tmp_path / "copy")
    await write(SqlLanes(file), incident(2, "二"))
    with rows_of(tmp_path / "copy") as rows:
        assert rows.lane(TOWN).seq == 1
    assert [path.name for path in (tmp_path / "copy").glob(f"{FILE}*")] == [FILE], (
        "one file, no log of writes"
    )


async def test_nobody_has_to_let_go_of_the_directory(file, tmp_path):
    with rows_of(tmp_path) as rows, pytest.raises(RuntimeError):
        hold(tmp_path)
    assert rows is not None


def test_where_there_is_no_database_none_is_made(tmp_path):
    with pytest.raises(FileNotFoundError, match="no database"), rows_of(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


async def test_what_the_dead_left_in_the_log_of_writes_is_read(tmp_path):
    file = await Sqlite.open(tmp_path)
    await write(SqlLanes(file), incident(1, "一"))
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in tmp_path.glob(f"{FILE}*"):  # as a kill leaves it: the log of writes not yet in the file
        (copy / path.name).write_bytes(path.read_bytes())
    await file.close()
    with rows_of(copy) as rows:
        assert rows.lane(TOWN).seq == 1


async def test_what_a_broken_off_restore_left_is_not_read(file, tmp_path):
    for name in (READY, MOVING):
        (tmp_path / name).mkdir()
        with pytest.raises(OSError, match="broken off"), rows_of(tmp_path):
            pass
        (tmp_path / name).rmdir()
    with rows_of(tmp_path):
        pass
