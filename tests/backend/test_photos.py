"""Photos over HTTP: what may come in, what goes out, and to whom."""

import asyncio
import base64
import errno
import hashlib
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import TypeVar

import pytest
from litestar.testing import AsyncTestClient
from msgspec.structs import replace
from PIL import Image

from backend.adapters.disk import DiskBlobs
from backend.adapters.ledger import MemoryLedger
from backend.adapters.memory import MemoryBlobs
from backend.app import build
from backend.config import Settings
from backend.erase import Store, erase
from backend.photos import Accepted, read_digest
from backend.problems import Refused
from media.sandbox import Sandbox
from sync.permit import Actor, Grant
from tests.backend.picture import digest, drawn, jpeg, named, padded, preview, resaved
from tests.backend.town import (
    KINDS,
    LEADER,
    NORTH_ONE,
    NOW,
    OFFICER,
    SECRETARY,
    SOUTH_ONE,
    STRANGER,
    TOWN,
    WORKER,
    Phone,
    enrolled,
    settle_in,
)  # fmt: skip
from tests.media.sounds import m4a

pytestmark = pytest.mark.anyio
T = TypeVar("T")


async def announce(phone: Phone, *bodies: bytes) -> str:
    """Report with photos; gives the record."""
    keys = [named(body) for body in bodies]
    op = phone.op("incident", {"photos": {"add": keys}}, area=NORTH_ONE)
    told = [(named(body), len(body), preview()) for body in bodies]
    assert (await phone.exchange(op, photos=told)).codes == {}
    return op.record


async def send(phone: Phone, body: bytes, key: str = "", **headers: str):
    head = {"authorization": f"Bearer {phone.token}", "content-digest": digest(body), **headers}
    return await phone.client.put(f"/api/photos/{key or named(body)}", content=body, headers=head)


async def look(phone: Phone, key: str, size: str = "medium", **headers: str):
    head = {"authorization": f"Bearer {phone.token}", **headers}
    return await phone.client.get(f"/api/photos/{key}?size={size}", headers=head)


