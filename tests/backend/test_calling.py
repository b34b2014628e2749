"""Calling: after the fact, whoever is not reached otherwise, until it is taken or no use any more."""

import asyncio
import json
import logging
import shutil

import pytest
from msgspec.structs import replace

from backend import app, calling
from backend.adapters.memory import MemoryBell, MemoryLanes, MemoryPeople
from backend.adapters.memory_push import MemoryCalls, MemoryPusher, MemorySubscriptions
from backend.adapters.pusher import WebPusher
from backend.calling import GRACE_MS, HOUR_MS, KEPT_MS, PAUSE_MS, TRIES_MAX, Calling
from backend.config import Settings
from backend.devices import Contacts
from backend.evidence import own_key
from backend.push import KEY_FILE, Sent
from backend.reach import DAY_S
from backend.timers import Timers
from backend.towns import Towns
from sync.permit import Grant
from tests.backend.mirror import Mirror
from tests.backend.pushing import Browser, push_service
from tests.backend.town import (
    BUILT_IN,
    NORTH,
    NORTH_ONE,
    NOW,
    OFFICER,
    PEOPLE,
    SECRETARY,
    TOWN,
    WORKER,
    settle_in,
)

pytestmark = pytest.mark.anyio


class Place:
    """A town in memory with a clock that can be set; its secretary and officer asked to be called."""

    def __init__(self) -> None:
        self.now_ms, self.bell, self.lanes, self.people = NOW, MemoryBell(), MemoryLanes(), MemoryPeople()
        self.towns = Towns(self.people, BUILT_IN, lambda: self.now_ms)
        self.pusher, self.subscriptions = MemoryPusher(), MemorySubscriptions(self.people)
        self.contacts, self.kept = Contacts(self.people, self.lanes), MemoryCalls()
        self.calling = self.made()
        self.worker = Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
        self.secretary = Mirror(2, SECRETARY, Grant("community_secretary", NORTH))
        self.after = 0

    def made(self) -> Calling:
        parts = self.subscriptions, self.kept, self.lanes, self.towns, self.bell, self.contacts
        return Calling(self.pusher, *parts)

    async def settle_in(self) -> None:
        await settle_in(self.people)
        for number, person in enumerate((WORKER, SECRETARY, OFFICER, SECRETARY), 1):
            whose = next(each for each in PEOPLE if each.id == person)
            await self.people.bind(whose, "", b"%d" % number, NOW)
        for number, person in ((2, SECRETARY), (3, OFFICER)):
            await self.subscriptions.put(Browser(str(number)).subscription(number, person))

    async def report(self, **sets: object) -> str:
        op = self.worker.op("incident", {"matter": "wires", **sets}, area=NORTH_ONE)
        await self.worker.exchange(self.lanes, op)
        self.after = await self.calling.look(TOWN, self.after)
        return op.record

    async def turn(self, later_ms: int = 0) -> list[int]:
        """Let time pass and send what is due; gives the devices that were sent to."""
        self.now_ms += later_ms
        before = len(self.pusher.pushed)
        await self.calling.turn()
        return [to.device for to, _ in self.pusher.pushed[before:]]


@pytest.fixture
async def place() -> Place:
    place = Place()
    await place.settle_in()
    return place


async def test_a_report_calls_its_secretary_and_nobody_else(place):
    record = await place.report()
    assert await place.turn() == [2]
    _, sent = place.pusher.pushed[0]
    assert record.encode() in sent.body and (sent.ttl_s, sent.urgent) == (DAY_S, False)
    assert await place.turn(HOUR_MS) == []


async def test_an_emergency_goes_before_what_was_there_first(place):
    place.pusher.answers = [Sent("sent")] * 3
    await place.report()
    await place.report(emergency=True)
    assert sorted(await place.turn()) == [2, 2, 3]
    assert [sent.urgent for _, sent in place.pusher.pushed] == [True, True, False]


async def test_a_step_that_time_takes_calls_too(place):
    record = await place.report()
    await place.turn()
    due_ms = place.lanes.lanes[TOWN].kept[record].due_ms
    assert due_ms > place.now_ms
    place.now_ms = due_ms
    await Timers(place.lanes, place.bell).once(TOWN, place.towns)
    place.after = await place.calling.look(TOWN, place.after)
    assert await place.turn() != []


async def test_an_open_app_has_a_moment_and_is_not_called_once_it_has_fetched(place):
    with place.contacts.listening(4):  # another phone of hers
        await place.report()
        assert await place.turn() == []
        place.contacts.note(4, NOW + 1)
        assert await place.turn(GRACE_MS) == []
    assert place.calling.waiting == []


