"""Group commit: whatever waits together, each has its own outcome, and what is kept is what succeeded."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.group import Broken, Outcome, Work, together

TABLES = """
PRAGMA foreign_keys=ON;
CREATE TABLE kept (key INTEGER PRIMARY KEY, content BLOB);
CREATE TABLE child (of INTEGER REFERENCES kept (key) DEFERRABLE INITIALLY DEFERRED);
"""
PAGE = 4096


def opened(name: str | Path = ":memory:") -> sqlite3.Connection:
    raw = sqlite3.connect(name, isolation_level=None)
    raw.executescript(TABLES)
    return raw


def rows(raw: sqlite3.Connection) -> list[int]:
    return [key for (key,) in raw.execute("SELECT key FROM kept ORDER BY key")]


def put(raw: sqlite3.Connection, key: int, size: int = 0) -> list[int]:
    """Insert a row; gives what this piece of work sees, its own row among it."""
    raw.execute("INSERT INTO kept VALUES (?, zeroblob(?))", (key, size))
    return rows(raw)


class Torn(RuntimeError):
    """What a piece of work raises that has begun to write."""


def torn(raw: sqlite3.Connection, key: int) -> None:
    put(raw, key)
    raise Torn


def full(raw: sqlite3.Connection, key: int) -> None:
    """Fail as SQLite does when the disk is full: the whole transaction is undone, whoever is in it."""
    put(raw, key)
    raw.execute("ROLLBACK")
    raise sqlite3.OperationalError("database or disk is full")


def dangling(raw: sqlite3.Connection, key: int) -> None:
    """Write what only COMMIT refuses."""
    raw.execute("INSERT INTO child VALUES (?)", (-key - 1,))


SORTS: dict[str, Callable[[sqlite3.Connection, int], object]] = {
    "put": put,
    "torn": torn,
    "full": full,
    "dangling": dangling,
}
FAULTS = {"torn": Torn, "full": sqlite3.OperationalError, "dangling": sqlite3.IntegrityError}
ASKED = st.lists(st.tuples(st.sampled_from(["put", "put", *SORTS]), st.integers(0, 9)), max_size=20)


def work(sort: str, key: int) -> Work:
    return lambda raw: SORTS[sort](raw, key)


@given(ASKED, st.lists(st.integers(1, 7), min_size=20, max_size=20))
def test_any_grouping_gives_each_its_own_outcome_and_keeps_what_succeeded(asked, sizes):
    raw, kept = opened(), set[int]()
    for size in sizes:
        group, asked = asked[:size], asked[size:]
        outcomes = together(raw, [work(*each) for each in group])
        assert len(outcomes) == len(group)
        for (sort, key), (result, fault) in zip(group, outcomes, strict=True):
            if sort != "dangling" and key in kept:
                assert isinstance(fault, sqlite3.IntegrityError)
            elif sort != "put":
                assert isinstance(fault, FAULTS[sort]), sort
            else:
                kept.add(key)
                assert (result, fault) == (sorted(kept), None), "it saw all before it and nothing after"
        assert rows(raw) == sorted(kept)
        assert not raw.in_transaction
    assert raw.execute("SELECT count(*) FROM child").fetchall() == [(0,)]
    raw.close()


def test_a_group_is_one_transaction():
    raw, said = opened(), list[str]()
    raw.set_trace_callback(lambda sql: said.append(sql.split()[0]))
    together(raw, [work("put", key) for key in range(5)])
    assert (said.count("BEGIN"), said.count("COMMIT")) == (1, 1)


def test_one_alone_needs_no_savepoint():
    raw, said = opened(), list[str]()
    raw.set_trace_callback(lambda sql: said.append(sql.split()[0]))
    together(raw, [work("put", 1)])
    assert said == ["BEGIN", "INSERT", "SELECT", "COMMIT"]


def test_where_the_disk_is_really_full_those_that_fit_are_kept():
    raw = opened()
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count={pages + 8}")
    small, large = PAGE // 2, 20 * PAGE
    outcomes = together(raw, [
        lambda raw: put(raw, 1, small), lambda raw: put(raw, 2, large), lambda raw: put(raw, 3, small),
        lambda raw: put(raw, 4, large), lambda raw: put(raw, 5, small),
    ])  # fmt: skip
    assert rows(raw) == [1, 3, 5]
    assert [fault is None for _, fault in outcomes] == [True, False, True, False, True]
    assert {fault.sqlite_errorcode for _, fault in outcomes if fault} == {sqlite3.SQLITE_FULL}


def test_a_database_another_process_holds_tells_everyone_so(tmp_path):
    raw, other = opened(tmp_path / "db"), sqlite3.connect(tmp_path / "db", isolation_level=None)
    raw.execute("PRAGMA busy_timeout=0")
    other.execute("BEGIN IMMEDIATE")
    outcomes = together(raw, [work("put", key) for key in range(3)])
    assert {fault.sqlite_errorcode for _, fault in outcomes} == {sqlite3.SQLITE_BUSY}
    other.execute("ROLLBACK")
    assert together(raw, [work("put", 1)]) == [([1], None)]


def io_error(code: int) -> sqlite3.OperationalError:
    fault = sqlite3.OperationalError("disk I/O error")
    fault.sqlite_errorcode = code
    return fault


def failing(code: int) -> Work:
    def fail(raw: sqlite3.Connection) -> None:
        put(raw, 9)
        raise io_error(code)

    return fail


def test_a_disk_without_room_for_the_index_of_the_log_is_full_and_no_more():
    raw = opened()
    code = sqlite3.SQLITE_IOERR_SHMSIZE
    (_, first), (_, none) = together(raw, [failing(code), work("put", 1)])
    assert (first.sqlite_errorcode, none) == (code, None)
    assert rows(raw) == [1]


IO_ERRORS = [sqlite3.SQLITE_IOERR, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_WRITE]


@pytest.mark.parametrize("code", IO_ERRORS)
@pytest.mark.parametrize("beside", [0, 1, 4])
def test_a_disk_that_fails_promises_nothing_to_anybody(code, beside):
    raw = opened()
    together(raw, [work("put", 7)])
    with pytest.raises(Broken):
        together(
            raw, [work("put", 1), failing(code), work("put", 2)][: 2 + beside] if beside else [failing(code)]
        )
    assert rows(raw) == [7], "what was promised before stands"
    assert not raw.in_transaction


class Commits:
    """A connection whose COMMIT fails on the disk."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def __getattr__(self, name: str) -> object:
        return getattr(self.raw, name)

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        if sql == "COMMIT":
            raise io_error(sqlite3.SQLITE_IOERR_FSYNC)
        return self.raw.execute(sql, *values)


@pytest.mark.parametrize("count", [1, 3])
def test_a_commit_that_fails_on_the_disk_is_not_tried_again(count):
    raw, ran = opened(), list[int]()

    def note(raw: sqlite3.Connection) -> None:
        ran.append(len(put(raw, len(ran))))

    with pytest.raises(Broken):
        together(Commits(raw), [note] * count)
    assert len(ran) == count
    assert rows(raw) == []


def test_an_error_that_is_not_of_the_disk_breaks_nothing():
    raw = opened()
    outcomes: list[Outcome] = together(raw, [failing(sqlite3.SQLITE_CONSTRAINT), work("put", 1)])
    assert [type(fault) for _, fault in outcomes] == [sqlite3.OperationalError, type(None)]
    assert rows(raw) == [1]
