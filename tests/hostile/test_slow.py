"""Bodies that come slowly or not at all, in a time of their own; and what a bomb costs to be refused."""

import asyncio
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from backend.http.body import INFLATED_MAX, PACE, PAUSE_S, SURE_MAX, WIRE_MAX, bounded, inflated
from backend.problems import Refused
from tests.hostile.test_bytes import MIB, bomb

BOMB_MEMORY_MAX = 8 * MIB


class Quick(asyncio.SelectorEventLoop):
    """A loop that waits for nothing: its clock goes on to whatever is due next."""

    now_s = 0.0

    def time(self) -> float:
        return self.now_s

    def _run_once(self) -> None:
        due = [each.when() for each in self._scheduled if not each.cancelled()]
        if due and not self._ready:
            self.now_s = max(self.now_s, min(due))
        super()._run_once()


def read(parts: Sequence[tuple[float, int]], most: int = WIRE_MAX) -> tuple[int | str, float]:
    """Read a body whose parts come so many seconds after another; gives its size or refusal, and when."""

    async def stream() -> AsyncIterator[bytes]:
        for wait_s, size in parts:
            await asyncio.sleep(wait_s)
            yield bytes(size)

    async def run() -> tuple[int | str, float]:
        request: Any = SimpleNamespace(headers={}, stream=stream)
        try:
            outcome: int | str = len(await bounded(request, most))
        except Refused as refusal:
            outcome = refusal.code
        return outcome, asyncio.get_running_loop().time()

    loop = Quick()
    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()


NEVER_S = 1e9


@pytest.mark.parametrize(
    ("parts", "end_s"),
    [
        ([(NEVER_S, 1)], PAUSE_S),
        ([(0.0, 1), (NEVER_S, 1)], PAUSE_S),
        ([(0.0, WIRE_MAX // 2), (NEVER_S, 1)], PAUSE_S),
        ([(20.0, 20 * PACE), (NEVER_S, 1)], 20.0 + PAUSE_S),
        ([(20.0, PACE), (NEVER_S, 1)], 1.0 + PAUSE_S),
        ([(1.0, 1)] * 100, PAUSE_S),
        ([(1.0, PACE // 2)] * 1_000, 2 * PAUSE_S),
        ([(29.0, 1)] * 3, PAUSE_S),
    ],
)
def test_what_stalls_or_trickles_is_given_up(parts, end_s):
    outcome, at_s = read(parts)
    assert outcome == "too_slow"
    assert at_s == pytest.approx(end_s, abs=2.0)


@pytest.mark.parametrize(
    "parts",
    [
        [(0.0, 10)],
        [(29.0, 10)],
        [(1.0, PACE)] * 1_000,
        [(10.0, 10 * PACE)] * 100,
        [(0.0, 20 * MIB), (29.0, 1)],
        [(25.0, 13_000)] * 20,
    ],
)
def test_what_comes_slowly_but_comes_is_waited_for(parts):
    outcome, _ = read(parts, 64 * MIB)
    assert outcome == sum(size for _, size in parts)


def test_too_much_is_refused_as_soon_as_it_is_there():
    assert read([(1.0, WIRE_MAX), (1.0, 1), (NEVER_S, 1)]) == ("too_large", 2.0)


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15)])
@pytest.mark.parametrize("size", [SURE_MAX, SURE_MAX + 1, 9 * 1024, WIRE_MAX])
def test_a_bomb_of_a_gib_holds_less_than_eight_mib_while_it_is_refused(encoding, wbits, size):
    body = bomb(wbits)[:size]
    tracemalloc.start()
    try:
        with pytest.raises(Refused) as refusal:
            inflated(body, encoding)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refusal.value.code == ("too_large" if size > SURE_MAX + 1 else "malformed")
    assert peak < BOMB_MEMORY_MAX if size > SURE_MAX + 1 else peak < 3 * INFLATED_MAX


@pytest.mark.parametrize("size", [INFLATED_MAX - 1, INFLATED_MAX, INFLATED_MAX + 1])
def test_the_cap_is_exact_where_it_is_counted(size):
    body = zlib.compress(bytes(size), 9)
    assert len(body) > SURE_MAX
    if size <= INFLATED_MAX:
        assert len(inflated(body, "deflate")) == size
    else:
        with pytest.raises(Refused, match="too_large"):
            inflated(body, "deflate")


def test_nothing_shorter_than_the_sure_length_can_pass_the_cap():
    machine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    most = sum(map(len, (machine.compress(bytes(64 * MIB)), machine.flush())))
    assert 64 * MIB / most * SURE_MAX <= INFLATED_MAX
