"""Photos in and out: what is sent is checked and kept, what is shown was drawn anew (backend/darkroom.py)."""

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable
from typing import Final, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from backend.access import note_opening, reviewed, tell, visible
from backend.announce import shot_of
from backend.erase import ORIGINAL, drop_bytes
from backend.evidence import Notary
from backend.ports import Blobs, Lane, Lanes, PhotoRow
from backend.problems import Code, Refused
from backend.towns import wall_ms
from media.header import MEDIA_TYPES, read_header
from media.intake import Intake, is_sound, take_in
from media.refusal import Refusal
from media.rendition import RENDITION_TYPE
from sync.permit import Actor
from sync.settle import World
from sync.value import is_photo

Size = Literal["thumb", "medium", "screen", "original"]
PROBLEM_OF: Final[dict[Refusal, Code]] = {
    "too_large": "too_large",
    "hash_mismatch": "hash_mismatch",
    "not_an_image": "not_an_image",
    "truncated": "hash_mismatch",
    "too_many_pixels": "too_large",
    "over_budget": "not_an_image",
    "busy": "busy",
}
RETRY_S: Final = 30  # after "busy": a full queue of pictures is developed in about that time
STAND_IN: Final = {"thumb": ("thumb",), "medium": ("medium", "thumb"), "screen": ("medium", "thumb")}
_opened: Final = logging.getLogger("qianshao.opened")
_opened.setLevel(logging.INFO)  # said whatever else is: who looked at what was sealed


class Accepted(Struct, frozen=True):
    """What became of bytes that were sent: they are on disk and match."""

    new: bool
    at: int  # position of the log that says so; 0 if they were here before, or of an original


