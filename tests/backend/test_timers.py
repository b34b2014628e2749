"""Steps that time takes: on time, once, logged, and told to everyone."""

import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from backend import timers
from backend.adapters.memory import MemoryBell, MemoryLanes, MemoryPeople
from backend.adapters.opening import FILE
from backend.kinds import Pages
from backend.timers import BATCH, Timers, elapse_due
from backend.towns import Towns
from sync.clock import SERVER
from sync.digest import ROOT, chain, sealed
from sync.permit import Grant
from tests.backend import mirror
from tests.backend.mirror import Mirror, at_odds
from tests.backend.ticking import ALARM, ALARM_PAGE, WORLD, make
from tests.backend.town import (
    HOUR_MS,
    NORTH,
    NORTH_ONE,
    NOW,
    OFFICER,
    PAGES,
    SECRETARY,
    TOWN,
    WORKER,
    settle_in,
)  # fmt: skip

pytestmark = pytest.mark.anyio

DAY_MS = 24 * HOUR_MS
MONDAY_MS = 1_795_395_600_000  # 23 November 2026, 9:00 in Shanghai


class Place:
    """A town in memory with a clock that can be set."""

    def __init__(self, directory: Path) -> None:
        self.now_ms, self.bell, self.lanes = NOW, MemoryBell(), MemoryLanes()
        self.people = MemoryPeople()
        self.towns = Towns(self.people, Pages((PAGES, directory)), lambda: self.now_ms)
        self.timers = Timers(self.lanes, self.bell)
        self.worker = Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
        self.secretary = Mirror(2, SECRETARY, Grant("community_secretary", NORTH))
        self.officer = Mirror(3, OFFICER, Grant("duty_officer", TOWN))

    async def pass_time(self, ms: int) -> int:
        self.now_ms += ms
        return await self.timers.once(TOWN, self.towns)

    async def report(self) -> str:
        op = self.worker.op("alarm", {"word": "wires"}, area=NORTH_ONE)
        await self.worker.exchange(self.lanes, op)
        return op.record

    def state(self, record: str) -> str:
        return self.lanes.lanes[TOWN].kept[record].state


@pytest.fixture
async def place(tmp_path, monkeypatch) -> Place:
    (tmp_path / "alarm.toml").write_text(ALARM_PAGE, encoding="utf-8")
    world = replace(mirror.WORLD, kinds={**mirror.KINDS, "alarm": ALARM})
    monkeypatch.setattr(mirror, "KINDS", world.kinds)
    monkeypatch.setattr(mirror, "WORLD", world)
    monkeypatch.setattr(mirror, "SPACE", replace(mirror.SPACE, world=world))
    place = Place(tmp_path)
    await settle_in(place.people)
    return place


async def test_a_report_nobody_looks_at_goes_up_after_a_day(place):
    record = await place.report()
    assert await place.pass_time(DAY_MS - 1) == 0
    assert place.state(record) == "in_review"
    assert await place.pass_time(1) == 1
    assert place.state(record) == "at_center"
    assert await place.pass_time(DAY_MS) == 0


async def test_a_returned_report_goes_on_unanswered_after_a_day_and_then_up(place):
    record = await place.report()
    step = place.secretary.op("alarm", {}, record, step=("return", "in_review"))
    await place.secretary.exchange(place.lanes, step)
    assert place.state(record) == "returned"
    assert await place.pass_time(DAY_MS) == 1
    assert place.state(record) == "in_review"
    assert await place.pass_time(DAY_MS - 1) == 0
    assert await place.pass_time(1) == 1
    assert place.state(record) == "at_center"


async def test_a_report_that_is_decided_in_time_is_left_alone(place):
    record = await place.report()
    step = place.secretary.op("alarm", {}, record, step=("approve", "in_review"))
    await place.secretary.exchange(place.lanes, step)
    assert await place.pass_time(10 * DAY_MS) == 0
    assert place.state(record) == "handling"


async def test_everyone_hears_of_a_step_of_the_system(place):
    record = await place.report()
    phones = place.worker, place.secretary, place.officer
    for phone in phones:
        await phone.hear_all(place.lanes)
    await place.pass_time(DAY_MS)
    for phone in phones:
        await phone.hear_all(place.lanes)
        assert phone.kept[record].state == "at_center", phone.actor
        assert phone.kept[record].story[-1].outcome == "auto"
        assert phone.kept[record].story[-1].person == 0
        assert not at_odds(phone, place.lanes)


async def test_the_bell_is_rung_when_something_moved(place):
    await place.report()
    await place.pass_time(0)
    assert place.bell.rung(TOWN) == 0
    await place.pass_time(DAY_MS)
    assert place.bell.rung(TOWN) == 1


