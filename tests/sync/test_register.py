"""sync/register.py against the shared cases."""

from copy import deepcopy

from sync.clock import Stamp
from sync.register import Entry, Held, Record, merge, moved, write
from tests.sync.vectors import Case, fault_of, parametrized

AT = Stamp(5000, 3, "a" * 16)
RECORD = Record("r", "k", 1, 2, 3, 4, "open", Held(1, "a", 0), {"name": ["mud", [1, 0, "a"]]}, {})


@parametrized("register")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("register", case)


def test_a_new_record_has_no_history_and_is_never_due() -> None:
    assert RECORD.story == ()
    assert RECORD.due_ms == 0


def test_merging_leaves_both_copies_as_they_were() -> None:
    mine = {"tags": [[[[2, 0, "a"], "x"]], []], "name": ["mud", [1, 0, "a"]]}
    theirs = {"tags": [[[[1, 0, "b"], "y"]], []], "name": ["rock", [2, 0, "b"]]}
    before = deepcopy((mine, theirs))
    merge(mine, theirs, {"tags": ("union", ()), "name": ("latest", ())})
    assert (mine, theirs) == before


def test_writing_leaves_the_change_as_it_was() -> None:
    change = {"is": "mud", "over": [[9, 0, "b"], [1, 0, "b"]]}
    before = deepcopy(change)
    write("keep_both", change, AT)
    assert change == before


def test_moving_leaves_the_record_as_it_was() -> None:
    line = Entry(9, AT, 2, "close", "open", "done", "done", 5, {})
    after = moved(RECORD, "done", line, "a")
    assert (RECORD.state, RECORD.story, RECORD.due_ms) == ("open", (), 0)
    assert after.story == (line,)
