"""What an image says of itself before anything is decoded: format, size, and whether its end is there.

Read by hand, because opening a file with a decoder already inflates text and colour chunks of a
stranger's choosing. Every walk is bounded: a hostile 20 MB file costs microseconds.

Source: ITU-T T.81 annex B (JPEG), PNG third edition sections 5 and 11, RFC 9649 (WebP); HEIC and AVIF in
media/boxes.py.
"""

from typing import Final, Literal, NamedTuple

from media.boxes import family, still

Format = Literal["JPEG", "PNG", "WEBP", "HEIF", "AVIF"]  # Pillow's own names: the list is also its allow-list
MEDIA_TYPES: Final[dict[Format, str]] = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
    "AVIF": "image/avif",
}

SEGMENTS_MAX: Final = 1024  # JPEG segments and fill bytes before the picture; cameras write under 100

_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_JPEG_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_SCAN: Final = 0xDA
_JPEG_END: Final = b"\xff\xd9"


class Header(NamedTuple):
    """The promise of an image file; the decoder still has to keep it."""

    format: Format
    width: int  # pixels as stored, before any orientation is applied
    height: int
    whole: bool  # the mark that ends the picture is present


Unread = Literal["not_an_image", "truncated"]


def read_header(body: bytes) -> Header | Unread:
    """Give the format and size of a picture of the five formats; anything else is "not_an_image"."""
    if body.startswith(b"\xff\xd8\xff"):
        return _jpeg(body)
    if body.startswith(_PNG_MAGIC):
        return _png(body)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return _webp(body)
    return _boxed(body)


def segments(body: bytes) -> list[tuple[int, int, int]]:
    """List a JPEG's segments up to and including its first scan as (marker, start, end) of the content.

    Stops early where the file does, or where it stops being a JPEG.
    """
    found: list[tuple[int, int, int]] = []
    at = 2
    for _ in range(SEGMENTS_MAX):  # counts fill bytes too: no walk is longer than this
        if at + 4 > len(body) or body[at] != 0xFF:
            break
        marker = body[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _JPEG_BARE:
            at += 2
        else:
            end = at + 2 + int.from_bytes(body[at + 2 : at + 4], "big")
            found.append((marker, at + 4, end))
            if marker == _JPEG_SCAN:
                break
            at = end
    return found


def _jpeg(body: bytes) -> Header | Unread:
    walked = segments(body)
    frame = next((start for marker, start, _ in walked if marker in _JPEG_FRAME), None)
    ended = not walked or walked[-1][2] + 4 > len(body)  # the walk stopped because the bytes did
    if frame is None:
        return "truncated" if ended else "not_an_image"
    if frame + 5 > len(body):
        return "truncated"
    height = int.from_bytes(body[frame + 1 : frame + 3], "big")
    width = int.from_bytes(body[frame + 3 : frame + 5], "big")
    marker, start, _ = walked[-1]
    whole = marker == _JPEG_SCAN and body.find(_JPEG_END, start) >= 0
    return _sized("JPEG", width, height, whole=whole)


def _png(body: bytes) -> Header | Unread:
    if len(body) < 24:
        return "truncated"
    if body[8:16] != b"\x00\x00\x00\x0dIHDR":
        return "not_an_image"
    width = int.from_bytes(body[16:20], "big")
    height = int.from_bytes(body[20:24], "big")
    return _sized("PNG", width, height, whole=_PNG_END in body)


def _webp(body: bytes) -> Header | Unread:
    if len(body) < 30:
        return "truncated"
    chunk = body[12:16]
    if chunk == b"VP8 " and body[23:26] == b"\x9d\x01\x2a":
        width = int.from_bytes(body[26:28], "little") & 0x3FFF
        height = int.from_bytes(body[28:30], "little") & 0x3FFF
    elif chunk == b"VP8L" and body[20] == 0x2F:
        bits = int.from_bytes(body[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif chunk == b"VP8X":
        width = int.from_bytes(body[24:27], "little") + 1
        height = int.from_bytes(body[27:30], "little") + 1
    else:
        return "not_an_image"
    return _sized("WEBP", width, height, whole=len(body) >= 8 + int.from_bytes(body[4:8], "little"))


def _boxed(body: bytes) -> Header | Unread:
    form = family(body)
    if form is None or form == "OTHER":
        return "not_an_image"
    found = still(body)
    if found is None:
        return "truncated"
    return _sized(form, found.width, found.height, whole=found.whole)


def _sized(form: Format, width: int, height: int, *, whole: bool) -> Header | Unread:
    """Refuse a picture without area; a JPEG height of 0 (given later, by DNL) no phone writes."""
    return Header(form, width, height, whole) if width and height else "not_an_image"
