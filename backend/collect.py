"""Collecting bytes that nobody needs: what no row of a photo names, for long, and no upload has in hand.

Such bytes are left by an upload that was killed before its row was written. They lie where they are for
longer than any backup is kept, then as long again in the trash, then they are gone; what is wanted again
meanwhile is found there (backend/care.py). Ages are counted by backend/ageing.py, and remembered by name: a
name is forgotten as soon as something refers to it. What was erased by law is taken away at once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field

from backend.ageing import ASLEEP, DAY_MS, Ageing
from backend.ports import Attic, Blobs, Lane, Lanes, Ledger
from media.intake import key_of

PARTS: Final = tuple(
    f"{part:02x}" for part in range(256)
)  # of the names there can be; one is one turn's work
NAME_DIGITS: Final = 64  # hex digits of a SHA-256
Claimed = Callable[[], Awaitable[Iterable[str]]]  # the SHA-256, in hex, that open uploads will bring


class Memo(Struct):
    """What is remembered from turn to turn. Ages are those of `Ageing`."""

    ageing: Ageing = field(default_factory=Ageing)
    loose: dict[str, int] = {}  # by name: since when nothing referred to it
    buried: dict[str, int] = {}  # by name: since when it lies in the trash


class Collected(Struct):
    """What a turn came to."""

    loose: int = 0  # names nothing refers to, still waiting
    buried: int = 0
    burnt: int = 0
    erased: int = 0


class Needed(Struct, frozen=True):
    """What is collected, and what must not be."""

    lanes: Lanes
    blobs: Blobs
    attic: Attic
    ledger: Ledger
    claimed: Claimed


def read_memo(content: bytes) -> Memo:
    """Read what was remembered; what cannot be read is forgotten, and every age begins anew."""
    try:
        memo = msgspec.json.decode(content, type=Memo)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Memo()
    memo.ageing.steady_ms = ASLEEP
    return memo


def digest_of(name: str) -> bytes:
    """Read the SHA-256 a name begins with; empty if it is none."""
    start = name.partition(".")[0]
    try:
        return bytes.fromhex(start) if len(start) == NAME_DIGITS else b""
    except ValueError:
        return b""


def steady_ms() -> int:
    """Say the time of a clock that never jumps."""
    return time.monotonic_ns() // 1_000_000


class Collector:
    """Goes through the blobs, one part at a turn."""

    def __init__(self, needed: Needed, keep_days: int, steady: Callable[[], int] = steady_ms) -> None:
        self._needed = needed
        self._keep_ms = keep_days * DAY_MS
        self._steady = steady
        self._alone = asyncio.Lock()
        self._memo: Memo | None = None
        self._next = 0

    async def turn(self, now_ms: int) -> None:
        """Collect from the next part."""
        await self.collect(PARTS[self._next : self._next + 1], now_ms)
        self._next = (self._next + 1) % len(PARTS)

    async def collect(self, parts: Sequence[str], now_ms: int) -> Collected:
        """Collect from some parts, and empty the trash of what has lain in it long enough."""
        async with self._alone:
            return await self._collect(parts, now_ms)

    async def _collect(self, parts: Sequence[str], now_ms: int) -> Collected:
        if self._memo is None:
            self._memo = read_memo(await self._needed.attic.recall())
        memo, done = self._memo, Collected()
        before = msgspec.json.encode((memo.loose, memo.buried))
        age_ms = memo.ageing.at(now_ms, self._steady())
        for part in parts:
            await self._part(memo, part, age_ms, done)
        await self._empty(memo, age_ms, done)
        if memo.loose or memo.buried or before != msgspec.json.encode((memo.loose, memo.buried)):
            await self._needed.attic.note(msgspec.json.encode(memo))
        return done

    async def _part(self, memo: Memo, part: str, age_ms: int, done: Collected) -> None:
        names = await self._needed.blobs.listed(part)
        claims = self._needed.blobs.claims()
        loose = await self._loose(names)
        for name in [name for name in memo.loose if name.lstrip(".").startswith(part) and name not in loose]:
            del memo.loose[name]
        for name in loose:
            if await self._is_erased(name):
                await self._needed.blobs.drop(name)
                memo.loose.pop(name, None)
                done.erased += 1
            elif age_ms - memo.loose.setdefault(name, age_ms) < self._keep_ms:
                done.loose += 1
            elif await self._needed.blobs.bury(name, claims):  # not if an upload has begun since
                del memo.loose[name]
                memo.buried[name] = age_ms
                done.buried += 1

    async def _loose(self, names: Sequence[str]) -> list[str]:
        """List the names that no row refers to and no open upload will bring."""
        wanted = {digest for name in names if (digest := digest_of(name))}
        kept = {bytes.fromhex(each) for each in await self._needed.claimed()} if wanted else set()
        for town in await self._needed.lanes.towns() if wanted - kept else ():
            kept |= await self._needed.lanes.read(town, _referred(wanted - kept))
        return [name for name in names if digest_of(name) not in kept]

    async def _is_erased(self, name: str) -> bool:
        """Tell whether a name is that of a photo that was erased: an upload ended with the server's life."""
        digest = digest_of(name)
        towns = await self._needed.lanes.towns() if digest else []
        return any(self._needed.ledger.holds(town, key_of(digest)) for town in towns)

    async def _empty(self, memo: Memo, age_ms: int, done: Collected) -> None:
        """Take out of the trash what has lain there long enough."""
        names = await self._needed.attic.trash()
        memo.buried = {name: memo.buried.get(name, age_ms) for name in names}
        for name in names:
            if age_ms - memo.buried[name] >= self._keep_ms:
                await self._needed.attic.burn(name)
                del memo.buried[name]
                done.burnt += 1


def _referred(digests: set[bytes]) -> Callable[[Lane], set[bytes]]:
    """Ask which digests a row names: by its key, verified or not, or as its original."""

    def ask(lane: Lane) -> set[bytes]:
        by_key = {key_of(digest): digest for digest in digests}
        return {by_key[key] for key in lane.album.rows(list(by_key))} | lane.album.originals(list(digests))

    return ask
