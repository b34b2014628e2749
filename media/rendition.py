"""The small pictures the server shows in place of a photo: upright, bare of metadata, the same each time.

A rendition is drawn anew from pixels, so whatever rode along in the file (place, thumbnails, a script
behind the picture) is gone. JPEG is decoded at a reduced scale (`draft`): a quarter of the time and a
third of the memory. This is decoder work on a stranger's bytes: call it through media/sandbox.py.
"""

import errno
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import Final, NamedTuple, TypeVar, get_args

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageOps, UnidentifiedImageError

from media.fingerprint import turns
from media.header import Format
from media.intake import PIXELS_MAX
from media.metadata import Metadata, read_metadata
from media.refusal import Refusal

T = TypeVar("T")
SCREEN_EDGE: Final = 1024  # pixels, long edge
THUMB_EDGE: Final = 320
SCREEN_QUALITY: Final = 70  # WebP; text on a photographed form stays readable
THUMB_QUALITY: Final = 50
RENDITION_TYPE: Final = "image/webp"

# One thread each: more would only take address space, and turns from those beside them. The small picture
# that a HEIC may carry is not asked: it need not show what the large one does.
pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

_PAPER: Final = (255, 255, 255)  # what shows through a transparent picture


class Developed(NamedTuple):
    """What one photo gives: two renditions, their size, what the camera wrote, what it looks like."""

    thumb: bytes  # WebP, long edge at most 320
    screen: bytes  # WebP, long edge at most 1024
    width: int  # of the screen rendition, pixels, upright
    height: int
    metadata: Metadata
    prints: tuple[bytes, ...]  # media/fingerprint.py, held in eight ways; empty if it says nothing


def develop(body: bytes) -> Developed | Refusal:
    """Make both renditions of one photo, or say why there are none."""
    return _opened(body, _develop)


def examine(body: bytes) -> Metadata | Refusal:
    """Read what the camera wrote beside a picture, without decoding that; or say why it cannot be opened."""
    return _opened(body, read_metadata)


def _opened(body: bytes, work: Callable[[Image.Image], T | Refusal]) -> T | Refusal:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a damaged Exif block is no news
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(BytesIO(body), formats=get_args(Format)) as picture:
                return work(picture)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            return "too_many_pixels"
        except MemoryError:
            return "over_budget"
        except UnidentifiedImageError:
            return "not_an_image"
        except (OSError, SyntaxError, ValueError, EOFError) as stumble:
            return _told(stumble)


def _develop(picture: Image.Image) -> Developed | Refusal:
    if picture.width * picture.height > PIXELS_MAX:  # the decoder's view, should it differ from the header's
        return "too_many_pixels"
    metadata = read_metadata(picture)
    picture.draft("RGB", _fit(picture.size, SCREEN_EDGE))
    upright = ImageOps.exif_transpose(_shrunk(picture, SCREEN_EDGE))
    screen = _flat(upright)
    thumb = _shrunk(screen, THUMB_EDGE)
    return Developed(
        thumb=_encoded(thumb, THUMB_QUALITY),
        screen=_encoded(screen, SCREEN_QUALITY),
        width=screen.width,
        height=screen.height,
        metadata=metadata,
        prints=turns(thumb),
    )


def _fit(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Give the size whose long edge is `edge`; a smaller picture keeps its own."""
    width, height = size
    long = max(width, height)
    if long <= edge:
        return size
    return max(1, round(width * edge / long)), max(1, round(height * edge / long))


def _shrunk(picture: Image.Image, edge: int) -> Image.Image:
    """Scale down, keeping the Exif block for the transpose that follows: turning a small picture is cheap."""
    size = _fit(picture.size, edge)
    if picture.mode in ("P", "1"):  # neither can be averaged as it stands
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    if size == picture.size:
        picture.load()
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _flat(picture: Image.Image) -> Image.Image:
    """Give plain RGB: transparency over white, print and 16-bit pictures brought to eight bits."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        clear = picture.convert("RGBA")
        flat = Image.new("RGB", clear.size, _PAPER)
        flat.paste(clear, mask=clear.getchannel("A"))
        return flat
    return picture.convert("RGB")


def _encoded(picture: Image.Image, quality: int) -> bytes:
    """Write WebP with nothing but pixels in it; the same pixels give the same bytes."""
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())  # leaves info, profile and Exif behind
    out = BytesIO()
    bare.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def _told(stumble: Exception) -> Refusal:
    """Name a decoder's complaint; its words are the only sign it gives."""
    words = str(stumble).lower()
    if "memory" in words or getattr(stumble, "errno", None) == errno.EMFILE:
        return "over_budget"
    return "truncated" if "truncated" in words else "not_an_image"
