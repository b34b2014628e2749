"""Restoring: a backup that proves itself takes the place of what is there, which is kept aside.

The erasure ledger stays, joined with the one beside the backup; what it names is erased again before the
directory is served (backend/erase.py). Phones notice the restore by themselves and offer again what the
backup lacks (docs/sync.md).
"""

from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct

from backend.audit import Rows, audit, blob_path, digest_in
from backend.backup import RENDITIONS, TOLD_MAX
from backend.durable import copy_file, make_folder
from backend.ledger import FILE as LEDGER
from backend.manifest import (
    POOL,
    BadBackup,
    Desk,
    Manifest,
    ends_at_fault,
    kinds_in,
    marks_of,
    name_at,
    read_manifest,
)
from backend.swap import fresh_in, swap
from backend.witness import Backed, put_backed

BEFORE: Final = "before-"  # begins the name of the folder the old content goes to


class Restored(Struct, frozen=True):
    """What came of it."""

    aside: Path  # where the old content lies
    manifest: Manifest


def restore(desk: Desk, backup: Path, root: Path, now_ms: int) -> Restored:
    """Put a backup in place of a data directory, which the caller holds.

    Raises BadBackup or OSError; then the directory is as it was.
    """
    manifest = read_manifest(backup)
    fresh = fresh_in(root)
    _unpack(backup, manifest, fresh)
    _prove(desk, manifest, fresh)
    with desk.rows(fresh) as rows:
        _bring_photos(rows, backup.parent / POOL, fresh / POOL, set(manifest.lacking))
        put_backed(fresh, Backed(marks_of(rows), manifest.at_ms, manifest.name))
    desk.merge_ledgers(backup.parent / LEDGER, root / LEDGER)
    return Restored(swap(root, f"{BEFORE}{name_at(now_ms)}"), manifest)


def _unpack(backup: Path, manifest: Manifest, fresh: Path) -> None:
    for name, digest in manifest.files.items():
        if not _inside(name) or not (backup / name).is_file():
            raise BadBackup(f"{backup / name} is missing")
        make_folder((fresh / name).parent)
        if copy_file(backup / name, fresh / name) != digest:
            raise BadBackup(f"{backup / name} is not the file that was written: its SHA-256 differs")


def _inside(name: str) -> bool:
    """Tell whether a name of the manifest stays inside the backup."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _prove(desk: Desk, manifest: Manifest, fresh: Path) -> None:
    """Prove the copy as it was made, then bring its tables up to date and audit it."""
    with desk.rows(fresh) as rows:
        if rows.version() > desk.tables:
            raise BadBackup(f"it was made by a newer version of this program, {manifest.version}")
        faults = list(ends_at_fault(rows, manifest))
    if not faults:
        desk.migrate(fresh)
        with desk.rows(fresh) as rows:
            faults = list(islice(audit(rows, kinds_in(desk, fresh)), TOLD_MAX))
    if faults:
        raise BadBackup(f"this backup cannot be trusted: {'; '.join(faults)}")


def _bring_photos(rows: Rows, pool: Path, folder: Path, lacking: set[str]) -> None:
    make_folder(folder)
    for name in rows.blobs():
        source, to = blob_path(pool, name), blob_path(folder, name)
        if name in lacking:
            continue
        if not source.is_file():
            raise BadBackup(f"photo {source} is missing")
        make_folder(to.parent)
        if copy_file(source, to) != digest_in(name):
            raise BadBackup(f"photo {source} is damaged")
        for size in RENDITIONS:
            if source.with_name(source.name + size).is_file():
                copy_file(source.with_name(source.name + size), to.with_name(to.name + size))
