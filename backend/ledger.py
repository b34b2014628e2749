"""The erasure ledger: which records and photos were erased by law, kept outside the database and its backups.

A restored backup may hold what was erased after it was made, and phones may offer it again. The ledger
remembers, yet names nobody: a line is a hash over the town, the name and a random salt. It is only ever
added to. Ledgers of two places join by their lines, each under the salt it was written with.
Form: `salt <32 hex> <crc>` begins a part, `gone <64 hex> <crc>` is an entry of it; crc is the CRC-32 of
what stands before it, 8 hex digits.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final
from zlib import crc32

from msgspec.structs import replace

from backend.ports import Ledger, PhotoRow
from sync.op import Op
from sync.settle import Known

FILE: Final = "erased.log"
SALT_BYTES: Final = 16
SIZE_OF: Final = {"salt": SALT_BYTES, "gone": 32}  # bytes


class LedgerDamaged(ValueError):
    """A line before the last is not as it was written: which erasure is forgotten nobody knows."""


class Entries:
    """What a ledger holds: hashes by salt, the first salt being the one to write under."""

    def __init__(self) -> None:
        self.parts: dict[bytes, set[bytes]] = {}

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts.values())

    def holds(self, town: int, name: str) -> bool:
        """Tell whether a record id or photo key of a town is in the ledger; 1 us a salt."""
        return any(_hashed(salt, town, name) in part for salt, part in self.parts.items())

    def lines_for(self, town: int, names: Iterable[str], salt: bytes) -> list[str]:
        """Write the lines that add names, less those that are there already; `salt` if there is none yet."""
        first = next(iter(self.parts), salt)
        new = [name for name in dict.fromkeys(names) if not self.holds(town, name)]
        lines = [_line("gone", _hashed(first, town, name)) for name in new]
        return [_line("salt", first), *lines] if lines else []

    def lines_from(self, other: "Entries") -> list[str]:
        """Write the lines that add what another ledger holds and this one does not."""
        lines: list[str] = []
        for salt, part in other.parts.items():
            new = sorted(part - self.parts.get(salt, set()))
            if new:
                lines += [_line("salt", salt), *(_line("gone", each) for each in new)]
        return lines

    def take(self, lines: Iterable[str]) -> None:
        """Take lines in."""
        part: set[bytes] | None = None
        for line in lines:
            word, content = _read(line)
            if word == "salt":
                part = self.parts.setdefault(content, set())
            elif part is None:
                raise LedgerDamaged("an entry before any salt")
            else:
                part.add(content)


def whole(text: bytes) -> tuple[list[str], int]:
    """Split a ledger's bytes into lines; gives them and where the whole ones end.

    A last line that breaks off, or is partly zeros, was being written when the power went, and never
    promised. Raises LedgerDamaged if any other line is not as it was written.
    """
    *lines, rest = text.decode("ascii", "replace").split("\n")
    if lines and not rest and "\0" in lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, 1):
        if not _fits(line):
            raise LedgerDamaged(f"line {number} of {FILE} is damaged: take a good copy from beside a backup")
    return lines, sum(len(line) + 1 for line in lines)


def recall(ledger: Ledger | None, town: int, known: Known, ops: Sequence[Op]) -> Known:
    """Add to what is known the records that the ops name and that were erased before a restore."""
    lost = dict.fromkeys(_held(ledger, town, {op.record for op in ops}), True)
    if not lost:
        return known
    records = {name: record for name, record in known.records.items() if name not in lost}
    return replace(known, records=records, gone={**known.gone, **lost})


def allowed(ledger: Ledger | None, town: int, photos: Sequence[PhotoRow]) -> list[PhotoRow]:
    """Leave out photos that were erased: an announcement brings a preview."""
    lost = set(_held(ledger, town, (row.key for row in photos)))
    return [row for row in photos if row.key not in lost]


def _held(ledger: Ledger | None, town: int, names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if ledger is not None and ledger.holds(town, name))


def _hashed(salt: bytes, town: int, name: str) -> bytes:
    return sha256(b"%b%d %b" % (salt, town, name.encode())).digest()


def _line(word: str, content: bytes) -> str:
    text = f"{word} {content.hex()}"
    return f"{text} {crc32(text.encode()):08x}"


def _fits(line: str) -> bool:
    text, _, crc = line.rpartition(" ")
    return crc == f"{crc32(text.encode()):08x}" and _shaped(text)


def _shaped(text: str) -> bool:
    word, _, content = text.partition(" ")
    return len(content) == 2 * SIZE_OF.get(word, 0)


def _read(line: str) -> tuple[str, bytes]:
    word, content, _ = line.split(" ")
    return word, bytes.fromhex(content)
