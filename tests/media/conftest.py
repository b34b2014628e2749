"""Pictures for the tests of media/: made here, so that no binary file lives in the repository."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import ExifTags, Image, TiffImagePlugin

Encode = Callable[..., bytes]

EXIF_ORIENTATION_SIDEWAYS = 6  # "turn clockwise by a quarter": how a phone stores an upright portrait


def scene(width: int, height: int) -> Image.Image:
    """Draw a picture whose four corners differ: red, green, blue, white, clockwise from the top left."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height // 2))
    picture.paste("green", (width // 2, 0, width, height // 2))
    picture.paste("blue", (width // 2, height // 2, width, height))
    return picture


@pytest.fixture
def encode() -> Encode:
    """Give a function that encodes a four-coloured picture: encode("JPEG", 640, 480, **save_options)."""

    def encoded(form: str, width: int = 640, height: int = 480, **options: object) -> bytes:
        out = BytesIO()
        block = options.get("exif")
        if form == "HEIF" and isinstance(block, Image.Exif):
            options["exif"] = block.tobytes()  # else the encoder turns nothing
        scene(width, height).save(out, form, **options)
        return out.getvalue()

    return encoded


@pytest.fixture
def exif() -> Image.Exif:
    """Give the block a phone writes: maker, time with offset, a place to the metre, held upright."""
    block = Image.Exif()
    block[ExifTags.Base.Make] = "Lantern"
    block[ExifTags.Base.Model] = "L-7"
    block[ExifTags.Base.Orientation] = EXIF_ORIENTATION_SIDEWAYS
    shot = block.get_ifd(ExifTags.IFD.Exif)
    shot[ExifTags.Base.DateTimeOriginal] = "2026:03:04 09:05:06"
    shot[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    place = block.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = degrees(29, 21, 36)
    place[ExifTags.GPS.GPSLongitudeRef] = "E"
    place[ExifTags.GPS.GPSLongitude] = degrees(106, 12, 36)
    return block


def degrees(whole: int, minutes: int, seconds: int) -> tuple[TiffImagePlugin.IFDRational, ...]:
    return tuple(TiffImagePlugin.IFDRational(part, 1) for part in (whole, minutes, seconds))


@pytest.fixture
def png_bomb() -> bytes:
    """Give 22 KB of PNG that promise 176.9 million pixels."""
    edge = 13_300

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((edge + 7) // 8 + 1) * edge, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
