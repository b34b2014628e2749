"""Uploads of photos and of plain files: who may, what becomes of them, and what a fault leaves."""

import asyncio
import base64
import gc
import hashlib
import tracemalloc
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from backend.adapters.partials import DiskPartials
from backend.photos import Photos
from backend.pouring import BrokenOff
from backend.problems import Refused
from backend.sending import Limits, Sender
from backend.upload import Uploads
from media.tus import Creation, Piece
from sync.wire import Shot
from tests.backend.picture import jpeg, named, preview
from tests.backend.raw import PIECE, VERSION, spell
from tests.backend.town import HOUR_MS, NORTH_ONE, NOW, SECRETARY, STRANGER, TOWN, WORKER, Phone

pytestmark = pytest.mark.anyio
BODY = b"0123456789" * 100
ROW = 1_000  # bytes that an upload may hold until it expires: it takes 240
EACH = 12  # uploads of a round that are whole, and as many that are cut
LEFT = 40  # bytes that one may leave behind: less than any object


def hexed(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


async def nothing() -> AsyncIterator[bytes]:
    """Give an empty body."""
    for part in ():
        yield part


def uploads(phone: Phone) -> Any:
    return phone.client.app.state.context.uploads


async def announce(phone: Phone, body: bytes, original: bytes = b"") -> str:
    """Report with a photo; gives its key."""
    shot = Shot(original=base64.b64encode(hashlib.sha256(original).digest()).decode()) if original else Shot()
    op = phone.op("incident", {"photos": {"add": [named(body)]}}, area=NORTH_ONE)
    assert (await phone.exchange(op, photos=[(named(body), len(body), preview(), shot)])).codes == {}
    return named(body)


async def ask(phone: Phone, method: str, path: str = "/api/uploads", content: bytes = b"", **headers: Any):
    head = {"authorization": f"Bearer {phone.token}", "tus-resumable": VERSION}
    head |= {name.replace("_", "-"): str(text) for name, text in headers.items()}
    return await phone.client.request(method, path, content=content, headers=head)


def of_photo(body: bytes, key: str = "", part: str = "screen", sha256: str = "") -> dict[str, Any]:
    """Give the head of a creation."""
    pairs = {"photo": key or named(body), "part": part, "sha256": sha256 or hexed(body)}
    metadata = spell({name: text.encode() for name, text in pairs.items()})
    return {"upload_length": len(body), "upload_metadata": metadata}


async def made(phone: Phone, body: bytes, **other: Any) -> str:
    told = await ask(phone, "POST", **(of_photo(body) | other))
    assert told.status_code == 201, told.text
    return told.headers["location"]


async def patch(phone: Phone, path: str, offset: int, content: bytes, **headers: Any):
    return await ask(phone, "PATCH", path, content, upload_offset=offset, content_type=PIECE, **headers)


def answered(told) -> tuple[int, str]:
    return told.status_code, told.json()["code"]


async def test_a_photo_is_verified_by_its_last_byte(enrol):
    worker, secretary, body = await enrol(WORKER), await enrol(SECRETARY), jpeg()
    key = await announce(worker, body)
    path = await made(worker, body)
    told = await patch(worker, path, 0, body[:100])
    assert (told.status_code, told.headers["upload-offset"]) == (204, "100")
    assert "photo-state" not in told.headers
    assert [each[1] for each in (await secretary.exchange()).photos] == [0]
    told = await patch(worker, path, 100, body[100:])
    assert (told.status_code, told.headers["photo-state"]) == (204, "verified")
    lanes = worker.client.app.state.context.lanes
    assert told.headers["photo-at"] == str(await lanes.read(TOWN, lambda lane: lane.head()))
    assert [each[:2] for each in (await secretary.exchange()).photos] == [[key, 1]]
    look = await ask(worker, "HEAD", path)
    assert (look.status_code, look.headers["upload-offset"]) == (200, str(len(body)))
    assert look.headers["photo-at"] == told.headers["photo-at"], "a last answer that was lost is heard again"
    assert (await ask(worker, "GET", path)).status_code == 404, "a photo is looked at elsewhere"


async def test_the_same_bytes_are_the_same_upload(enrol):
    worker, other, body = await enrol(WORKER), await enrol(WORKER), jpeg()
    await announce(worker, body)
    path = await made(worker, body)
    await patch(worker, path, 0, body[:100])
    for phone in (worker, other):
        told = await ask(phone, "POST", **of_photo(body))
        assert (told.status_code, told.headers["location"]) == (201, path)
        assert told.headers["upload-offset"] == "100"
    told = await asyncio.gather(*(ask(worker, "POST", **plain(b"x" * 50)) for _ in range(5)))
    assert len({each.headers["location"] for each in told}) == 1


def plain(body: bytes, **pairs: bytes) -> dict[str, Any]:
    metadata = spell({"sha256": hexed(body).encode(), **pairs})
    return {"upload_length": len(body), "upload_metadata": metadata}


async def test_what_was_said_last_of_the_same_bytes_holds(enrol):
    worker = await enrol(WORKER)
    one = await ask(worker, "POST", **plain(BODY, filename=b"a"))
    two = await ask(worker, "POST", **plain(BODY, filename=b"b"))
    assert one.headers["location"] == two.headers["location"]
    look = await ask(worker, "HEAD", two.headers["location"])
    assert look.headers["upload-metadata"] == plain(BODY, filename=b"b")["upload_metadata"]


async def test_an_upload_of_another_length_or_without_a_hash_is_another_one(enrol):
    worker = await enrol(WORKER)
    heads = [plain(BODY), plain(BODY) | {"upload_length": 7}, {"upload_length": 7}, {"upload_length": 7}]
    paths = [(await ask(worker, "POST", **head)).headers["location"] for head in heads]
    assert len(set(paths)) == 4


async def test_a_photo_that_is_here_needs_no_bytes(enrol):
    worker, secretary, body = await enrol(WORKER), await enrol(SECRETARY), jpeg()
    await announce(worker, body)
    await patch(worker, await made(worker, body), 0, body)
    told = await ask(secretary, "POST", **of_photo(body))
    assert told.status_code == 201
    assert told.headers["upload-offset"] == told.headers["upload-length"] == str(len(body))
    assert told.headers["photo-state"] == "verified"
    assert int(told.headers["photo-at"]) > 0
    assert (await ask(secretary, "HEAD", told.headers["location"])).headers["photo-state"] == "verified"
    assert (await patch(secretary, told.headers["location"], 0, body)).status_code == 409


async def test_a_photo_nobody_may_see_is_a_photo_nobody_knows(enrol):
    worker, stranger, body, other = await enrol(WORKER), await enrol(STRANGER), jpeg(), jpeg(colour="red")
    await announce(worker, body)
    unknown = await ask(stranger, "POST", **of_photo(other))
    expected = await ask(stranger, "POST", **of_photo(body))
    await patch(worker, await made(worker, body), 0, body)
    verified = await ask(stranger, "POST", **of_photo(body))
    assert answered(unknown) == answered(expected) == answered(verified) == (404, "not_found")
    assert unknown.json() == expected.json() == verified.json()
    assert unknown.headers == expected.headers == verified.headers


async def test_an_upload_is_its_makers_alone(enrol):
    worker, other, body = await enrol(WORKER), await enrol(SECRETARY), jpeg()
    await announce(worker, body)
    for path in (await made(worker, body), (await ask(worker, "POST", **plain(BODY))).headers["location"]):
        for method in ("HEAD", "DELETE", "GET"):
            assert (await ask(other, method, path)).status_code == 404
        assert answered(await patch(other, path, 0, b"x")) == (404, "not_found")
        assert (await ask(worker, "HEAD", path)).headers["upload-offset"] == "0"


async def test_access_follows_the_record_at_each_request(enrol):
    worker, body = await enrol(WORKER), jpeg()
    key = await announce(worker, body)
    path = await made(worker, body)
    (told,) = (await (await enrol(WORKER)).exchange()).records
    drop = worker.op("incident", {"photos": {"add": [], "drop": told[7]["photos"][0]}}, told[0])
    assert (await worker.exchange(drop)).codes == {}, key
    assert answered(await patch(worker, path, 0, body)) == (404, "not_found")
    assert (await ask(worker, "HEAD", path)).status_code == 404


@pytest.mark.parametrize(
    ("pairs", "answer"),
    [
        ({"sha256": "0" * 63}, (400, "malformed")),
        ({"sha256": "x" * 64}, (400, "malformed")),
        ({"part": "thumb"}, (400, "malformed")),
        ({"key": "A" * 22}, (404, "not_found")),
        ({"key": "../../etc/passwd"}, (404, "not_found")),
        ({"key": "a\0b"}, (404, "not_found")),
        ({"sha256": "0" * 64}, (422, "hash_mismatch")),
        ({"part": "original"}, (404, "not_found")),
    ],
)
async def test_metadata_that_cannot_be_of_that_photo_makes_nothing(enrol, pairs, answer):
    worker, body = await enrol(WORKER), jpeg()
    await announce(worker, body)
    assert answered(await ask(worker, "POST", **of_photo(body, **pairs))) == answer
    assert uploads(worker)._known == {}


async def test_bytes_that_are_not_those_announced_are_gone_and_may_come_again(enrol):
    worker, body = await enrol(WORKER), jpeg()
    await announce(worker, body)
    path = await made(worker, body)
    assert answered(await patch(worker, path, 0, body[:-1] + b"x")) == (422, "hash_mismatch")
    assert (await ask(worker, "HEAD", path)).status_code == 404
    again = await made(worker, body)
    assert again != path
    assert (await patch(worker, again, 0, body)).headers["photo-state"] == "verified"


async def test_a_plain_file_is_held_against_its_hash_too(enrol):
    worker = await enrol(WORKER)
    path = (await ask(worker, "POST", **plain(BODY))).headers["location"]
    assert answered(await patch(worker, path, 0, BODY[:-1] + b"x")) == (422, "hash_mismatch")
    path = (await ask(worker, "POST", **plain(BODY))).headers["location"]
    assert (await patch(worker, path, 0, BODY)).status_code == 204
    assert (await ask(worker, "GET", path)).content == BODY


async def test_what_is_no_image_is_refused_for_good(enrol):
    worker, body = await enrol(WORKER), b"<svg onload='alert(1)'/>"
    await announce(worker, body)
    path = await made(worker, body)
    assert answered(await patch(worker, path, 0, body)) == (415, "not_an_image")
    assert (await ask(worker, "HEAD", path)).status_code == 404


async def test_the_original_is_taken_only_where_it_was_named(enrol):
    worker, body, original = await enrol(WORKER), jpeg(), jpeg(320, 240)
    key = await announce(worker, body, original)
    told = await ask(worker, "POST", **of_photo(b"other", key, "original"))
    assert answered(told) == (422, "hash_mismatch")
    told = await ask(worker, "POST", **of_photo(original, key, "original"))
    done = await patch(worker, told.headers["location"], 0, original)
    assert (done.status_code, done.headers["photo-state"]) == (204, "verified")
    assert int(done.headers["photo-at"]) > 0, "at 0 a phone would take it for backed up"
    again = await ask(worker, "POST", **of_photo(original, key, "original"))
    assert again.headers["upload-offset"] == str(len(original))


async def test_while_pictures_wait_the_bytes_stay_and_head_says_locked(enrol, monkeypatch):
    worker, body, accept = await enrol(WORKER), jpeg(), Photos.accept

    async def busy(*_: object) -> None:
        raise Refused("busy", retry_s=30)

    await announce(worker, body)
    path = await made(worker, body)
    monkeypatch.setattr(Photos, "accept", busy)
    told = await patch(worker, path, 0, body)
    assert answered(told) == (503, "busy")
    assert told.headers["retry-after"] == "30"
    assert (await ask(worker, "HEAD", path)).status_code == 423, "not 200: a client would take it for done"
    monkeypatch.setattr(Photos, "accept", accept)
    look = await ask(worker, "HEAD", path)
    assert (look.status_code, look.headers["photo-state"]) == (200, "verified")


async def test_while_a_photo_is_verified_nobody_waits_for_it(enrol, monkeypatch):
    worker, body, accept, told = await enrol(WORKER), jpeg(), Photos.accept, []
    await announce(worker, body)
    path = await made(worker, body)
    here = uploads(worker)

    async def watched(photos: Photos, town: int, key: str, digest: bytes, sent: bytes, actor, world) -> Any:
        who, name = Sender(town, actor, world), path[-32:]
        add = here.add(who, name, Piece(0, -1, 0, None), nothing())
        for asked in (here.look(who, name), add, here.drop(who, name)):
            with pytest.raises(Refused) as refused:
                await asked
            told.append(refused.value.code)
        return await accept(photos, town, key, digest, sent, actor, world)

    monkeypatch.setattr(Photos, "accept", watched)
    done = await patch(worker, path, 0, body)
    assert told == ["locked"] * 3
    assert done.headers["photo-state"] == "verified"


async def test_a_server_about_to_stop_says_come_again(enrol):
    worker, body = await enrol(WORKER), jpeg()
    await announce(worker, body)
    path = await made(worker, body)
    uploads(worker).drain()
    assert (await ask(worker, "HEAD", path)).status_code == 423
    assert answered(await patch(worker, path, 0, body)) == (503, "busy")
    assert answered(await ask(worker, "POST", **of_photo(body))) == (503, "busy")


async def test_a_token_that_ended_loses_no_upload(enrol):
    worker, body = await enrol(WORKER), jpeg()
    await announce(worker, body)
    path = await made(worker, body)
    await patch(worker, path, 0, body[:100])
    await worker.client.delete("/api/session", headers={"authorization": f"Bearer {worker.token}"})
    for name in (path, f"/api/uploads/{'0' * 32}"):
        look = await ask(worker, "HEAD", name)
        assert (look.status_code, look.headers["www-authenticate"]) == (423, "Bearer")
        assert "upload-offset" not in look.headers
    assert answered(await patch(worker, path, 100, body[100:])) == (401, "signed_out")
    again = await enrol(WORKER)
    assert (await ask(again, "HEAD", path)).headers["upload-offset"] == "100"


async def test_supervisors_see_what_is_here_of_a_photo(enrol):
    worker, body = await enrol(WORKER), jpeg()
    key = await announce(worker, body)
    path, lanes = await made(worker, body), worker.client.app.state.context.lanes

    async def partial() -> int:
        return (await lanes.read(TOWN, lambda lane: lane.album.rows([key])))[key].partial

    told = await patch(worker, path, 0, body[:200] + bytes(len(body)))
    assert told.status_code == 413
    assert await partial() == 0
    await patch(worker, path, 0, body[:300])
    upload = uploads(worker)._known[path[-32:]]
    for held, noted in ((300, 300), (310, 300), (374, 300), (376, 376), (0, 0)):
        await uploads(worker)._note(upload, held)
        assert await partial() == noted, held
    await uploads(worker)._note(upload, 300)
    assert (await ask(worker, "DELETE", path)).status_code == 204
    assert await partial() == 0


async def test_what_is_too_old_is_thrown_away_however_busy(enrol):
    worker, body = await enrol(WORKER), jpeg()
    key = await announce(worker, body)
    path, towns = await made(worker, body), worker.client.app.state.context.towns
    until_ms = NOW + 168 * HOUR_MS
    towns.now_ms = lambda: until_ms - 1
    await uploads(worker).sweep(until_ms - 1)
    assert (await ask(worker, "HEAD", path)).status_code == 200
    towns.now_ms = lambda: until_ms
    assert (await ask(worker, "HEAD", path)).status_code == 404, "before it is swept already"
    await uploads(worker).sweep(until_ms)
    assert uploads(worker)._known == {}
    assert key


async def test_one_person_may_leave_only_so_many_unfinished(enrol):
    worker, other = await enrol(WORKER), await enrol(SECRETARY)
    uploads(worker).limits = replace(uploads(worker).limits, open=3)
    paths = [(await ask(worker, "POST", upload_length=5)).headers["location"] for _ in range(3)]
    told = await ask(worker, "POST", upload_length=5)
    assert answered(told) == (429, "too_many_uploads")
    assert int(told.headers["retry-after"]) > 0
    assert (await ask(other, "POST", upload_length=5)).status_code == 201
    assert (await ask(worker, "DELETE", paths[0])).status_code == 204
    assert (await ask(worker, "POST", upload_length=5)).status_code == 201


async def test_an_emergency_is_not_kept_out_by_what_is_unfinished(enrol):
    worker, bodies = await enrol(WORKER), [jpeg(tail=b"%d" % n) for n in range(5)]
    uploads(worker).limits = replace(uploads(worker).limits, open=2)
    for body in bodies:
        sets = {"photos": {"add": [named(body)]}, "emergency": body is not bodies[0]}
        op = worker.op("incident", sets, area=NORTH_ONE)
        assert (await worker.exchange(op, photos=[(named(body), len(body), preview())])).codes == {}
    for _ in range(2):
        assert (await ask(worker, "POST", upload_length=5)).status_code == 201
    assert answered(await ask(worker, "POST", **of_photo(bodies[0]))) == (429, "too_many_uploads")
    for body in bodies[1:3]:
        await made(worker, body)
    assert answered(await ask(worker, "POST", **of_photo(bodies[3]))) == (429, "too_many_uploads")


async def test_all_together_may_take_only_so_much(enrol, monkeypatch):
    worker = await enrol(WORKER)
    limits = uploads(worker).limits
    uploads(worker).limits = replace(limits, room=limits.most + 100)
    assert (await ask(worker, "POST", upload_length=100)).status_code == 201
    assert (await ask(worker, "POST", upload_defer_length=1)).status_code == 201, "may become the most"
    assert answered(await ask(worker, "POST", upload_length=1)) == (507, "storage_full")
    uploads(worker).limits = limits

    async def none(_: object) -> int:
        return 64 * 2**20 + 99

    monkeypatch.setattr(DiskPartials, "room", none)
    assert answered(await ask(worker, "POST", upload_length=100)) == (507, "storage_full")
    assert (await ask(worker, "POST", upload_length=99)).status_code == 201


async def test_what_the_store_no_longer_has_is_sent_again(enrol):
    worker, body = await enrol(WORKER), jpeg()
    key = await announce(worker, body)
    path, lanes = await made(worker, body), worker.client.app.state.context.lanes
    await patch(worker, path, 0, body)
    row = (await lanes.read(TOWN, lambda lane: lane.album.rows([key])))[key]
    await lanes.write(TOWN, lambda lane: lane.album.put(replace(row, sha256=b"")))  # as a restore leaves it
    again = await ask(worker, "POST", **of_photo(body))
    assert (again.status_code, again.headers["upload-offset"]) == (201, "0")
    assert again.headers["location"] != path
    assert (await ask(worker, "HEAD", path)).status_code == 404


async def test_a_photo_that_came_another_way_needs_no_more_bytes(enrol):
    worker, other, body = await enrol(WORKER), await enrol(SECRETARY), jpeg()
    await announce(worker, body)
    path = await made(worker, body)
    await patch(worker, path, 0, body[:100])
    await patch(other, await made(other, body), 0, body)
    look = await ask(worker, "HEAD", path)
    assert (look.headers["upload-offset"], look.headers["photo-state"]) == (str(len(body)), "verified")
    assert await uploads(worker)._partials.held(path[-32:]) == 0, "the bytes are given up"


async def test_what_is_here_is_taken_up_again_by_the_next_run(enrol):
    worker, body = await enrol(WORKER), jpeg()
    key = await announce(worker, body)
    kept, forgotten = (
        await made(worker, body),
        (await ask(worker, "POST", upload_length=5)).headers["location"],
    )
    await patch(worker, kept, 0, body[:100])
    here = uploads(worker)
    here._known.clear()
    await here.open()
    assert {kept[-32:], forgotten[-32:]} == set(here._known)
    assert (await ask(worker, "HEAD", kept)).headers["upload-offset"] == "100"
    lanes = worker.client.app.state.context.lanes
    await lanes.write(TOWN, lambda lane: lane.album.forget([key]))  # as an erasure does
    here._known.clear()
    await here.open()
    assert set(here._known) == {forgotten[-32:]}, "of an erased photo nothing is kept"


async def halves(body: bytes) -> AsyncIterator[bytes]:
    """Give half a body and cut it."""
    yield body[: len(body) // 2]
    raise BrokenOff


async def whole(body: bytes) -> AsyncIterator[bytes]:
    """Give a body."""
    yield body


async def carry(here: Uploads, who: Sender, body: bytes) -> None:
    """Send a file twice, once so that it is cut."""
    for stream in (whole(body), halves(body)):
        name = (await here.create(who, Creation(len(body), "", {}))).upload.name
        with suppress(Refused):
            await here.add(who, name, Piece(0, -1, len(body), None), stream)


def traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def test_of_uploads_that_are_over_a_row_is_held_and_then_nothing(tmp_path):
    who: Any = Sender(TOWN, SimpleNamespace(person=WORKER), None)
    here = Uploads(DiskPartials(tmp_path), *[None] * 3, Limits(2**20, 1, 1_000, 2**30), lambda: NOW)  # type: ignore[arg-type]
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))  # none that begins later
    await here.open()
    left = []
    tracemalloc.start()
    try:
        for _ in range(4):
            for _ in range(EACH):
                await carry(here, who, bytes(20_000))
            assert [each.done for each in here._known.values()] == [True, False] * EACH
            full = traced()
            await here.sweep(NOW + HOUR_MS)
            left.append(traced())
            assert full - left[-1] < 2 * EACH * ROW
    finally:
        tracemalloc.stop()
    assert here._known == here._holds._held == {}
    assert left[3] - left[1] < 4 * EACH * LEFT, "of the first, caches may be filled"
