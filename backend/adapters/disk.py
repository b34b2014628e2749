"""Blobs as files: written beside, flushed, then renamed, so that a name never shows half its bytes."""

import asyncio
import os
import secrets
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from backend.adapters.claims import Claims
from backend.durable import flush, hash_of, make_folder
from backend.problems import Refused

NO_SPACE = 28  # ENOSPC
RETRY_S = 5  # after "storage_full", as where the database finds no room
TRASH: Final = "trash"  # folder among those of the blobs, whose names have two characters


class DiskBlobs:
    """Bytes by name under one directory, spread over 256 folders by the first two characters."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._claims = Claims()

    def _path(self, name: str) -> Path:
        return self._root / name.lstrip(".")[:2] / name  # a dot begins what was not written to its end

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
        await asyncio.to_thread(remove, self._path(name))

    async def listed(self, start: str) -> list[str]:
        """List the names that begin with two characters; what was being written when it broke off, too."""
        return await asyncio.to_thread(names_in, self._root / start)

    async def hash(self, name: str) -> str:
        """Give the SHA-256 of what lies under a name now; "" if nothing can be read there."""
        try:
            return await asyncio.to_thread(hash_of, self._path(name))
        except OSError:
            return ""

    def claim(self, name: str) -> AbstractContextManager[None]:
        """Keep a name from being buried meanwhile: this process is the only one that does."""
        return self._claims.claim(name)

    def claims(self) -> int:
        """Say how many claims have begun so far."""
        return self._claims.begun

    async def bury(self, name: str, claims: int) -> bool:
        """Put bytes into the trash; between looking at the claims and the rename nobody else has a turn."""
        path = self._path(name)
        trash = self._root / TRASH / path.parent.name
        await asyncio.to_thread(make_folder, trash)
        if self._claims.bar(name, claims):
            return False
        try:
            path.rename(trash / name)
        except FileNotFoundError:
            return False  # erased by law, before or at this moment
        await asyncio.to_thread(flush, trash)
        await asyncio.to_thread(flush, path.parent)
        return True


def names_in(folder: Path) -> list[str]:
    """List the files of a folder by name; none if it is not there."""
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def remove(path: Path) -> None:
    """Take a file away so that it stays away; that there is none, or none any more, is no fault."""
    if path.exists():
        path.unlink(missing_ok=True)  # it may be buried at this moment
        flush(path.parent)