def answered(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_photo_is_seen_first_small_and_then_whole(enrol):
    worker, secretary, body = await enrol(WORKER), await enrol(SECRETARY), jpeg()
    record = await announce(worker, body)
    assert (await secretary.exchange()).photos == [[named(body), 0, preview()]]
    sent = await send(worker, body)
    assert (sent.status_code, sent.json()) == (201, {"key": named(body), "state": "verified", "at": 3})
    for phone in (secretary, worker):
        heard = await phone.exchange()
        assert heard.photos == [[named(body), 1, preview()]]
        assert [each[0] for each in heard.records] == [record]
    assert (await secretary.exchange()).photos == []


async def test_a_second_upload_is_nothing_new(enrol):
    worker, other, body = await enrol(WORKER), await enrol(WORKER), jpeg()
    await announce(worker, body)
    assert [(await send(phone, body)).status_code for phone in (worker, worker, other)] == [201, 200, 200]


async def test_a_photo_nobody_spoke_of_is_not_taken(enrol):
    worker, body = await enrol(WORKER), jpeg()
    assert answered(await send(worker, body)) == (404, "not_found")
    await worker.exchange(photos=[(named(body), len(body), preview())])
    assert answered(await send(worker, body)) == (404, "not_found"), "no record refers to it"


@pytest.mark.parametrize(
    "key", ["x", "A" * 21, "A" * 23, "A" * 21 + "%00", "..%2f..%2fqianshao.db", "%E7%85%A7"]
)
async def test_a_key_that_is_none_is_not_found(enrol, key):
    worker = await enrol(WORKER)
    assert (await send(worker, jpeg(), key)).status_code == 404
    assert (await look(worker, key)).status_code == 404


async def test_a_photo_belongs_to_those_who_may_read_its_record(enrol):
    worker, body = await enrol(WORKER), jpeg()
    await announce(worker, body)
    await send(worker, body)
    stranger = await enrol(STRANGER)
    for key in (named(body), named(jpeg(colour="red"))):
        told, put = await look(stranger, key), await send(stranger, body, key)
        assert answered(told) == answered(put) == (404, "not_found")
        assert told.json() == put.json() == {
            "type": "/docs/problems#not_found", "title": "没有这一项", "status": 404, "code": "not_found",
        }  # fmt: skip
    for person in (WORKER, SECRETARY, LEADER):
        assert (await look(await enrol(person), named(body))).status_code == 200


async def test_without_a_sign_in_nothing_is_taken_or_given(client):
    for answer in (
        await client.put(f"/api/photos/{'A' * 22}", content=b"x", headers={"content-digest": digest(b"x")}),
        await client.get(f"/api/photos/{'A' * 22}", headers={"authorization": "Bearer x"}),
    ):
        assert answered(answer) == (401, "signed_out")


async def test_bytes_that_do_not_match_their_hash_are_sent_again(enrol):
    worker, body, other = await enrol(WORKER), jpeg(), jpeg(colour="red")
    await announce(worker, body)
    spoilt = body[:-9] + b"\0" + body[-8:]
    half = body[: len(body) // 2]
    for sent, digest_of, key in (
        (spoilt, body, body),
        (half, body, body),
        (other, other, body),
        (body, other, body),
    ):
        answer = await send(worker, sent, named(key), **{"content-digest": digest(digest_of)})
        assert answered(answer) == (422, "hash_mismatch")
    assert (await send(worker, body)).status_code == 201


@pytest.mark.parametrize(
    "header", ["", "sha-256", "sha-256=:AAAA:", "md5=:AAAA:", "sha-256=:" + "照" * 9 + ":"]
)
async def test_a_digest_that_is_none_is_malformed(header):
    with pytest.raises(Refused, match="malformed"):
        read_digest(header)


NOT_IMAGES = {
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "gif": b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
    "pdf": b"%PDF-1.7\n%%EOF",
    "tiff": b"II*\x00\x08\x00\x00\x00\x00\x00",
    "zip": b"PK\x03\x04" + bytes(60),
    "nothing": b"",
    "noise": bytes(range(256)),
}


@pytest.mark.parametrize("name", NOT_IMAGES)
async def test_what_is_no_image_is_not_taken(enrol, name):
    worker, body = await enrol(WORKER), NOT_IMAGES[name]
    op = worker.op("incident", {"photos": {"add": [named(body)]}}, area=NORTH_ONE)
    await worker.exchange(op, photos=[(named(body), max(1, len(body)), "")])
    assert answered(await send(worker, body)) == (415, "not_an_image")
    assert (await look(worker, named(body))).status_code == 404


def png(edge: int) -> bytes:
    """Make a PNG that promises a square and holds nothing."""
    size = edge.to_bytes(4, "big") * 2
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size + b"\x01\0\0\0\0" + bytes(4)
    return header + b"\x00\x00\x00\x00IEND\xaeB`\x82"


async def test_a_picture_of_too_many_pixels_is_not_taken(enrol):
    worker, body = await enrol(WORKER), png(13_300)
    await announce(worker, body)
    assert answered(await send(worker, body)) == (413, "too_large")


async def test_what_rides_behind_a_picture_is_not_served(enrol):
    worker, body = await enrol(WORKER), jpeg(tail=b"<script>alert(1)</script>PK\x03\x04\xff\xd9")
    await announce(worker, body)
    assert (await send(worker, body)).status_code == 201
    for size in ("thumb", "medium", "screen"):
        content = (await look(worker, named(body), size)).content
        assert b"script" not in content
        assert b"PK\x03\x04" not in content


async def test_renditions_are_small_upright_and_bare(enrol):
    worker, body = await enrol(WORKER), jpeg(2_000, 1_500)
    assert b"Lantern" in body
    await announce(worker, body)
    await send(worker, body)
    for size, edge in (("thumb", 320), ("medium", 1_024), ("screen", 1_024)):
        answer = await look(worker, named(body), size)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/webp"
        with Image.open(BytesIO(answer.content)) as picture:
            assert picture.format == "WEBP"
            assert max(picture.size) == edge
            assert not picture.getexif()
        for word in (b"Exif", b"EXIF", b"Lantern", b"GPS"):
            assert word not in answer.content


async def test_a_photo_cannot_act_as_a_page_or_a_worker(enrol):
    worker, body = await enrol(WORKER), jpeg()
    await announce(worker, body)
    await send(worker, body)
    headers = (await look(worker, named(body))).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "private, no-store"
    assert headers["etag"].startswith('"')
    as_worker = await look(worker, named(body), **{"service-worker": "script"})
    assert answered(as_worker) == (404, "not_found")


async def test_a_photo_that_has_not_arrived_is_not_found(enrol):
    worker, body = await enrol(WORKER), jpeg()
    await announce(worker, body)
    assert answered(await look(worker, named(body))) == (404, "not_found")
    await send(worker, body)
    assert answered(await look(worker, named(body), "poster")) == (400, "malformed")


async def test_a_photo_taken_out_of_its_record_is_no_longer_shown(enrol):
    worker, body = await enrol(WORKER), jpeg()
    record = await announce(worker, body)
    await send(worker, body)
    (told,) = (await worker.exchange()).records
    drop = worker.op("incident", {"photos": {"add": [], "drop": told[7]["photos"][0]}}, record)
    assert (await worker.exchange(drop)).codes == {}
    assert answered(await look(worker, named(body))) == (404, "not_found")


async def test_records_that_share_a_photo_are_told_one_by_one(enrol):
    worker, secretary, body = await enrol(WORKER), await enrol(SECRETARY), jpeg()
    records = {await announce(worker, body) for _ in range(3)}
    await secretary.exchange()
    await send(worker, body)
    assert {record[0] for record in (await secretary.exchange()).records} == records
    lanes = worker.client.app.state.context.lanes
    found = await lanes.read(TOWN, lambda lane: lane.since([NORTH_ONE], 0, 99))
    positions = [at for at, _ in found]
    assert len(set(positions)) == 3, "a page may end between any two"


async def test_the_arrival_of_a_photo_is_a_row_of_the_log(enrol):
    worker, one, two = await enrol(WORKER), jpeg(), jpeg(colour="red")
    record = await announce(worker, one, two)
    lanes, marks = worker.client.app.state.context.lanes, set()
    for body in (one, two):
        assert (await send(worker, body)).status_code == 201
        head, mark = await lanes.read(TOWN, lambda lane: (lane.head(), lane.mark(lane.head())))
        assert mark not in marks, "or a restored log with other photos in it would pass for this one"
        marks.add(mark)
        heard = await worker.exchange()
        assert ([each[0] for each in heard.records], heard.anew or False) == ([record], False)
    assert head == 5, "one for the report, and two for each photo: the record's and the row's"


async def test_a_photo_no_decoder_understands_never_holds_up_its_record(enrol):
    worker, secretary, body = await enrol(WORKER), await enrol(SECRETARY), png(8)
    await announce(worker, body)
    assert (await send(worker, body)).status_code == 201
    assert answered(await look(worker, named(body))) == (404, "not_found")
    assert (await secretary.exchange()).photos == [[named(body), 1, preview()]]


async def test_a_photo_is_verified_though_nothing_can_be_developed_just_now(enrol, monkeypatch):
    worker, body, develop = await enrol(WORKER), jpeg(), Sandbox.develop

    async def busy(*_: object) -> str:
        return "busy"

    await announce(worker, body)
    monkeypatch.setattr(Sandbox, "develop", busy)
    assert (await send(worker, body)).status_code == 201
    looked = await look(worker, named(body))
    assert answered(looked) == (503, "busy")
    assert int(looked.headers["retry-after"]) > 0
    monkeypatch.setattr(Sandbox, "develop", develop)
    assert (await look(worker, named(body))).status_code == 200


async def test_a_full_disk_keeps_the_photo_on_the_phone(enrol, monkeypatch):
    worker, body, write = await enrol(WORKER), jpeg(), DiskBlobs._write

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    await announce(worker, body)
    monkeypatch.setattr(DiskBlobs, "_write", staticmethod(full))
    assert answered(await send(worker, body)) == (507, "storage_full")
    monkeypatch.setattr(DiskBlobs, "_write", staticmethod(write))
    assert (await send(worker, body)).status_code == 201


async def test_sizes_are_bounded_by_the_setting_and_by_nothing_before_it(tmp_path):
    for limit_mb, size, status in ((1, 2**20 + 1, 413), (20, 11 * 2**20, 201)):
        settings = Settings(data=str(tmp_path / str(limit_mb)), photo_mb=limit_mb)
        async with AsyncTestClient(build(settings), raise_server_exceptions=False) as client:
            parts = client.app.state.context
            parts.towns.now_ms = lambda: NOW
            await settle_in(parts.people)
            worker, body = await enrolled(client, parts.people, WORKER), padded(jpeg(), size)
            await announce(worker, body)
            assert (await send(worker, body)).status_code == status


def shot(original: bytes = b"", source: int = 0) -> list:
    """Say how a photo came to be, as a phone does."""
    digest = base64.b64encode(hashlib.sha256(original).digest()).decode() if original else ""
    return [source, NOW, None, "", digest, len(original)]


async def tell_of(phone: Phone, body: bytes, said: list) -> str:
    """Report with one photo, and how it came to be."""
    op = phone.op("incident", {"photos": {"add": [named(body)]}}, area=NORTH_ONE)
    assert (await phone.exchange(op, photos=[(named(body), len(body), preview(), said)])).codes == {}
    return op.record


async def seal(phone: Phone, body: bytes, original: bytes) -> Accepted:
    """Hand an original in, as an upload does at its end."""
    parts = phone.client.app.state.context
    actor = Actor(WORKER, (Grant("fulltime_worker", NORTH_ONE),), phone.device)
    world = (await parts.towns.town(TOWN)).world
    digest_of = hashlib.sha256(original).digest()
    return await within(
        phone, parts.photos.accept_original, TOWN, named(body), digest_of, original, actor, world
    )


async def develop(phone: Phone, body: bytes) -> None:
    assert await within(phone, phone.client.app.state.context.darkroom.now, TOWN, named(body))


async def within(phone: Phone, call: Callable[..., Awaitable[T]], *args: object) -> T:
    """Call into the server where it runs: on its own loop, in its own thread."""
    return await asyncio.to_thread(phone.client.blocking_portal.call, call, *args)


async def test_what_is_odd_is_told_to_who_reviews_and_to_nobody_else(enrol):
    worker, secretary, leader, body = await enrol(WORKER), await enrol(SECRETARY), await enrol(LEADER), jpeg()
    await tell_of(worker, body, shot(source=1))
    for phone in (secretary, leader, worker):
        await phone.exchange()
    await send(worker, body)
    await develop(worker, body)
    for phone in (secretary, leader):
        assert (await phone.exchange()).photos == [[named(body), 1, preview(), [["album"]]]]
    assert (await worker.exchange()).photos == [[named(body), 1, preview()]]


async def test_a_photo_that_a_second_report_uses_is_told_with_both(enrol):
    worker, secretary, body = await enrol(WORKER), await enrol(SECRETARY), jpeg()
    first, second = await tell_of(worker, body, shot()), await tell_of(worker, body, shot())
    ((_, _, _, told),) = (await secretary.exchange()).photos
    assert told == [["seen_before", named(body), record, NOW, -1, 0] for record in (first, second)]
    assert all(len(each) == 3 for each in (await worker.exchange()).photos)


async def test_of_a_photo_a_reviewer_may_not_see_only_that_there_is_one_is_told(enrol):
    worker, secretary, stranger = await enrol(WORKER), await enrol(SECRETARY), await enrol(STRANGER)
    officer, body = await enrol(OFFICER), drawn()
    copy = resaved(body)
    op = stranger.op("incident", {"photos": {"add": [named(body)]}}, area=SOUTH_ONE)
    await stranger.exchange(op, photos=[(named(body), len(body), "")])
    await send(stranger, body)
    await develop(stranger, body)
    await tell_of(worker, copy, shot())
    await send(worker, copy)
    await develop(worker, copy)
    told = {phone: (await phone.exchange()).photos[-1][3][0] for phone in (secretary, officer)}
    assert told[secretary][:3] == ["seen_before", "", ""]
    assert told[officer][:3] == ["seen_before", named(body), op.record]
    assert told[secretary][3:] == told[officer][3:] == [NOW, -1, told[officer][5]]
    assert told[officer][5] <= 3


async def test_the_original_is_opened_by_who_reviews_and_every_opening_is_noted(enrol, caplog):
    worker, secretary, stranger = await enrol(WORKER), await enrol(SECRETARY), await enrol(STRANGER)
    body, original = jpeg(), jpeg(800, 600, colour="red")
    record = await tell_of(worker, body, shot(original))
    await send(worker, body)
    assert answered(await look(secretary, named(body), "original")) == (404, "not_found")
    assert await seal(worker, body, original) == Accepted(new=True, at=0)
    assert await seal(worker, body, original) == Accepted(new=False, at=0)
    lanes = worker.client.app.state.context.lanes
    before = await lanes.read(TOWN, lambda lane: lane.mark(lane.head()))
    for phone in (worker, stranger):
        assert answered(await look(phone, named(body), "original")) == (404, "not_found")
    assert await lanes.read(TOWN, lambda lane: lane.mark(lane.head())) == before
    opened = await look(secretary, named(body), "original")
    assert (opened.status_code, opened.content) == (200, original)
    assert opened.headers["content-type"] == "image/jpeg"
    assert opened.headers["content-disposition"] == f'attachment; filename="{named(body)}.jpeg"'
    assert opened.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert await lanes.read(TOWN, lambda lane: lane.mark(lane.head())) != before
    assert f"{named(body)} in town {TOWN} was opened by person {SECRETARY}" in caplog.text
    for size in ("thumb", "medium", "screen"):
        assert (await look(secretary, named(body), size)).content != original
    assert record


async def test_only_the_original_that_was_announced_is_taken(enrol):
    worker, body, original = await enrol(WORKER), jpeg(), jpeg(colour="red")
    await tell_of(worker, body, shot(original))
    with pytest.raises(Refused, match="hash_mismatch"):
        await seal(worker, body, jpeg(colour="blue"))
    other = jpeg(colour="green")
    await tell_of(worker, other, shot())
    with pytest.raises(Refused, match="not_found"):
        await seal(worker, other, original)
    page = b"<html><script>alert(1)</script></html>"
    for third, sealed, code in ((jpeg(9, 9), page, "not_an_image"), (jpeg(8, 8), m4a(), "not_an_image")):
        await tell_of(worker, third, shot(sealed))
        with pytest.raises(Refused, match=code):
            await seal(worker, third, sealed)


async def test_a_voice_note_is_given_back_as_it_came(enrol):
    worker, secretary, body = await enrol(WORKER), await enrol(SECRETARY), m4a()
    op = worker.op("incident", {"voice": {"add": [named(body)]}}, area=NORTH_ONE)
    await worker.exchange(op, photos=[(named(body), len(body), "")])
    assert (await send(worker, body)).status_code == 201
    for size in ("thumb", "medium", "screen"):
        answer = await look(secretary, named(body), size)
        assert (answer.status_code, answer.content) == (200, body)
        assert answer.headers["content-type"] == "audio/mp4"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answered(await look(await enrol(STRANGER), named(body))) == (404, "not_found")


async def link_of(phone: Phone, body: bytes, size: str = "thumb"):
    head = {"authorization": f"Bearer {phone.token}"}
    return await phone.client.get(f"/api/photos/{named(body)}/link?size={size}", headers=head)


async def test_a_link_shows_a_picture_without_a_sign_in_for_five_minutes(enrol, client):
    worker, body = await enrol(WORKER), jpeg()
    await announce(worker, body)
    await send(worker, body)
    link = (await link_of(worker, body)).json()
    assert link["until_ms"] == NOW + 300_000
    shown = await client.get(link["path"])
    assert shown.status_code == 200
    assert shown.content == (await look(worker, named(body), "thumb")).content
    assert shown.headers["cross-origin-resource-policy"] == "same-origin"
    assert answered(await client.get(link["path"], headers={"service-worker": "script"})) == (
        404,
        "not_found",
    )
    client.app.state.context.towns.now_ms = lambda: NOW + 300_001
    assert answered(await client.get(link["path"])) == (404, "not_found")


async def test_a_link_gives_no_more_than_its_person_may_see_when_it_is_used(enrol, client):
    worker, secretary, body, original = await enrol(WORKER), await enrol(SECRETARY), jpeg(), jpeg(9, 9)
    await tell_of(worker, body, shot(original))
    await send(worker, body)
    await seal(worker, body, original)
    assert answered(await link_of(await enrol(STRANGER), body)) == (404, "not_found")
    path = (await link_of(secretary, body)).json()["path"]
    sealed = [(await link_of(phone, body, "original")).json()["path"] for phone in (worker, secretary)]
    assert [(await client.get(each)).status_code for each in (path, *sealed)] == [200, 404, 200]
    people = client.app.state.context.people
    person = await people.person(SECRETARY)
    ended = [replace(grant, until_ms=NOW - 1) for grant in person.grants]
    await people.put_person(replace(person, grants=ended))
    assert [(await client.get(each)).status_code for each in (path, *sealed)] == [404, 404, 404]
    await people.put_person(person)


@pytest.mark.parametrize("word", ["x", "A" * 90, "..%2f..%2fqianshao.db", "%E7%85%A7", "A" * 5000])
async def test_a_link_that_is_none_leads_nowhere(client, word):
    assert (await client.get(f"/api/pictures/{word}")).status_code == 404


async def ask(phone: Phone, body: bytes):
    head = {"authorization": f"Bearer {phone.token}"}
    return await phone.client.post(f"/api/photos/{named(body)}/original", headers=head)


async def test_an_original_is_asked_for_once_by_who_reviews_and_opened_when_it_is_here(enrol):
    worker, secretary, body, original = await enrol(WORKER), await enrol(SECRETARY), jpeg(), jpeg(9, 9)
    await tell_of(worker, body, shot(original))
    await send(worker, body)
    for phone in (worker, secretary):
        assert (await phone.exchange()).photos == [[named(body), 1, preview()]]
    for _ in range(2):
        answer = await ask(secretary, body)
        assert (answer.status_code, answer.json()) == (200, {"key": named(body), "original": "asked"})
    for phone in (worker, secretary):
        assert (await phone.exchange()).photos == [[named(body), 1, preview(), [], 1]]
    assert (await ask(secretary, body)).json()["original"] == "asked"
    assert (await worker.exchange()).photos == [], "it is told once"
    assert await seal(worker, body, original) == Accepted(new=True, at=0)
    assert (await secretary.exchange()).photos == [[named(body), 1, preview(), [], 2]]
    assert (await worker.exchange()).photos == [[named(body), 1, preview()]]
    assert (await ask(secretary, body)).json()["original"] == "here"
    assert (await secretary.exchange()).photos == []


async def test_an_original_nobody_asked_for_comes_in_quietly(enrol):
    worker, secretary, body, original = await enrol(WORKER), await enrol(SECRETARY), jpeg(), jpeg(9, 9)
    await tell_of(worker, body, shot(original))
    await secretary.exchange()
    await seal(worker, body, original)
    assert (await secretary.exchange()).photos == []
    assert (await (await enrol(SECRETARY)).exchange()).photos == [[named(body), 0, preview(), [], 2]]
    assert (await (await enrol(WORKER)).exchange()).photos == [[named(body), 0, preview()]]


async def test_nobody_else_asks_for_an_original_and_of_none_nothing_is_noted(enrol):
    worker, secretary, body, bare = await enrol(WORKER), await enrol(SECRETARY), jpeg(), jpeg(8, 8)
    record = await tell_of(worker, body, shot(jpeg(9, 9)))
    await tell_of(worker, bare, shot())
    await worker.exchange()
    for phone in (worker, await enrol(STRANGER)):
        assert answered(await ask(phone, body)) == (404, "not_found")
    assert answered(await ask(secretary, jpeg(7, 7))) == (404, "not_found")
    assert (await ask(secretary, bare)).json()["original"] == "none"
    assert (await worker.exchange()).photos == []
    store = Store(worker.client.app.state.context.lanes, MemoryBlobs(), MemoryLedger())
    assert (await within(worker, erase, store, TOWN, record, KINDS, NOW)).photos == 1
    assert answered(await ask(secretary, body)) == (404, "not_found")
