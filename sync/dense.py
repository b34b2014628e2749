"""Writes what is pushed in fewer bytes than JSON: MessagePack, with three types of its own.

A short report gives deflate nothing to find: three bytes a Chinese character, the digits of numbers
and the letters of keys stay as they are. Here a character takes two bytes, a number its width, a key
or a hash the bytes it spells. What is read back is the very value; nothing depends on its meaning.
Source: MessagePack specification (2013), types `ext` 1 to 3; figures: docs/adr/0018-dense-bodies.md.
Twin: pwa/src/sync/dense.ts, which writes only. Shared cases: tests/vectors/dense.json.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

import msgspec
from msgspec.msgpack import Ext

# Values only: the names in an object stay texts.
TEXT: Final = 1  # a text in UTF-16, big end first, where that is shorter than UTF-8
KEY: Final = 2  # 16 bytes that a text of 22 base64url letters spells
HEX: Final = 3  # bytes that a text of lower-case hex digits spells

_KEY = re.compile(r"[\w-]{21}[AQgw]", re.ASCII)  # its last letter has four bits that say nothing
_HEX = re.compile(r"([0-9a-f]{2}){4,}")


def dense(value: Any) -> bytes:
    """Write a JSON value. Raises OverflowError for a whole number of more than 64 bits."""
    return msgspec.msgpack.encode(_worded(value))


def loose(body: bytes) -> Any:
    """Read what `dense` wrote. Raises ValueError (DecodeError, UnicodeDecodeError) for anything else."""
    return msgspec.msgpack.decode(body, ext_hook=_text)


def _worded(value: Any) -> Any:
    match value:
        case str():
            return _shortest(value)
        case list():
            return [_worded(each) for each in value]
        case dict():
            return {name: _worded(each) for name, each in value.items()}
    return value


def _shortest(text: str) -> str | Ext:
    if _KEY.fullmatch(text):
        return Ext(KEY, urlsafe_b64decode(text + "=="))
    if _HEX.fullmatch(text):
        return Ext(HEX, bytes.fromhex(text))
    wide = text.encode("utf-16-be")
    return Ext(TEXT, wide) if len(wide) < len(text.encode()) else text


def _text(code: int, data: memoryview) -> str:
    body = bytes(data)
    if code == TEXT:
        return body.decode("utf-16-be")
    if code == KEY:
        return urlsafe_b64encode(body).rstrip(b"=").decode()
    if code == HEX:
        return body.hex()
    raise ValueError(f"ext {code}")
