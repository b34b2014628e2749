"""Photos as an exchange speaks of them: announced by the phone that took them, told to who may see them."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from backend.ports import PhotoRow
from backend.problems import Refused
from media.preview import check_preview
from sync.evidence import SEAL_BYTES
from sync.permit import Actor
from sync.value import INSTANT_MAX, is_int, is_photo
from sync.wire import STATES, Shot

SIZE_MAX: Final = 20 * 2**20  # bytes of one announced photo
PARTS_LEAST: Final = 3  # of an announcement: key, size, preview
SOURCES: Final = 3  # ways to a photo that a Shot can name
LINK_MAX: Final = 2**53 - 1  # the largest whole number both languages count to
THUMB_MAX: Final = 25  # bytes of a ThumbHash
HASH_BYTES: Final = 32


def announced(row: list[Any], actor: Actor, now_ms: int) -> PhotoRow:
    """Read a photo announcement; a preview or a shot that is none is left out, the photo is not."""
    if len(row) < PARTS_LEAST or not is_photo(row[0]) or not is_int(row[1], 1, SIZE_MAX):
        raise Refused("malformed", "photo key or size")
    key, size, text = row[:PARTS_LEAST]
    preview = _bytes(text) or b""
    shot = read_shot(row[PARTS_LEAST]) if len(row) > PARTS_LEAST else None
    return PhotoRow(
        key,
        size,
        b"" if isinstance(check_preview(preview), str) else preview,
        announced_ms=now_ms,
        device=bytes.fromhex(actor.device),
        person=actor.person,
        link=shot.link if shot else 0,
        shot=msgspec.json.encode(shot) if shot else b"",
    )


def read_shot(value: Any) -> Shot | None:
    """Read how a photo came to be; None if that is not what was sent."""
    try:
        shot = msgspec.convert(value, Shot)
    except msgspec.ValidationError:
        return None
    parts = {shot.thumb: THUMB_MAX, shot.original: HASH_BYTES, shot.seal: SEAL_BYTES}
    fits = all((read := _bytes(text)) is not None and len(read) <= most for text, most in parts.items())
    counted = is_int(shot.source, 0, SOURCES - 1) and is_int(shot.taken_ms, 0, INSTANT_MAX)
    sized = is_int(shot.original_size, 0, SIZE_MAX) and is_int(shot.link, 0, LINK_MAX)
    placed = shot.place is None or (len(shot.place) == 6 and all(is_int(each) for each in shot.place))
    return shot if fits and counted and sized and placed else None


def shot_of(row: PhotoRow) -> Shot:
    """Give how a photo came to be; of one whose phone did not say, a shot that says nothing."""
    return msgspec.json.decode(row.shot, type=Shot) if row.shot else Shot()


def state_of(row: PhotoRow) -> str:
    """Name how far a photo has come: one of sync.wire.STATES."""
    if row.sha256:
        return "verified"
    if row.overdue_ms:
        return "overdue"
    return "partial" if row.partial else "expected"


def spoken(row: PhotoRow, doubts: Sequence[list[Any]] = (), original: int = 0) -> list[Any]:
    """Spell what a receipt says of a photo; with what is odd about it, for who is to hear that.

    `original` is 0, or 1 if it was asked for, or 2 if it is here. Where no preview came, the ThumbHash
    stands in its place: no picture is as short. Parts at the end that say nothing are left out.
    """
    preview = base64.b64encode(row.preview).decode() or shot_of(row).thumb
    said = [row.key, STATES.index(state_of(row)), preview]
    if original:
        return [*said, list(doubts), original]
    return [*said, list(doubts)] if doubts else said


def _bytes(text: object) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None
