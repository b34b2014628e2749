"""Whether two copies of a view are the same: a fingerprint a record, and what an area's come to.

For finding what no rule foresaw, not against forgers: whoever holds a record may claim to hold any.
Source: CRC-32 of ISO 3309, as zlib has it; the sum is exclusive or, so that order does not matter.
Twin: pwa/src/sync/sameness.ts. Shared cases: tests/vectors/sameness.json.
"""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from sync.register import Entry, Record
from sync.value import canonical


def fingerprint(record: Record) -> int:
    """Hash a record as one person sees it, 0..2^32-1; who calls leaves out the fields hidden from them.

    Times of arrival and places in the log are not in it: a phone that folded its own op knows neither. Due
    times follow from the rest.
    """
    lines = sorted(canonical(_told(entry)) for entry in record.story)
    told = (record.id, record.kind, record.area, record.author, record.state)
    return crc32(canonical((*told, record.cells, lines)).encode())


def _told(entry: Entry) -> tuple[Any, ...]:
    stamp = (entry.stamp.wall_ms, entry.stamp.count, entry.stamp.device)
    return stamp, entry.person, entry.step, entry.start, entry.to, entry.outcome


def tally(prints: Iterable[int]) -> tuple[int, int]:
    """Sum the fingerprints of an area up: how many there are, and all of them together."""
    count = total = 0
    for each in prints:
        count, total = count + 1, total ^ each
    return count, total
