"""Values that cross the wire: what a field of each type may hold, and their one spelling.

Twin: pwa/src/sync/value.ts. Shared cases: tests/vectors/value.json.
No float is a value: Python prints 1.0 where JavaScript prints 1, so degrees travel as integers.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.json import Encoder

Value = None | bool | int | str | list[Any]

INT_MAX: Final = 2**53 - 1  # the largest integer JavaScript keeps exact
TEXT_MAX: Final = 2_000  # characters of one text; a long note is about 200
LIST_MAX: Final = 64  # elements of one list: photos, tags
INSTANT_MAX: Final = 4_102_444_800_000  # ms, 2100-01-01: later is a broken clock, not a date
ACCURACY_CM_MAX: Final = 10_000_000  # 100 km: a fix coarser than a district says nothing
AGE_MS_MAX: Final = 31 * 86_400_000  # ms; an older fix is not this report's place
PHOTO_KEY: Final = re.compile(r"[A-Za-z0-9_-]{22}")  # 16 bytes of a SHA-256 in base64url
DEVICE: Final = re.compile(r"[0-9a-f]{16}")  # device number and incarnation
BAD_CHAR: Final = re.compile("[\0\ud800-\udfff]")  # NUL, which PostgreSQL refuses, and lone surrogates
RECORD_ID: Final = re.compile(r"[0-9a-f]{16}\.[1-9][0-9]{0,15}")
_CANON: Final = Encoder(order="deterministic")


class Spec(Struct, frozen=True):
    """What a field may hold: its type and bounds, as its kind page declares them."""

    type: str
    options: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


def is_int(value: object, low: int = -INT_MAX, high: int = INT_MAX) -> bool:
    """Tell whether `value` is an integer within bounds; True and False are not integers here."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def is_text(value: object, high: int = TEXT_MAX) -> bool:
    """Tell whether `value` is text every store can keep: bounded, no NUL, no lone surrogate."""
    if not isinstance(value, str) or len(value) > high:
        return False
    return BAD_CHAR.search(value) is None


def is_day(value: object) -> bool:
    """Tell whether `value` is a calendar day as yyyymmdd, from 1900 on."""
    if not isinstance(value, int) or isinstance(value, bool) or not 19000101 <= value <= 21001231:
        return False
    year, month, day = value // 10_000, value // 100 % 100, value % 100
    if not 1 <= month <= 12:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= day <= lengths[month - 1]


def is_place(value: object) -> bool:
    """Tell whether `value` is [lat_e7, lon_e7, accuracy_cm, age_ms, source, datum] within bounds."""
    if not isinstance(value, list) or len(value) != 6:
        return False
    bounds = (
        (-900_000_000, 900_000_000),
        (-1_800_000_000, 1_800_000_000),
        (0, ACCURACY_CM_MAX),
        (0, AGE_MS_MAX),
        (0, 2),
        (0, 2),
    )
    return all(is_int(part, low, high) for part, (low, high) in zip(value, bounds, strict=True))


def is_photo(value: object) -> bool:
    """Tell whether `value` is a photo key: the first 16 bytes of a SHA-256, base64url, no padding."""
    return isinstance(value, str) and PHOTO_KEY.fullmatch(value) is not None


def is_device(value: object) -> bool:
    """Tell whether `value` is a device id: 16 lowercase hex digits."""
    return isinstance(value, str) and DEVICE.fullmatch(value) is not None


def is_record_id(value: object) -> bool:
    """Tell whether `value` is a record id: 16 hex digits of origin, a dot, a positive number."""
    if not isinstance(value, str) or RECORD_ID.fullmatch(value) is None:
        return False
    return int(value[17:]) <= INT_MAX


LISTS: Final = ("choices", "photos", "refs")
CHECKS: Final[dict[str, Callable[[object], bool]]] = {
    "flag": lambda value: isinstance(value, bool),
    "person": lambda value: is_int(value, 1),
    "unit": lambda value: is_int(value, 1),
    "day": is_day,
    "instant": lambda value: is_int(value, 0, INSTANT_MAX),
    "place": is_place,
    "ref": is_record_id,
}


def is_element(spec: Spec, value: object) -> bool:
    """Tell whether `value` may be one element of a list field (type choices, photos or refs)."""
    if spec.type == "photos":
        return is_photo(value)
    if spec.type == "refs":
        return is_record_id(value)
    return isinstance(value, str) and value in spec.options


def fits(spec: Spec, value: object) -> bool:
    """Tell whether a field of this spec may hold `value`; None (cleared) fits every field."""
    if value is None:
        return True
    if spec.type == "text":
        return is_text(value, TEXT_MAX if spec.high is None else spec.high)
    if spec.type == "choice":
        return isinstance(value, str) and value in spec.options
    if spec.type == "int":
        low, high = -INT_MAX if spec.low is None else spec.low, INT_MAX if spec.high is None else spec.high
        return is_int(value, low, high)
    return fits_list(spec, value) if spec.type in LISTS else CHECKS[spec.type](value)


def fits_list(spec: Spec, value: object) -> bool:
    """Tell whether a list field (choices, photos, refs) may hold `value`."""
    if not isinstance(value, list) or len(value) > LIST_MAX:
        return False
    return all(is_element(spec, element) for element in value)


def canonical(value: object) -> str:
    """Spell a JSON value the one way both twins do: sorted keys, no spaces, text as it is.

    Source: the idea of RFC 8785 (JSON Canonicalization Scheme), without floats.
    """
    return _CANON.encode(value).decode()


def rank(options: Sequence[str], value: object) -> int:
    """Place a value in its ordered choice (later options are graver), or a number by itself.

    A flag ranks True over False; an option this build does not know ranks below all it knows.
    """
    if isinstance(value, str):
        return options.index(value) if value in options else -1
    if isinstance(value, (bool, int)):
        return int(value)
    return -INT_MAX
