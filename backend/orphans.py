"""Files among the photos that nothing refers to: no fault; backend/collect.py takes care of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from backend.audit import DIGEST, Rows
from backend.durable import put_file
from backend.manifest import AMISS, POOL

AT_FAULT: Final = ("is missing", "is damaged")  # how audit_photos says it
KEY_AT: Final = 1  # place of the key among the words of such a line


def orphans(rows: Rows, root: Path) -> Iterator[str]:
    """List the names of files among the photos that no row of a photo refers to, in any town."""
    for path in sorted((root / POOL).glob("??/*")):
        digest = path.name.partition(".")[0]
        if not DIGEST.fullmatch(digest) or not rows.refers(digest):
            yield path.name


def amiss(faults: Sequence[str]) -> list[str]:
    """List the keys of the photos that an audit found missing or damaged."""
    told = (fault.split() for fault in faults if fault.startswith("photos: "))
    return [words[KEY_AT] for words in told if " ".join(words[2:4]).rstrip(":") in AT_FAULT]


def hand_over(root: Path, faults: Sequence[str]) -> None:
    """Leave what an audit found for the server of a data directory, which asks the phones for it."""
    keys = amiss(faults)
    if keys:
        put_file(root / AMISS, msgspec.json.encode(keys))
