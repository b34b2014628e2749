"""The erasure ledger: as a file that is only ever added to, each addition durable; and in memory."""

import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from backend.durable import flush
from backend.ledger import SALT_BYTES, Entries, whole


class MemoryLedger:
    """What was erased, by town and name."""

    def __init__(self) -> None:
        self._erased: set[tuple[int, str]] = set()

    def holds(self, town: int, name: str) -> bool:
        """Tell whether a record id or photo key of a town was erased."""
        return (town, name) in self._erased

    def add(self, town: int, names: Iterable[str]) -> None:
        """Note names as erased."""
        self._erased |= {(town, name) for name in names}


def merge_ledgers(source: Path, to: Path) -> None:
    """Bring what one ledger holds into another, which keeps what it has."""
    if source.exists():
        FileLedger(to).merge(FileLedger(source))


class FileLedger:
    """The ledger in one file; it is made with the first entry."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries = Entries()
        self._end = 0
        if path.exists():
            lines, self._end = whole(path.read_bytes())
            self.entries.take(lines)

    def __len__(self) -> int:
        return len(self.entries)

    def holds(self, town: int, name: str) -> bool:
        """Tell whether a record id or photo key of a town was erased."""
        return self.entries.holds(town, name)

    def add(self, town: int, names: Iterable[str]) -> None:
        """Note names as erased; durable when this returns, and nothing new where they are noted already."""
        self._append(self.entries.lines_for(town, names, secrets.token_bytes(SALT_BYTES)))

    def merge(self, other: "FileLedger") -> None:
        """Take over what another ledger holds."""
        self._append(self.entries.lines_from(other.entries))

    def _append(self, lines: Sequence[str]) -> None:
        if not lines:
            return
        new = not self._path.exists()
        content = "".join(f"{line}\n" for line in lines).encode()
        with self._path.open("ab") as file:
            file.truncate(self._end)  # what the last writer did not finish
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new:
            flush(self._path.parent)
        self._end += len(content)
        self.entries.take(lines)
