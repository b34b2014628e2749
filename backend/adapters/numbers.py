"""Which number a device gets."""

from typing import Final

AHEAD_MAX: Final = 10_000  # how far past the last number one may be: a restored town had fewer phones


def number_for(person: int, wanted: int, owner: int | None, last: int) -> int:
    """Choose a device's number: the one it bore if it is this person's or, after a restore, free."""
    free = owner is None and 0 < wanted <= last + AHEAD_MAX
    return wanted if owner == person or free else last + 1
