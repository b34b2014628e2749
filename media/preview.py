"""The tiny picture inside a report's first packet: checked, never decoded, never made here.

The phone makes it (and the ThumbHash beside it) from its own canvas, which writes no metadata. So a
preview that carries any, or a tail behind the picture, was not made by the app and is refused: it is
the one picture served without being drawn anew.
"""

from typing import Final

from media.header import Header, read_header, segments
from media.refusal import Refusal

PREVIEW_BYTES_MAX: Final = 4096
PREVIEW_EDGE_MAX: Final = 320  # pixels; more cannot look like anything in 4 KB

_JPEG_EXTRA: Final = frozenset({0xFE, 0xE1, *range(0xE3, 0xF0)}) - {0xEE}  # comments, Exif, XMP, makers' own
_WEBP_PLAIN: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"})


def check_preview(body: bytes) -> Header | Refusal:
    """Accept a preview of at most 4096 bytes that is one small WebP or JPEG and nothing else."""
    if len(body) > PREVIEW_BYTES_MAX:
        return "too_large"
    header = read_header(body)
    if isinstance(header, str):
        return header
    if max(header.width, header.height) > PREVIEW_EDGE_MAX:
        return "too_many_pixels"
    if not header.whole:
        return "truncated"
    plain = {"JPEG": _plain_jpeg, "WEBP": _plain_webp}.get(header.format)
    return header if plain and plain(body) else "not_an_image"


def _plain_jpeg(body: bytes) -> bool:
    """Tell whether the picture ends with the file and no segment carries words."""
    walked = segments(body)
    last = body.find(b"\xff\xd9", walked[-1][1])
    return last == len(body) - 2 and not any(marker in _JPEG_EXTRA for marker, _, _ in walked)


def _plain_webp(body: bytes) -> bool:
    """Tell whether the file is its chunks, each known and none of them words or animation."""
    if 8 + int.from_bytes(body[4:8], "little") != len(body):
        return False
    at = 12
    while at + 8 <= len(body):
        if body[at : at + 4] not in _WEBP_PLAIN:
            return False
        size = int.from_bytes(body[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return at == len(body)
