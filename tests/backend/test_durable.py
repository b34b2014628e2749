"""Files are whole or not there, whatever breaks off."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from backend import durable
from backend.durable import BESIDE, copy_file, flush_file, hash_of, make_folder, put_file


@pytest.fixture
def full(monkeypatch):
    """A disk that takes no more."""

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", refuse)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "one"
    put_file(path, b"first")
    put_file(path, b"second")
    assert path.read_bytes() == b"second"
    assert names(tmp_path) == ["one"]


def test_a_file_that_does_not_fit_leaves_the_old_one(tmp_path, full):
    path = tmp_path / "one"
    path.write_bytes(b"first")
    with pytest.raises(OSError, match="no space"):
        put_file(path, b"second")
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == ["one"]


def test_a_copy_is_proven_by_what_was_written(tmp_path):
    source, content = tmp_path / "one", os.urandom(durable.CHUNK + 5)
    source.write_bytes(content)
    found = copy_file(source, tmp_path / "folder" / "two")
    assert found == hashlib.sha256(content).hexdigest() == hash_of(source)
    assert (tmp_path / "folder" / "two").read_bytes() == content


def test_a_copy_that_does_not_fit_leaves_nothing(tmp_path, full):
    (tmp_path / "one").write_bytes(b"first")
    with pytest.raises(OSError, match="no space"):
        copy_file(tmp_path / "one", tmp_path / "two")
    assert names(tmp_path) == ["one"]


def test_every_write_is_flushed_before_it_has_its_name(tmp_path, monkeypatch):
    steps = []
    fsync, rename = os.fsync, Path.rename

    def flushed(handle: int) -> None:
        steps.append("folder" if Path(f"/proc/self/fd/{handle}").is_dir() else "file")
        fsync(handle)

    def renamed(path, to):
        steps.append("name")
        return rename(path, to)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "rename", renamed)
    put_file(tmp_path / "one", b"content")
    assert steps == ["file", "name", "folder"]
    copy_file(tmp_path / "one", tmp_path / "two")
    assert steps[3:] == ["file", "name", "folder"]
    flush_file(tmp_path / "two")
    assert steps[6:] == ["file"]


def test_folders_are_made_so_that_they_stay(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(durable, "flush", flushed.append)
    make_folder(tmp_path / "one" / "two")
    make_folder(tmp_path / "one" / "two")
    assert flushed == [tmp_path, tmp_path / "one"]


def test_what_is_being_written_can_be_told():
    assert BESIDE == ".partial"
