"""The house rules, as tests: each on the tree as it stands, and each on a tree with one planted offence."""

from pathlib import Path

import pytest

from tests.tidy import arrows, mirrors, naming, purity, sizes, words
from tests.tidy.planted import CLEAN, PLANTED, Planted
from tests.tidy.tree import Rule, Tree

ROOT = Path(__file__).resolve().parents[1]
RULES: tuple[Rule, ...] = tuple(
    rule for part in (sizes, arrows, purity, naming, mirrors, words) for rule in part.RULES
)


def name(rule: Rule) -> str:
    """The rule's own name, for the list of tests."""
    return rule.__name__


def plant(root: Path, files: dict[str, str]) -> Tree:
    """A small tree that keeps every rule, and these files on top."""
    for path, text in (CLEAN | files).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return Tree(root)


@pytest.fixture(scope="module")
def house() -> Tree:
    """This repository."""
    return Tree(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_the_house_keeps_the_rule(house: Tree, rule: Rule) -> None:
    offenders = rule(house)
    assert not offenders, f"{rule.__doc__}\n  " + "\n  ".join(offenders)


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_a_clean_tree_keeps_the_rule(tmp_path: Path, rule: Rule) -> None:
    assert rule(plant(tmp_path, {})) == []


@pytest.mark.parametrize("case", PLANTED, ids=lambda case: f"{case.rule.__name__}: {case.what}")
def test_a_planted_offence_is_caught(tmp_path: Path, case: Planted) -> None:
    offenders = case.rule(plant(tmp_path, {case.path: case.text}))
    assert any(line.startswith(case.path) for line in offenders), offenders


def test_every_rule_has_a_planted_offence() -> None:
    assert {name(rule) for rule in RULES} == {name(case.rule) for case in PLANTED}
