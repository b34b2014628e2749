"""What the erasure ledger remembers, and that it names nobody."""

import pytest
from msgspec.structs import replace

from backend.adapters.ledger import FileLedger, MemoryLedger
from backend.ledger import FILE, Entries, LedgerDamaged, allowed, recall, whole
from backend.ports import Ledger, PhotoRow
from sync.clock import SERVER, Stamp
from sync.digest import ROOT
from sync.settle import Known
from tests.backend.kept import incident, record

SALT, OTHER = bytes(16), bytes(range(16))


@pytest.fixture(params=["memory", "file"])
def ledger(request, tmp_path) -> Ledger:
    return MemoryLedger() if request.param == "memory" else FileLedger(tmp_path / FILE)


def test_it_holds_what_was_added_and_nothing_else(ledger):
    assert not ledger.holds(3, record(1))
    ledger.add(3, [record(1), "key"])
    ledger.add(3, [record(2)])
    assert [ledger.holds(3, name) for name in (record(1), record(2), "key")] == [True] * 3
    assert not ledger.holds(3, record(3))
    assert not ledger.holds(4, record(1)), "another town's"


def entries(*names: str, salt: bytes = SALT) -> tuple[Entries, list[str]]:
    held = Entries()
    lines = held.lines_for(3, names, salt)
    held.take(lines)
    return held, lines


def test_a_line_names_nobody_and_two_ledgers_are_not_alike():
    _, lines = entries(record(1))
    assert record(1) not in "".join(lines)
    assert entries(record(1), salt=OTHER)[1][1] != lines[1]


def test_what_is_held_is_not_written_again():
    held, lines = entries("one", "one", "two")
    assert len(lines) == 3, "the salt and two entries"
    assert held.lines_for(3, ["one"], OTHER) == []
    assert held.lines_for(3, ["three"], OTHER)[0] == lines[0], "under the salt there is"


def test_two_ledgers_join_whatever_their_salts():
    mine, _ = entries("one", "two")
    theirs, _ = entries("two", "three", salt=OTHER)
    mine.take(mine.lines_from(theirs))
    assert all(mine.holds(3, name) for name in ("one", "two", "three"))
    assert mine.lines_from(theirs) == []
    mine.take(mine.lines_for(3, ["four"], OTHER))
    assert mine.holds(3, "four")


def test_the_last_line_may_break_off_anywhere():
    _, lines = entries("one", "two")
    text = "".join(f"{line}\n" for line in lines).encode()
    kept = len(text) - len(lines[-1]) - 1
    for cut in range(kept, len(text)):
        assert whole(text[:cut]) == (lines[:2], kept)
    assert whole(text) == (lines, len(text))
    zeros = text[: kept + 10] + bytes(len(lines[-1]) - 10) + b"\n"
    assert whole(zeros) == (lines[:2], kept)
    assert whole(b"") == ([], 0)


def test_a_line_that_was_whole_and_is_no_longer_is_told():
    _, lines = entries("one", "two")
    for number, line in enumerate(lines):
        spoilt = [
            *lines[:number],
            line[:-12] + ("0" if line[-12] != "0" else "1") + line[-11:],
            *lines[number + 1 :],
        ]
        with pytest.raises(LedgerDamaged, match=f"line {number + 1} "):
            whole("".join(f"{each}\n" for each in spoilt).encode())


def test_an_entry_before_any_salt_is_damage():
    _, lines = entries("one")
    with pytest.raises(LedgerDamaged, match="salt"):
        Entries().take(lines[1:])


def known(**more) -> Known:
    return replace(Known({}, {}, frozenset(), Stamp(0, 0, SERVER), 0, ROOT), **more)


def test_an_op_on_an_erased_record_finds_it_gone():
    ledger, before = MemoryLedger(), known(gone={record(9): False})
    assert recall(ledger, 3, before, [incident(1)]) is before
    assert recall(None, 3, before, [incident(1)]) is before
    ledger.add(3, [record(1)])
    assert recall(ledger, 3, before, [incident(1), incident(2)]).gone == {record(1): True, record(9): False}


def test_an_erased_photo_is_not_announced_again():
    ledger, rows = MemoryLedger(), [PhotoRow("one", 1, b"preview"), PhotoRow("two", 1, b"preview")]
    ledger.add(3, ["one"])
    assert allowed(ledger, 3, rows) == rows[1:]
    assert allowed(None, 3, rows) == rows
