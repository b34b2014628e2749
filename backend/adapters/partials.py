"""Uploads under way as files: `<name>.part` holds the bytes, `<name>.info` what is known of them.

The offset is the size of the file once it is flushed, so it survives a kill and needs no other record.
"""

import asyncio
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from backend.durable import flush, make_folder, put_file
from backend.ports import Upload
from backend.problems import Refused

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
RETRY_S: Final = 5  # after "storage_full", as where the database finds no room
PART, INFO = ".part", ".info"
T = TypeVar("T")


class DiskPartials:
    """Uploads under one directory."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _part(self, name: str) -> Path:
        return self._root / f"{name}{PART}"

    def _info(self, name: str) -> Path:
        return self._root / f"{name}{INFO}"

    async def all(self) -> list[Upload]:
        """List what is kept; what was left half made is cleared away."""
        return await _in_thread(self._all)

    def _all(self) -> list[Upload]:
        make_folder(self._root)
        found = [read for path in self._root.glob(f"*{INFO}") if (read := self._whole(path))]
        named = {f"{each.name}{end}" for each in found for end in (PART, INFO)}
        for path in self._root.iterdir():
            if path.name not in named:
                path.unlink()
        return found

    def _whole(self, info: Path) -> Upload | None:
        try:
            read = msgspec.json.decode(info.read_bytes(), type=Upload)
        except msgspec.MsgspecError:
            return None
        return read if info == self._info(read.name) and self._part(read.name).is_file() else None

    async def keep(self, upload: Upload) -> None:
        """Keep what is known of an upload, in place of what was."""
        await _in_thread(lambda: self._keep(upload))

    def _keep(self, upload: Upload) -> None:
        self._part(upload.name).touch()
        put_file(self._info(upload.name), msgspec.json.encode(upload))  # which flushes both names

    async def append(self, name: str, piece: bytes) -> None:
        """Add bytes; what fitted stays."""
        await _in_thread(lambda: self._append(name, piece))

    def _append(self, name: str, piece: bytes) -> None:
        file = os.open(self._part(name), os.O_WRONLY | os.O_APPEND)
        try:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(file, rest) :]
        finally:
            os.close(file)

    async def held(self, name: str) -> int:
        """Say how many bytes are held; they are durable when this returns."""
        return await _in_thread(lambda: self._held(name))

    def _held(self, name: str) -> int:
        file = os.open(self._part(name), os.O_RDWR)
        try:
            os.fsync(file)
            return os.fstat(file).st_size
        finally:
            os.close(file)

    async def cut(self, name: str, size: int) -> None:
        """Throw the bytes from `size` on away."""
        await _in_thread(lambda: self._cut(name, size))

    def _cut(self, name: str, size: int) -> None:
        os.truncate(self._part(name), size)
        self._held(name)

    async def read(self, name: str, at: int, size: int) -> bytes:
        """Load some of the bytes, fewer at the end."""
        return await _in_thread(lambda: self._read(name, at, size))

    def _read(self, name: str, at: int, size: int) -> bytes:
        with self._part(name).open("rb") as file:
            file.seek(at)
            return file.read(size)

    async def drop(self, name: str) -> None:
        """Forget an upload and its bytes."""
        await _in_thread(lambda: self._drop(name))

    def _drop(self, name: str) -> None:
        for path in (self._info(name), self._part(name)):  # bytes without a word about them are swept
            path.unlink(missing_ok=True)
        flush(self._root)

    async def room(self) -> int:
        """Say how many bytes could still be stored."""
        return await _in_thread(lambda: shutil.disk_usage(self._root).free)


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as fault:
        if fault.errno in NO_ROOM:
            raise Refused("storage_full", retry_s=RETRY_S) from fault
        raise
