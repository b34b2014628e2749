"""What was put away and may be wanted again: the trash, and what restores put aside; also in memory."""

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import Final

from backend.adapters.disk import TRASH, remove
from backend.adapters.memory import MemoryBlobs
from backend.durable import put_file
from backend.manifest import AMISS, POOL
from backend.restore import BEFORE

NOTES: Final = "attic.json"


class DiskAttic:
    """The attic of a data directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._trash = root / POOL / TRASH

    async def find(self, start: str) -> bytes | None:
        """Load bytes that are what their name says: of the blobs, then of what was put away, newest first."""
        return await asyncio.to_thread(self._find, start)

    def _find(self, start: str) -> bytes | None:
        pools = [self._root / POOL, *sorted(self._root.glob(f"{BEFORE}*/{POOL}"), reverse=True)]
        for folder in [pool / each for pool in pools for each in (start[:2], f"{TRASH}/{start[:2]}")]:
            for path in folder.glob(f"{start}*"):
                body = b"" if path.suffix else path.read_bytes()
                if sha256(body).hexdigest() == path.name:
                    return body
        return None

    async def trash(self) -> list[str]:
        """List the names in the trash."""
        return await asyncio.to_thread(lambda: sorted(path.name for path in self._trash.glob("??/*")))

    async def burn(self, name: str) -> None:
        """Take bytes out of the trash for good."""
        await asyncio.to_thread(remove, self._trash / name.lstrip(".")[:2] / name)

    async def told(self) -> bytes:
        """Give, once, what a check has found amiss."""
        path = self._root / AMISS
        if not path.is_file():
            return b""
        found = await asyncio.to_thread(path.read_bytes)
        await asyncio.to_thread(remove, path)
        return found

    async def recall(self) -> bytes:
        """Load what was last noted."""
        path = self._root / NOTES
        return await asyncio.to_thread(path.read_bytes) if path.is_file() else b""

    async def note(self, content: bytes) -> None:
        """Keep what is to be remembered."""
        await asyncio.to_thread(put_file, self._root / NOTES, content)


class MemoryAttic:
    """The attic of blobs in memory."""

    def __init__(self, blobs: MemoryBlobs) -> None:
        self._blobs = blobs
        self._noted = b""
        self.amiss = b""

    async def find(self, start: str) -> bytes | None:
        """Load bytes that are what their name says: of the blobs, then of what was put away."""
        places = (self._blobs.kept, self._blobs.buried)
        bodies = (body for each in places for name, body in each.items() if name.startswith(start))
        return next((body for body in bodies if sha256(body).hexdigest().startswith(start)), None)

    async def trash(self) -> list[str]:
        """List the names in the trash."""
        return sorted(self._blobs.buried)

    async def burn(self, name: str) -> None:
        """Take bytes out of the trash for good."""
        self._blobs.buried.pop(name, None)

    async def told(self) -> bytes:
        """Give, once, what a check has found amiss."""
        found, self.amiss = self.amiss, b""
        return found

    async def recall(self) -> bytes:
        """Load what was last noted."""
        return self._noted

    async def note(self, content: bytes) -> None:
        """Keep what is to be remembered."""
        self._noted = content
