"""The shared cases themselves: every core module has them, they are told well, and joins both ways round."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sync.vectors import VECTORS, cases, resolve, spelled
from tests.tidy.mirrors import NO_VECTORS

STEMS = sorted(file.stem for file in VECTORS.glob("*.json") if file.stem != "fixtures")
CORE = VECTORS.parents[1] / "sync"
FIXTURES = json.loads((VECTORS / "fixtures.json").read_text(encoding="utf-8"))


def test_every_core_module_has_cases_and_a_test() -> None:
    modules = {file.stem for file in CORE.glob("*.py") if file.stem != "__init__"}
    assert set(STEMS) == modules - set(NO_VECTORS)
    assert {file.stem.removeprefix("test_") for file in VECTORS.parent.glob("sync/test_*.py")} >= modules


@pytest.mark.parametrize("stem", STEMS)
def test_a_case_is_a_sentence_of_its_own_and_complete(stem: str) -> None:
    told = cases(stem)
    assert len({case["case"] for case in told}) == len(told)
    for case in told:
        keys = set(case) - {"server"}  # of a case about neighbours, which only the server has
        assert keys in ({"case", "call", "args", "want"}, {"case", "call", "args", "throws"}), case["case"]
        assert case.get("server", True) is True
        assert case["case"] == case["case"].strip() != ""


@pytest.mark.parametrize("stem", [*STEMS, "fixtures"])
def test_no_case_holds_a_float(stem: str) -> None:
    loaded = json.loads((VECTORS / f"{stem}.json").read_text(encoding="utf-8"))
    assert not [value for value in _leaves(loaded) if isinstance(value, float)]


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
    else:
        yield value


@pytest.mark.parametrize(("stem", "call", "mine"), [("merges", "join", 1), ("register", "merge", 0)])
def test_every_join_is_told_both_ways_round(stem: str, call: str, mine: int) -> None:
    told = {
        spelled([case["args"], case["want"]])
        for case in cases(stem)
        if case["call"] == call and "want" in case
    }
    for case in cases(stem):
        if case["call"] == call and "want" in case and not _heard_last(case):
            args = case["args"]
            other = [*args[:mine], args[mine + 1], args[mine], *args[mine + 2 :]]
            assert spelled([other, case["want"]]) in told, case["case"]


def _heard_last(case: dict[str, Any]) -> bool:
    """Tell whether a merge is of a field without a rule: what was heard last stays, by intent."""
    if case["call"] != "merge":
        return False
    mine, theirs, rules = case["args"]
    return bool((mine.keys() & theirs.keys()) - rules.keys())


def test_every_fixture_is_used() -> None:
    told = [file.read_text(encoding="utf-8") for file in VECTORS.glob("*.json")]
    tests = [file.read_text(encoding="utf-8") for file in VECTORS.parent.glob("sync/*.py")]
    for name in FIXTURES:
        used = any(f'"$": "{name}"' in text for text in told) or any(f'"{name}"' in text for text in tests)
        assert used, name


def test_fixtures_overlay_and_nest() -> None:
    report = resolve({"$": "report", "state": "done"})
    assert report["state"] == "done"
    assert report["story"][0] == FIXTURES["created"]
