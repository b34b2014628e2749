"""What the camera wrote beside the picture: time, place, orientation, make; as whole numbers.

Only ever evidence beside our own fix: Android's pickers strip the place and any program can write
one. Nothing here is served; renditions carry none of it.

Source: CIPA DC-008 (Exif 3.0) sections 4.6.5 and 4.6.7; tag numbers are Pillow's.
"""

import datetime
import warnings
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final, NamedTuple

from PIL import ExifTags, Image

MAKE_CHARACTERS_MAX: Final = 64
CHINA: Final = datetime.timezone(datetime.timedelta(hours=8))  # a phone without an offset tag is here


class Metadata(NamedTuple):
    """What the file claims; None where it claims nothing that can be read."""

    taken_ms: int | None = None  # Unix time, milliseconds
    lat_e7: int | None = None  # WGS-84 degrees times 10^7, as claimed
    lon_e7: int | None = None
    orientation: int = 1  # 1..8, as in Exif; 1 is upright
    make: str = ""  # maker and model, printable, at most 64 characters


def read_metadata(picture: Image.Image) -> Metadata:
    """Read the Exif block of an opened picture; an unreadable block claims nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "corrupt EXIF data": so be it
            exif = picture.getexif()
            shot = exif.get_ifd(ExifTags.IFD.Exif)
            place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    except Exception:  # noqa: BLE001 - fed by strangers: whatever it stumbles on, the picture is good
        return Metadata()
    lat_e7, lon_e7 = _place(place)
    return Metadata(
        taken_ms=_taken_ms(shot),
        lat_e7=lat_e7,
        lon_e7=lon_e7,
        orientation=_orientation(exif.get(ExifTags.Base.Orientation)),
        make=_make(exif.get(ExifTags.Base.Make), exif.get(ExifTags.Base.Model)),
    )


def _orientation(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _make(*words: object) -> str:
    spoken = " ".join(word.strip("\0 ") for word in words if isinstance(word, str))
    return "".join(letter for letter in spoken if letter.isprintable())[:MAKE_CHARACTERS_MAX].strip()


def _taken_ms(shot: Mapping[int, Any]) -> int | None:
    """Give the capture time; local time without an offset is taken as China's."""
    try:
        local = datetime.datetime.strptime(  # noqa: DTZ007 - the zone is added below
            str(shot[ExifTags.Base.DateTimeOriginal]), "%Y:%m:%d %H:%M:%S"
        )
        offset = str(shot.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
        zone = datetime.datetime.strptime(offset, "%z").tzinfo if offset else CHINA
        return round(local.replace(tzinfo=zone).timestamp()) * 1000
    except (KeyError, ValueError, OverflowError):
        return None


def _place(place: Mapping[int, Any]) -> tuple[int, int] | tuple[None, None]:
    """Give latitude and longitude, or neither: half a place is none."""
    lat_e7 = _degrees_e7(
        place.get(ExifTags.GPS.GPSLatitude), place.get(ExifTags.GPS.GPSLatitudeRef), "NS", 90
    )
    lon_e7 = _degrees_e7(
        place.get(ExifTags.GPS.GPSLongitude), place.get(ExifTags.GPS.GPSLongitudeRef), "EW", 180
    )
    return (None, None) if lat_e7 is None or lon_e7 is None else (lat_e7, lon_e7)


def _degrees_e7(parts: object, side: object, sides: str, limit: int) -> int | None:
    """Turn degrees, minutes, seconds into an integer without passing through a float."""
    if not isinstance(parts, tuple) or len(parts) != 3 or not isinstance(side, str):
        return None
    letter = side.strip("\0 ")
    if letter not in (sides[0], sides[1]):
        return None
    try:
        degrees, minutes, seconds = (Fraction(part.numerator, part.denominator) for part in parts)
    except (AttributeError, TypeError, ValueError, ZeroDivisionError):
        return None
    whole_e7 = round((degrees + minutes / 60 + seconds / 3600) * 10_000_000)
    if not 0 <= whole_e7 <= limit * 10_000_000:
        return None
    return -whole_e7 if letter == sides[1] else whole_e7
