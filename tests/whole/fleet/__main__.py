"""Run seeds by hand.

python -m tests.whole.fleet --seed 7 -v           one seed, told step by step
python -m tests.whole.fleet --seed 7 --shrink -v  the same, without the steps that do not matter
python -m tests.whole.fleet --seeds 2000          many
python -m tests.whole.fleet --soak 600            until time is up
python -m tests.whole.fleet --bugs                how soon each planted bug is found
python -m tests.whole.fleet --bug NAME            the same of one; with --seed, its story
"""

import argparse
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.whole.fleet import bugs, runs
from tests.whole.fleet.plan import drawn


def main(arguments: list[str]) -> int:
    """Do what was asked; 1 if something is wrong."""
    options = _options(arguments)
    if options.node:
        return _node(options)
    if options.bugs:
        return _bugs(runs.hunts(options.seeds), options.seeds)
    if options.soak:
        return _soak(runs.soak(options.soak))
    if options.seed is not None:
        bug = bugs.plant(options.bug) if options.bug else None
        return _one(options, sql=options.sql or (bug is not None and bug.sql))
    if options.bug:
        return _hunt(runs.sought(options.bug, options.seeds))
    begun = time.perf_counter()
    return _told(runs.many(options.start, options.seeds), time.perf_counter() - begun)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.whole.fleet", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seed", type=int)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--soak", type=float, default=0)
    parser.add_argument("--skip", type=lambda text: [int(each) for each in text.split(",")], default=[])
    parser.add_argument("--bug", default="")
    for flag in ("--bugs", "--sql", "--shrink", "--node"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser.parse_args(arguments)


def _one(options: argparse.Namespace, *, sql: bool) -> int:
    from tests.whole.fleet.fleet import run  # noqa: PLC0415 - only now, with the bug in place

    skip = options.skip
    if options.shrink:
        skip = shrunk(run, options.seed, sql=sql)
        print(f"{runs.replay(options.seed, options.bug, sql=sql)} --skip {','.join(map(str, skip))}")
    fleet = run(options.seed, print if options.verbose else None, skip, sql=sql)
    print("\n".join(fleet.wrong) or f"seed {options.seed}: nothing wrong in {fleet.steps} steps")
    return bool(fleet.wrong)


def _hunt(find: runs.Find) -> int:
    """Say by the how manieth seed a bug was found, and how; 1 if it was."""
    print(find.seeds or "-", find.by)
    return find.seeds > 0


def _node(options: argparse.Namespace) -> int:
    """Do the same with the app's own client."""
    from tests.whole.fleet import node_runs as nodes  # noqa: PLC0415 - it loads the whole server

    if options.bugs:
        return _bugs(nodes.hunts(options.seeds), options.seeds)
    if options.soak:
        return _soak(nodes.soak(options.soak))
    if options.seed is not None:
        say = print if options.verbose else None
        wrong = nodes.tell(options.seed, say, options.skip, options.bug, shrink=options.shrink)
        print("\n".join(wrong) or f"seed {options.seed}: nothing wrong")
        return bool(wrong)
    if options.bug:
        return _hunt(nodes.hunt(options.bug, options.seeds))
    begun = time.perf_counter()
    return _told(nodes.many(options.start, options.seeds), time.perf_counter() - begun)


def _bugs(finds: list[runs.Find], seeds: int) -> int:
    for find in sorted(finds, key=lambda each: each.seeds):
        print(f"{find.seeds or '-':>5} {find.name:32} {find.by[:100]}")
    found = sum(find.seeds > 0 for find in finds)
    print(f"{found} of {len(finds)} bugs found, each within {seeds} seeds")
    return found < len(finds)


def _soak(chunks: Iterator[runs.Chunk]) -> int:
    begun, total = time.perf_counter(), runs.Chunk(0, 0, [])
    for now in chunks:
        for line in now.failures[len(total.failures) :]:
            print(line, flush=True)
        total = now
    return _told(total, time.perf_counter() - begun, told=len(total.failures))


def _told(total: runs.Chunk, took_s: float, told: int = 0) -> int:
    for line in total.failures[told:]:
        print(line)
    rate = f"{total.steps / took_s:.0f} steps a second"
    print(
        f"{total.seeds} seeds, {total.steps} steps, {len(total.failures)} violations, {took_s:.0f} s, {rate}"
    )
    return bool(total.failures)


def shrunk(run: Any, seed: int, *, sql: bool) -> list[int]:
    """Leave out every step that a failing seed does not need to fail in the same way."""
    skip: list[int] = []
    steps = drawn(seed).steps
    sort = [fault.split()[0] for fault in run(seed, sql=sql).wrong[:1]]
    for size in (16, 4, 1):
        for step in range(0, steps, size):
            more = [each for each in range(step, min(step + size, steps)) if each not in skip]
            wrong = run(seed, None, skip + more, sql=sql).wrong if more else []
            if [fault.split()[0] for fault in wrong[:1]] == sort:
                skip += more
    return skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
