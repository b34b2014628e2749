"""Developing: nobody waits for it, nothing of it is lost, and what goes wrong with one photo ends there."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from msgspec.structs import replace

from backend.adapters.memory import MemoryPeople
from backend.darkroom import Darkroom
from backend.towns import Towns
from media.metadata import Metadata
from media.rendition import Developed
from sync.wire import Shot
from tests.backend.gallery import Gallery
from tests.backend.picture import jpeg, named
from tests.backend.town import BUILT_IN, NOW, TOWN, UNITS
from tests.media.sounds import m4a

pytestmark = pytest.mark.anyio

PRINT = bytes(range(16))
WAYS = (PRINT, *(bytes([n]) * 16 for n in range(200, 207)))
PATIENCE_S = 20


class Sandbox:
    """Gives the same renditions of everything; `says` overrules it, `gate` holds it up."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.says = ""
        self.prints: tuple[bytes, ...] = ()
        self.gate = asyncio.Event()
        self.gate.set()

    async def develop(self, photo: bytes) -> Developed | str:
        self.seen.append(photo)
        await self.gate.wait()
        return self.says or Developed(b"thumb", b"screen", 4, 3, Metadata(make="Screen"), self.prints)

    async def examine(self, photo: bytes) -> Metadata:
        self.seen.append(photo)
        return Metadata(taken_ms=NOW - 86_400_000, make="Camera")