async def test_many_due_records_go_in_batches(place):
    for _ in range(BATCH + 3):
        await place.report()
    assert await place.pass_time(DAY_MS) == BATCH
    assert await place.pass_time(0) == 3
    assert await place.pass_time(0) == 0
    await place.secretary.hear_all(place.lanes)
    assert {record.state for record in place.secretary.kept.values()} == {"at_center"}


async def test_a_record_whose_page_is_gone_is_put_to_rest(place, tmp_path):
    record = await place.report()
    place.towns.pages.kinds = {"visit": place.towns.pages.kinds["visit"]}
    assert await place.pass_time(DAY_MS) == 1
    assert place.state(record) == "in_review"
    assert await place.pass_time(DAY_MS) == 0


async def test_the_log_is_a_chain_that_verifies(place):
    for _ in range(3):
        await place.report()
    await place.pass_time(DAY_MS)
    lane, head = place.lanes.lanes[TOWN], ROOT
    for row in lane.log:
        head = chain(head, sealed(row.seq, row.person, row.stamp.wall_ms, row.stamp.count, row.body))
        assert row.hash == head
    assert lane.state[2] == head
    system = lane.log[-3:]
    assert {(row.person, row.op.stamp.device, row.op.step.name) for row in system} == {(0, SERVER, "overdue")}
    assert [row.seq for row in lane.log] == list(range(1, 7))


async def test_the_chain_verifies_from_what_is_on_disk(client, enrol):
    worker, parts = await enrol(WORKER), client.app.state.context
    ops = [worker.op("incident", {"matter": matter}, area=NORTH_ONE) for matter in ("wires", "nonsense")]
    await worker.exchange(*ops, worker.op("visit", {"note": {"is": "石头"}}, area=NORTH_ONE, n=9))
    parts.towns.now_ms = lambda: NOW + DAY_MS
    assert await Timers(parts.lanes, parts.bell).once(TOWN, parts.towns) == 1
    connection = sqlite3.connect(parts.settings.root / FILE)
    head, last = ROOT, (0, 0)
    for seq, person, wall_ms, count, body, kept in connection.execute(
        "SELECT seq, person, wall_ms, count, body, hash FROM op ORDER BY seq"
    ):
        head = chain(head, sealed(seq, person, wall_ms, count, body))
        assert kept == head, seq
        last = seq, person
    assert last == (4, 0)
    assert connection.execute("SELECT seq, head FROM lane").fetchall() == [(4, head)]
    connection.close()


async def test_one_bad_look_does_not_end_all_later_ones(place, monkeypatch):
    monkeypatch.setattr(timers, "EVERY_S", 0.001)
    record, looks = await place.report(), place.lanes.towns

    async def fail_once() -> list[int]:
        monkeypatch.setattr(place.lanes, "towns", looks)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(place.lanes, "towns", fail_once)
    place.now_ms += DAY_MS
    place.timers.start(place.towns)
    assert await place.bell.wait(TOWN, 0, 5)
    assert place.state(record) == "at_center"
    await place.timers.stop()


@pytest.mark.parametrize("wait_hours", [27, 33, 34, 10_000])
async def test_steps_that_stay_are_each_taken_once_and_the_next_one_waits(wait_hours):
    """A system that looks all the time takes each in turn; one that was away catches up; both then rest."""
    lanes, now_ms = MemoryLanes(), MONDAY_MS
    name, end_ms = (await make(lanes, 1, MONDAY_MS))[0], MONDAY_MS + wait_hours * HOUR_MS
    steps = [(27 * HOUR_MS, "warn"), (33 * HOUR_MS, "late"), (33 * HOUR_MS + 1_800_000, "shut")]
    due = [step for after_ms, step in steps if MONDAY_MS + after_ms <= end_ms]
    looks = [MONDAY_MS + after_ms for after_ms, _ in steps] if wait_hours < 10_000 else [end_ms] * 3
    for now_ms in [at_ms for at_ms in looks if at_ms <= end_ms]:
        assert await lanes.write(TOWN, lambda lane, now_ms=now_ms: elapse_due(lane, WORLD, now_ms)) == 1
    assert await lanes.write(TOWN, lambda lane: elapse_due(lane, WORLD, end_ms)) == 0
    record = lanes.lanes[TOWN].kept[name]
    assert [line.step for line in record.story[1:]] == due
    assert record.state == ("shut" if "shut" in due else "open")
    waiting = [MONDAY_MS + after_ms for after_ms, step in steps if step not in due]
    assert record.due_ms == (waiting or [0])[0]
    assert [row.op.step.name for row in lanes.lanes[TOWN].log[1:]] == due


async def test_timers_that_never_started_stop_too(place):
    await place.timers.stop()
