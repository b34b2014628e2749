"""Cursors: how far a device has heard, per scope of its view. Opaque to the device.

A scope is a granted unit with the roles held on it (other roles may read other records), or a
person's own records. One that is new in the view is heard from the start; one that is gone is taken
back; both in pages.
Form: directory version, then per scope `unit.roles.position`, numbers in base 36, joined by `-`. Between
two pages the position is `at+base`; of a scope that is being taken back it begins with `~`; one that is
the same as that of the scope before is left out, as it mostly is.
"""

import re
from typing import Final

from msgspec import Struct

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
CURSOR_MAX: Final = 16_000  # characters: a thousand scopes; ours have a few
NUMBER: Final = "[0-9a-z]{1,12}"
POSITION: Final = re.compile(rf"(~?)({NUMBER})(?:\+({NUMBER}))?")
SCOPE: Final = re.compile(rf"(_?)({NUMBER})\.([0-9a-f]{{0,4}})\.(~?{NUMBER}(?:\+{NUMBER})?)?")


class Scope(Struct, frozen=True, order=True):
    """One part of a view."""

    unit: int  # or minus a person: that person's own records
    roles: str  # digest of the roles held on the unit; "" for own records


class Heard(Struct, frozen=True, order=True):
    """How far a device has heard of a scope."""

    at: int  # position in the lane's feed up to which it was looked at
    base: int  # position up to which all was heard: `at`, or before it while there are more pages
    lost: bool = False  # gone from the view; what was heard is being taken back


class Cursor(Struct, frozen=True):
    """What a device has heard by scope, and the version of the directory delivered."""

    directory: str
    heard: dict[Scope, Heard]


def spell(cursor: Cursor) -> str:
    """Write a cursor as it travels."""
    scopes, before = [], ""
    for scope, heard in sorted(cursor.heard.items()):
        position = _position(heard)
        said = "" if position == before else position
        scopes.append(f"{_base36(scope.unit)}.{scope.roles}.{said}")
        before = position
    return "-".join([cursor.directory, *scopes])


def parse(text: str) -> Cursor:
    """Read a cursor; one that cannot be read is a new device's, which is safe: it hears all again."""
    directory, *scopes = text[:CURSOR_MAX].split("-")
    heard: dict[Scope, Heard] = {}
    position = ""
    for scope in scopes:
        found = SCOPE.fullmatch(scope)
        position = (found and found[4]) or position
        if len(text) > CURSOR_MAX or not found or not position:
            return Cursor("", {})
        number = int(found[2], 36)
        heard[Scope(-number if found[1] else number, found[3])] = _heard(position)
    return Cursor(directory[:8], heard)


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


def _base36(number: int) -> str:
    digits, rest = "", abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, 36)
        digits = DIGITS[digit] + digits
    return f"_{digits}" if number < 0 else digits
