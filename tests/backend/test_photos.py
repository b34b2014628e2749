"""Photos over HTTP: what may come in, what goes out, and to whom."""

import errno
from io import BytesIO

import pytest
from litestar.testing import AsyncTestClient
from PIL import Image

from backend.adapters.disk import DiskBlobs
from backend.app import build
from backend.config import Settings
from backend.photos import read_digest
from backend.problems import Refused
from media.sandbox import Sandbox
from tests.backend.picture import digest, jpeg, named, padded, preview
from tests.backend.town import (
    LEADER,
    NORTH_ONE,
    NOW,
    SECRETARY,
    STRANGER,
    TOWN,
    WORKER,
    Phone,
    enrolled,
    settle_in,
)  # fmt: skip

pytestmark = pytest.mark.anyio


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
    assert (sent.status_code, sent.json()) == (201, {"key": named(body), "state": "verified"})
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
    drop = worker.op("incident", {"photos": {"add": [], "drop": told[8]["photos"][0]}}, record)
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


async def test_too_many_pictures_at_once_come_again_later(enrol, monkeypatch):
    worker, body, develop = await enrol(WORKER), jpeg(), Sandbox.develop

    async def busy(*_: object) -> str:
        return "busy"

    await announce(worker, body)
    monkeypatch.setattr(Sandbox, "develop", busy)
    sent = await send(worker, body)
    assert answered(sent) == (503, "busy")
    assert int(sent.headers["retry-after"]) > 0
    assert (await worker.exchange()).photos in ([], [[named(body), 0, preview()]])
    monkeypatch.setattr(Sandbox, "develop", develop)
    assert (await send(worker, body)).status_code == 201
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
