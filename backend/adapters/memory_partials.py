"""Uploads under way in memory: for tests, and as the plain reading of the port."""

from backend.ports import Upload
from backend.problems import Refused


class MemoryPartials:
    """Uploads in dictionaries, with as much room as a test gives them."""

    def __init__(self, room: int = 2**40) -> None:
        self._kept: dict[str, Upload] = {}
        self._bytes: dict[str, bytes] = {}
        self.size = room  # bytes that may be held in all

    async def all(self) -> list[Upload]:
        """List what is kept."""
        return list(self._kept.values())

    async def keep(self, upload: Upload) -> None:
        """Keep what is known of an upload, in place of what was."""
        self._kept[upload.name] = upload
        self._bytes.setdefault(upload.name, b"")

    async def append(self, name: str, piece: bytes) -> None:
        """Add bytes; what fitted stays."""
        fits = piece[: await self.room()]
        self._bytes[name] += fits
        if len(fits) < len(piece):
            raise Refused("storage_full", retry_s=1)

    async def held(self, name: str) -> int:
        """Say how many bytes are held."""
        return len(self._bytes[name])

    async def cut(self, name: str, size: int) -> None:
        """Throw the bytes from `size` on away."""
        self._bytes[name] = self._bytes[name][:size]

    async def read(self, name: str, at: int, size: int) -> bytes:
        """Load some of the bytes, fewer at the end."""
        return self._bytes[name][at : at + size]

    async def drop(self, name: str) -> None:
        """Forget an upload and its bytes."""
        self._kept.pop(name, None)
        self._bytes.pop(name, None)

    async def room(self) -> int:
        """Say how many bytes could still be stored."""
        return self.size - sum(map(len, self._bytes.values()))
