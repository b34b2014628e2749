"""What a recording is, by its content: a spoken note in one of three forms, and nothing that has pictures.

A voice note is kept and served as it came, never decoded here, so what may come is narrow: Opus in WebM
or Ogg, AAC in MP4, which is what the recorders of phones' browsers write.

Source: RFC 8794 and 9559 (Matroska), RFC 7845 (Ogg Opus), ISO/IEC 14496-12 section 8.4.3 (MP4).
"""

import re
from typing import Final, Literal

from media.boxes import File, family

SOUND_BYTES_MAX: Final = 2 * 1024 * 1024  # two minutes of AAC at 128 kbit/s, eight of Opus at 32
HEAD_BYTES: Final = 8192  # a recorder names its tracks within the first hundreds of bytes

SoundType = Literal["audio/webm", "audio/mp4", "audio/ogg"]

_EBML: Final = b"\x1a\x45\xdf\xa3"
_DOC_TYPE: Final = re.compile(rb"\x42\x82[\x80-\x8f](webm|matroska)")
_CODEC_ID: Final = re.compile(rb"\x86[\x81-\xbf]([ADSV]_[A-Z0-9_/.]{2,40})")
_OGG_HEAD: Final = 28  # where the first packet of an Ogg stream with one segment begins


def read_sound(body: bytes) -> SoundType | None:
    """Name the form of a recording; None if it is none of those taken."""
    if body.startswith(_EBML):
        return "audio/webm" if _webm(body[:HEAD_BYTES]) else None
    if body.startswith(b"OggS"):
        return "audio/ogg" if body[26:27] == b"\x01" and body[_OGG_HEAD:].startswith(b"OpusHead") else None
    return "audio/mp4" if family(body) == "OTHER" and _mp4(body) else None


def _webm(head: bytes) -> bool:
    """Tell whether the tracks are Opus and nothing else."""
    codecs = _CODEC_ID.findall(head)
    return _DOC_TYPE.search(head[:64]) is not None and set(codecs) == {b"A_OPUS"}


def _mp4(body: bytes) -> bool:
    """Tell whether the tracks are AAC and nothing else."""
    media = (b"moov", b"trak", b"mdia")
    handlers = {body[box.start + 8 : box.start + 12] for box in File(body).inner(*media, b"hdlr")}
    tables = File(body).inner(*media, b"minf", b"stbl", b"stsd")
    codecs = {body[box.start + 12 : box.start + 16] for box in tables}
    return handlers == {b"soun"} and codecs == {b"mp4a"}
