"""The built-in pages as models, and each hole that the model must find, dug into a sound page."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backend.kinds import read_pages
from sync.clock import Stamp
from sync.kind import parse
from sync.model import astray, findings, passing
from sync.register import Entry, Held, Record

KINDS = read_pages((Path(__file__).parents[2] / "sync/kinds",))
HELD = Held(1, "b" * 16, 0)

WORDS = {"zh": "字", "en": "Word"}


@pytest.mark.parametrize("name", KINDS)
def test_a_page_has_no_hole(name: str) -> None:
    assert findings(KINDS[name]) == []


def test_an_incident_stays_in_each_of_its_states_but_two() -> None:
    kind = KINDS["incident"]
    assert [name for name in kind.workflow.states if passing(kind, name)] == ["reported", "verified"]


def _step(name: str, start: str, to: str, **more: Any) -> dict[str, Any]:
    taken = {} if more.get("auto") or "timed" in more else {"by": ["duty_officer"]}
    return {"name": name, "start": [start], "to": to, "label": WORDS, **taken, **more}


def _page() -> dict[str, Any]:
    """Make a sound page: a case that waits, is worked on, goes up, and is done."""
    held = {"label": WORDS, "clock": "day", "holder": ["duty_officer"]}
    return {
        "name": "trial", "identity": "device", "label": WORDS, "create": ["fulltime_worker"],
        "read": ["duty_officer"], "write": ["author"],
        "fields": {"unit": {"type": "unit", "label": WORDS}},
        "workflow": {
            "begin": "open",
            "clocks": {"day": {"limit": "1 day"}},
            "states": {
                "open": {**held}, "up": {**held, "one_way": True},
                "done": {"label": WORDS, "final": True},
            },
            "steps": [
                _step("raise", "open", "up", guards=["never_went_up"]),
                _step("finish", "open", "done"), _step("end", "up", "done"),
                _step("late", "open", "", timed={}), _step("up_late", "up", "", timed={}),
            ],
        },
    }  # fmt: skip


def _found(page: dict[str, Any]) -> list[str]:
    return findings(parse(page))


def test_a_sound_page_has_no_hole() -> None:
    assert _found(_page()) == []


def _state(page: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = page["workflow"]["states"][name]
    return found


def _steps(page: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page["workflow"]["steps"]
    return found


def _without(page: dict[str, Any], name: str) -> None:
    page["workflow"]["steps"] = [step for step in _steps(page) if step["name"] != name]


# By what is found: how the page is spoilt.
HOLES: dict[str, Any] = {
    "trial: state up: no way leads there": lambda page: _without(page, "raise"),
    "trial: state up: no way leads out, and it is not final": lambda page: _without(page, "end"),
    "trial: state open: it comes back here with nobody doing anything": lambda page: _steps(page).extend(
        [
            _step("sink", "open", "up", timed={"past": "1 day"}),
            _step("rise", "up", "open", timed={"past": "1 day"}),
        ]
    ),
    "trial: step finish: dept_member may take it and may not read the record": lambda page: _steps(page)[
        1
    ].update(by=["duty_officer", "dept_member"]),
    "trial: state open: commander has it and may not read the record": lambda page: _state(
        page, "open"
    ).update(holder=["duty_officer", "commander"]),
    "trial: state open: commander has it and cannot move it on": lambda page: _state(page, "open").update(
        holder=["duty_officer", "commander"]
    ),
    "trial: state open: what went up can come back here": lambda page: _steps(page).append(
        _step("drop", "up", "open")
    ),
    "trial: state open: it rests, so it is neither final nor anybody's": lambda page: _state(
        page, "open"
    ).update(rests=True),
    "trial: state open: nobody has it": lambda page: _state(page, "open").update(holder=[]),
    "trial: state open: no clock runs": lambda page: (
        _state(page, "open").update(clock=""),
        _without(page, "late"),
    ),
    "trial: state open: nothing happens when it is due": lambda page: _without(page, "late"),
    "trial: state open: no answer for whoever reported it": lambda page: _state(page, "open").update(
        answer={"zh": "在办", "en": " "}
    ),
    "trial: state open: no label": lambda page: _state(page, "open").update(label={"zh": "在办"}),
    "trial: step finish: no label": lambda page: _steps(page)[1].update(label={}),
}


@pytest.mark.parametrize("hole", HOLES)
def test_each_hole_is_found(hole: str) -> None:
    page = _page()
    HOLES[hole](page)
    assert hole in _found(page)


def test_a_warning_before_the_end_is_no_end() -> None:
    page = _page()
    _steps(page)[3].update(timed={"share": 800})
    assert "trial: state open: nothing happens when it is due" in _found(page)


def test_the_end_of_a_clock_beside_is_no_end() -> None:
    page = _page()
    page["workflow"]["clocks"]["note"] = {"limit": "1 day", "anew": ["unit"]}
    _steps(page)[3].update(timed={"clock": "note"})
    assert "trial: state open: nothing happens when it is due" in _found(page)


def test_what_is_kept_owes_no_holder_and_no_clock_where_the_page_says_so() -> None:
    page = _page()
    _state(page, "open").update(holder=[], rests=True)
    _state(page, "up").update(holder=[], clock="", rests=True)
    _without(page, "up_late")
    assert _found(page) == []
    assert astray(parse(page), _record("up")) == ""


def test_a_state_that_two_opposite_guards_leave_is_passed_through() -> None:
    page = _page()
    _without(page, "finish")
    _without(page, "raise")
    _state(page, "open").update(holder=[])
    _steps(page).extend(
        [
            _step("rise", "open", "up", auto=True, guards=["is_emergency"]),
            _step("sink", "open", "done", auto=True, guards=["not_emergency"]),
        ]
    )
    assert _found(page) == []
    _steps(page)[-1]["guards"] = ["never_went_up"]
    assert "trial: state open: nobody has it" in _found(page)


def _record(state: str, **cells: Any) -> Record:
    line = Entry(1, Stamp(1, 0, "b" * 16), 5, "", "", state, "done", 1, {})
    held = {name: [value, [1, 0, "b" * 16]] for name, value in cells.items()}
    return Record(f"{'b' * 16}.1", "trial", 5, 5, 1, 1, state, HELD, held, {}, (line,), 1)


def test_a_record_that_stands_well_is_not_astray() -> None:
    assert [astray(parse(_page()), _record(state)) for state in ("open", "up", "done")] == ["", "", ""]


def test_a_record_in_a_state_its_page_does_not_have_is_astray() -> None:
    assert astray(parse(_page()), _record("gone")) == "stands in gone, which its page does not have"


def test_a_record_is_nobodys_while_the_field_that_names_its_holder_is_empty() -> None:
    page = _page()
    page["read"] = ["duty_officer", "dept_member@unit"]
    _state(page, "open").update(holder=["dept_member@unit"])
    _steps(page)[1].update(by=["dept_member@unit"])
    kind = parse(page)
    assert astray(kind, _record("open")) == "is open, and nobody has it"
    assert astray(kind, _record("open", unit=4)) == ""


def test_a_record_that_is_never_due_is_astray() -> None:
    record = replace(_record("open"), story=())
    assert astray(parse(_page()), record) == "is open, and not due at any time"


def test_a_record_of_which_nobody_is_told_is_astray() -> None:
    page = _page()
    _state(page, "open").update(label={"zh": "在办", "en": ""})
    assert astray(parse(page), _record("open")) == "is open, and whoever reported it is told nothing"
