"""Cursors: how far a device has heard, per scope of its view. Opaque to the device.

A scope is a granted unit with the roles held on it (other roles may read other records), or a
person's own records; or, until it has been told again, an area in which a phone was found to differ
(backend/check.py). One that is new in the view is heard from the start; one that is gone is taken
back; both in pages.
Form: four digits that tell what else the device was told (directory, backups), five that seal the rest,
the position of the log when the cursor was given; then per scope `unit.roles.position`; numbers in base
36, parts joined by `-`. Between two pages the position is `at+base`; of a scope that is being taken back
it begins with `~`; one that is the same as the one before is left out, as it mostly is, and so are the
points at the end.
The seal is a hash over the cursor, its device and the hash of the log at that position, and, while a scope
is told page by page from the start, the floor of the log. So a cursor shows two things by itself: that
this server gave it to this device, and that the log it was given from is still this one (I11). As what a
device was last told holds all its acknowledged ops, that one position stands for both the pull and the
acknowledgements. A device that is to hear everything again puts `*` before it: what it heard is forgotten,
which log it heard that from is not.
"""

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from sync.digest import token

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
PARSED_MAX: Final = 64  # cursors kept in mind: an exchange reads the one it was sent three times
NUMBERS_MAX: Final = 4_096  # numbers kept in mind as they are spelled: units, and positions of now
CURSOR_MAX: Final = 16_000  # characters: a thousand scopes; ours have a few
NUMBER: Final = "[0-9a-z]{1,12}"
POSITION: Final = re.compile(rf"(~?)({NUMBER})(?:\+({NUMBER}))?")
TOLD_DIGITS: Final = 4  # base64url: 24 bits tell one version of the directory from the next
SEAL_DIGITS: Final = 5  # base64url: 30 bits; a guess is wrong a thousand million times before it is right
FIRST: Final = re.compile(rf"([\w-]{{{TOLD_DIGITS}}})([\w-]{{{SEAL_DIGITS}}})({NUMBER})", re.ASCII)
SCOPE: Final = re.compile(rf"(_?)({NUMBER})(?:\.([0-9a-f]{{0,4}}))?(?:\.(~?{NUMBER}(?:\+{NUMBER})?))?")


class Scope(Struct, frozen=True, order=True):
    """One part of a view."""

    unit: int  # or minus a person: that person's own records
    roles: str  # digest of the roles held on the unit; "" for own records, and for an area to be told again

    @property
    def again(self) -> bool:
        """Whether it is an area that lies in another scope and is told again."""
        return self.unit > 0 and not self.roles


class Heard(Struct, frozen=True, order=True):
    """How far a device has heard of a scope."""

    at: int  # position in the lane's feed up to which it was looked at
    base: int  # position up to which all was heard: `at`, or before it while there are more pages
    lost: bool = False  # gone from the view; what was heard is being taken back


class Cursor(Struct, frozen=True):
    """What a device has heard by scope, up to where the log went then, and what else it was told."""

    told: str
    head: int
    heard: dict[Scope, Heard]
    seal: str = ""


NEVER: Final = Cursor("", 0, {})
AGAIN: Final = "*"  # before a cursor: tell everything again


def spell(cursor: Cursor) -> str:
    """Write a cursor as it travels."""
    return f"{cursor.told}{cursor.seal}{plain(cursor)}"


def plain(cursor: Cursor) -> str:
    """Write what the seal is put on."""
    before = _base36(cursor.head)
    scopes = [before]
    for scope, heard in sorted(cursor.heard.items()):
        position = _position(heard)
        said = "" if position == before else position
        scopes.append(f"{_base36(scope.unit)}.{scope.roles}.{said}".rstrip("."))
        before = position
    return "-".join(scopes)


def sealed(cursor: Cursor, device: str, mark: bytes) -> Cursor:
    """Seal a cursor for a device (8 hex digits of its number) under the hash of the log at its position."""
    return replace(cursor, seal=token(mark, f"{device} {cursor.told} {plain(cursor)}", SEAL_DIGITS))


@lru_cache(PARSED_MAX)
def parse(text: str) -> Cursor | None:
    """Read a cursor; None where it cannot be one of ours. An empty one has heard nothing."""
    if not text:
        return NEVER
    beginning, rest = text[: TOLD_DIGITS + SEAL_DIGITS], text[TOLD_DIGITS + SEAL_DIGITS : CURSOR_MAX]
    first, *scopes = rest.split("-")
    found = FIRST.fullmatch(beginning + first)
    if len(text) > CURSOR_MAX or not found:
        return None
    heard: dict[Scope, Heard] = {}
    position = found[3]
    for scope in scopes:
        part = SCOPE.fullmatch(scope)
        if part is None:
            return None
        position = part[4] or position
        number = int(part[2], 36)
        heard[Scope(-number if part[1] else number, part[3] or "")] = _heard(position)
    return Cursor(found[1], int(found[3], 36), heard, found[2])


def _position(heard: Heard) -> str:
    if heard.lost:
        return f"~{_base36(heard.at)}"
    return _base36(heard.at) if heard.base == heard.at else f"{_base36(heard.at)}+{_base36(heard.base)}"


def _heard(position: str) -> Heard:
    found = POSITION.fullmatch(position)
    if found is None:
        raise AssertionError("a position was matched before")
    at = int(found[2], 36)
    return Heard(at, int(found[3], 36) if found[3] else at, bool(found[1]))


@lru_cache(NUMBERS_MAX)
def _base36(number: int) -> str:
    digits, rest = "", abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, 36)
        digits = DIGITS[digit] + digits
    return f"_{digits}" if number < 0 else digits
