"""The fleet with the app's own client, under Node, against the real server over HTTP; its planted bugs."""

from tests.whole.fleet import node_runs

SEEDS = 100
SEEDS_MAX = 100  # within which every planted bug must be found
BUGS_MIN = 20


def test_the_apps_own_client_loses_and_doubles_nothing() -> None:
    total = node_runs.many(0, SEEDS)
    assert not total.failures, "\n".join(total.failures)
    assert total.seeds == SEEDS


def test_every_bug_planted_in_the_client_is_found() -> None:
    finds = node_runs.hunts(SEEDS_MAX)
    print("\n".join(f"{find.seeds:5} seeds: {find.name}: {find.by[:100]}" for find in finds))
    assert len(finds) > BUGS_MIN
    assert not [find for find in finds if not find.seeds]


def test_a_seed_ends_alike_every_time() -> None:
    def story() -> list[str]:
        told: list[str] = []
        node_runs.tell(31, told.append, [], "", shrink=False)
        return told

    assert story() == story()
