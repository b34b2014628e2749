"""Group commit: writers that wait together share one transaction and one fsync, each with its own answer.

Source: DeWitt et al., "Implementation techniques for main memory database systems", SIGMOD 1984.
Each piece of work runs in a savepoint of its own: what one of them does wrong undoes that one alone. A
failure of the whole, such as a full disk, is met by running each by itself: those that fit are kept.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final

Work = Callable[[sqlite3.Connection], Any]
Outcome = tuple[Any, BaseException | None]  # the result, or what was raised
NO_ROOM: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)  # the file, or its log's index
PRIMARY: Final = 0xFF  # mask of SQLite's primary result code in an extended one


class Broken(sqlite3.OperationalError):
    """The disk did not take what was committed: nothing more may be promised before a restart."""


def together(raw: sqlite3.Connection, works: Sequence[Work]) -> list[Outcome]:
    """Run pieces of work in one transaction, durable when this returns; one outcome each, in order.

    Raises Broken when the disk failed: what was promised before stands, and nothing may be promised after.
    """
    try:
        return _transaction(raw, works)
    except Exception as fault:
        _undo(raw)
        if _io_error(fault):
            raise Broken("disk I/O error: restart when the disk is whole") from fault
        if len(works) == 1 or _code(fault) == sqlite3.SQLITE_BUSY:
            return [(None, fault)] * len(works)  # who waited once for another's lock need not wait again
    return [outcome for work in works for outcome in together(raw, [work])]


def _transaction(raw: sqlite3.Connection, works: Sequence[Work]) -> list[Outcome]:
    raw.execute("BEGIN IMMEDIATE")
    alone = len(works) == 1
    outcomes: list[Outcome] = [(works[0](raw), None)] if alone else [_apart(raw, work) for work in works]
    raw.execute("COMMIT")
    return outcomes


def _apart(raw: sqlite3.Connection, work: Work) -> Outcome:
    """Run one piece of work in a savepoint; raises only where SQLite has undone the whole transaction."""
    raw.execute("SAVEPOINT one")
    try:
        result = work(raw)
    except Exception as fault:
        if not raw.in_transaction or _io_error(fault):
            raise
        raw.execute("ROLLBACK TO one")
        raw.execute("RELEASE one")
        return None, fault
    raw.execute("RELEASE one")
    return result, None


def _io_error(fault: BaseException) -> bool:
    """Tell whether the disk itself failed: after a failed fsync the kernel may have thrown the pages away.

    Source: Rebello et al., "Can applications recover from fsync failures?", USENIX ATC 2020.
    """
    return _code(fault) == sqlite3.SQLITE_IOERR and not is_full(fault)


def is_full(fault: BaseException | None) -> bool:
    """Tell whether something failed because the disk is full."""
    return getattr(fault, "sqlite_errorcode", 0) in NO_ROOM


def _code(fault: BaseException) -> int:
    """Give SQLite's primary result code; 0 of anything else."""
    return (getattr(fault, "sqlite_errorcode", 0) or 0) & PRIMARY if isinstance(fault, sqlite3.Error) else 0


def _undo(raw: sqlite3.Connection) -> None:
    """Roll back, if SQLite has not done so itself: it does when the disk is full."""
    with contextlib.suppress(sqlite3.OperationalError):
        raw.execute("ROLLBACK")
