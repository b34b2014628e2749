"""Who sends which bytes: how a creation is read, and what an upload stands for."""

import base64
import secrets
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from backend.announce import shot_of
from backend.ports import PhotoRow, Upload
from backend.problems import Code, Refused
from media.tus import Creation
from sync.permit import Actor
from sync.settle import World

SCREEN, ORIGINAL = "screen", "original"
HASH_BYTES: Final = 32


class Limits(Struct, frozen=True):
    """What uploads may take."""

    most: int  # bytes of one
    hours: int  # until one that is not done is thrown away
    open: int  # of one person at a time
    room: int  # bytes of all together


class Sender(Struct, frozen=True):
    """Who sends, and what is true of the town."""

    town: int
    actor: Actor
    world: World


class Standing(Struct, frozen=True):
    """How far an upload is."""

    upload: Upload
    offset: int  # bytes, durable
    expires_ms: int


class Elsewhere(Refused):
    """A refusal that says where the upload stands."""

    def __init__(self, code: Code, offset: int, detail: str = "", retry_s: int = 0) -> None:
        super().__init__(code, detail, retry_s)
        self.offset = offset  # bytes, durable


def drawn(who: Sender, asked: Creation, now_ms: int) -> Upload:
    """Read what an upload is to be; raises malformed if it is of a photo and does not say which or what."""
    photo, part, sha256 = (_word(asked.pairs, name) for name in ("photo", "part", "sha256"))
    digest = sha256.lower() if _is_hash(sha256) else ""
    plain = Upload(
        secrets.token_hex(16), who.town, who.actor.person, asked.length, asked.metadata, now_ms, sha256=digest
    )
    if "photo" not in asked.pairs:
        return plain
    if not digest or part not in (SCREEN, ORIGINAL):
        raise Refused("malformed", "Upload-Metadata")
    return replace(plain, photo=photo or "-", part=part)


def _word(pairs: dict[str, bytes], name: str) -> str:
    return pairs.get(name, b"").decode("ascii", "replace")


def _is_hash(text: str) -> bool:
    return len(text) == 2 * HASH_BYTES and all(each in "0123456789abcdefABCDEF" for each in text)


def identity(upload: Upload) -> tuple[str, ...]:
    """Name an upload by what it is: made again, it is the same one."""
    return str(upload.person), upload.photo, upload.part, upload.sha256, str(upload.length)


def original_of(row: PhotoRow) -> str:
    """Give the SHA-256 of a photo's original as it was announced, in hex; empty if none was."""
    return base64.b64decode(shot_of(row).original).hex()


def arrived(row: PhotoRow, upload: Upload) -> bool:
    """Tell whether the photo store holds what an upload is of."""
    return bool(row.sha256 if upload.part == SCREEN else row.original)
