"""sync/pace.py: the faults a page's clocks and timed steps may have, told by name."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from sync.kind import KindError, parse
from tests.sync.vectors import resolve

Page = dict[str, Any]


def _step(page: Page, name: str) -> Page:
    found: Page = next(step for step in page["workflow"]["steps"] if step["name"] == name)
    return found


def _clock(page: Page, **over: Any) -> None:
    page["workflow"]["clocks"]["in_open"].update(over)


def _hidden(page: Page, **over: Any) -> None:
    amount = page["fields"]["amount"]
    amount.update(see=["grid_leader"])
    page["fields"]["day"] = {**amount, "type": "day", "low": None, "high": None}
    _clock(page, **over)


def _extended(page: Page, field: str, **over: Any) -> None:
    _step(page, "close").update(extends=field, takes=["amount"])
    page["fields"]["amount"].update(over)


FAULTS: list[tuple[str, Callable[[Page], object]]] = [
    ("expire: state up has no clock", lambda page: _step(page, "expire").update(start=["up"])),
    ("expire: share is 1 to 1,000", lambda page: _step(page, "expire").update(timed={"share": 0})),
    ("expire: share is 1 to 1,000", lambda page: _step(page, "expire").update(timed={"share": 1_001})),
    (
        "expire: share is 1 to 1,000, and 1,000 with past",
        lambda page: _step(page, "expire").update(timed={"share": 900, "past": "1 hour"}),
    ),
    (
        "expire: a step of time looks at its own record only, parts_done at others",
        lambda page: _step(page, "expire").update(guards=["parts_done"]),
    ),
    ("expire: no limit 'soon'", lambda page: _step(page, "expire").update(timed={"past": "soon"})),
    ("close: extends names no int field", lambda page: _extended(page, "name")),
    ("close: does not carry name", lambda page: _extended(page, "name")),
    ("close: amount is not seen by all", lambda page: _extended(page, "amount", see=["grid_leader"])),
    ("state done: no clock sun", lambda page: page["workflow"]["states"]["done"].update(clock="sun")),
    ("clock in_open: no limit '4 moons'", lambda page: _clock(page, limit="4 moons")),
    ("clock in_open: of and mark go together", lambda page: _clock(page, of="grave")),
    ("clock in_open: of names no choice", lambda page: _clock(page, of="name", mark="first")),
    ("expire: no clock moon", lambda page: _step(page, "expire").update(timed={"clock": "moon"})),
    ("clock in_open: until names no day field", lambda page: _clock(page, until="name")),
    ("clock in_open: until names no day field", lambda page: _clock(page, until="moon")),
    ("clock in_open: no field moon", lambda page: _clock(page, anew=["name", "moon"])),
    ("clock in_open: amount is not seen by all", lambda page: _hidden(page, anew=["name", "amount"])),
    ("clock in_open: day is not seen by all", lambda page: _hidden(page, until="day")),
]


@pytest.mark.parametrize(("told", "spoil"), FAULTS, ids=[f"{i} {told}" for i, (told, _) in enumerate(FAULTS)])
def test_a_faulty_clock_is_told_by_name(told: str, spoil: Callable[[Page], object]) -> None:
    page = deepcopy(resolve({"$": "trial"}))
    spoil(page)
    with pytest.raises(KindError, match="kind trial") as caught:
        parse(page)
    assert told in str(caught.value)


def test_a_page_whose_clocks_are_right_is_read() -> None:
    assert parse(resolve({"$": "trial"})).workflow.clocks
