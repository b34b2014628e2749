"""Blobs as files: written beside, flushed, then renamed, so that a name never shows half its bytes."""

import asyncio
import os
import secrets
from pathlib import Path

from backend.problems import Refused

NO_SPACE = 28  # ENOSPC


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
                raise Refused("storage_full") from fault
            raise

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        if path.exists() and path.stat().st_size == len(content):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
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
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def get(self, name: str) -> bytes | None:
        """Load bytes, or None."""
        try:
            return await asyncio.to_thread(self._path(name).read_bytes)
        except FileNotFoundError:
            return None
