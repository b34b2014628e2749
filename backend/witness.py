"""What is known of the log outside the database: how far it went, and how far a backup holds it (I9, I11).

`witness.json` is written by the running server: where each town's log stood, and its hash there. A
database that is older than that was restored behind the server's back. `backed.json` is written by
`qianshao backup` once the copy is proven. Either counts only for the log it was taken from: the hash at
its position must be the log's.
"""

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from backend.durable import put_file
from backend.ports import Lane, Lanes

WITNESS: Final = "witness.json"
BACKED: Final = "backed.json"
EVERY_S: Final = 3.0  # what a silent restore may take back unnoticed by the witness; phones notice it anyway
OLDER: Final = (
    "the database of town %d is older than what this server last said: its log lacks position %d. "
    "Phones will offer again what it lacks"
)
_log: Final = logging.getLogger(__name__)
T = TypeVar("T", bound=Struct)


class Mark(Struct, frozen=True):
    """A position of a log, and the log's hash there."""

    seq: int
    hash: str  # 64 hex digits


Marks = dict[int, Mark]  # by town


class Witness(Struct, frozen=True):
    """How far the logs went."""

    towns: Marks = {}
    erased: int = 0  # entries of the erasure ledger that were carried out


class Backed(Struct, frozen=True):
    """How far the last verified backup goes."""

    towns: Marks = {}
    at_ms: int = 0
    name: str = ""  # of the backup


def read_witness(root: Path) -> Witness:
    """Read how far the logs went; nothing where there is no file, or none that can be read."""
    return _read(root / WITNESS, Witness())


def read_backed(root: Path) -> Backed:
    """Read how far the last backup goes; nothing where there is no file, or none that can be read."""
    return _read(root / BACKED, Backed())


def put_backed(root: Path, backed: Backed) -> None:
    """Tell the running server that a backup is whole."""
    put_file(root / BACKED, msgspec.json.encode(backed))


def _read(path: Path, nothing: T) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=type(nothing))
    except FileNotFoundError:
        return nothing
    except (OSError, msgspec.MsgspecError) as fault:
        _log.error("%s cannot be read and counts for nothing: %s", path, fault)
        return nothing


def mark_of(lane: Lane) -> Mark:
    """Say where a log stands."""
    seq = lane.head()
    return Mark(seq, lane.mark(seq).hex())


def fits(lane: Lane, mark: Mark) -> bool:
    """Tell whether a mark was taken from this very log."""
    return lane.head() >= mark.seq and lane.mark(mark.seq).hex() == mark.hash


class Watch:
    """Keeps the witness of a running server, and hears of backups."""

    def __init__(self, root: Path, lanes: Lanes) -> None:
        self.backed: dict[int, int] = {}  # by town: position up to which a verified backup exists
        self._root = root
        self._lanes = lanes
        self._erased = 0
        self._written = Witness()
        self._read_ns = 0  # when backed.json was last written, as far as it was read
        self._pending: Marks = {}
        self._task: asyncio.Task[None] | None = None

    async def settled(self, erased: int) -> bool:
        """Tell whether the logs are those of the witness, all erasures of the ledger carried out in them."""
        self._erased, last = erased, read_witness(self._root)
        return last.erased == erased and not await self._older(last)

    async def start(self) -> None:
        """Say which logs are older than they were, then begin to watch."""
        for town, mark in (await self._older(read_witness(self._root))).items():
            _log.critical(OLDER, town, mark.seq)
        await self.look()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """Look once: what was backed up, and how far the logs have gone."""
        await self._hear()
        towns = {town: await self._lanes.read(town, mark_of) for town in await self._lanes.towns()}
        witness = Witness(towns, self._erased)
        if witness != self._written:
            await self._write(witness)

    async def _write(self, witness: Witness) -> None:
        try:
            await asyncio.to_thread(put_file, self._root / WITNESS, msgspec.json.encode(witness))
        except OSError as fault:  # a full disk keeps no server from telling what it has; soon again
            _log.warning("%s cannot be written: %s", self._root / WITNESS, fault)
        else:
            self._written = witness

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except Exception:  # noqa: BLE001 - one bad look must not end all later ones
                _log.exception("witness")

    async def _older(self, last: Witness) -> Marks:
        """Give the marks that the logs do not reach, or reach with another hash."""
        return {town: mark for town, mark in last.towns.items() if not await self._fits(town, mark)}

    async def _fits(self, town: int, mark: Mark) -> bool:
        return await self._lanes.read(town, lambda lane: fits(lane, mark))

    async def _hear(self) -> None:
        """Read the note of the last backup, if it is a new one."""
        changed_ns = _changed_ns(self._root / BACKED)
        new = changed_ns != self._read_ns
        if new:
            self._read_ns = changed_ns
            self._pending = read_backed(self._root).towns
        elif not self._pending:
            return
        # A mark of a log that lies ahead waits: a phone may yet bring what it lacks, and the hash decides.
        heard = {town: mark.seq for town, mark in self._pending.items() if await self._fits(town, mark)}
        self._pending = {town: mark for town, mark in self._pending.items() if town not in heard}
        if new:
            self.backed.clear()
        self.backed |= heard


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