def read_digest(header: str) -> bytes:
    """Read `Content-Digest: sha-256=:...:` (RFC 9530); raises malformed if it is missing or odd."""
    name, _, rest = header.partition("=:")
    try:
        digest = base64.b64decode(rest.removesuffix(":"), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Refused("malformed", "Content-Digest") from fault
    if name.strip().lower() != "sha-256" or len(digest) != 32:
        raise Refused("malformed", "Content-Digest")
    return digest


class Asked(Struct, frozen=True):
    """What became of the wish to see an original."""

    state: Literal["asked", "here", "none"]  # none: the phone spoke of no original
    new: bool = False  # nobody had asked before


class Picture(Struct, frozen=True):
    """One size of a photo, ready to be served."""

    body: bytes
    media_type: str
    tag: str  # names these bytes
    file: str = ""  # name to be saved under, of what is not to be shown in place


class Developing(Protocol):
    """What makes renditions: backend.darkroom.Darkroom."""

    def wake(self) -> None:
        """Hear that a photo was verified."""

    async def now(self, town: int, key: str) -> bool:
        """Develop a photo that is still to be developed; False if there is no room for it just now."""


class Photos:
    """The photo store of all towns."""

    def __init__(
        self, lanes: Lanes, blobs: Blobs, darkroom: Developing, now_ms: Callable[[], int] = wall_ms,
        notary: Notary | None = None,
    ) -> None:  # fmt: skip
        self._lanes = lanes
        self._blobs = blobs
        self._darkroom = darkroom
        self._now_ms = now_ms
        self._notary = notary

    async def expect(self, town: int, key: str, actor: Actor, world: World) -> PhotoRow:
        """Find the photo this person may send; raises not_found, whatever the reason, to all others."""

        def find(lane: Lane) -> PhotoRow | None:
            row = lane.album.rows([key]).get(key) if is_photo(key) else None
            return row if row is not None and visible(lane, key, actor, world) else None

        row = await self._lanes.read(town, find)
        if row is None:
            raise Refused("not_found")
        return row

    async def accept(
        self, town: int, key: str, digest: bytes, body: bytes, actor: Actor, world: World
    ) -> Accepted:
        """Verify and keep one photo (I7, I9). Durable when it returns."""
        row = await self.expect(town, key, actor, world)
        if row.sha256:
            return Accepted(new=False, at=0)
        taken = await _checked(body, digest)
        if taken.key != key:
            raise Refused("hash_mismatch")
        return await self._keep(town, taken, body, world)

    async def bring_back(self, town: int, key: str, body: bytes, world: World) -> bool:
        """Take in bytes that had been put away; True if they are that photo's and nobody was faster."""
        taken = take_in(body)
        if isinstance(taken, str) or taken.key != key:
            return False
        return (await self._keep(town, taken, body, world)).new

    def redraw(self) -> None:
        """Have photos developed again that were found without their renditions."""
        self._darkroom.wake()

    async def _keep(self, town: int, taken: Intake, body: bytes, world: World) -> Accepted:
        """Put what passed intake on disk, then say so; raises not_found if it was erased meanwhile."""
        name = taken.sha256.hex()

        def note(lane: Lane) -> Accepted | None:
            now = lane.album.rows([taken.key]).get(taken.key)
            if now is None or now.sha256:  # or another upload of it was faster
                return Accepted(new=False, at=0) if now else None
            lane.album.put(
                replace(
                    now, sha256=taken.sha256, media_type=taken.media_type, size=len(body),
                    partial=0, overdue_ms=0, verified_ms=self._now_ms(), developed_ms=0,
                )
            )  # fmt: skip
            at = tell(lane, taken.key, world)
            if self._notary:
                self._notary.receive(lane, town, taken.key, at)
            return Accepted(new=True, at=at)

        with self._blobs.claim(name):
            await self.store(name, body)
            accepted = await self._lanes.write(town, note)
        self._darkroom.wake()
        if accepted is None:
            await drop_bytes(self._lanes, self._blobs, town, PhotoRow(taken.key, 0, b"", taken.sha256))
            raise Refused("not_found")
        return accepted

    async def accept_original(
        self, town: int, key: str, digest: bytes, body: bytes, actor: Actor, world: World
    ) -> Accepted:
        """Keep the file a photo was made from, sealed: never drawn from and never served as a rendition.

        Only the one that the announcement named; raises not_found where it named none, hash_mismatch
        for any other bytes.
        """
        row = await self.expect(town, key, actor, world)
        named = base64.b64decode(shot_of(row).original)
        if not named:
            raise Refused("not_found")
        if row.original:
            return Accepted(new=False, at=0)
        taken = await _checked(body, digest)
        if taken.sha256 != named:
            raise Refused("hash_mismatch")
        if is_sound(taken.media_type):
            raise Refused("not_an_image")
        name = named.hex() + ORIGINAL

        def note(lane: Lane) -> Accepted | None:
            now = lane.album.rows([key]).get(key)
            if now is None:
                return None
            lane.album.put(replace(now, original=named, developed_ms=0))  # it may say more than we know
            if now.asked_ms and not now.original:
                tell(lane, key, world)  # somebody waits for it
            return Accepted(new=not now.original, at=0)

        with self._blobs.claim(named.hex()):
            await self._blobs.put(name, body)
            accepted = await self._lanes.write(town, note)
        self._darkroom.wake()
        if accepted is None:  # it was erased meanwhile
            await self._blobs.drop(name)
            raise Refused("not_found")
        return accepted

    async def ask_original(self, town: int, key: str, actor: Actor, world: World) -> Asked:
        """Note that somebody who reviews a photo wants its original, once; raises not_found to all others."""
        at_ms = self._now_ms()

        def note(lane: Lane) -> Asked | None:
            row = lane.album.rows([key]).get(key) if is_photo(key) else None
            if row is None or not reviewed(lane, key, actor, world):
                return None
            if row.original or not shot_of(row).original:
                return Asked("here" if row.original else "none")
            if row.asked_ms:
                return Asked("asked")
            lane.album.put(replace(row, asked_ms=at_ms))
            tell(lane, key, world)
            return Asked("asked", new=True)

        asked = await self._lanes.write(town, note)
        if asked is None:
            raise Refused("not_found")
        return asked

    async def store(self, name: str, body: bytes) -> None:
        """Keep the bytes of a photo that passed intake. Durable."""
        await self._blobs.put(name, body)

    async def fetch(self, town: int, key: str, size: Size, actor: Actor, world: World) -> Picture:
        """Give one size of a photo, drawn anew; a voice note as it came. Raises not_found or busy.

        The next smaller size stands in for none; what is still to be developed is developed now.
        """
        row = await self.expect(town, key, actor, world)
        if size == "original":
            return await self._original(town, row, actor, world)
        if not row.sha256:
            raise Refused("not_found")
        name = row.sha256.hex()
        if is_sound(row.media_type):
            return _found(await self._blobs.get(name), row.media_type, name[:16])
        for _ in range(2):
            for each in STAND_IN[size]:
                body = await self._blobs.get(f"{name}.{each}")
                if body is not None:
                    return Picture(body, RENDITION_TYPE, f"{name[:16]}.{each}")
            if not row.developed_ms and not await self._darkroom.now(town, key):
                raise Refused("busy", retry_s=RETRY_S)
        raise Refused("not_found")

    async def _original(self, town: int, row: PhotoRow, actor: Actor, world: World) -> Picture:
        """Open the sealed original for who may (docs/kinds.md, review), and note that it was opened."""
        if not row.original or not await self._lanes.read(
            town, lambda lane: reviewed(lane, row.key, actor, world)
        ):
            raise Refused("not_found")
        digest, at_ms = row.original.hex(), self._now_ms()
        body = await self._blobs.get(digest + ORIGINAL)
        header = read_header(body or b"")
        if body is None or isinstance(header, str):
            raise Refused("not_found")
        await self._lanes.write(town, lambda lane: note_opening(lane, row.key, actor.person, at_ms))
        _opened.info("the original of %s in town %d was opened by person %d", row.key, town, actor.person)
        file = f"{row.key}.{header.format.lower()}"
        return Picture(body, MEDIA_TYPES[header.format], f"{digest[:16]}.original", file)


async def _checked(body: bytes, digest: bytes) -> Intake:
    """Let bytes pass the gate, beside the event loop: 20 MB take a while to hash. Raises Refused."""
    taken = await asyncio.to_thread(take_in, body, digest)
    if isinstance(taken, str):
        raise Refused(PROBLEM_OF[taken], taken)
    return taken


def _found(body: bytes | None, media_type: str, tag: str) -> Picture:
    if body is None:
        raise Refused("not_found")
    return Picture(body, media_type, tag)
