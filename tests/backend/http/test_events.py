"""Events: only that there is news, but at once, and without missing any."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from backend.adapters.memory import MemoryBell
from backend.http import events
from backend.http.events import _lines
from tests.backend.served import enrolled_at
from tests.backend.town import NORTH_ONE, TOWN

pytestmark = pytest.mark.anyio


async def next_news(lines: AsyncIterator[str]) -> None:
    async for line in lines:
        if line == "event: news":
            return
    raise AssertionError("the line ended")


async def test_news_is_told_within_a_second_of_anothers_push(town_server):
    server, codes = town_server
    async with server.client() as one, server.client() as two, server.client("127.0.0.4") as three:
        worker, secretary = await enrolled_at(one, codes.pop()), await enrolled_at(two, codes.pop())
        head = {"authorization": f"Bearer {secretary.token}"}
        async with three.stream("GET", "/api/events", headers=head) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            lines = answer.aiter_lines()
            assert await anext(lines) == ": listening"
            for _ in range(2):
                await worker.exchange(worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
                async with asyncio.timeout(1):
                    await next_news(lines)


async def test_nobody_listens_without_a_sign_in(client):
    answer = await client.get("/api/events")
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


async def test_a_ring_between_two_lines_is_told_with_the_next():
    bell = MemoryBell()
    lines = _lines(bell, TOWN, bell.rung(TOWN))
    bell.ring(TOWN)
    assert await anext(lines) == b": listening\n\n"
    assert await anext(lines) == b"event: news\ndata:\n\n"
    bell.ring(TOWN)
    bell.ring(TOWN)
    assert await anext(lines) == b"event: news\ndata:\n\n"


async def test_a_quiet_line_is_kept_alive_and_ends_one_day(monkeypatch):
    monkeypatch.setattr(events, "BEAT_S", 0.001)
    monkeypatch.setattr(events, "LIFE_BEATS", 3)
    told = [line async for line in _lines(MemoryBell(), TOWN, 0)]
    assert told == [b": listening\n\n"] + [b": still here\n\n"] * 3
