"""Backups: the database as of one moment, the photos it names, the town's pages; proven, then named.

Until its last step a backup ends in `.partial`: one that was broken off never looks whole, and is cleared
away by the next. Only when the copy has passed its audit and is on disk under its name do phones hear
that what they sent is backed up (I9).
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from backend.audit import DIGEST, Rows, blob_path, digest_in
from backend.durable import BESIDE, copy_file, flush, flush_file, hash_of, make_folder, put_file
from backend.kinds import LISTS
from backend.ledger import FILE as LEDGER
from backend.manifest import (
    DATABASE,
    KEYS,
    MANIFEST,
    PAGES,
    POOL,
    BadBackup,
    Desk,
    Manifest,
    backups_in,
    faults_of,
    marks_of,
    name_at,
)
from backend.witness import Backed, put_backed

RENDITIONS: Final = (".thumb", ".medium")  # kept with a photo; they can be told from nothing but themselves
TOLD_MAX: Final = 3  # faults of a copy that are told before it is given up


class Source(Struct, frozen=True):
    """What is backed up."""

    root: Path  # data directory
    pages: Path  # folder of the town's own kind pages


class Made(Struct, frozen=True):
    """A backup that was made."""

    path: Path
    manifest: Manifest
    dropped: list[str]  # names of the older ones that were thrown away


def back_up(
    desk: Desk, source: Source, place: Path, now_ms: int, *, keep: int = 0, fast: bool = False
) -> Made:
    """Make a backup in a place, and throw all but the newest `keep` away (0: none).

    `fast` trusts photos that an earlier backup brought there. Raises BadBackup or OSError; then nothing
    counts as backed up, and what was there before is untouched.
    """
    if place.resolve() == source.root.resolve():
        raise BadBackup("a backup cannot lie in the data directory itself: name a folder of its own")
    make_folder(place)
    with _alone(place):
        _clear(place)
        desk.merge_ledgers(source.root / LEDGER, place / LEDGER)
        partial = place / (name_at(now_ms) + BESIDE)
        manifest = _fill(desk, source, partial, now_ms, fast=fast)
        faults = list(islice(faults_of(desk, partial, fast=True), TOLD_MAX))
        if faults:
            raise BadBackup(f"the copy did not pass its audit: {'; '.join(faults)}")
        path = place / manifest.name
        partial.rename(path)
        flush(place)
        put_backed(source.root, Backed(manifest.towns, now_ms, manifest.name))
        return Made(path, manifest, _prune(desk, place, keep) if keep else [])


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Have a place to oneself."""
    handle = os.open(place / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as fault:
        raise BadBackup(f"another backup into {place} is under way") from fault
    finally:
        os.close(handle)


def _clear(place: Path) -> None:
    """Clear away what was broken off."""
    for path in place.glob(f"*{BESIDE}"):
        if path.is_dir():
            shutil.rmtree(path)


def _fill(desk: Desk, source: Source, partial: Path, now_ms: int, *, fast: bool) -> Manifest:
    """Write everything that belongs to a backup, the manifest last."""
    partial.mkdir()
    desk.copy(source.root, partial)
    flush_file(partial / DATABASE)
    files = {DATABASE: hash_of(partial / DATABASE)}
    for page in sorted((*source.pages.glob("*.toml"), *source.pages.glob(f"{LISTS}/*.toml"))):
        name = f"{PAGES}/{page.relative_to(source.pages)}"
        files[name] = copy_file(page, partial / name)
    for key in KEYS:
        if (source.root / key).is_file():
            files[key] = copy_file(source.root / key, partial / key)
    with desk.rows(partial) as rows:
        lacking, photos = _pool(rows, source.root / POOL, partial.parent / POOL, fast=fast)
        manifest = Manifest(
            1, desk.version, rows.version(), name_at(now_ms), now_ms, marks_of(rows), files, photos, lacking
        )
    put_file(partial / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def _pool(rows: Rows, folder: Path, pool: Path, *, fast: bool) -> tuple[list[str], int]:
    """Bring the photos of a database into the pool; gives those nobody has whole, and how many there are.

    One photo that went bad must not end all backups to come: it is noted, and told.
    """
    lacking, count = [], 0
    make_folder(pool)
    for name in rows.blobs():
        count += 1
        if not _pooled(blob_path(folder, name), blob_path(pool, name), digest_in(name), fast=fast):
            lacking.append(name)
    return sorted(lacking), count


def _pooled(source: Path, to: Path, digest: str, *, fast: bool) -> bool:
    for size in RENDITIONS:
        one, other = source.with_name(source.name + size), to.with_name(to.name + size)
        if one.is_file() and not other.is_file():
            make_folder(to.parent)
            copy_file(one, other)
    if to.is_file() and (fast or hash_of(to) == digest):
        return True
    if not source.is_file() or hash_of(source) != digest:
        return False
    make_folder(to.parent)
    return copy_file(source, to) == digest


def _prune(desk: Desk, place: Path, keep: int) -> list[str]:
    """Throw old backups away, then the photos that none of the kept ones names."""
    kept, old = backups_in(place)[-keep:], backups_in(place)[:-keep]
    for path in old:
        broken = path.with_name(path.name + BESIDE)  # half a backup must not look whole
        path.rename(broken)
        flush(place)
        shutil.rmtree(broken)
    named: set[bytes] = set()
    for path in kept:
        with desk.rows(path) as rows:
            named.update(bytes.fromhex(digest_in(name)) for name in rows.blobs())
    for path in (place / POOL).glob("??/*"):
        digest = digest_in(path.name)
        if DIGEST.fullmatch(digest) and bytes.fromhex(digest) not in named:
            path.unlink()
    return [path.name for path in old]
