"""Pictures that are not what they claim, or far more: a clear code each, and never a fault of ours."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from tests.backend.picture import digest, drawn, jpeg, named
from tests.backend.town import NORTH_ONE, SECRETARY, WORKER, Phone
from tests.media.sounds import box, m4a, ogg, track, webm

pytestmark = pytest.mark.anyio

PAGE = b"<!doctype html><script>alert(document.domain)</script>"
ARCHIVE = b"PK\x03\x04" + bytes(26) + b"evil.html" + PAGE + b"PK\x05\x06" + bytes(18)
SIZES = ("thumb", "medium", "screen")


def encoded(form: str, width: int = 64, height: int = 64, **options: object) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, form, **options)
    return out.getvalue()


def png_bomb(edge: int = 13_300) -> bytes:
    """Give 22 KB of PNG that promise 176.9 million pixels, and keep the promise."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    rows = zlib.compress(bytes((edge + 7) // 8 + 1) * edge, 9)
    header = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def grown(form: str, width: int, height: int) -> bytes:
    """Let a real HEIC or AVIF claim another size: in the box from which readers allocate."""
    body = encoded(form)
    at = body.index(b"ispe") + 8
    return body[:at] + struct.pack(">II", width, height) + body[at + 8 :]


async def sent(phone: Phone, body: bytes, field: str = "photos") -> tuple[int, str]:
    """Report with bytes as a photo and send them; gives status and code."""
    op = phone.op("incident", {field: {"add": [named(body)]}}, area=NORTH_ONE)
    await phone.exchange(op, photos=[(named(body), max(1, len(body)), "")])
    head = {"authorization": f"Bearer {phone.token}", "content-digest": digest(body)}
    answer = await phone.client.put(f"/api/photos/{named(body)}", content=body, headers=head)
    return answer.status_code, answer.json().get("code", "")


async def seen(phone: Phone, body: bytes, size: str = "medium"):
    head = {"authorization": f"Bearer {phone.token}"}
    return await phone.client.get(f"/api/photos/{named(body)}?size={size}", headers=head)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
@pytest.mark.parametrize("tail", [PAGE, ARCHIVE], ids=["page", "archive"])
async def test_what_rides_behind_a_picture_is_never_served(enrol, form, tail):
    worker, secretary, body = await enrol(WORKER), await enrol(SECRETARY), encoded(form) + tail
    assert await sent(worker, body) == (201, "")
    for size in SIZES:
        answer = await seen(secretary, body, size)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/webp"
        assert b"script" not in answer.content
        assert b"evil" not in answer.content
    assert (await seen(secretary, body, "original")).status_code == 404, "what was sent is not what is shown"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
async def test_where_a_photo_was_taken_is_not_served(enrol, form):
    worker = await enrol(WORKER)
    exif = Image.open(BytesIO(jpeg())).getexif()
    assert exif.get_ifd(0x8825)
    body = encoded(form, exif=exif.tobytes())
    assert b"Lantern" in body
    assert await sent(worker, body) == (201, "")
    for size in SIZES:
        shown = (await seen(worker, body, size)).content
        assert not Image.open(BytesIO(shown)).getexif()
        assert not any(word in shown for word in (b"Lantern", b"EXIF", b"Exif", b"XMP", b"ICCP"))


@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        b"\xef\xbb\xbf" + PAGE,
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"GIF89a" + PAGE,
        b"%PDF-1.7\n" + PAGE,
        ARCHIVE,
        b"BM" + bytes(60),
        b"II*\0" + bytes(60),
        box(b"ftyp", b"heic", bytes(4)) + PAGE[:3],
        box(b"ftyp", b"qt  ", bytes(4)) + box(b"moov", track(b"vide", b"avc1")),
        m4a(track(), track(b"vide", b"avc1")),
        webm(b"A_OPUS", b"V_VP9"),
        ogg(b"\x80theora"),
        b"OggS" + PAGE,
        b"\x1a\x45\xdf\xa3" + PAGE,
        b"ID3" + PAGE,
    ],
    ids=lambda body: body[:12].hex(),
)
async def test_what_is_neither_picture_nor_recording_is_not_taken(enrol, body):
    worker = await enrol(WORKER)
    assert await sent(worker, body) in ((415, "not_an_image"), (422, "hash_mismatch"))
    assert (await seen(worker, body)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        png_bomb(),
        grown("HEIF", 60_000, 60_000),
        grown("AVIF", 2**32 - 1, 2**32 - 1),
        grown("HEIF", 7_100, 7_100),
    ],
    ids=["png", "heic", "avif", "just over"],
)
async def test_a_picture_of_too_many_pixels_is_not_taken(enrol, body):
    assert len(body) < 23_000
    assert await sent(await enrol(WORKER), body) == (413, "too_large")


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
async def test_a_size_that_lies_within_the_limits_costs_a_rendition_and_no_more(enrol, form):
    worker, body, good = await enrol(WORKER), grown(form, 7_000, 7_000), drawn()
    assert await sent(worker, body) == (201, "")
    assert (await seen(worker, body)).status_code in (200, 404)
    assert await sent(worker, good) == (201, "")
    assert (await seen(worker, good)).status_code == 200


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
async def test_a_picture_torn_off_anywhere_is_answered_clearly(enrol, form):
    worker, whole = await enrol(WORKER), encoded(form, 640, 480)
    for part in (8, 30, 200, len(whole) // 2, len(whole) - 20):
        status, code = await sent(worker, whole[:part])
        assert (status, code) in ((415, "not_an_image"), (422, "hash_mismatch")), part


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
async def test_a_picture_spoilt_within_holds_up_nothing(enrol, form):
    worker, whole, good = await enrol(WORKER), encoded(form, 640, 480), drawn()
    middle = len(whole) * 3 // 4  # behind the headers
    body = whole[:middle] + bytes(255 - each for each in whole[middle : middle + 64]) + whole[middle + 64 :]
    status, code = await sent(worker, body)
    assert (status, code) in ((201, ""), (415, "not_an_image"), (422, "hash_mismatch"))
    assert (await seen(worker, body)).status_code in (200, 404)
    assert await sent(worker, good) == (201, "")
    assert (await seen(worker, good)).status_code == 200


async def test_a_recording_with_a_page_behind_it_is_only_ever_a_recording(enrol):
    worker, body = await enrol(WORKER), webm() + PAGE
    assert await sent(worker, body, "voice") == (201, "")
    answer = await seen(worker, body)
    assert answer.headers["content-type"] == "audio/webm"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


async def test_a_recording_of_more_than_two_megabytes_is_not_taken(enrol):
    assert await sent(await enrol(WORKER), m4a() + bytes(2 * 2**20), "voice") == (413, "too_large")
