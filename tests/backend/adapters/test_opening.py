"""Opening the file as a rule, and on a full disk, where it is read all the same and shared again later."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from backend.adapters import opening, sqlite
from backend.adapters.group import is_full
from backend.adapters.opening import ALONE, FILE, connected, migrate
from backend.adapters.sqlite import GROUP_MAX, Sqlite

pytestmark = pytest.mark.anyio

PEEK = """
import sqlite3, sys
try:
    print(sqlite3.connect(sys.argv[1], timeout=0.05).execute("SELECT count(*) FROM lane").fetchone()[0])
except sqlite3.OperationalError as fault:
    print(fault)
"""


def fault(code: int) -> sqlite3.OperationalError:
    made = sqlite3.OperationalError("made up")
    made.sqlite_errorcode = code
    return made


def no_room(monkeypatch, code: int = sqlite3.SQLITE_IOERR_SHMSIZE) -> list[str]:
    """Let nothing be opened as a rule; gives how it was tried."""
    tried, real = [], opening._address

    def address(root, mode, how):
        tried.append(how)
        if not how:
            raise fault(code)
        return real(root, mode, how)

    monkeypatch.setattr(opening, "_address", address)
    return tried


def peek(root) -> str:
    """Read in another process; gives what that tells."""
    words = [sys.executable, "-c", PEEK, str(root / FILE)]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


async def put(file: Sqlite, town: int) -> None:
    await file.write(lambda raw: raw.execute("INSERT INTO lane VALUES (?, 1, 0, 0, x'00', 0)", (town,)))


async def count(file: Sqlite) -> int:
    return await file.read(lambda raw: raw.execute("SELECT count(*) FROM lane").fetchone()[0])


@pytest.mark.parametrize(
    ("code", "full"),
    [
        (sqlite3.SQLITE_IOERR_SHMSIZE, True),
        (sqlite3.SQLITE_FULL, True),
        (sqlite3.SQLITE_IOERR_FSYNC, False),
        (sqlite3.SQLITE_CORRUPT, False),
    ],
)
async def test_only_a_full_disk_is_a_reason_to_open_it_alone(tmp_path, monkeypatch, code, full):
    migrate(tmp_path)
    tried = no_room(monkeypatch, code)
    assert is_full(fault(code)) is full
    if not full:
        with pytest.raises(sqlite3.OperationalError):
            await connected(tmp_path)
        assert tried == [""]
        return
    writer, reader, alone = await connected(tmp_path)
    assert alone and tried == ["", ALONE, ALONE]
    await reader.close()
    await writer.close()


@pytest.fixture
async def file(tmp_path, monkeypatch):
    """A file that was opened while the disk was full."""
    migrate(tmp_path)
    with monkeypatch.context() as patch:
        no_room(patch)
        file = await Sqlite.open(tmp_path)
    yield file
    await file.close()


async def test_what_is_opened_alone_needs_no_room_for_an_index(tmp_path, file):
    assert await count(file) == 0
    assert not (tmp_path / f"{FILE}-shm").exists()
    assert peek(tmp_path) == "database is locked"


async def test_it_is_shared_again_with_the_first_write_for_which_there_is_room(tmp_path, file, monkeypatch):
    monkeypatch.setattr(sqlite, "has_room", lambda root: False)
    await put(file, 1)
    assert peek(tmp_path) == "database is locked"
    meanwhile: list[asyncio.Task[int]] = []

    async def slowly(root):
        meanwhile.append(asyncio.create_task(count(file)))
        await asyncio.sleep(0)  # it asks while nothing is open
        return await connected(root)

    monkeypatch.setattr(sqlite, "has_room", lambda root: True)
    monkeypatch.setattr(sqlite, "connected", slowly)
    await asyncio.gather(*(put(file, town) for town in range(2, 60)))
    (seen,) = [await each for each in meanwhile]
    assert seen in (1 + GROUP_MAX, 59), "who reads meanwhile waits, and may read beside the second group"
    assert peek(tmp_path) == "59"


async def test_a_file_that_cannot_be_opened_anew_takes_nothing_more(tmp_path, file, monkeypatch):
    async def closed(root):
        raise fault(sqlite3.SQLITE_CANTOPEN)

    monkeypatch.setattr(sqlite, "connected", closed)
    await put(file, 1)
    with pytest.raises(sqlite3.OperationalError, match="restart"):
        await put(file, 2)
    assert peek(tmp_path) == "1"


def test_what_a_kill_in_a_first_start_leaves_can_be_read(tmp_path):
    migrate(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchall() == [("wal",)], "nothing needs to be rolled back"