async def test_an_open_app_that_did_not_fetch_is_called_after_that_moment(place):
    place.contacts.note(2, NOW)  # before it could have heard
    with place.contacts.listening(2):
        await place.report()
    assert await place.turn(GRACE_MS - 1) == []
    assert await place.turn(1) == [2]


async def test_a_phone_that_only_fetched_in_its_sleep_is_called(place):
    await place.report()
    place.contacts.note(2, NOW + 1)
    assert await place.turn() == [2]


async def test_a_newer_call_takes_the_place_of_an_older_one_about_the_record(place):
    record = await place.report()
    step = place.secretary.op("incident", {}, record, step=("escalate", "in_review"))
    place.pusher.answers = [Sent("later", 60)]
    await place.turn()
    await place.secretary.exchange(place.lanes, place.worker.op("incident", {"emergency": True}, record))
    del step
    await place.worker.exchange(place.lanes, place.worker.op("incident", {"emergency": True}, record))
    place.after = await place.calling.look(TOWN, place.after)
    assert sorted((each.device, each.tries) for each in place.calling.waiting) == [(2, 0), (3, 0)]


async def test_a_dead_subscription_is_removed(place):
    place.pusher.answers = [Sent("dead")]
    await place.report()
    assert await place.turn() == [2]
    assert [each.device for each in await place.subscriptions.listed(TOWN)] == [3]
    await place.report()
    assert await place.turn(HOUR_MS) == []


async def test_a_refused_call_is_let_go_and_its_subscription_stays(place):
    place.pusher.answers = [Sent("refused")]
    await place.report()
    assert await place.turn() == [2]
    assert await place.turn(HOUR_MS) == []
    assert len(await place.subscriptions.listed(TOWN)) == 2


async def test_a_busy_service_is_asked_again_when_it_said_and_not_before(place):
    place.pusher.answers = [Sent("later", 600)]
    await place.report()
    assert await place.turn() == [2]
    assert await place.turn(599_999) == []
    assert await place.turn(300_001) == [2]  # half as long again at most
    assert place.calling.waiting == []


async def test_it_is_asked_ever_later_and_not_for_ever(place, monkeypatch):
    monkeypatch.setattr("backend.calling.random.random", lambda: 0.0)
    place.pusher.answers = [Sent("later")] * 100
    await place.report()
    waits = []
    await place.turn()
    while place.calling.waiting:
        (call,) = place.calling.waiting
        waits.append(call.due_ms - place.now_ms)
        assert await place.turn(waits[-1]) == [2]
    assert waits == [PAUSE_MS * 2**n for n in range(TRIES_MAX - 1)]


async def test_tries_of_one_moment_are_spread(place, monkeypatch):
    chances = iter([0.0, 0.5, 1.0])
    monkeypatch.setattr("backend.calling.random.random", lambda: next(chances))
    place.pusher.answers = [Sent("later")] * 3
    for _ in range(3):
        await place.report()
    await place.turn()
    assert len({each.due_ms for each in place.calling.waiting}) == 3


async def test_a_call_is_not_kept_longer_than_it_is_good_for(place):
    place.pusher.answers = [Sent("later", DAY_S)]
    await place.report()
    await place.turn()
    assert place.calling.waiting == []


async def test_who_signed_out_meanwhile_is_not_called(place):
    await place.report()
    await place.people.revoke(2, NOW)
    assert await place.turn() == []


async def test_a_subscription_that_changed_hands_meanwhile_is_not_used(place):
    await place.report()
    await place.subscriptions.put(Browser("2").subscription(3, OFFICER))
    assert await place.turn() == []


async def test_the_list_is_bounded_and_what_is_urgent_stays(place, monkeypatch):
    monkeypatch.setattr(calling, "WAITING_MAX", 2)
    await place.report()
    await place.report(emergency=True)
    await place.report()
    assert [(each.device, each.made.urgent) for each in place.calling.waiting] == [(2, True), (3, True)]


async def test_without_a_pusher_nothing_is_listened_to(place):
    place.pusher = None
    silent = place.made()
    await silent.start()
    await silent.watch(TOWN)
    await silent.turn()
    await silent.sweep(NOW + KEPT_MS * 2)
    assert (silent.key, silent.may_go("https://push.test/a"), silent._tasks) == (b"", False, {})
    await silent.stop()
    assert len(await place.subscriptions.listed(TOWN)) == 2


async def test_nobody_subscribed_means_nothing_is_read(place):
    for number in (2, 3):
        await place.subscriptions.drop(TOWN, number)
    await place.report()
    assert place.after > 0 and place.calling.waiting == []


