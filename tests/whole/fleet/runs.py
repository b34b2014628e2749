"""Runs of many seeds: in two processes, until done or until time is up, and with a bug planted.

This module loads nothing of the product: a process that plants a bug does so before anything else.
"""

import gc
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final, NamedTuple

from tests.whole.fleet.bugs import plant, planted

PROCESSES: Final = 2
CHUNK: Final = 25  # seeds of one piece of work
YOUNG_MAX: Final = 20_000  # objects that are made before the collector looks
SOAK_FROM: Final = 1_000_000  # a soak begins where no other run comes
HUNT_S: Final = 300  # after which a hunt is given up: it found nothing
FORKS: Final = get_context("forkserver")  # a hunt begins as a copy of a process that has loaded these
LOADED: Final = (  # what the product needs of others: to load it takes longer than most hunts
    "asyncio", "chinese_calendar", "cryptography.hazmat.primitives.asymmetric.ec", "msgspec", "PIL.ImageOps",
    "pillow_heif", "sqlalchemy.dialects.sqlite", "sqlalchemy.engine",
)  # fmt: skip
WORDS_MAX: Final = 300  # characters of a violation on its line


class Chunk(NamedTuple):
    """What some seeds came to: how many, their steps, and a line for each that failed."""

    seeds: int
    steps: int
    failures: list[str]


class Find(NamedTuple):
    """How a bug was found: by the how manieth seed (0: by none), and what it broke."""

    name: str
    seeds: int
    by: str


def replay(seed: int, bug: str = "", *, sql: bool = False) -> str:
    """Write the command that tells a seed again."""
    more = f" --bug {bug}" if bug else " --sql" if sql else ""
    return f"python -m tests.whole.fleet --seed {seed}{more} -v"


def some(start: int, seeds: int) -> Chunk:
    """Run some seeds, here."""
    from tests.whole.fleet.fleet import run  # noqa: PLC0415 - only in the process that runs them

    spare_collector()
    steps, failures = 0, []
    for seed in range(start, start + seeds):
        fleet = run(seed)
        steps += fleet.steps
        if fleet.wrong:
            failures.append(f"{replay(seed)}: {fleet.wrong[0][:WORDS_MAX]}")
    return Chunk(seeds, steps, failures)


def spare_collector() -> None:
    """Let the garbage collector pass over what was loaded, and come rarely: a seed leaves little behind."""
    if not gc.get_freeze_count():  # once: what is garbage by then is kept for good
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_MAX)


def many(start: int, seeds: int) -> Chunk:
    """Run many seeds, in all processes."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        starts = range(start, start + seeds, CHUNK)
        work = [pool.submit(some, each, min(CHUNK, start + seeds - each)) for each in starts]
        chunks = [each.result() for each in work]
    return _sum(chunks)


def soak(seconds: float) -> Iterator[Chunk]:
    """Run seeds until time is up; gives what was run so far, again and again."""
    begun, starts, total = time.monotonic(), count(SOAK_FROM, CHUNK), Chunk(0, 0, [])
    with ProcessPoolExecutor(PROCESSES) as pool:
        under_way = {_next(pool, starts) for _ in range(PROCESSES)}
        while under_way:
            done = next(as_completed(under_way))
            under_way.remove(done)
            total = _sum([total, done.result()])
            if time.monotonic() - begun < seconds:
                under_way.add(_next(pool, starts))
            yield total


def _next(pool: Executor, starts: Iterator[int]) -> Any:
    return pool.submit(some, next(starts), CHUNK)


def _sum(chunks: list[Chunk]) -> Chunk:
    failures = [line for chunk in chunks for line in chunk.failures]
    return Chunk(sum(chunk.seeds for chunk in chunks), sum(chunk.steps for chunk in chunks), failures)


def sought(name: str, seeds: int) -> Find:
    """Plant a bug here, and run seeds until one fails."""
    bug = plant(name)
    from tests.whole.fleet.fleet import run  # noqa: PLC0415 - only now, with the bug in place

    spare_collector()
    for seed in bug.trials(seeds):
        if wrong := run(seed, sql=bug.sql).wrong:
            return Find(name, seed + 1, wrong[0][:WORDS_MAX])
    return Find(name, 0, "")


def _tell(end: Connection, name: str, seeds: int) -> None:
    end.send(sought(name, seeds))


def hunt(name: str, seeds: int) -> Find:
    """Look for a planted bug in a process of its own, which has loaded nothing of the product yet."""
    told, end = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_tell, args=(end, name, seeds))
    process.start()
    end.close()
    try:
        return told.recv() if told.poll(HUNT_S) else Find(name, 0, f"no find in {HUNT_S} s")
    except EOFError:
        return Find(name, 0, "the hunt broke off: its process says why")
    finally:
        process.kill()
        process.join()


def hunts(seeds: int) -> list[Find]:
    """Look for every planted bug."""
    FORKS.set_forkserver_preload(list(LOADED))
    with ThreadPoolExecutor(PROCESSES) as pool:
        return list(pool.map(lambda name: hunt(name, seeds), planted()))
