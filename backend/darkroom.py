"""Developing: renditions, fingerprint and flags of photos that are already verified; nobody waits for it.

The queue is the album itself: a photo that is verified and not developed. So it holds no bytes in memory,
whatever arrives, and outlives a restart. One photo at a time goes through the sandbox, the newest first;
whoever wants to look at one that is still to come has it developed there and then. A photo that cannot be
developed is shown by its preview alone, and what was reported stands (E8).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backend.access import showing, tell
from backend.doubts import Case, doubts
from backend.erase import ORIGINAL
from backend.evidence import is_bad
from backend.ports import Bell, Blobs, Lane, Lanes, PhotoRow
from media.fingerprint import Ways
from media.intake import is_sound
from media.metadata import Metadata
from media.refusal import Refusal
from media.rendition import Developed
from sync.place import Ring
from sync.settle import World

BATCH: Final = 8  # photos asked of the album at a time
AGAIN_S: Final = 30.0  # after a child could not be started
NEAR_MAX: Final = 16  # photos that look alike and are looked at; a few of them are named
EARLIER_MAX: Final = 16  # photos of the same device that are looked at for its speed
_log: Final = logging.getLogger(__name__)


class Sandboxed(Protocol):
    """What decodes: media.sandbox.Sandbox."""

    async def develop(self, photo: bytes) -> Developed | Refusal:
        """Make renditions and a fingerprint."""

    async def examine(self, photo: bytes) -> Metadata | Refusal:
        """Read what the camera wrote."""


class Scene(Struct, frozen=True):
    """What of a town bears on its photos."""

    world: World
    shapes: Mapping[int, Ring]  # by unit, WGS-84


class Places(Protocol):
    """Who knows the towns: backend.towns.Towns."""

    @property
    def now_ms(self) -> Callable[[], int]:
        """The clock."""

    async def scene(self, town: int) -> Scene:
        """Describe a town."""


class _Seen(Struct, frozen=True):
    """What a photo's files showed."""

    exif: Metadata
    ways: Ways = ()


class Darkroom:
    """Develops the photos of all towns, as long as the server runs."""

    def __init__(
        self, lanes: Lanes, blobs: Blobs, sandbox: Sandboxed, places: Places, bell: Bell | None = None
    ) -> None:
        self._lanes = lanes
        self._blobs = blobs
        self._sandbox = sandbox
        self._places = places
        self._bell = bell
        self._arrived = asyncio.Event()
        self._failed: set[tuple[int, str]] = set()  # not tried again by itself before the next start
        self._under_way: dict[tuple[int, str], asyncio.Task[bool]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with what is still to do."""
        self._arrived.set()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; a photo under way is developed at the next start."""
        tasks = [*self._under_way.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Hear that a photo was verified."""
        self._arrived.set()

    async def now(self, town: int, key: str) -> bool:
        """Develop one photo unless that is done or under way; False if there is no room for it just now."""
        known = self._under_way.get((town, key))
        if known is None:
            known = asyncio.create_task(self._develop(town, key))
            self._under_way[town, key] = known
            known.add_done_callback(lambda _: self._under_way.pop((town, key), None))
        return await asyncio.shield(known)  # whoever asked may leave, and another may wait for the same

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            try:
                done = all([await self._town(town) for town in await self._lanes.towns()])
            except Exception:  # noqa: BLE001 - one bad look must not end all later ones
                _log.exception("darkroom")
                done = False
            if not done:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._arrived.wait(), AGAIN_S)
                self._arrived.set()

    async def _town(self, town: int) -> bool:
        """Develop all that a town has waiting; False if there was no room for one."""
        while keys := await self._waiting(town):
            for key in keys:
                try:
                    if not await self.now(town, key):
                        return False
                except Exception:  # noqa: BLE001 - whatever is wrong with one photo, the others are developed
                    _log.exception("photo %s of town %d is not developed", key, town)
                    self._failed.add((town, key))
        return True

    async def _waiting(self, town: int) -> list[str]:
        limit = BATCH + len(self._failed)
        rows = await self._lanes.read(town, lambda lane: lane.album.undeveloped(limit))
        return [row.key for row in rows if (town, row.key) not in self._failed]

    async def _develop(self, town: int, key: str) -> bool:
        row = await self._lanes.read(town, lambda lane: lane.album.rows([key]).get(key))
        if row is None or not row.sha256 or row.developed_ms:
            return True
        seen = await self._look(row)
        if seen is None:
            return False
        scene, at_ms = await self._places.scene(town), self._places.now_ms()
        told = await self._lanes.write(town, lambda lane: note(lane, row, seen, scene, at_ms))
        if told and self._bell:
            self._bell.ring(town)
        return True

    async def _look(self, row: PhotoRow) -> _Seen | None:
        """Make renditions and read what the files say; None if there is no room for that just now."""
        exif: Metadata = Metadata()
        ways: Ways = ()
        if not is_sound(row.media_type):
            body = await self._loaded(row.sha256.hex())
            made = await self._sandbox.develop(body)
            if made == "busy":
                return None
            if isinstance(made, str):
                _log.warning("no rendition of %s: %s", row.key, made)
            else:
                exif, ways = made.metadata, made.prints
                await self._blobs.put(f"{row.sha256.hex()}.thumb", made.thumb)
                await self._blobs.put(f"{row.sha256.hex()}.medium", made.screen)
        if not row.original:
            return _Seen(exif, ways)
        # What the app draws has no metadata; the file as the camera gave it may.
        read = await self._sandbox.examine(await self._loaded(row.original.hex() + ORIGINAL))
        if read == "busy":
            return None
        return _Seen(exif if isinstance(read, str) else read, ways)

    async def _loaded(self, name: str) -> bytes:
        body = await self._blobs.get(name)
        if body is None:
            raise FileNotFoundError(name)
        return body


def note(lane: Lane, seen_row: PhotoRow, seen: _Seen, scene: Scene, at_ms: int) -> bool:
    """Keep what a photo gave, and what is odd about it; True if there is something to be told."""
    now = lane.album.rows([seen_row.key]).get(seen_row.key)
    if now is None or now.sha256 != seen_row.sha256:  # erased, or found missing, meanwhile
        return False
    found = doubts(_case(lane, now, seen, scene))
    flags = msgspec.json.encode(found) if found else b""
    prints = seen.ways[0] if seen.ways else b""
    # If the original has come meanwhile, it is still to be read.
    done_ms = at_ms if now.original == seen_row.original else 0
    known = replace(
        now, exif=msgspec.json.encode(seen.exif), prints=prints, flags=flags, developed_ms=done_ms
    )
    lane.album.put(known)
    if flags == now.flags:
        return False
    tell(lane, now.key, scene.world)
    return True


def _case(lane: Lane, row: PhotoRow, seen: _Seen, scene: Scene) -> Case:
    near = lane.album.near(seen.ways, NEAR_MAX) if seen.ways else []
    return Case(
        row,
        seen.exif,
        seen.ways,
        showing(lane, row.key, scene.world),
        [(each, first) for each in near for first in showing(lane, each.key, scene.world)[:1]],
        lane.album.earlier(row, EARLIER_MAX) if row.device else [],
        scene.shapes,
        is_bad(lane, row),
    )
