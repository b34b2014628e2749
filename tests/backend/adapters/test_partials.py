"""One contract for both adapters of the uploads port, and what only files can suffer."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from backend.adapters.memory_partials import MemoryPartials
from backend.adapters.partials import DiskPartials
from backend.ports import Partials, Upload
from backend.problems import Refused

pytestmark = pytest.mark.anyio

NAME, OTHER = "a" * 32, "b" * 32
UPLOAD = Upload(NAME, 3, 7, 100, "filename YQ==", 1_000, "A" * 22, "screen", "0" * 64)
ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["memory", "disk"])
async def partials(request, tmp_path) -> Partials:
    made = MemoryPartials() if request.param == "memory" else DiskPartials(tmp_path / "uploads")
    assert await made.all() == []
    return made


@pytest.fixture
async def disk(tmp_path) -> DiskPartials:
    made = DiskPartials(tmp_path / "uploads")
    await made.all()
    return made


async def test_what_is_kept_is_listed_as_it_was_last(partials):
    told = replace(UPLOAD, length=7, done=True, at=9, unproven=3)
    await partials.keep(UPLOAD)
    await partials.keep(replace(UPLOAD, name=OTHER))
    await partials.append(NAME, b"0123")
    await partials.keep(told)
    assert sorted(await partials.all(), key=lambda each: each.name) == [told, replace(UPLOAD, name=OTHER)]
    assert await partials.held(NAME) == 4, "what is known changes nothing of the bytes"


async def test_bytes_add_up(partials):
    await partials.keep(UPLOAD)
    assert await partials.held(NAME) == 0
    for piece in (b"0123", b"", b"4567"):
        await partials.append(NAME, piece)
    assert await partials.held(NAME) == 8
    assert await partials.read(NAME, 0, 100) == b"01234567"
    assert await partials.read(NAME, 6, 1) == b"6"
    assert await partials.read(NAME, 8, 1) == b""


async def test_what_is_cut_is_gone_and_goes_on_from_there(partials):
    await partials.keep(UPLOAD)
    await partials.append(NAME, b"01234567")
    await partials.cut(NAME, 3)
    assert await partials.held(NAME) == 3
    await partials.append(NAME, b"x")
    assert await partials.read(NAME, 0, 9) == b"012x"


async def test_what_is_dropped_leaves_nothing(partials):
    await partials.keep(UPLOAD)
    await partials.keep(replace(UPLOAD, name=OTHER))
    await partials.append(NAME, b"0123")
    await partials.drop(NAME)
    await partials.drop(NAME)
    assert [each.name for each in await partials.all()] == [OTHER]


async def test_there_is_room(partials):
    await partials.keep(UPLOAD)
    assert await partials.room() > 0


async def test_of_a_piece_that_does_not_fit_the_beginning_stays():
    partials = MemoryPartials(room=6)
    await partials.keep(UPLOAD)
    await partials.append(NAME, b"0123")
    with pytest.raises(Refused, match="storage_full"):
        await partials.append(NAME, b"4567")
    assert await partials.read(NAME, 0, 9) == b"012345"


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT])
async def test_a_full_disk_is_told_and_what_was_there_stays(disk, monkeypatch, fault):
    def full(*_: object) -> int:
        raise OSError(fault, "full")

    await disk.keep(UPLOAD)
    await disk.append(NAME, b"0123")
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(Refused, match="storage_full"):
            await disk.append(NAME, b"4567")
    assert await disk.held(NAME) == 4


async def test_another_fault_of_the_disk_is_not_passed_off_as_a_full_one(disk, monkeypatch):
    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "broken")

    await disk.keep(UPLOAD)
    monkeypatch.setattr(os, "write", broken)
    with pytest.raises(OSError, match="broken"):
        await disk.append(NAME, b"4567")


async def test_a_write_that_takes_part_of_a_piece_is_gone_on_with(disk, monkeypatch):
    write = os.write
    await disk.keep(UPLOAD)
    monkeypatch.setattr(os, "write", lambda file, piece: write(file, piece[:3]))
    await disk.append(NAME, b"0123456789")
    assert await disk.read(NAME, 0, 99) == b"0123456789"


async def test_bytes_are_flushed_before_they_are_promised(disk, monkeypatch):
    flushed: list[int] = []
    fsync = os.fsync

    def watched(file: int) -> None:
        flushed.append(os.fstat(file).st_size)
        fsync(file)

    await disk.keep(UPLOAD)
    await disk.append(NAME, b"0123")
    monkeypatch.setattr(os, "fsync", watched)
    assert await disk.held(NAME) == 4
    assert flushed == [4]


async def test_what_was_left_half_made_is_cleared_away(disk, tmp_path):
    await disk.keep(UPLOAD)
    root = tmp_path / "uploads"
    for name, text in {
        f"{OTHER}.part": "bytes nobody speaks of",
        f"{'c' * 32}.info": (root / f"{NAME}.info").read_text(),
        f"{'d' * 32}.info": "half a wor",
        f"{NAME}.info.partial": "broken off",
    }.items():
        (root / name).write_text(text)
    assert await DiskPartials(root).all() == [UPLOAD]
    assert {path.name for path in root.iterdir()} == {f"{NAME}.info", f"{NAME}.part"}


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from backend.adapters.partials import DiskPartials
from tests.backend.adapters.test_partials import UPLOAD, NAME

async def main():
    partials = DiskPartials(Path(sys.argv[1]))
    await partials.all()
    await partials.keep(UPLOAD)
    await partials.append(NAME, b"0123456789")
    print(await partials.held(NAME), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def run_killed(root: Path) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-c", KILLED, str(root)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


async def test_what_was_promised_survives_a_kill(tmp_path):
    root = tmp_path / "uploads"
    killed = run_killed(root)
    assert (killed.stdout, killed.returncode) == ("10\n", -9)
    again = DiskPartials(root)
    assert await again.all() == [UPLOAD]
    assert await again.held(NAME) == 10
