"""sync/proofread.py: what is wrong with a page is told by name."""

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


FAULTS: list[tuple[str, Callable[[Page], object]]] = [
    ("name: no rule newest", lambda page: page["fields"]["name"].update(rule="newest")),
    ("tags: a list merges by union", lambda page: page["fields"]["tags"].update(rule="latest")),
    ("name: a list merges by union", lambda page: page["fields"]["name"].update(rule="union")),
    ("name: only an int counts", lambda page: page["fields"]["name"].update(rule="count")),
    ("grave: a choice needs options", lambda page: page["fields"]["grave"].update(options=[])),
    ("name: only a photos field holds sound", lambda page: page["fields"]["name"].update(holds="sound")),
    ("opinion: rule authority and own", lambda page: page["fields"]["opinion"].update(own=[])),
    ("name: rule authority and own", lambda page: page["fields"]["name"].update(own=["author"])),
    ("name: no role king", lambda page: page["fields"]["name"].update(write=["king"])),
    ("no role king@below", lambda page: page.update(read=["king@below"])),
    ("no role @below", lambda page: page.update(read=["@below"])),
    ("no role author@below", lambda page: page.update(read=["author@below"])),
    ("no field may be called below", lambda page: page["fields"].update(below=page["fields"]["name"])),
    ("name: no role king", lambda page: page["fields"]["name"].update(see=["king"])),
    ("no role king", lambda page: page.update(review=["king"])),
    ("opinion: no role king", lambda page: page["fields"]["opinion"].update(own=["king"])),
    ("no state moon", lambda page: page["workflow"].update(begin="moon")),
    ("close: no state moon", lambda page: _step(page, "close").update(to="moon")),
    ("close: no state moon", lambda page: _step(page, "close").update(start=["open", "moon"])),
    ("close: no field weight", lambda page: _step(page, "close").update(needs=["weight"])),
    ("close: no field weight", lambda page: _step(page, "close").update(takes=["weight"])),
    ("close: no guard sentry", lambda page: _step(page, "close").update(guards=["sentry"])),
    ("close: no role king", lambda page: _step(page, "close").update(by=["king"])),
    ("close: no role king", lambda page: _step(page, "close").update(tells=["king"])),
    ("close: taken by somebody, or by itself", lambda page: _step(page, "close").update(by=[])),
    ("close: taken by somebody, or by itself", lambda page: _step(page, "close").update(auto=True)),
    ("close: taken by somebody, or by itself", lambda page: _step(page, "close").update(timed={})),
    ("two steps share a name", lambda page: _step(page, "close").update(name="finish")),
    ("no role king", lambda page: page.update(create=["king"])),
    ("no role king", lambda page: page.update(read=["king"])),
    ("no role king", lambda page: page.update(write=["king"])),
    ("title names no field weight", lambda page: page.update(title=["weight"])),
    ("title names no field weight", lambda page: page.update(about=["weight"])),
    ("identity person_day and series", lambda page: page.update(series=3)),
    ("identity person_day and series", lambda page: page.update(identity="person_day")),
    ("Invalid enum value 'float'", lambda page: page["fields"]["name"].update(type="float")),
    ("contains unknown field `colour`", lambda page: page.update(colour="red")),
    ("contains unknown field `colour`", lambda page: _step(page, "close").update(colour="red")),
    ("missing required field `label`", lambda page: page["fields"]["name"].pop("label")),
]


@pytest.mark.parametrize(("told", "spoil"), FAULTS, ids=[f"{i} {told}" for i, (told, _) in enumerate(FAULTS)])
def test_a_faulty_page_is_told_by_name(told: str, spoil: Callable[[Page], object]) -> None:
    page = deepcopy(resolve({"$": "trial"}))
    spoil(page)
    with pytest.raises(KindError, match=r"kind '?trial") as caught:
        parse(page)
    assert told in str(caught.value)
