"""A phone's durable store: tables in memory, transactions that hold or do not, and a fault at any call."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
TABLES = ("outbox", "sent", "records", "notes")


class Crash(BaseException):
    """The process ends here: what was not committed is gone, and nobody gets an answer."""


class Full(OSError):
    """The store takes no more."""


class Fuse:
    """Goes off at one of the next calls: `crash` or `full` before it, `after` once it is done."""

    def __init__(self) -> None:
        self.calls, self.sort = 0, ""

    def arm(self, calls: int, sort: str) -> None:
        self.calls, self.sort = calls, sort

    def clear(self) -> None:
        self.sort = ""

    def pull(self) -> bool:
        """Count a call: raises if it is the one and must not happen; True if it is the last one that does."""
        if not self.sort:
            return False
        self.calls -= 1
        if self.calls > 0:
            return False
        sort, self.sort = self.sort, ""
        if sort == "after":
            return True
        raise Crash if sort == "crash" else Full


class Disk:
    """What is left of a phone when it is switched off."""

    def __init__(self, tables: dict[str, dict[str, Any]] | None = None) -> None:
        self.tables = tables or {name: {} for name in TABLES}
        self.fuse = Fuse()

    def copy(self) -> "Disk":
        """Copy the store, as a backup of the phone does."""
        return Disk({name: dict(rows) for name, rows in self.tables.items()})

    def transact(self, work: Callable[["Tx"], T]) -> T:
        """All or nothing; durable when it returns."""
        tx = Tx(self)
        result = work(tx)
        last = self.fuse.pull()
        self.tables.update(tx.changed)
        if last:
            raise Crash
        return result


class Tx:
    """Inside a transaction: the tables as they will be."""

    def __init__(self, disk: Disk) -> None:
        self._fuse = disk.fuse
        self._tables = dict(disk.tables)
        self.changed: dict[str, dict[str, Any]] = {}

    def get(self, table: str, key: str) -> Any:
        return self._tables[table].get(key)

    def all(self, table: str) -> Iterable[Any]:
        return list(self._tables[table].values())

    def put(self, table: str, key: str, row: Any) -> None:
        self._changing(table)[key] = row

    def drop(self, table: str, key: str) -> None:
        self._changing(table).pop(key, None)

    def _changing(self, table: str) -> dict[str, Any]:
        if self._fuse.pull():
            raise Crash
        if table not in self.changed:
            self.changed[table] = self._tables[table] = dict(self._tables[table])
        return self.changed[table]
