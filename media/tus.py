"""The tus protocol as plain values: what its headers ask for and what they answer; no I/O, no framework.

Source: tus 1.0.0, https://tus.io/protocols/resumable-upload. What cannot be read is None, never an error:
whoever asks decides what to say.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any, Final, NamedTuple

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-defer-length,checksum,expiration,termination"
ALGORITHMS: Final = {"sha1": 20, "sha256": 32}  # bytes of their digests; sha1 is demanded by the protocol
PIECE_TYPE: Final = "application/offset+octet-stream"
DEFERRED: Final = -1  # in place of a length that is told later
METADATA_MAX: Final = 4_096  # characters of one Upload-Metadata; ours has about 150
DIGITS: Final = re.compile("[0-9]{1,15}")  # a length or offset; more digits are a mistake or an attack
NAME: Final = re.compile("[!-+\\--~]+")  # of a piece of metadata: printable ASCII without blank and comma
OVERRIDE: Final = "x-http-method-override"  # for carriers' proxies that drop PATCH

Headers = Mapping[str, str]


class Checksum(NamedTuple):
    """What a piece of an upload must hash to."""

    algorithm: str
    digest: bytes

    def begin(self) -> Any:
        """Begin to hash a piece."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


class Creation(NamedTuple):
    """What a creation asks for."""

    length: int  # bytes, DEFERRED if that is told later
    metadata: str  # exactly as sent
    pairs: dict[str, bytes]  # the same, decoded


class Piece(NamedTuple):
    """What the head of a PATCH promises."""

    offset: int  # bytes
    length: int  # of the whole upload, told only now; DEFERRED if it is not told
    size: int  # bytes of this piece as announced, -1 if it comes in chunks
    checksum: Checksum | None


def method_of(method: str, headers: Headers) -> str:
    """Name the method that is meant."""
    return (headers.get(OVERRIDE) or method).strip().upper()


def read_number(text: str) -> int | None:
    """Read a length or an offset, bytes; None if it is not one."""
    digits = text.strip(" \t")
    return int(digits) if DIGITS.fullmatch(digits) else None


def read_creation(headers: Headers) -> Creation | None:
    """Read what a POST asks for: a length or the word that it comes later, never both or neither."""
    length, deferred = headers.get("upload-length"), headers.get("upload-defer-length")
    metadata = headers.get("upload-metadata", "")
    pairs = read_metadata(metadata)
    if (length is None) == (deferred is None) or deferred not in (None, "1") or pairs is None:
        return None
    size = DEFERRED if length is None else read_number(length)
    return None if size is None else Creation(size, metadata, pairs)


def read_metadata(text: str) -> dict[str, bytes] | None:
    """Read Upload-Metadata: names with values in base64, each name once; None if it is anything else."""
    pairs: dict[str, bytes] = {}
    if len(text) > METADATA_MAX:
        return None
    for part in text.split(",") if text else []:
        name, _, value = part.strip(" ").partition(" ")
        content = read_base64(value)
        if not NAME.fullmatch(name) or name in pairs or content is None:
            return None
        pairs[name] = content
    return pairs


def read_piece(headers: Headers) -> Piece | None:
    """Read the head of a PATCH."""
    offset = read_number(headers.get("upload-offset", ""))
    told, size = headers.get("upload-length"), headers.get("content-length")
    length = DEFERRED if told is None else read_number(told)
    announced = -1 if size is None else read_number(size)
    spoken = headers.get("upload-checksum")
    checksum = None if spoken is None else read_checksum(spoken)
    if offset is None or length is None or announced is None or (spoken is not None and checksum is None):
        return None
    return Piece(offset, length, announced, checksum)


def read_checksum(text: str) -> Checksum | None:
    """Read Upload-Checksum; None if the algorithm is not offered or the digest is not one of it."""
    algorithm, _, value = text.partition(" ")
    digest = read_base64(value)
    if digest is None or ALGORITHMS.get(algorithm) != len(digest):
        return None
    return Checksum(algorithm, digest)


def read_base64(text: str) -> bytes | None:
    """Read base64 with padding; None if it is not that."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def is_piece(content_type: str) -> bool:
    """Tell whether a body is declared as a piece of an upload."""
    return content_type.strip().lower() == PIECE_TYPE


def offered(most: int) -> dict[str, str]:
    """Say what this server speaks, and the most bytes of one upload."""
    return {
        "tus-version": VERSION,
        "tus-extension": EXTENSIONS,
        "tus-max-size": str(most),
        "tus-checksum-algorithm": ",".join(ALGORITHMS),
    }


def standing(offset: int, length: int, metadata: str, expires_ms: int) -> dict[str, str]:
    """Say how far an upload is, how long it will be, what was said of it, and until when it is kept."""
    told = {"upload-offset": str(offset), "upload-expires": formatdate(expires_ms / 1000, usegmt=True)}
    told |= {"upload-metadata": metadata} if metadata else {}
    return told | ({"upload-defer-length": "1"} if length == DEFERRED else {"upload-length": str(length)})
