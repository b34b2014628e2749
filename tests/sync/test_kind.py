"""sync/kind.py against the shared cases, and pages put together."""

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
