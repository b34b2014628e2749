"""Bodies on their way in: what stalls, what is taken over, what is lost with its line."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from typing import TypeVar

import pytest

from backend import heap
from backend.pouring import AHEAD, LEAST, PACE, PAUSE_S, TOGETHER, BrokenOff, Holds, Pour, Share
from backend.problems import Refused
from tests.hostile.test_slow import Quick

T = TypeVar("T")
NEVER_S = 1e9


def run(work: Callable[[], Awaitable[T]]) -> T:
    loop = Quick()
    try:
        return loop.run_until_complete(work())
    finally:
        loop.close()


async def body(*parts: tuple[float, bytes], cut: bool = False) -> AsyncIterator[bytes]:
    """Give parts that come so many seconds after another."""
    for wait_s, part in parts:
        await asyncio.sleep(wait_s)
        yield part
    if cut:
        raise BrokenOff


async def poured(stream: AsyncIterator[bytes]) -> tuple[bytes, str, float]:
    """Take a body to its end; gives what came, how it ended, and when."""
    got, end = b"", "whole"
    with Pour(stream, Share()) as pour:
        try:
            while part := await pour.take():
                got += part
        except BrokenOff:
            end = "cut"
        except Refused as refused:
            end = refused.code
    return got, end, asyncio.get_running_loop().time()


def test_a_body_comes_whole():
    assert run(lambda: poured(body((0, b"ab"), (29, b"c"), (1, b"d")))) == (b"abcd", "whole", 30.0)


def test_what_came_before_a_cut_is_not_lost():
    assert run(lambda: poured(body((0, b"ab"), (5, b"c"), cut=True)))[:2] == (b"abc", "cut")


@pytest.mark.parametrize(
    ("parts", "kept", "end_s"),
    [
        ([(NEVER_S, b"x")], 0, PAUSE_S),
        ([(10.0, b"ab"), (NEVER_S, b"x")], 2, PAUSE_S),
        ([(20.0, bytes(20 * PACE)), (NEVER_S, b"x")], 20 * PACE, 20 + PAUSE_S),
        ([(1.0, b"x")] * 100, 30, PAUSE_S),
    ],
)
def test_what_stalls_or_trickles_is_given_up_with_what_came(parts, kept, end_s):
    got, end, at_s = run(lambda: poured(body(*parts)))
    assert end == "locked"
    assert len(got) == pytest.approx(kept, abs=1)
    assert at_s == pytest.approx(end_s, abs=2.0)


def test_what_comes_slowly_but_comes_is_waited_for():
    got, end, _ = run(lambda: poured(body(*[(25.0, bytes(13_000))] * 20)))
    assert (len(got), end) == (260_000, "whole")


def test_no_more_is_read_ahead_than_a_body_may_hold():
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1_024
            yield bytes(1_024)
            await asyncio.sleep(0)

    async def look() -> int:
        with Pour(endless(), Share()) as pour:
            await asyncio.sleep(10)
            first = read
            assert len(await pour.take()) == AHEAD
            await asyncio.sleep(10)
            assert read == 2 * AHEAD
        return first

    assert run(look) == AHEAD


@pytest.mark.parametrize("bodies", [1, 128, 129, 300, 1_000, 5_000])
def test_the_more_bodies_there_are_the_less_of_each_is_read_ahead(bodies):
    async def look() -> tuple[int, int]:
        share, held = Share(), 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal held
            while True:
                held += 1_024
                yield bytes(1_024)

        with ExitStack() as stack:
            for _ in range(bodies):
                stack.enter_context(Pour(endless(), share))
            await asyncio.sleep(10)
        return held, share.bodies

    held, left = run(look)
    assert held <= max(TOGETHER, bodies * LEAST) + bodies * 1_024
    assert held >= min(bodies * AHEAD, TOGETHER)
    assert left == 0


@pytest.mark.parametrize(("bodies", "times"), [(1_000, 1), (10, 0)])
def test_when_many_bodies_have_come_to_an_end_memory_is_given_back(monkeypatch, bodies, times):
    given: list[int] = []
    monkeypatch.setattr(heap, "found", lambda: given.append)

    async def all_at_once() -> None:
        share = Share()
        with ExitStack() as stack:
            for _ in range(bodies):
                stack.enter_context(Pour(body((0, b"ab")), share))
            await asyncio.sleep(10)
            assert given == []
        await asyncio.sleep(10)
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    run(all_at_once)
    assert len(given) == times


def test_a_newer_request_stops_the_older_one_and_its_bytes_are_kept():
    async def two() -> list[str]:
        holds, story = Holds(), []

        async def older() -> None:
            with Pour(body((0, b"ab"), (NEVER_S, b"x")), Share()) as pour:
                async with holds.alone("a") as hold:
                    with hold.pouring(pour):
                        try:
                            while part := await pour.take():
                                story.append(part.decode())
                        except Refused as refused:
                            story.append(refused.code)

        task = asyncio.create_task(older())
        await asyncio.sleep(5)
        async with holds.alone("a") as hold:
            story.append(f"newer at {asyncio.get_running_loop().time()}")
            assert not hold.wanted
        await task
        return story

    assert run(two) == ["ab", "locked", "newer at 5.0"]


def test_an_older_request_that_has_not_begun_gives_way_as_well():
    async def two() -> tuple[float, str]:
        holds, end = Holds(), ""

        async def older() -> None:
            nonlocal end
            with Pour(body((NEVER_S, b"x")), Share()) as pour:
                async with holds.alone("a") as hold:
                    await asyncio.sleep(1)  # a flush
                    with hold.pouring(pour):
                        try:
                            await pour.take()
                        except Refused as refused:
                            end = refused.code

        task = asyncio.create_task(older())
        await asyncio.sleep(0.5)
        async with holds.alone("a"):
            at_s = asyncio.get_running_loop().time()
        await task
        return at_s, end

    assert run(two) == (1.0, "locked")


def test_where_something_cannot_be_stopped_nobody_waits():
    async def two() -> None:
        holds = Holds()
        async with holds.alone("a") as hold:
            hold.busy = True
            with pytest.raises(Refused, match="locked"):
                async with holds.alone("a"):
                    raise AssertionError
            async with holds.alone("b"):
                pass
            hold.busy = False
        async with holds.alone("a"):
            pass

    run(two)


def test_nothing_is_remembered_of_uploads_nobody_is_at():
    async def one() -> int:
        holds = Holds()
        async with holds.alone("a"):
            pass
        return len(holds._held)

    assert run(one) == 0


def test_all_are_stopped_at_once():
    async def all_() -> set[str]:
        holds, ends = Holds(), set()

        async def one(name: str) -> None:
            with Pour(body((NEVER_S, b"x")), Share()) as pour:
                async with holds.alone(name) as hold:
                    with hold.pouring(pour):
                        try:
                            await pour.take()
                        except Refused as refused:
                            ends.add(f"{name} {refused.code}")

        tasks = [asyncio.create_task(one(name)) for name in "ab"]
        await asyncio.sleep(1)
        holds.stop("busy")
        await asyncio.gather(*tasks)
        return ends

    assert run(all_) == {"a busy", "b busy"}
