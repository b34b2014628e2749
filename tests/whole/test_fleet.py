"""The fleet: thousands of small towns under every fault, judged by O1 to O6; the judges by planted bugs."""

import subprocess
import sys

from tests.whole.fleet import runs
from tests.whole.fleet.bugs import ROOT, planted

SEEDS = 2_000
SEEDS_MAX = 1_000  # within which every planted bug must be found
BUGS_MIN = 30


def test_nothing_is_lost_or_doubled_in_two_thousand_seeds() -> None:
    total = runs.many(0, SEEDS)
    assert not total.failures, "\n".join(total.failures)
    assert total.seeds == SEEDS


def test_every_planted_bug_is_found() -> None:
    finds = runs.hunts(SEEDS_MAX)
    print("\n".join(f"{find.seeds:5} seeds: {find.name}: {find.by[:100]}" for find in finds))
    assert not [find for find in finds if not find.seeds]


def test_a_planted_bug_breaks_what_stands_there() -> None:
    assert len(planted()) > BUGS_MIN
    for bug in planted().values():
        assert bug.source != bug.old, bug.name


def test_a_hint_is_tried_first_and_leaves_nothing_out() -> None:
    hinted = [bug for bug in planted().values() if bug.seed >= 0]
    assert hinted
    for bug in hinted:
        unhinted = bug._replace(seed=-1).trials(SEEDS_MAX)
        assert list(bug.trials(SEEDS_MAX)) == [bug.seed, *unhinted], bug.name


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    def story(hashing: str) -> str:
        words = [sys.executable, "-m", "tests.whole.fleet", "--seed", "31", "-v"]
        told = subprocess.run(
            words, cwd=ROOT, env={"PYTHONHASHSEED": hashing}, capture_output=True, text=True, check=True
        )
        return told.stdout

    assert story("1") == story("2")
