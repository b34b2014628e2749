"""Memory that is free: given back where the system can, and no harm where it cannot."""

import asyncio
import ctypes
from itertools import pairwise
from types import SimpleNamespace

import pytest

from backend import heap
from tests.hostile.test_slow import Quick


def library(monkeypatch, **named) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(**named))


def test_what_is_free_is_given_back_whole(monkeypatch):
    asked = []
    library(monkeypatch, malloc_trim=asked.append)
    asyncio.run(heap.trim(0))
    assert asked == [0], "0: keep nothing at the top"


def test_a_system_that_has_no_such_thing_goes_on_without(monkeypatch):
    library(monkeypatch)
    assert heap.found() is None
    asyncio.run(heap.trim(0))


def test_the_real_one_may_be_called_at_any_time():
    for _ in range(3):
        asyncio.run(heap.trim(0))


@pytest.fixture
def given(monkeypatch) -> list[int]:
    """What was given back so far."""
    asked: list[int] = []
    library(monkeypatch, malloc_trim=asked.append)
    return asked


def told(tide: heap.Tide, *counts: int) -> None:
    """Tell of each number between these, as bodies come and end one by one."""
    for first, last in pairwise(counts):
        for count in range(first, last, 1 if last > first else -1):
            tide.stands(count)
    tide.stands(counts[-1])


async def passed(seconds: float) -> None:
    """Let time pass, and what began meanwhile come to an end."""
    await asyncio.sleep(seconds)
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})


def quickly(work) -> None:
    loop = Quick()
    try:
        loop.run_until_complete(work())
    finally:
        loop.close()


def test_a_moment_after_many_have_become_few_what_they_left_is_given_back_once(given):
    async def ebb() -> None:
        tide = heap.Tide()
        told(tide, 0, 1_000)
        await passed(10)
        assert given == []
        told(tide, 1_000, 0)
        await passed(heap.REST_S / 2)
        assert given == [], "not before those that are done are closed"
        await passed(heap.REST_S)
        assert given == [0]
        await passed(100)
        assert given == [0]

    quickly(ebb)


def test_where_it_never_comes_to_none_each_halving_gives_back(given):
    async def ebb() -> None:
        tide = heap.Tide()
        told(tide, 0, 1_000, 501)
        await passed(10)
        assert given == []
        for few, times in ((500, 1), (251, 1), (250, 2), (900, 2), (450, 3)):
            told(tide, few)
            await passed(10)
            assert len(given) == times, few

    quickly(ebb)


def test_what_few_leave_can_wait(given):
    async def ebb() -> None:
        tide = heap.Tide()
        for _ in range(3):
            told(tide, 0, heap.MANY - 1, 0)
            await passed(10)

    quickly(ebb)
    assert given == []
