"""Runs of many seeds with the app's own client: until done, until time is up, until a bug is found."""

import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from pathlib import Path
from typing import Final

from tests.whole.fleet.bugs import Bug
from tests.whole.fleet.fleet import Say
from tests.whole.fleet.node_fleet import Floor, floor
from tests.whole.fleet.runs import PROCESSES, SOAK_FROM, WORDS_MAX, Chunk, Find

CHUNK: Final = 100  # seeds of one piece of a soak: what they share takes seconds to start


def planted() -> dict[str, Bug]:
    """Read the list of planted bugs."""
    text = Path(__file__).with_name("bugs_node.toml").read_text(encoding="utf-8")
    return {each["name"]: Bug(**each) for each in tomllib.loads(text)["bug"]}


def replay(seed: int, bug: str = "") -> str:
    """Write the command that tells a seed again."""
    return f"python -m tests.whole.fleet --node --seed {seed}{f' --bug {bug}' if bug else ''} -v"


def some(start: int, seeds: int) -> Chunk:
    """Run some seeds, here."""
    steps, failures = 0, []
    with floor() as shared:
        for seed in range(start, start + seeds):
            fleet = shared.run(seed)
            steps += fleet.steps
            if fleet.wrong:
                failures.append(f"{replay(seed)}: {fleet.wrong[0][:WORDS_MAX]}")
    return Chunk(seeds, steps, failures)


def many(start: int, seeds: int) -> Chunk:
    """Run many seeds, in all processes."""
    share = -(-seeds // PROCESSES)
    starts = range(start, start + seeds, share)
    with ProcessPoolExecutor(PROCESSES) as pool:
        chunks = list(pool.map(some, starts, [min(share, start + seeds - each) for each in starts]))
    return _sum(chunks)


def soak(seconds: float) -> Iterator[Chunk]:
    """Run seeds until time is up; gives what was run so far, again and again."""
    begun, starts, total = time.monotonic(), count(SOAK_FROM, CHUNK), Chunk(0, 0, [])
    with ProcessPoolExecutor(PROCESSES) as pool:
        while time.monotonic() - begun < seconds:
            turn = [next(starts) for _ in range(PROCESSES)]
            total = _sum([total, *pool.map(some, turn, [CHUNK] * PROCESSES)])
            yield total


def hunt(name: str, seeds: int) -> Find:
    """Look for a planted bug, seed after seed."""
    bug = planted()[name]
    assert bug.source  # the old text stands there once
    with floor(bug) as shared:
        for seed in bug.trials(seeds):
            if wrong := shared.run(seed).wrong:
                return Find(name, seed + 1, wrong[0][:WORDS_MAX])
    return Find(name, 0, "")


def hunts(seeds: int) -> list[Find]:
    """Look for every planted bug."""
    names = list(planted())
    with ProcessPoolExecutor(PROCESSES) as pool:
        return list(pool.map(hunt, names, [seeds] * len(names)))


def tell(seed: int, say: Say | None, skip: list[int], bug: str, *, shrink: bool) -> list[str]:
    """Run one seed, perhaps without the steps that do not matter; gives what is wrong."""
    with floor(planted()[bug] if bug else None) as shared:
        if shrink:
            skip = shrunk(shared, seed)
            print(f"{replay(seed, bug)} --skip {','.join(map(str, skip))}")
        return shared.run(seed, say, skip).wrong


def shrunk(shared: Floor, seed: int) -> list[int]:
    """Leave out every step that a failing seed does not need to fail in the same way."""

    def sort(skip: list[int]) -> list[str]:
        return [fault.split()[0] for fault in shared.run(seed, None, skip).wrong[:1]]

    skip: list[int] = []
    wanted, steps = sort([]), shared.run(seed).plan.steps
    for size in (16, 4, 1):
        for step in range(0, steps, size):
            more = [each for each in range(step, min(step + size, steps)) if each not in skip]
            if more and sort(skip + more) == wanted:
                skip += more
    return skip


def _sum(chunks: list[Chunk]) -> Chunk:
    failures = [line for chunk in chunks for line in chunk.failures]
    return Chunk(sum(chunk.seeds for chunk in chunks), sum(chunk.steps for chunk in chunks), failures)
