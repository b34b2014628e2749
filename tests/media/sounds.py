"""Recordings for the tests of media/, made by hand: the headers phones write, and silence behind them."""


def box(name: bytes, *content: bytes) -> bytes:
    """Put content into a box of an MP4."""
    body = b"".join(content)
    return (8 + len(body)).to_bytes(4, "big") + name + body


def track(handler: bytes = b"soun", entry: bytes = b"mp4a") -> bytes:
    """Describe one track of an MP4."""
    said = box(b"hdlr", bytes(8), handler, bytes(13))
    table = box(b"stbl", box(b"stsd", bytes(4), (1).to_bytes(4, "big"), box(entry, bytes(28))))
    return box(b"trak", box(b"mdia", said, box(b"minf", table)))


def m4a(*tracks: bytes, brand: bytes = b"M4A ") -> bytes:
    """Write a recording as an iPhone does: AAC in MP4."""
    head = box(b"ftyp", brand, bytes(4), b"isommp42")
    return head + box(b"moov", box(b"mvhd", bytes(100)), *(tracks or (track(),))) + box(b"mdat", bytes(64))


def webm(*codecs: bytes, doc_type: bytes = b"webm") -> bytes:
    """Write a recording as an Android phone does: Opus in WebM."""
    kind = b"\x42\x82" + bytes([0x80 + len(doc_type)]) + doc_type
    head = b"\x1a\x45\xdf\xa3" + bytes([0x80 + len(kind)]) + kind
    named = b"".join(b"\x86" + bytes([0x80 + len(each)]) + each for each in codecs or (b"A_OPUS",))
    return head + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + named + bytes(64)


def ogg(packet: bytes = b"OpusHead\x01\x01") -> bytes:
    """Write a recording as Firefox does: Opus in Ogg."""
    return b"OggS" + bytes(22) + b"\x01" + bytes([len(packet)]) + packet + bytes(64)
