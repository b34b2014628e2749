"""The tiny picture a phone would have made of a drawn photo; the demo's reports carry it like any other."""

from io import BytesIO
from typing import Final

from PIL import Image

from media.preview import PREVIEW_BYTES_MAX

EDGE: Final = 240  # pixels, long edge; as pwa/src/adapters/darkroom.ts
QUALITIES: Final = (50, 40, 30, 20, 10)  # WebP, tried in turn until it fits


def preview_of(photo: bytes) -> bytes:
    """Make a preview of at most 4096 bytes; empty if even the poorest is larger."""
    with Image.open(BytesIO(photo), formats=("JPEG",)) as picture:
        picture.draft("RGB", (EDGE, EDGE))
        small = picture.convert("RGB")
    small.thumbnail((EDGE, EDGE))
    for quality in QUALITIES:
        out = BytesIO()
        small.save(out, "WEBP", quality=quality, method=4)
        if out.tell() <= PREVIEW_BYTES_MAX:
            return out.getvalue()
    return b""
