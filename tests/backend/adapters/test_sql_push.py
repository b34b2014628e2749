"""Subscriptions: one a device, an endpoint of one device, of nobody who signed out; calls. Both adapters."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from backend.adapters.memory import MemoryPeople
from backend.adapters.memory_push import MemoryCalls, MemorySubscriptions
from backend.adapters.sql_people import SqlPeople
from backend.adapters.sql_push import SqlCalls, SqlSubscriptions
from backend.adapters.sqlite import Sqlite
from backend.ports import People
from backend.push import Call, Calls, Subscriptions, Waiting
from tests.backend.pushing import Browser
from tests.backend.town import NOW, PEOPLE, SECRETARY, TOWN, WORKER, settle_in

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "sql"])
async def kept(request, tmp_path) -> AsyncIterator[tuple[Subscriptions, People]]:
    file = None if request.param == "memory" else await Sqlite.open(tmp_path)
    people = SqlPeople(file) if file else MemoryPeople()
    await settle_in(people)
    for number, person in ((1, WORKER), (2, WORKER), (3, SECRETARY)):
        whose = next(each for each in PEOPLE if each.id == person)
        assert (await people.bind(whose, "", b"%d" % number, NOW)).number == number
    yield SqlSubscriptions(file) if file else MemorySubscriptions(people), people
    if file:
        await file.close()


async def test_a_device_has_one_and_it_comes_back_whole(kept):
    subscriptions, _ = kept
    first, second = Browser("one").subscription(1), Browser("two").subscription(1, language="en")
    await subscriptions.put(first)
    assert await subscriptions.listed(TOWN) == [first]
    await subscriptions.put(second)
    assert await subscriptions.listed(TOWN) == [second]
    assert await subscriptions.listed(TOWN + 1) == []
    assert await subscriptions.towns() == [TOWN]


async def test_an_endpoint_is_of_the_last_who_named_it(kept):
    subscriptions, _ = kept
    browser = Browser()
    await subscriptions.put(browser.subscription(1))
    await subscriptions.put(browser.subscription(3, SECRETARY))
    assert [each.device for each in await subscriptions.listed(TOWN)] == [3]


async def test_a_device_that_signed_out_or_changed_hands_is_not_listed(kept):
    subscriptions, people = kept
    await subscriptions.put(Browser("one").subscription(1))
    await subscriptions.put(Browser("two").subscription(2, SECRETARY))  # it is the worker's by now
    await subscriptions.put(Browser("three").subscription(3, SECRETARY))
    assert [each.device for each in await subscriptions.listed(TOWN)] == [1, 3]
    await people.revoke(1, NOW)
    assert [each.device for each in await subscriptions.listed(TOWN)] == [3]


async def test_it_is_dropped_only_if_it_is_still_the_one_that_died(kept):
    subscriptions, _ = kept
    old, new = Browser("old").subscription(1), Browser("new").subscription(1)
    await subscriptions.put(new)
    await subscriptions.drop(TOWN, 1, old.endpoint)
    assert await subscriptions.listed(TOWN) == [new]
    await subscriptions.drop(TOWN, 1, new.endpoint)
    await subscriptions.put(new)
    await asyncio.gather(subscriptions.drop(TOWN, 1), subscriptions.drop(TOWN, 9))
    assert await subscriptions.listed(TOWN) == []
    assert await subscriptions.towns() == []


async def test_what_nobody_renewed_is_forgotten(kept):
    subscriptions, _ = kept
    await subscriptions.put(Browser("one").subscription(1))
    await subscriptions.put(replace(Browser("two").subscription(2), asked_ms=NOW + 1))
    assert await subscriptions.sweep(NOW) == 0
    assert await subscriptions.sweep(NOW + 1) == 1
    assert [each.device for each in await subscriptions.listed(TOWN)] == [2]


@pytest.fixture(params=["memory", "sql"])
async def calls(request, tmp_path) -> AsyncIterator[Calls]:
    file = None if request.param == "memory" else await Sqlite.open(tmp_path)
    yield SqlCalls(file) if file else MemoryCalls()
    if file:
        await file.close()


def waiting(device: int, record: str, due_ms: int, tries: int = 0) -> Waiting:
    made = Call(WORKER, record, False, NOW, {"zh": "事件：等书记看", "en": "Incident: in review"})
    return Waiting(TOWN, device, made, due_ms, True, tries)


async def test_calls_come_back_whole_and_a_newer_one_takes_the_place_of_an_older(calls):
    await calls.looked(TOWN, 5, [waiting(1, "a.1", 9), waiting(2, "a.1", 7)])
    await calls.looked(TOWN, 6, [waiting(1, "a.1", 8)])
    assert await calls.waiting() == [waiting(2, "a.1", 7), waiting(1, "a.1", 8)]
    assert await calls.seen() == {TOWN: 6}


async def test_what_went_out_is_forgotten_and_what_is_tried_again_kept(calls):
    await calls.looked(TOWN, 5, [waiting(1, "a.1", 9), waiting(1, "a.2", 7)])
    await calls.turned([(TOWN, 1, "a.1"), (TOWN, 9, "a.1")], [waiting(1, "a.2", 70, 1)])
    assert await calls.waiting() == [waiting(1, "a.2", 70, 1)]
    await calls.turned([(TOWN, 1, "a.2")], [])
    assert await calls.waiting() == []
    assert await calls.seen() == {TOWN: 5}