async def test_the_running_server_calls_at_the_ring_of_the_bell(place):
    await place.calling.start()
    try:
        await place.worker.exchange(
            place.lanes, place.worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
        )
        place.bell.ring(TOWN)
        async with asyncio.timeout(30):
            await place.pusher.sent.wait()
    finally:
        await place.calling.stop()
    assert [to.device for to, _ in place.pusher.pushed] == [2]


async def test_what_was_written_before_the_start_calls_nobody(place):
    await place.worker.exchange(place.lanes, place.worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    await place.calling.start()
    place.bell.ring(TOWN)
    for _ in range(100):
        await asyncio.sleep(0)
    await place.calling.stop()
    assert place.pusher.pushed == []


async def restarted(place: Place) -> list[int]:
    """Start anew, with nothing but what was kept; gives the devices that were sent to."""
    place.calling = place.made()
    await place.calling.start()
    before = len(place.pusher.pushed)
    for _ in range(100):
        await asyncio.sleep(0)
    await place.calling.stop()
    return [to.device for to, _ in place.pusher.pushed[before:]]


async def test_what_waited_goes_out_after_a_restart_and_only_once(place):
    place.pusher.answers = [Sent("later", 600)]
    await place.report()
    assert await place.turn() == [2]
    place.now_ms += 900_000  # half as long again at most
    assert await restarted(place) == [2]
    assert await restarted(place) == []


async def test_a_restart_tries_again_no_sooner_and_no_more_often_than_before(place):
    place.pusher.answers = [Sent("later", 600), Sent("later", 600)]
    await place.report()
    await place.turn()
    assert await restarted(place) == []
    assert [call.tries for call in await place.kept.waiting()] == [1]
    place.now_ms += 900_000
    assert await restarted(place) == [2]
    assert [call.tries for call in await place.kept.waiting()] == [2]


async def test_what_was_written_just_before_a_crash_calls_after_it(place):
    await place.report()
    await place.turn()
    await place.worker.exchange(place.lanes, place.worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    assert await restarted(place) == [2]


async def test_what_is_a_day_old_calls_nobody_any_more(place):
    await place.report()  # waits
    await place.worker.exchange(place.lanes, place.worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    place.now_ms += DAY_S * 1_000
    assert await restarted(place) == []
    assert await place.kept.waiting() == []


async def test_a_town_restored_to_less_than_was_seen_is_listened_to_from_there(place):
    await place.report()
    await place.turn()
    await place.kept.looked(TOWN, 10_000, [])
    assert await restarted(place) == []
    await place.calling.start()
    await place.worker.exchange(place.lanes, place.worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    place.pusher.sent.clear()
    place.bell.ring(TOWN)
    async with asyncio.timeout(30):
        await place.pusher.sent.wait()
    await place.calling.stop()


async def test_old_subscriptions_go_and_the_log_counts(place, caplog):
    await place.subscriptions.put(replace(Browser("3").subscription(3, OFFICER), asked_ms=NOW + 1))
    await place.report()
    await place.turn()
    await place.calling.sweep(NOW)
    with caplog.at_level(logging.WARNING):
        await place.calling.sweep(NOW + KEPT_MS + 1)
        await place.calling.sweep(NOW + KEPT_MS + 2)
    assert [each.device for each in await place.subscriptions.listed(TOWN)] == [3]
    assert [each.getMessage() for each in caplog.records] == [
        "calls in this hour: 1 forgotten, 1 sent; 0 waiting"
    ]


async def test_a_report_reaches_the_secretarys_browser(tmp_path, template, monkeypatch):
    browser, data = Browser(), shutil.copytree(template, tmp_path / "data")
    async with push_service(tmp_path) as service:
        pusher = WebPusher(own_key(data / KEY_FILE), "duty@town.example", service.courier())
        monkeypatch.setattr(app, "pusher_of", lambda _settings: pusher)
        async with app.opened(Settings(data=str(data))) as parts:
            secretary = await parts.people.bind(PEOPLE[1], "", b"2", NOW)
            await parts.calling.subscriptions.put(browser.subscription(secretary.number, SECRETARY))
            await parts.calling.start()
            worker = Mirror(9, WORKER, Grant("fulltime_worker", NORTH_ONE))
            op = worker.op(
                "incident", {"matter": "wires", "note": {"is": "秘密", "over": []}}, area=NORTH_ONE
            )
            await worker.exchange(parts.lanes, op)
            parts.bell.ring(TOWN)
            async with asyncio.timeout(30):
                await service.asked.wait()
            await parts.calling.stop()
    (request,) = service.requests
    said = json.loads(browser.read(request.body))
    assert (said["record"], said["title"], said["urgent"]) == (op.record, "前哨", False)
    assert said["body"].startswith("事件：") and "秘密" not in str(said)
    assert (request.headers["ttl"], len(request.headers["topic"])) == ("86400", 32)
