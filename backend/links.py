"""Links to a picture that work without a sign-in, for a few minutes: for what cannot send a token.

A link names a photo, a size, a person and an end, and is signed with a key of this server. It gives nobody
anything: when it is used, the person's access is looked at as if they had asked themselves. Whoever is
shown such a link sees the picture until it ends, as they would over the person's shoulder.
"""

import base64
import binascii
import hmac
import secrets
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from backend.durable import put_file
from backend.photos import Size
from backend.problems import Refused

KEY_FILE: Final = "links.key"
KEY_BYTES: Final = 32
SEAL_BYTES: Final = 16  # 128 bits of HMAC-SHA-256
GOOD_MS: Final = 300_000  # five minutes: opened at once, or asked for anew
TOKEN_MAX: Final = 400  # characters; a link has about 130


class Link(Struct, frozen=True, array_like=True):
    """What a link says."""

    town: int
    person: int
    key: str
    size: Size
    until_ms: int


class Links:
    """Makes links and reads them back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, link: Link) -> str:
        """Write a link as one word, good in a path."""
        said = msgspec.json.encode(link)
        return base64.urlsafe_b64encode(self._seal(said) + said).rstrip(b"=").decode()

    def read(self, word: str, now_ms: int) -> Link:
        """Read a link; raises not_found for one that is not ours, was changed, or has ended."""
        try:
            link = msgspec.json.decode(self._said(word), type=Link)
        except msgspec.MsgspecError as fault:
            raise Refused("not_found") from fault
        if now_ms > link.until_ms:
            raise Refused("not_found")
        return link

    def _said(self, word: str) -> bytes:
        """Give what a word says if the seal on it is ours, else nothing."""
        try:
            both = base64.urlsafe_b64decode(word[:TOKEN_MAX] + "=" * (-len(word) % 4))
        except (binascii.Error, ValueError):
            return b""
        seal, said = both[:SEAL_BYTES], both[SEAL_BYTES:]
        return said if hmac.compare_digest(seal, self._seal(said)) else b""

    def _seal(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, "sha256")[:SEAL_BYTES]


def read_key(root: Path) -> bytes:
    """Read the key in a data directory, made where there is none: losing it ends open links, no more."""
    path = root / KEY_FILE
    if not path.is_file() or path.stat().st_size != KEY_BYTES:
        put_file(path, secrets.token_bytes(KEY_BYTES))
        path.chmod(0o600)
    return path.read_bytes()
