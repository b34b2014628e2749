"""sync/kind.py against the shared cases, and the faults a page may have."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backend.kinds import read_pages
from sync.kind import KindError, gather, parse, version
from tests.sync.vectors import Case, fault_of, parametrized, resolve, spelled

PAGES = Path(__file__).parents[2] / "sync/kinds"
Page = dict[str, Any]


@parametrized("kind")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("kind", case)


def _page(**over: Any) -> Page:
    return {**deepcopy(resolve({"$": "trial"})), **over}


def test_pages_in_the_house_can_be_read_and_put_together() -> None:
    assert sorted(read_pages((PAGES,))) == sorted(page.stem for page in PAGES.glob("*.toml"))


def test_a_page_is_read_back_from_what_it_is_sent_as() -> None:
    for name in ("trial", "sheet", "race", "call"):
        page = resolve({"$": name})
        assert spelled(msgspec.to_builtins(parse(page))) == spelled(page)


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
    page = _page()
    spoil(page)
    with pytest.raises(KindError, match=r"kind '?trial") as caught:
        parse(page)
    assert told in str(caught.value)


def test_two_pages_may_not_share_a_name_or_a_series() -> None:
    trial, sheet = parse(_page()), parse(resolve({"$": "sheet"}))
    with pytest.raises(KindError):
        gather([trial, trial])
    with pytest.raises(KindError):
        gather([sheet, parse({**resolve({"$": "sheet"}), "name": "other"})])
    assert list(gather([trial, sheet, parse(_page(name="another"))])) == ["another", "sheet", "trial"]


def test_the_version_is_that_of_the_pages_not_of_how_they_are_kept() -> None:
    trial, sheet = parse(_page()), parse(resolve({"$": "sheet"}))
    assert version(gather([trial, sheet])) == version({"trial": trial, "sheet": sheet})
    assert len(version({})) == 8
