"""Blobs as files: written beside, flushed, then renamed, so that a name never shows half its bytes."""

import asyncio
import os
import secrets
from pathlib import Path

from backend.durable import flush, make_folder
from backend.problems import Refused

NO_SPACE = 28  # ENOSPC
RETRY_S = 5  # after "storage_full", as where the database finds no room


class DiskBlobs:
    """Bytes by name under one directory, spread over 256 folders by the first two characters."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name

    async def put(self, name: str, content: bytes) -> None:
        """Store bytes durably under a name; storing them again is nothing new."""
        try:
            await asyncio.to_thread(self._write, self._path(name), content)
        except OSError as fault:
            if fault.errno == NO_SPACE:
                raise Refused("storage_full", retry_s=RETRY_S) from fault
            raise

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        if path.exists() and path.stat().st_size == len(content):
            flush(path.parent)  # it was named; nobody knows whether that was flushed before it broke off
            return
        make_folder(path.parent)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(path)
        except OSError:
            beside.unlink(missing_ok=True)  # half a photo must not keep a full disk full
            raise
        flush(path.parent)

    async def get(self, name: str) -> bytes | None:
        """Load bytes, or None."""
        try:
            return await asyncio.to_thread(self._path(name).read_bytes)
        except FileNotFoundError:
            return None

    async def drop(self, name: str) -> None:
        """Take bytes away for good."""
        await asyncio.to_thread(self._remove, self._path(name))

    @staticmethod
    def _remove(path: Path) -> None:
        if path.exists():
            path.unlink()
            flush(path.parent)
