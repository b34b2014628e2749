"""The ledger's file: only ever added to, durable, and safe against a write that broke off."""

import os

import pytest

from backend.adapters.ledger import FileLedger, merge_ledgers
from backend.ledger import LedgerDamaged


@pytest.fixture
def path(tmp_path):
    return tmp_path / "erased.log"


def test_what_was_added_is_there_when_it_is_opened_again(path):
    FileLedger(path).add(3, ["one", "two"])
    FileLedger(path).add(3, ["three"])
    again = FileLedger(path)
    assert len(again) == 3
    assert all(again.holds(3, name) for name in ("one", "two", "three"))


def test_without_an_entry_there_is_no_file(path):
    ledger = FileLedger(path)
    ledger.add(3, [])
    assert len(ledger) == 0
    assert not path.exists()


def test_it_is_only_ever_added_to(path):
    FileLedger(path).add(3, ["one"])
    before = path.read_bytes()
    FileLedger(path).add(3, ["two"])
    assert path.read_bytes().startswith(before)


def test_an_addition_counts_once_it_is_durable(path, monkeypatch):
    ledger = FileLedger(path)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        ledger.add(3, ["one"])
    assert not ledger.holds(3, "one")
    monkeypatch.undo()
    ledger.add(3, ["two"])
    assert FileLedger(path).holds(3, "two")


def test_a_line_that_broke_off_is_written_over(path):
    FileLedger(path).add(3, ["one", "two"])
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 20)
    ledger = FileLedger(path)
    assert ledger.holds(3, "one") and not ledger.holds(3, "two")
    ledger.add(3, ["three"])
    again = FileLedger(path)
    assert again.holds(3, "one") and again.holds(3, "three")


def test_a_damaged_one_is_not_believed(path):
    FileLedger(path).add(3, ["one", "two"])
    path.write_bytes(path.read_bytes().replace(b"gone", b"done", 1))
    with pytest.raises(LedgerDamaged):
        FileLedger(path)


def test_another_is_joined_and_nothing_is_taken_away(path, tmp_path):
    other = tmp_path / "other.log"
    merge_ledgers(other, path)
    assert not path.exists()
    FileLedger(path).add(3, ["one"])
    FileLedger(other).add(3, ["two"])
    merge_ledgers(other, path)
    merge_ledgers(other, path)
    joined = FileLedger(path)
    assert len(joined) == 2
    assert joined.holds(3, "one") and joined.holds(3, "two")
