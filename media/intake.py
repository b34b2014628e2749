"""The gate every uploaded photo and voice note passes: limits, hash and header, checked without decoding.

The order is by what the phone should do next. A hash that differs means "send it again", so it is
looked at before the format: half a photo must never be told that it is no photo.
"""

import base64
import hashlib
from typing import Final, NamedTuple

from media.header import MEDIA_TYPES, Header, read_header
from media.refusal import Refusal
from media.sound import SOUND_BYTES_MAX, read_sound

BYTES_MAX: Final = 20 * 1024 * 1024  # an original of a 50 Mpx phone is about 15 MB
PIXELS_MAX: Final = 50_000_000  # from the header: 21 KB of PNG can promise 177 million
KEY_BYTES: Final = 16  # of the SHA-256; enough to name a photo, half the bytes on the air


class Intake(NamedTuple):
    """A photo or a voice note that may be stored: what it is and what it is called."""

    media_type: str  # image/... or audio/...
    width: int  # pixels as stored, before orientation; 0 of a voice note
    height: int
    size: int  # bytes
    sha256: bytes  # 32 bytes, of the file as received
    key: str  # photo key: 22 characters of base64url


def key_of(sha256: bytes) -> str:
    """Name a photo by its hash: base64url of the first 16 bytes, without padding."""
    return base64.urlsafe_b64encode(sha256[:KEY_BYTES]).rstrip(b"=").decode("ascii")


def is_sound(media_type: str) -> bool:
    """Tell a voice note from a picture."""
    return media_type.startswith("audio/")


def take_in(body: bytes, claimed: bytes | None = None) -> Intake | Refusal:
    """Accept the bytes of one photo or voice note, or say why not.

    `claimed` is the hash the phone gave: all 32 bytes, or the 16 that make the key (I7).
    """
    if len(body) > BYTES_MAX:
        return "too_large"
    sha256 = hashlib.sha256(body).digest()
    if claimed is not None and claimed not in (sha256, sha256[:KEY_BYTES]):
        return "hash_mismatch"
    sound = read_sound(body)
    if sound is not None:
        over = len(body) > SOUND_BYTES_MAX
        return "too_large" if over else Intake(sound, 0, 0, len(body), sha256, key_of(sha256))
    header = _fit(read_header(body))
    if isinstance(header, str):
        return header
    media_type = MEDIA_TYPES[header.format]
    return Intake(media_type, header.width, header.height, len(body), sha256, key_of(sha256))


def _fit(header: Header | Refusal) -> Header | Refusal:
    """Hold a header against what a photo may be."""
    if isinstance(header, str):
        return header
    if header.width * header.height > PIXELS_MAX:
        return "too_many_pixels"
    return header if header.whole else "truncated"
