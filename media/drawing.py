"""Photos for the demo, drawn: ten scenes a grid worker meets, none of a real place or person.

The same scene and seed give the same bytes on one build of Pillow. Light, colour, angle and details
vary with the seed; noise, softness and a dark rim make the drawing look like a phone's photo, and
give it a photo's 150 to 200 KB.
"""

import datetime
import random
from collections.abc import Callable
from io import BytesIO
from typing import Final

from PIL import ExifTags, Image, ImageChops, ImageFilter

from media.canvas import HEIGHT, WIDTH, Canvas
from media.metadata import CHINA
from media.scenes import ground, hill, home, street

SCENES: Final[dict[str, Callable[[Canvas], None]]] = {
    "rock_fall": hill.rock_fall,
    "guard_rail": hill.guard_rail,
    "wall_crack": hill.wall_crack,
    "courtyard_water": home.courtyard_water,
    "gas_cylinder": home.gas_cylinder,
    "manhole": ground.manhole,
    "blocked_drain": ground.blocked_drain,
    "wires": street.wires,
    "rubbish": street.rubbish,
    "street_lamp": street.street_lamp,
}

BYTES_LEAST: Final = 150_000
BYTES_MOST: Final = 200_000

_QUALITY_LEAST: Final = 50
_QUALITY_MOST: Final = 95
_NOISE: Final = 8  # levels either way
_DAYLIGHTS: Final = (
    (1.0, 1.0, 1.0),  # gains of red, green, blue: overcast
    (1.05, 1.0, 0.93),  # morning
    (0.95, 0.99, 1.05),  # open shade
    (1.07, 0.99, 0.88),  # late sun
)


def draw(scene: str, seed: int, taken_ms: int | None = None) -> bytes:
    """Draw a photo as JPEG, 1600 by 1200; with a capture time (Unix ms) if one is given."""
    rng = random.Random(f"{scene} {seed}")  # noqa: S311 - a repeatable drawing, not a secret
    canvas = Canvas(rng)
    SCENES[scene](canvas)
    return _encoded(_photographed(canvas.finished(), rng), taken_ms)


def _photographed(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Make a drawing look taken: light, softness, a dark rim, grain."""
    gains = rng.choice(_DAYLIGHTS)
    exposure = rng.uniform(1.04, 1.16)
    table = [round(min(255.0, level * gain * exposure)) for gain in gains for level in range(256)]
    picture = picture.point(table).filter(ImageFilter.SMOOTH)
    picture = ImageChops.multiply(picture, _rim(rng.uniform(0.14, 0.24)))
    coarse = WIDTH * 2 // 3, HEIGHT * 2 // 3
    noise = Image.frombytes("L", coarse, rng.randbytes(coarse[0] * coarse[1]))
    grain = noise.point(lambda level: 128 + (level - 128) * _NOISE // 128)
    return ImageChops.add(picture, Image.merge("RGB", (_full(grain),) * 3), offset=-128)


def _rim(strength: float) -> Image.Image:
    """Give a sheet that is white in the middle and darker towards the corners."""
    darker = Image.radial_gradient("L").point(lambda level: round(255 - strength * 255 * (level / 255) ** 2))
    return Image.merge("RGB", (_full(darker),) * 3)


def _full(sheet: Image.Image) -> Image.Image:
    return sheet.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)


def _encoded(picture: Image.Image, taken_ms: int | None) -> bytes:
    """Write the best JPEG of at most BYTES_MOST."""
    exif = _exif(taken_ms)
    least, most, best = _QUALITY_LEAST, _QUALITY_MOST, b""
    while least <= most:
        quality = (least + most) // 2
        out = BytesIO()
        picture.save(out, "JPEG", quality=quality, exif=exif)
        if out.tell() > BYTES_MOST:
            most = quality - 1
        else:
            least, best = quality + 1, out.getvalue()
    return best


def _exif(taken_ms: int | None) -> bytes:
    if taken_ms is None:
        return b""
    local = datetime.datetime.fromtimestamp(taken_ms / 1000, CHINA)
    exif = Image.Exif()
    shot = exif.get_ifd(ExifTags.IFD.Exif)
    shot[ExifTags.Base.DateTimeOriginal] = local.strftime("%Y:%m:%d %H:%M:%S")
    shot[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    return exif.tobytes()
