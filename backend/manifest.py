"""A backup, and the slip that says what is in it: without its manifest a folder is no backup.

`<utc time>/` holds `qianshao.db`, the town's own pages under `kinds/`, and `manifest.json`, which is
written last. Photos lie beside it, in one pool for all backups of a place, by the SHA-256 of their bytes;
so does the erasure ledger, which must not be as old as the backup.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from backend.audit import Rows, audit, audit_cases, audit_photos, fenced
from backend.calendar import FILE as CALENDAR
from backend.durable import BESIDE, hash_of
from backend.evidence import FILE as EVIDENCE
from backend.kinds import read_pages
from backend.push import KEY_FILE as PUSH
from backend.witness import Mark, Marks, read_backed, read_witness
from sync.kind import KindError, Kinds

MANIFEST: Final = "manifest.json"
DATABASE: Final = "qianshao.db"
PAGES: Final = "kinds"
POOL: Final = "photos"
KEYS: Final = (EVIDENCE, PUSH, CALENDAR)  # files that something outside is bound to
AMISS: Final = "amiss.json"  # keys of photos that `qianshao check` found missing or damaged
OTHER_TABLES: Final = "its tables are of version {}, this program's of {}: it is not looked at further"


class BadBackup(ValueError):
    """A backup cannot be made, or one that was made cannot be trusted; the text says why."""


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in a backup."""

    format: Literal[1]
    version: str  # of the program that made it
    tables: str  # version of its tables
    name: str
    at_ms: int
    towns: dict[int, Mark]  # how far each log goes
    files: dict[str, str]  # SHA-256 by name, hex
    photos: int
    lacking: list[str] = []  # photos that were missing or damaged when it was made, SHA-256 in hex


class Desk(Struct, frozen=True):
    """What is done to a database from outside, as the adapters do it."""

    copy: Callable[[Path, Path], None]  # one directory's database into another, as of one moment
    rows: Callable[[Path], AbstractContextManager[Rows]]
    migrate: Callable[[Path], None]
    merge_ledgers: Callable[[Path, Path], None]  # what the first ledger holds into the second
    version: str  # of the program
    tables: str  # version of the tables the program is written for
    built_in: Path  # folder of the built-in pages


def name_at(now_ms: int) -> str:
    """Name a backup by its time, UTC: names sort as their times do."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    return f"{at:%Y%m%dT%H%M%S}.{now_ms % 1000:03d}Z"


def backups_in(place: Path) -> list[Path]:
    """List the whole backups of a place, oldest first."""
    return sorted(
        path.parent for path in place.glob(f"*/{MANIFEST}") if not path.parent.name.endswith(BESIDE)
    )


def read_manifest(backup: Path) -> Manifest:
    """Read a manifest; raises BadBackup if there is none or it cannot be read."""
    try:
        return msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError as fault:
        raise BadBackup(f"{backup} is no backup: it has no {MANIFEST}") from fault
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise BadBackup(f"{backup / MANIFEST} cannot be read: {fault}") from fault


def kinds_in(desk: Desk, folder: Path) -> Kinds:
    """Read the kind pages of a backup or data directory; without its own where these are faulty."""
    try:
        return read_pages((desk.built_in, folder / PAGES))
    except KindError:
        return read_pages((desk.built_in,))


def files_at_fault(backup: Path, manifest: Manifest) -> Iterator[str]:
    """Give the files of a backup that are not those that were written."""
    for name, digest in manifest.files.items():
        path = backup / name
        if not path.is_file():
            yield f"{name} is missing"
        elif hash_of(path) != digest:
            yield f"{name} is not the file that was written: its SHA-256 differs"


def ends_at_fault(rows: Rows, manifest: Manifest) -> Iterator[str]:
    """Give the towns whose log does not end where the manifest says."""
    if marks_of(rows) != manifest.towns:
        yield "the logs do not end where the manifest says"


def marks_of(rows: Rows) -> dict[int, Mark]:
    """Say how far each log goes."""
    ends = {town: rows.lane(town) for town in rows.towns()}
    return {town: Mark(lane.seq, lane.head.hex()) for town, lane in ends.items() if lane is not None}


def faults_in(desk: Desk, root: Path, *, fast: bool = False) -> Iterator[str]:
    """Give the faults of a data directory, each in one line; its server may go on writing."""
    said = {
        "this server last said": read_witness(root).towns,
        "the last backup holds": read_backed(root).towns,
    }
    with desk.rows(root) as rows:  # as it is now that both, which lag behind it, were read
        yield from fenced(_of_directory(desk, rows, root, said, fast=fast))


def _of_directory(desk: Desk, rows: Rows, root: Path, said: dict[str, Marks], *, fast: bool) -> Iterator[str]:
    if rows.version() != desk.tables:
        yield OTHER_TABLES.format(rows.version(), desk.tables)
        return
    for what, marks in said.items():
        yield from _older(rows, marks, what)
    kinds = kinds_in(desk, root)
    yield from audit(rows, kinds)
    yield from audit_cases(rows, kinds)
    yield from audit_photos(rows, root / POOL, fast=fast)


def _older(rows: Rows, marks: Marks, what: str) -> Iterator[str]:
    for town, mark in marks.items():
        lane = rows.lane(town)
        if lane is None or lane.seq < mark.seq or rows.mark(town, mark.seq).hex() != mark.hash:
            yield f"town {town}: the log is not the one {what}: it lacks position {mark.seq}"


def faults_of(desk: Desk, backup: Path, *, fast: bool = False) -> Iterator[str]:
    """Give the faults of a backup, each in one line; `fast` does not read the photos."""
    manifest = read_manifest(backup)
    yield from files_at_fault(backup, manifest)
    with desk.rows(backup) as rows:
        yield from fenced(_of_backup(desk, rows, backup, manifest, fast=fast))


def _of_backup(desk: Desk, rows: Rows, backup: Path, manifest: Manifest, *, fast: bool) -> Iterator[str]:
    if rows.version() != desk.tables:
        yield OTHER_TABLES.format(rows.version(), desk.tables)
        return
    yield from ends_at_fault(rows, manifest)
    yield from audit(rows, kinds_in(desk, backup))
    yield from audit_photos(rows, backup.parent / POOL, set(manifest.lacking), fast=fast)