class Room:
    """A town with a darkroom."""

    def __init__(self, tmp_path) -> None:
        self.gallery, self.sandbox = Gallery(tmp_path, None), Sandbox()
        people = MemoryPeople()
        self.places = Towns(people, BUILT_IN, lambda: NOW)
        self.people, self.made = people, self.new()

    def new(self) -> Darkroom:
        gallery = self.gallery
        made = Darkroom(gallery.lanes, gallery.blobs, self.sandbox, self.places, gallery.bell)
        gallery.photos._darkroom = made
        return made

    async def sent(self, body: bytes, **shot: object) -> str:
        await self.gallery.report(body)
        key = named(body)
        if shot:
            await self.change(key, shot=msgspec.json.encode(Shot(**shot)))
        await self.gallery.send(body)
        return key

    async def change(self, key: str, **values: object) -> None:
        def put(lane) -> None:
            lane.album.put(replace(lane.album.rows([key])[key], **values))

        await self.gallery.lanes.write(TOWN, put)

    async def row(self, key: str):
        return await self.gallery.lanes.read(TOWN, lambda lane: lane.album.rows([key])[key])

    async def done(self) -> None:
        """Wait until the album lists nothing to develop."""

        async def emptied() -> bool:
            return not await self.gallery.lanes.read(TOWN, lambda lane: lane.album.undeveloped(1))

        await until(emptied)

    async def begun(self) -> None:
        """Wait until a photo is in the sandbox."""

        async def seen() -> bool:
            return bool(self.sandbox.seen)

        await until(seen)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Let others have their turns until something holds."""

    async def wait() -> None:
        while not await holds():  # noqa: ASYNC110 - what is waited for is a row in the store
            await asyncio.sleep(0)

    await asyncio.wait_for(wait(), PATIENCE_S)


@pytest.fixture
async def room(tmp_path):
    made = Room(tmp_path)
    await made.people.put_units(TOWN, UNITS)
    yield made
    await made.made.stop()


async def test_what_is_sent_is_verified_first_and_developed_by_itself(room):
    room.sandbox.gate.clear()
    room.made.start()
    key = await room.sent(jpeg())
    assert (await room.row(key)).verified_ms == NOW
    assert (await room.row(key)).developed_ms == 0
    room.sandbox.gate.set()
    await room.done()
    row = await room.row(key)
    assert row.developed_ms == NOW
    assert await room.gallery.blobs.get(f"{row.sha256.hex()}.thumb") == b"thumb"
    assert await room.gallery.blobs.get(f"{row.sha256.hex()}.medium") == b"screen"
    assert msgspec.json.decode(row.exif, type=Metadata).make == "Screen"


async def test_what_was_still_to_do_at_the_end_is_done_after_the_next_start(room):
    keys = [await room.sent(jpeg(colour=colour)) for colour in ("red", "green", "blue")]
    assert room.sandbox.seen == []
    room.new().start()
    await room.done()
    assert [(await room.row(key)).developed_ms for key in keys] == [NOW] * 3
    await room.gallery.photos._darkroom.stop()


async def test_a_photo_that_cannot_be_developed_is_done_with(room):
    room.sandbox.says = "over_budget"
    key = await room.sent(jpeg())
    assert await room.made.now(TOWN, key)
    row = await room.row(key)
    assert row.developed_ms == NOW
    assert await room.gallery.blobs.get(f"{row.sha256.hex()}.thumb") is None
    assert await room.made.now(TOWN, key)
    assert len(room.sandbox.seen) == 1


async def test_without_room_a_photo_waits_and_is_tried_again(room):
    room.sandbox.says = "busy"
    key = await room.sent(jpeg())
    assert not await room.made.now(TOWN, key)
    assert (await room.row(key)).developed_ms == 0
    room.sandbox.says = ""
    room.made.start()
    await room.done()


async def test_bytes_that_are_missing_hold_up_no_other_photo(room, caplog):
    lost, found = await room.sent(jpeg(colour="red")), await room.sent(jpeg(colour="blue"))
    await room.gallery.blobs.drop((await room.row(lost)).sha256.hex())
    await room.change(found, verified_ms=1)  # the lost one comes first
    room.made.start()

    async def developed() -> bool:
        return bool((await room.row(found)).developed_ms)

    await until(developed)
    assert (await room.row(lost)).developed_ms == 0
    assert lost in caplog.text


async def test_who_asks_for_the_same_photo_waits_for_the_same_work(room):
    room.sandbox.gate.clear()
    key = await room.sent(jpeg())
    asked = [asyncio.create_task(room.made.now(TOWN, key)) for _ in range(3)]
    await asyncio.sleep(0)
    asked[0].cancel()
    room.sandbox.gate.set()
    assert await asyncio.gather(*asked[1:]) == [True, True]
    assert len(room.sandbox.seen) == 1


async def test_the_original_says_what_the_screen_size_cannot_and_is_not_drawn_from(room):
    body, original = jpeg(), jpeg(colour="red")
    key = await room.sent(body, source=0, taken_ms=NOW)
    await room.made.now(TOWN, key)
    assert (await room.row(key)).flags == b""
    await room.gallery.blobs.put(f"{'0' * 64}.original", original)
    await room.change(key, original=bytes(32), developed_ms=0)
    room.sandbox.seen.clear()
    await room.made.now(TOWN, key)
    row = await room.row(key)
    assert msgspec.json.decode(row.exif, type=Metadata).make == "Camera"
    assert msgspec.json.decode(row.flags) == [["exif_time", 86_400]]
    assert room.sandbox.seen == [body, original]


async def test_an_original_that_came_while_its_photo_was_developed_is_read_after_all(room):
    room.sandbox.gate.clear()
    key = await room.sent(jpeg())
    first = asyncio.create_task(room.made.now(TOWN, key))
    await room.begun()
    await room.gallery.blobs.put(f"{'0' * 64}.original", jpeg(colour="red"))
    await room.change(key, original=bytes(32), developed_ms=0)
    room.sandbox.gate.set()
    await first
    assert (await room.row(key)).developed_ms == 0
    await room.made.now(TOWN, key)
    assert msgspec.json.decode((await room.row(key)).exif, type=Metadata).make == "Camera"


async def test_a_voice_note_is_not_decoded(room):
    body = m4a()
    key = await room.sent(body, source=1, taken_ms=NOW)
    await room.made.now(TOWN, key)
    row = await room.row(key)
    assert room.sandbox.seen == []
    assert (row.media_type, row.developed_ms) == ("audio/mp4", NOW)
    assert msgspec.json.decode(row.flags) == [["album"]]


async def test_a_photo_that_looks_like_one_of_another_report_names_it(room):
    room.sandbox.prints = WAYS
    old, own = await room.sent(jpeg(colour="red")), await room.sent(jpeg(colour="blue"))
    for key in (old, own):
        await room.made.now(TOWN, key)
    assert (await room.row(old)).flags == b"", "when it came there was none before it"
    ((code, key, record, at_ms, metres, bits),) = msgspec.json.decode((await room.row(own)).flags)
    assert (code, key, metres, bits) == ("seen_before", old, -1, 0)
    assert record.endswith(".1")
    assert at_ms == NOW
    assert (await room.row(own)).prints == PRINT


async def test_a_photo_forgotten_meanwhile_stays_forgotten(room):
    room.sandbox.gate.clear()
    key = await room.sent(jpeg())
    asked = asyncio.create_task(room.made.now(TOWN, key))
    await room.begun()
    await room.gallery.lanes.write(TOWN, lambda lane: lane.album.forget([key]))
    room.sandbox.gate.set()
    assert await asked
    assert await room.gallery.lanes.read(TOWN, lambda lane: lane.album.rows([key])) == {}


async def test_a_seal_that_does_not_hold_is_told_to_who_reviews(room):
    room.made.start()
    body = jpeg()
    key = named(body)
    await room.gallery.report(body)
    await room.change(key, link=1, shot=msgspec.json.encode(Shot(link=1, seal="AAAA")))
    await room.gallery.send(body)
    await room.done()
    assert msgspec.json.decode((await room.row(key)).flags) == [["seal_bad"]]
