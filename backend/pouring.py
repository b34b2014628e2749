"""One request at a time on an upload: the newest takes it over at once, however the older ones hang.

A phone that lost its link comes again while the server still waits for the rest of the first request.
Neither may wait for the other, so the older one is told to stop and keeps what it has.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, Self

from backend.heap import Tide
from backend.problems import Code, Refused

PAUSE_S: Final = 30.0  # between two parts of a body, and before the first
PACE: Final = 512  # bytes a second over the whole body: half of what the worst phone link carries
AHEAD: Final = 64 * 2**10  # bytes of one body read ahead of the disk, where there are few
TOGETHER: Final = 8 * 2**20  # bytes of all bodies read ahead of the disk, where each gets more than the least
LEAST: Final = 8 * 2**10  # bytes of one, however many there are: half of what is read from a line at a time
RETRY_S: Final = 1  # after "locked": whoever is at work is done soon


class BrokenOff(Exception):
    """The sender is gone in the middle of a body."""


class Share:
    """What each body may read ahead of the disk: the more there are at once, the less."""

    def __init__(self) -> None:
        self.bodies = 0
        self._tide = Tide()

    def count(self, more: int) -> None:
        """Hear that a body came, 1, or ended, -1."""
        self.bodies += more
        self._tide.stands(self.bodies)

    @property
    def each(self) -> int:
        """Bytes; when so many wait, no more is read."""
        return max(LEAST, min(AHEAD, TOGETHER // max(self.bodies, 1)))


class Pour:
    """The body of one request on its way into an upload.

    It is read as it comes, while what came before is written: its sender need not wait for the disk.
    """

    def __init__(self, stream: AsyncIterator[bytes], share: Share) -> None:
        self._share = share
        self._parts: list[bytes] = []
        self._held, self._came = 0, 0  # bytes not taken yet, and in all
        self._over = False
        self._fault: Refused | BrokenOff | None = None
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._begun_s = asyncio.get_running_loop().time()
        self._reader = asyncio.create_task(self._read(stream))

    async def _read(self, stream: AsyncIterator[bytes]) -> None:
        try:
            async for part in stream:
                self._parts.append(part)
                self._held += len(part)
                self._came += len(part)
                self._news.set()
                while self._held >= self._share.each:
                    self._room.clear()
                    await self._room.wait()
        except BrokenOff as fault:
            self._fault = self._fault or fault
        finally:
            self._end()

    def stop(self, code: Code) -> None:
        """Read no further; the request is refused with this code once what came is taken."""
        self._fault = self._fault or Refused(code, retry_s=RETRY_S)
        self._reader.cancel()
        self._end()

    def _end(self) -> None:
        self._over = True
        self._news.set()

    async def take(self) -> bytes:
        """Take what has come, empty at the end; raises Refused if stopped or stalled, BrokenOff if cut."""
        if not self._parts and not self._over:
            self._news.clear()
            try:
                async with asyncio.timeout(self._patience_s()):
                    await self._news.wait()
            except TimeoutError:
                self.stop("locked")
        taken = b"".join(self._parts)
        self._parts.clear()
        self._held = 0
        self._room.set()
        if not taken and self._fault is not None:
            raise self._fault
        return taken

    def _patience_s(self) -> float:
        now_s = asyncio.get_running_loop().time()
        return min(0.0, self._begun_s + self._came / PACE - now_s) + PAUSE_S

    def __enter__(self) -> Self:
        self._share.count(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._share.count(-1)
        self._reader.cancel()


class Hold:
    """Who is at an upload, and who waits for it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0
        self.busy = False  # what is under way cannot be stopped: it is being verified
        self.pour: Pour | None = None

    @contextmanager
    def pouring(self, pour: Pour) -> Iterator[None]:
        """Take a body in; whoever comes later can stop it, and whoever waits already has."""
        self.pour = pour
        if self.wanted:
            pour.stop("locked")
        try:
            yield
        finally:
            self.pour = None

    @property
    def wanted(self) -> bool:
        """Whether a newer request waits."""
        return self.users > 1


class Holds:
    """The holds of all uploads at which somebody is."""

    def __init__(self) -> None:
        self._held: dict[str, Hold] = {}

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[Hold]:
        """Have an upload for oneself; raises locked where that would take longer than a moment."""
        hold = self._held.setdefault(name, Hold())
        if hold.busy:
            raise Refused("locked", retry_s=RETRY_S)
        if hold.pour is not None:
            hold.pour.stop("locked")
        hold.users += 1
        try:
            async with hold.lock:
                yield hold
        finally:
            hold.users -= 1
            if not hold.users:
                del self._held[name]

    def stop(self, code: Code) -> None:
        """Stop every body that is on its way."""
        for hold in self._held.values():
            if hold.pour is not None:
                hold.pour.stop(code)
