"""Blobs as files: whole under their name or not there, and no litter."""

import errno
import os
from pathlib import Path

import pytest

from backend.adapters.disk import DiskBlobs
from backend.problems import Refused

pytestmark = pytest.mark.anyio


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


async def test_a_blob_is_one_file_below_two_characters(tmp_path):
    await DiskBlobs(tmp_path).put("abcd.thumb", b"bytes")
    assert files(tmp_path) == ["ab/abcd.thumb"]


async def test_bytes_are_on_disk_before_they_have_a_name(tmp_path, monkeypatch):
    order: list[str] = []
    flush, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("fsync"), flush(handle))[1])
    monkeypatch.setattr(Path, "rename", lambda one, two: (order.append("rename"), rename(one, two))[1])
    await DiskBlobs(tmp_path).put("abcd", b"bytes")
    assert order == ["fsync", "fsync", "rename", "fsync"], "a new folder, the bytes, their name"


async def test_a_name_that_was_there_is_flushed_again(tmp_path, monkeypatch):
    await DiskBlobs(tmp_path).put("abcd", b"bytes")
    flushed: list[Path] = []
    monkeypatch.setattr(
        os, "fsync", lambda handle: flushed.append(Path(f"/proc/self/fd/{handle}").readlink())
    )
    await DiskBlobs(tmp_path).put("abcd", b"bytes")
    assert flushed == [tmp_path / "ab"], "nobody knows whether it was, before the first try broke off"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
async def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch, number):
    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Refused if number == errno.ENOSPC else OSError):
        await DiskBlobs(tmp_path).put("abcd", b"bytes")
    assert files(tmp_path) == []
    monkeypatch.undo()
    await DiskBlobs(tmp_path).put("abcd", b"bytes")
    assert await DiskBlobs(tmp_path).get("abcd") == b"bytes"


async def test_half_a_file_of_an_earlier_crash_is_written_anew(tmp_path):
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "abcd").write_bytes(b"by")
    await DiskBlobs(tmp_path).put("abcd", b"bytes")
    assert await DiskBlobs(tmp_path).get("abcd") == b"bytes"
