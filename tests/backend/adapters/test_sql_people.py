"""What devices claim, and what they say of themselves: the same in memory and in SQLite."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from threading import Event

import pytest
from msgspec.structs import replace

from backend.adapters import sql_people
from backend.adapters.memory import MemoryLanes, MemoryPeople
from backend.adapters.opening import FILE
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sql_people import SqlPeople
from backend.adapters.sqlite import Sqlite
from backend.ports import Device, Lane, Lanes, People, Reported
from sync.settle import settle
from tests.backend.mirror import WORLD, Mirror
from tests.backend.town import NORTH_ONE, NOW, PEOPLE, TOWN, UNITS, WORKER, settle_in

pytestmark = pytest.mark.anyio
DEVICE, OTHER = "00000001aaaaaaaa", "00000001bbbbbbbb"


@pytest.fixture(params=["memory", "sql"])
async def ports(request, tmp_path) -> AsyncIterator[tuple[Lanes, People]]:
    if request.param == "memory":
        yield MemoryLanes(), MemoryPeople()
        return
    file = await Sqlite.open(tmp_path)
    yield SqlLanes(file), SqlPeople(file)
    await file.close()


def log(lane: Lane, *numbers: int) -> None:
    phone, ops = Mirror(1, WORKER), []
    for n in numbers:
        phone.n = n - 1
        phone.wall = NOW + n
        ops.append(phone.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    lane.save(settle(lane.load(DEVICE, ops), ops, phone.actor, WORLD, NOW), {})


def numbers(lane: Lane) -> dict[str, tuple[list[tuple[int, int]], int]]:
    return {device: ([(*each,) for each in ranges], top) for device, (ranges, top) in lane.numbers().items()}


async def test_a_claim_only_ever_grows(ports):
    lanes, _ = ports
    assert await lanes.read(TOWN, lambda lane: lane.claimed(DEVICE)) == 0
    for top in (5, 3, 9, 9, 1):
        await lanes.write(TOWN, lambda lane, top=top: lane.claim(DEVICE, top))
    assert await lanes.read(TOWN, lambda lane: lane.claimed(DEVICE)) == 9
    assert await lanes.read(TOWN, lambda lane: lane.claimed(OTHER)) == 0
    assert await lanes.read(TOWN + 1, lambda lane: lane.claimed(DEVICE)) == 0


async def test_claims_and_the_log_stand_beside_each_other(ports):
    lanes, _ = ports
    await lanes.write(TOWN, lambda lane: log(lane, 1, 2, 5))
    assert await lanes.read(TOWN, numbers) == {DEVICE: ([(1, 2), (5, 5)], 0)}
    await lanes.write(TOWN, lambda lane: lane.claim(DEVICE, 7))
    await lanes.write(TOWN, lambda lane: lane.claim(OTHER, 4))
    assert await lanes.read(TOWN, numbers) == {DEVICE: ([(1, 2), (5, 5)], 7), OTHER: ([], 4)}
    await lanes.write(TOWN, lambda lane: log(lane, 3))
    assert await lanes.read(TOWN, numbers) == {DEVICE: ([(1, 3), (5, 5)], 7), OTHER: ([], 4)}
    assert [(*each,) for each in await lanes.read(TOWN, lambda lane: lane.seen(OTHER))] == []
    assert await lanes.read(TOWN + 1, numbers) == {}


async def test_a_claim_of_a_work_that_failed_is_not_kept(ports):
    lanes, _ = ports

    def fail(lane: Lane) -> None:
        lane.claim(DEVICE, 7)
        raise ValueError("no")

    await lanes.write(TOWN, lambda lane: lane.claim(OTHER, 1))
    with pytest.raises(ValueError, match="no"):
        await lanes.write(TOWN, fail)
    assert await lanes.read(TOWN, numbers) == {OTHER: ([], 1)}


async def test_a_device_is_kept_with_what_it_said_last(ports):
    _, people = ports
    await settle_in(people)
    one = await people.bind(PEOPLE[0], "phone", b"1", NOW)
    two = await people.bind(PEOPLE[1], "other", b"2", NOW + 1)
    assert await people.reported(TOWN) == [
        Reported(Device(1, PEOPLE[0].id, TOWN), "phone", False, NOW, b""),
        Reported(two, "other", False, NOW + 1, b""),
    ]
    await people.report(one.number, b"{}", NOW + 5)
    await people.report(one.number, b'{"a":1}', NOW + 4)
    await people.heard({one.number: NOW + 3, two.number: NOW + 9, 77: NOW})
    await people.revoke(two.number, NOW + 9)
    assert await people.reported(TOWN) == [
        Reported(one, "phone", False, NOW + 5, b'{"a":1}'),
        Reported(two, "other", True, NOW + 9, b""),
    ]
    assert await people.reported(TOWN + 1) == []


async def test_whatever_a_directory_says_tells_of_its_changes(ports):
    _, people = ports

    async def told(change):
        before = await people.changes(TOWN)
        assert await people.changes(TOWN) == before
        found = await change
        return found, await people.changes(TOWN) != before

    assert await told(people.put_units(TOWN, UNITS[:1])) == (None, True)
    assert await told(people.put_person(PEOPLE[0])) == (None, True)
    device, tells = await told(people.bind(PEOPLE[0], "phone", b"one", NOW))
    assert tells, "it is listed with its number"
    assert await told(people.put_person(replace(PEOPLE[0], town=TOWN + 1))) == (None, True), "it lost one"
    assert await told(people.heard({device.number: NOW + 5})) == (None, False)


async def test_what_another_process_writes_is_noticed_and_what_the_lane_writes_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(sql_people, "OUTSIDE_S", 0.0)
    file = await Sqlite.open(tmp_path)
    lanes, people = SqlLanes(file), SqlPeople(file)
    await settle_in(people)
    before = await looked(people)
    await lanes.write(TOWN, lambda lane: log(lane, 1))
    assert await looked(people) == before
    with sqlite3.connect(tmp_path / FILE) as by_hand:
        by_hand.execute("UPDATE person SET name = '改名'")
    by_hand.close()
    assert await looked(people) != before
    await file.close()


async def test_nobody_waits_for_that_look_while_the_file_is_locked(tmp_path):
    file = await Sqlite.open(tmp_path)
    people, holding, over = SqlPeople(file), Event(), Event()

    def hold(_: sqlite3.Connection) -> None:
        holding.set()
        over.wait()

    writing = asyncio.create_task(file.write(hold))
    await asyncio.to_thread(holding.wait)
    assert await people.changes(TOWN) == (0, 0, 0)
    over.set()
    await writing
    assert (await looked(people))[2] > 0
    await file.close()


async def looked(people: SqlPeople) -> tuple[int, ...]:
    """Tell of changes once the look that is due has been taken."""
    await people.changes(TOWN)
    await people._look
    return await people.changes(TOWN)
