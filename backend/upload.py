"""Uploads that can be cut anywhere and go on: who may, how much, and what becomes of a whole one.

An offset is promised only for bytes that are flushed. A photo is verified before anybody is told that it
arrived: its upload is done when the photo store has it, and the bytes here are given up then.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from backend.care import is_urgent, shows
from backend.photos import Photos
from backend.ports import Bell, Lane, Lanes, Partials, PhotoRow, Upload
from backend.pouring import RETRY_S, BrokenOff, Hold, Holds, Pour, Share
from backend.problems import Code, Refused
from backend.sending import (
    ORIGINAL,
    SCREEN,
    Elsewhere,
    Limits,
    Sender,
    Standing,
    arrived,
    drawn,
    identity,
    original_of,
)
from media.intake import key_of
from media.tus import DEFERRED, Creation, Piece

HOUR_MS: Final = 3_600_000
SPARE: Final = 64 * 2**20  # bytes of the disk that uploads leave free: entries must still find room
FINISHERS: Final = 4  # whole uploads looked at together, each up to its full size in memory
CHUNK: Final = 256 * 2**10  # bytes read at a time
GROWN: Final = 4  # what is held is noted again when it grew by a quarter
URGENT: Final = 2  # times as many may be open for an emergency's photos
LATER_S: Final = 60  # after too many uploads, or no room for another
FINAL: Final[frozenset[Code]] = frozenset({"hash_mismatch", "not_an_image", "too_large"})


class Uploads:
    """The uploads of all towns."""

    def __init__(
        self, partials: Partials, photos: Photos, lanes: Lanes, bell: Bell, limits: Limits,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._partials, self._photos, self._lanes, self._bell = partials, photos, lanes, bell
        self.limits = limits
        self._now_ms = now_ms
        self._known: dict[str, Upload] = {}
        self._holds, self._share = Holds(), Share()
        self._finishers = asyncio.Semaphore(FINISHERS)
        self._draining = False

    async def open(self) -> None:
        """Take up what an earlier run left; of photos nobody knows any more nothing is kept."""
        for upload in await self._partials.all():
            self._known[upload.name] = upload
            if upload.photo and await self._row(upload) is None:
                await self._forget(upload)

    def drain(self) -> None:
        """End what is under way, keeping its bytes: the server is about to stop."""
        self._draining = True
        self._holds.stop("busy")

    async def create(self, who: Sender, asked: Creation) -> Standing:
        """Make an upload, or find the one that the same person made of the same bytes before."""
        if self._draining:
            raise Refused("busy", retry_s=RETRY_S)
        upload = drawn(who, asked, self._now_ms())
        if upload.length > self.limits.most:
            raise Refused("too_large")
        async with self._holds.alone("/".join(identity(upload)) if upload.sha256 else upload.name):
            row = await self._allowed(who, upload)
            found = await self._found(who, upload)
            if found is not None:
                return found
            if row is not None and arrived(row, upload):
                upload = await self._there(upload, row)
            else:
                await self._make_room(who, upload)
            await self._begin(upload)
        if upload.length and not upload.done:
            return self._standing(upload, 0)
        return await self.look(who, upload.name)

    async def _found(self, who: Sender, upload: Upload) -> Standing | None:
        mine = identity(upload)
        same = (each for each in self._known.values() if each.sha256 == upload.sha256 != "")
        known = next((each for each in same if identity(each) == mine and not self._expired(each)), None)
        if known is None:
            return None
        try:
            here = await self.look(who, known.name)
        except Refused:
            if known.name in self._known:
                raise
            return None  # it was done with, and the store no longer has what came of it
        told = replace(here.upload, metadata=upload.metadata)
        await self._keep(told)
        return self._standing(told, here.offset)

    async def _there(self, upload: Upload, row: PhotoRow) -> Upload:
        length = row.size if upload.length == DEFERRED else upload.length
        return replace(upload, length=length, done=True, at=await self._head(upload.town))

    async def look(self, who: Sender, name: str) -> Standing:
        """Say how far an upload is; a whole one that was not taken yet is taken now."""
        await self._allowed(who, self._mine(who, name))
        if self._draining:
            raise Refused("locked", retry_s=RETRY_S)
        async with self._holds.alone(name) as hold:
            return await self._stand(who, self._mine(who, name), hold)

    async def add(self, who: Sender, name: str, piece: Piece, stream: AsyncIterator[bytes]) -> Standing:
        """Add a piece where the upload stands; whatever breaks off, what came of it counts."""
        await self._allowed(who, self._mine(who, name))
        if self._draining:
            raise Refused("busy", retry_s=RETRY_S)
        with Pour(stream, self._share) as pour:  # what comes from now on is not lost with the line
            async with self._holds.alone(name) as hold:
                here = await self._stand(who, self._mine(who, name), hold)
                upload = await self._begun(here, piece)
                if not upload.done:
                    await self._pour(hold, upload, piece, pour)
                return await self._stand(who, self._mine(who, name), hold)

    async def drop(self, who: Sender, name: str) -> None:
        """Take an upload back; a photo that arrived by it stays."""
        self._mine(who, name)
        async with self._holds.alone(name):
            await self._forget(self._mine(who, name))

    def give(self, who: Sender, name: str) -> tuple[Upload, AsyncIterator[bytes]]:
        """Give the bytes of a whole plain upload to its owner; of a photo they are given elsewhere."""
        upload = self._mine(who, name)
        if upload.photo or not upload.done:
            raise Refused("not_found")
        return upload, self._bytes(upload)

    async def sweep(self, now_ms: int) -> None:
        """Throw away what is too old, however busy somebody keeps it."""
        for upload in [each for each in self._known.values() if self._expires_ms(each) <= now_ms]:
            with suppress(Refused):  # being verified: next time
                async with self._holds.alone(upload.name):
                    await self._forget(upload)

    async def claimed(self) -> list[str]:
        """List the SHA-256 of what open uploads will bring: bytes that nobody may collect meanwhile."""
        return [each.sha256 for each in self._known.values() if each.sha256 and not each.done]

    def _mine(self, who: Sender, name: str) -> Upload:
        upload = self._known.get(name)
        if upload is None or upload.person != who.actor.person or self._expired(upload):
            raise Refused("not_found")
        return upload

    async def _allowed(self, who: Sender, upload: Upload) -> PhotoRow | None:
        if not upload.photo:
            return None
        row = await self._photos.expect(who.town, upload.photo, who.actor, who.world)
        if upload.part == ORIGINAL and not original_of(row):
            raise Refused("not_found")
        wanted = upload.photo if upload.part == SCREEN else original_of(row)
        told = key_of(bytes.fromhex(upload.sha256)) if upload.part == SCREEN else upload.sha256
        if told != wanted:  # nothing that hashes to this can ever be that photo
            raise Refused("hash_mismatch")
        return row

    async def _stand(self, who: Sender, upload: Upload, hold: Hold) -> Standing:
        row = await self._allowed(who, upload)
        there = row is not None and arrived(row, upload)
        if upload.done:
            if upload.photo and not there:  # the store was restored since, or the photo collected
                await self._forget(upload)
                raise Refused("not_found")
            return self._standing(upload, upload.length)
        offset = await self._settled(upload)
        upload = self._known[upload.name]
        if row is not None and there:  # it came another way meanwhile
            await self._done(await self._there(upload, row))
        elif offset == upload.length:
            await self._finish(who, upload, hold)
        upload = self._known[upload.name]
        return self._standing(upload, upload.length if upload.done else offset)

    async def _begun(self, here: Standing, piece: Piece) -> Upload:
        upload, told = here.upload, here.upload.length
        length = piece.length if told == DEFERRED else told
        if piece.offset != here.offset:
            raise Elsewhere("wrong_offset", here.offset)
        if piece.length not in (DEFERRED, length) or DEFERRED < length < here.offset:
            raise Refused("malformed", "Upload-Length")
        begun = replace(upload, length=length, unproven=here.offset if piece.checksum else -1)
        if length > self.limits.most or here.offset + piece.size > self._most(begun):
            raise Elsewhere("too_large", here.offset)
        if begun != upload and not upload.done:
            await self._keep(begun)
        return begun

    async def _pour(self, hold: Hold, upload: Upload, piece: Piece, pour: Pour) -> None:
        try:
            digest = await self._poured(hold, upload, piece, pour)
        except (BrokenOff, Refused) as fault:
            offset = await self._settled(upload)
            await self._note(upload, offset)
            refused = fault if isinstance(fault, Refused) else Refused("locked")
            raise Elsewhere(refused.code, offset, refused.detail, refused.retry_s) from fault
        if piece.checksum is None:
            return
        if digest != piece.checksum.digest:
            raise Elsewhere("wrong_checksum", await self._settled(upload))
        await self._partials.held(upload.name)  # flushed before they count
        await self._keep(replace(upload, unproven=-1))

    async def _poured(self, hold: Hold, upload: Upload, piece: Piece, pour: Pour) -> bytes:
        left = self._most(upload) - piece.offset
        check = piece.checksum.begin() if piece.checksum else None
        with hold.pouring(pour):
            if self._draining:
                pour.stop("busy")
            while part := await pour.take():
                left -= len(part)
                if left < 0:  # a length that lies, found out on the way: nothing of this request counts
                    await self._partials.cut(upload.name, piece.offset)
                    raise Refused("too_large")
                await self._partials.append(upload.name, part)
                if check is not None:
                    check.update(part)
        return check.digest() if check is not None else b""

    async def _settled(self, upload: Upload) -> int:
        """Say what counts: a piece whose checksum was never seen does not."""
        if upload.unproven >= 0:
            await self._partials.cut(upload.name, upload.unproven)
            await self._keep(replace(upload, unproven=-1))
        return await self._partials.held(upload.name)

    async def _finish(self, who: Sender, upload: Upload, hold: Hold) -> None:
        if hold.wanted:  # whoever waits finishes it
            raise Elsewhere("locked", upload.length, retry_s=RETRY_S)
        hold.busy = True
        try:
            async with self._finishers:
                done = await (self._taken if upload.photo else self._whole)(who, upload)
        except Refused as fault:
            if fault.code in FINAL:
                await self._forget(upload)
            raise
        finally:
            hold.busy = False
        await self._done(done)

    async def _done(self, upload: Upload) -> None:
        await self._keep(upload)
        if upload.photo:
            await self._partials.cut(upload.name, 0)

    async def _taken(self, who: Sender, upload: Upload) -> Upload:
        take = self._photos.accept if upload.part == SCREEN else self._photos.accept_original
        body = b"".join([part async for part in self._bytes(upload)])
        digest = bytes.fromhex(upload.sha256)
        taken = await take(who.town, upload.photo, digest, body, who.actor, who.world)
        if taken.new:
            self._bell.ring(who.town)
        # What was here before was so at the latest now: a later position keeps it on the phone longer.
        return replace(upload, done=True, at=taken.at or await self._head(who.town))

    async def _whole(self, _: Sender, upload: Upload) -> Upload:
        digest = hashlib.sha256()
        async for part in self._bytes(upload):
            digest.update(part)
        if upload.sha256 and digest.hexdigest() != upload.sha256:
            raise Refused("hash_mismatch")
        return replace(upload, done=True)

    async def _bytes(self, upload: Upload) -> AsyncIterator[bytes]:
        at = 0
        while part := await self._partials.read(upload.name, at, CHUNK):
            at += len(part)
            yield part

    async def _make_room(self, who: Sender, upload: Upload) -> None:
        free = await self._partials.room() - SPARE
        most = self.limits.open
        if self._open(upload.person) >= most and await self._urgent(who, upload):
            most *= URGENT
        if self._open(upload.person) >= most:  # counted anew, with nothing awaited from here on
            raise Refused("too_many_uploads", retry_s=LATER_S)
        left = self.limits.room - sum(map(self._most, self._unfinished()))
        if self._most(upload) > min(free, left):
            raise Refused("storage_full", retry_s=LATER_S)

    def _unfinished(self) -> list[Upload]:
        return [each for each in self._known.values() if not (each.done and each.photo)]

    def _open(self, person: int) -> int:
        return sum(each.person == person for each in self._unfinished())

    async def _urgent(self, who: Sender, upload: Upload) -> bool:
        """Tell whether a photo is an emergency's, which many calm uploads must not keep out (I13)."""

        def urgent(lane: Lane) -> bool:
            records = lane.records(lane.album.referring(upload.photo)).values()
            return any(shows(each, upload.photo, kinds) and is_urgent(each, kinds) for each in records)

        kinds = who.world.kinds
        return bool(upload.photo) and await self._lanes.read(upload.town, urgent)

    async def _begin(self, upload: Upload) -> None:
        self._known[upload.name] = upload  # before it is on disk: its room is taken
        try:
            await self._partials.keep(upload)
        except Exception:
            await self._forget(upload)
            raise

    async def _keep(self, upload: Upload) -> None:
        await self._partials.keep(upload)
        self._known[upload.name] = upload

    async def _forget(self, upload: Upload) -> None:
        self._known.pop(upload.name, None)
        await self._partials.drop(upload.name)
        await self._note(upload, 0)

    async def _note(self, upload: Upload, held: int) -> None:
        """Let supervisors see how much of a photo is here, not more often than it says something new."""

        def note(lane: Lane) -> None:
            row = lane.album.rows([upload.photo]).get(upload.photo)
            if row is not None and not row.sha256:
                lane.album.put(replace(row, partial=held))

        row = await self._row(upload) if upload.part == SCREEN else None
        if row is None or row.sha256 or held == row.partial:
            return
        if not held or held > row.partial + row.partial // GROWN:
            await self._lanes.write(upload.town, note)

    async def _row(self, upload: Upload) -> PhotoRow | None:
        key = upload.photo
        return await self._lanes.read(upload.town, lambda lane: lane.album.rows([key]).get(key))

    async def _head(self, town: int) -> int:
        return await self._lanes.read(town, lambda lane: lane.head())

    def _most(self, upload: Upload) -> int:
        return self.limits.most if upload.length == DEFERRED else upload.length

    def _standing(self, upload: Upload, offset: int) -> Standing:
        return Standing(upload, offset, self._expires_ms(upload))

    def _expires_ms(self, upload: Upload) -> int:
        return upload.made_ms + self.limits.hours * HOUR_MS

    def _expired(self, upload: Upload) -> bool:
        return self._expires_ms(upload) <= self._now_ms()
