"""Photos announced and sent by broken and hostile phones."""

import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from sync.wire import PHOTOS_MAX
from tests.backend.picture import digest, jpeg, named, preview
from tests.backend.town import NORTH_ONE, SECRETARY, STRANGER, WORKER
from tests.hostile.sender import assert_refused, assert_well, envelope, good, hear, raw, spelled

pytestmark = pytest.mark.anyio

KEY = "A" * 22

WRONG: dict[str, Any] = {
    "a key too short": ["A" * 21, 5, ""],
    "a key too long": ["A" * 23, 5, ""],
    "a key with a path": ["../../../etc/passwd/aa", 5, ""],
    "a key with NUL": ["\0" * 22, 5, ""],
    "a key with a newline": ["A" * 22 + "\n", 5, ""],
    "a key of other letters": ["照" * 22, 5, ""],
    "an empty key": ["", 5, ""],
    "a key of a number": [5, 5, ""],
    "size zero": [KEY, 0, ""],
    "negative size": [KEY, -1, ""],
    "size beyond the limit": [KEY, 20 * 2**20 + 1, ""],
    "size beyond 2^70": [KEY, 2**70, ""],
    "size with a fraction": [KEY, 1.5, ""],
    "size true": [KEY, True, ""],
    "size of text": [KEY, "5", ""],
    "no list": "photo",
}


@pytest.mark.parametrize("name", WRONG)
async def test_an_announcement_that_is_none_is_malformed(enrol, name):
    worker = await enrol(WORKER)
    answer = await worker.post(spelled(envelope(worker, photos=[WRONG[name]])))
    assert assert_refused(answer) == "malformed"
    await assert_well(worker)


def animated() -> bytes:
    out = BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


PREVIEWS: dict[str, str] = {
    "no base64": "!!!",
    "other letters": "照片",
    "half base64": preview()[:-3],
    "html": base64.b64encode(b"<script>alert(1)</script>").decode(),
    "svg": base64.b64encode(b"<svg onload='alert(1)'/>").decode(),
    "too large": base64.b64encode(jpeg(200, 200) + bytes(5_000)).decode(),
    "with the place it was taken": base64.b64encode(jpeg(32, 24)).decode(),
    "with something behind it": base64.b64encode(base64.b64decode(preview()) + b"<script>").decode(),
    "animated": base64.b64encode(animated()).decode(),
    "cut": base64.b64encode(base64.b64decode(preview())[:-20]).decode(),
}


@pytest.mark.parametrize("name", PREVIEWS)
async def test_a_preview_that_is_none_is_left_out_and_the_photo_is_not(enrol, name):
    worker, secretary, body = await enrol(WORKER), await enrol(SECRETARY), jpeg()
    op = worker.op("incident", {"photos": {"add": [named(body)]}}, area=NORTH_ONE)
    photos = [[named(body), len(body), PREVIEWS[name]]]
    heard = await hear(worker, spelled(envelope(worker, [raw(op)], photos=photos)))
    assert heard.codes == {}
    assert (await secretary.exchange()).photos == [[named(body), 0, ""]]


async def test_more_photos_than_one_push_holds_are_refused(enrol):
    worker = await enrol(WORKER)
    photos = [[f"{n:022}", 5, ""] for n in range(PHOTOS_MAX + 1)]
    answer = await worker.post(spelled(envelope(worker, photos=photos)))
    assert (answer.status_code, assert_refused(answer)) == (413, "too_many_ops")
    await hear(worker, spelled(envelope(worker, photos=photos[:-1])))
    await assert_well(worker)


async def test_nobody_can_speak_over_anothers_photo(enrol):
    worker, stranger, secretary, body = (
        await enrol(WORKER),
        await enrol(STRANGER),
        await enrol(SECRETARY),
        jpeg(),
    )
    op = worker.op("incident", {"photos": {"add": [named(body)]}}, area=NORTH_ONE)
    await worker.exchange(op, photos=[(named(body), len(body), preview())])
    await stranger.exchange(photos=[(named(body), 1, "")])
    assert (await secretary.exchange()).photos == [[named(body), 0, preview()]]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha-256",
        "sha-256=",
        "sha-256=::",
        "sha-256=:!:",
        "sha-256=:AAAA:",
        "sha-512=:" + "A" * 86 + "==:",
        "\0",
        "x" * 9_999,
    ],
)
async def test_a_digest_that_is_none_is_malformed(enrol, header):
    worker = await enrol(WORKER)
    head = {"authorization": f"Bearer {worker.token}", "content-digest": header}
    answer = await worker.client.put(f"/api/photos/{KEY}", content=jpeg(), headers=head)
    assert assert_refused(answer) == "malformed"


async def test_a_photo_in_pieces_is_counted_before_it_is_kept(enrol, client):
    worker, body = await enrol(WORKER), jpeg()
    op = worker.op("incident", {"photos": {"add": [named(body)]}}, area=NORTH_ONE)
    await worker.exchange(op, photos=[(named(body), len(body), preview())])
    limit = client.app.state.context.settings.photo_mb * 2**20
    head = {"authorization": f"Bearer {worker.token}", "content-digest": digest(body)}
    answer = await worker.client.put(f"/api/photos/{named(body)}", content=bytes(limit + 1), headers=head)
    assert (answer.status_code, assert_refused(answer)) == (413, "too_large")
    assert (
        await worker.client.put(f"/api/photos/{named(body)}", content=body, headers=head)
    ).status_code == 201


async def test_a_record_may_name_a_photo_nobody_ever_sends(enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    op = worker.op("incident", {"photos": {"add": [KEY]}}, area=NORTH_ONE)
    assert (await worker.exchange(op, good(worker))).codes == {}
    assert len((await secretary.exchange()).records) == 2
