"""Putting a restored directory in place of the one that is there: all of it, or as it was.

The new content lies whole and flushed in a folder inside the data directory, which may be a mount and so
cannot be renamed itself. Renaming that folder to `restored.ready` is the moment that decides: before it
nothing has changed, after it whoever opens the directory next finishes what was begun.
"""

import shutil
from pathlib import Path
from typing import Final

from backend.durable import BESIDE, flush, put_file
from backend.manifest import DATABASE, KEYS, PAGES, POOL
from backend.witness import BACKED, WITNESS

FRESH: Final = f"restored{BESIDE}"
READY: Final = "restored.ready"
MOVING: Final = "restored.moving"
ASIDE: Final = "aside"  # file that names the folder the old content goes to
REPLACED: Final = (f"{DATABASE}-wal", f"{DATABASE}-shm", DATABASE, POOL, PAGES, BACKED, WITNESS)


def fresh_in(root: Path) -> Path:
    """Make the empty folder the new content is put into."""
    fresh = root / FRESH
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(parents=True)
    return fresh


def swap(root: Path, aside: str) -> Path:
    """Put the new content in place and the old one aside, under a name; gives where that is."""
    put_file(root / FRESH / ASIDE, aside.encode())
    flush(root / FRESH)
    (root / FRESH).rename(root / READY)
    flush(root)
    finish(root)
    return root / aside


def finish(root: Path) -> None:
    """Finish a swap that was decided; does nothing where there is none. The directory must be held."""
    if (root / READY).is_dir():
        _put_aside(root, root / (root / READY / ASIDE).read_text())
        (root / READY).rename(root / MOVING)
        flush(root)
    if (root / MOVING).is_dir():
        for path in (root / MOVING).iterdir():
            if path.name != ASIDE:
                path.rename(root / path.name)
        flush(root)
        shutil.rmtree(root / MOVING)
        flush(root)


def unfinished(root: Path) -> bool:
    """Tell whether a swap was decided and not finished: what is there is of both, and not to be read."""
    return (root / READY).is_dir() or (root / MOVING).is_dir()


def _put_aside(root: Path, aside: Path) -> None:
    aside.mkdir(exist_ok=True)
    fresh = [key for key in KEYS if (root / READY / key).exists()]  # of one a backup lacks, ours goes on
    for name in (*REPLACED, *fresh):
        if (root / name).exists():
            (root / name).rename(aside / name)
    flush(aside)
    flush(root)
