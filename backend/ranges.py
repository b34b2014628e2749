"""Sets of op numbers as ranges: one row per device however many ops it made (I6, I10).

A set is a sorted list of [first, last], both included, never touching each other.
"""

from collections.abc import Iterable

Ranges = list[tuple[int, int]]


def add(ranges: Ranges, numbers: Iterable[int]) -> Ranges:
    """Add numbers to a set."""
    merged: Ranges = []
    for first, last in sorted([*ranges, *((number, number) for number in numbers)]):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def clip(ranges: Ranges, low: int) -> Ranges:
    """Keep what is at `low` or above."""
    return [(max(first, low), last) for first, last in ranges if last >= low]


def missing(ranges: Ranges, top: int) -> Ranges:
    """List what lies in 1..top and is not in the set."""
    gaps, following = [], 1
    for first, last in ranges:
        if first > following:
            gaps.append((following, min(first - 1, top)))
        following = max(following, last + 1)
    if following <= top:
        gaps.append((following, top))
    return [(first, last) for first, last in gaps if first <= min(last, top)]
