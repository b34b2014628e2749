"""Photos as a phone sends them, made here so that no binary file lives in the repository."""

import base64
import hashlib
from io import BytesIO

from PIL import ExifTags, Image

from media.drawing import draw
from media.intake import key_of


def jpeg(width: int = 64, height: int = 48, colour: str = "teal", tail: bytes = b"") -> bytes:
    """Make a JPEG with what a phone writes beside the picture: its maker and where it stood."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Lantern"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG", exif=exif)
    return out.getvalue() + tail


def drawn() -> bytes:
    """Draw a photo that has a fingerprint, where one colour has none."""
    return draw("rock_fall", 5)


def resaved(body: bytes) -> bytes:
    """Save a photo anew, smaller: other bytes of the same picture."""
    out = BytesIO()
    Image.open(BytesIO(body)).resize((800, 600)).save(out, "JPEG", quality=60)
    return out.getvalue()


def padded(body: bytes, size: int) -> bytes:
    """Lengthen a JPEG to at least `size` bytes with comments, which no decoder minds."""
    comment = b"\xff\xfe" + (60_000).to_bytes(2, "big") + bytes(59_998)
    return body[:2] + comment * (size // len(comment) + 1) + body[2:]


def preview() -> str:
    """Make a preview as it travels: a tiny WebP in base64."""
    out = BytesIO()
    Image.new("RGB", (32, 24), "teal").save(out, "WEBP", quality=40)
    return base64.b64encode(out.getvalue()).decode()


def named(body: bytes) -> str:
    """Name a photo as the phone does."""
    return key_of(hashlib.sha256(body).digest())


def digest(body: bytes) -> str:
    """Write the Content-Digest of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
