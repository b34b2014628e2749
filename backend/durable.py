"""Files that are whole or not there: written beside, flushed, then renamed; and copies that are proven.

Source: Pillai et al., "All file systems are not created equal", OSDI 2014: a rename is kept for certain
only once the folder is flushed too, and bytes only once the file is.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

BESIDE: Final = ".partial"  # what a name ends with while it is being written: never whole
CHUNK: Final = 2**20  # bytes read at a time


def flush(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_file(path: Path) -> None:
    """Make the bytes of a file durable that somebody else wrote."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def put_file(path: Path, content: bytes) -> None:
    """Write a file durably; whoever reads the name meanwhile has the old bytes or the new ones."""
    put_pieces(path, [content])


def put_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file durably, piece by piece: it is whole or not there."""
    beside = path.with_name(path.name + BESIDE)
    try:
        with beside.open("wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    flush(path.parent)


def copy_file(source: Path, to: Path) -> str:
    """Copy a file and its mode durably; gives the SHA-256 of what is then read back, 64 hex digits."""
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.with_name(to.name + BESIDE)
    try:
        shutil.copyfile(source, beside)
        shutil.copymode(source, beside)
        flush_file(beside)
        found = hash_of(beside)
        beside.rename(to)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    flush(to.parent)
    return found


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, so that they stay."""
    for each in [*reversed(path.parents), path]:
        if not each.exists():
            each.mkdir(exist_ok=True)
            flush(each.parent)


def hash_of(path: Path) -> str:
    """Give the SHA-256 of a file, 64 hex digits; a piece at a time, however long it is."""
    digest = sha256()
    for piece in _pieces(path):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece
