"""sync/earn.py: what somebody else looked at earns its thanks by itself: once, capped, and riders alone."""

import pytest

from backend.adapters.memory import MemoryLanes
from backend.timers import elapse_due
from sync.permit import Grant
from sync.register import plain
from sync.settle import SYSTEM
from tests.backend.mirror import WORLD, Mirror, at_odds
from tests.backend.town import KINDS, NORTH, NORTH_TWO, NOW, OFFICER, RIDER, SECRETARY, TOWN, WORKER
from tests.sync.scene import PHOTO

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000
CAP = KINDS["points"].merit.cap
TICKED = {"result": "清了", "conditions": {"add": ["site_clear", "reporter_told"]}}
DONE = {**TICKED, "result_photos": {"add": [PHOTO]}}


class Roadside:
    """A rider, who looks at what was done, and somebody who earns nothing."""

    def __init__(self) -> None:
        self.lanes = MemoryLanes()
        self.rider = Mirror(1, RIDER, Grant("parttime_worker", NORTH_TWO))
        self.secretary = Mirror(2, SECRETARY, Grant("community_secretary", NORTH))
        self.worker = Mirror(
            3, WORKER, Grant("fulltime_worker", NORTH_TWO), Grant("parttime_worker", NORTH_TWO)
        )
        self.officer = Mirror(4, OFFICER, Grant("duty_officer", TOWN))

    async def errand(self, points: int) -> str:
        """Put a small task up, and let the rider take and do it; gives the record."""
        sets = {"what": "看一眼", "where": "桥头", "points": points}
        op = self.secretary.op("micro_task", sets, area=NORTH_TWO)
        await self.secretary.exchange(self.lanes, op)
        assert await self.take(self.rider, op.record, "take", taker=RIDER) == "applied"
        assert await self.take(self.rider, op.record, "report", said="好了") == "applied"
        return op.record

    async def take(self, phone: Mirror, record: str, step: str, **sets: object) -> str:
        """Take a step on a record as the phone has it; gives the answer."""
        await phone.hear_all(self.lanes)
        kept = phone.kept[record]
        op = phone.op(kept.kind, sets, record, step=(step, kept.state))
        receipt = await phone.exchange(self.lanes, op)
        return {verdict.n: verdict.code for verdict in receipt.verdicts}.get(op.n, "applied")

    def earned(self) -> list[tuple[int, int, str]]:
        """List what was given: to whom, how much, with which record."""
        kind = KINDS["points"]
        records = [each for each in self.lanes.lanes[TOWN].kept.values() if each.kind == "points"]
        cells = [(each.cells["person"], each.cells["amount"], each.cells["report"]) for each in records]
        rules = [kind.fields[name].rule for name in ("person", "amount", "report")]
        return [tuple(plain(rule, cell) for rule, cell in zip(rules, row, strict=True)) for row in cells]


@pytest.fixture
def road() -> Roadside:
    return Roadside()


async def test_an_errand_that_was_looked_at_is_thanked_in_the_same_moment(road):
    errand = await road.errand(3)
    assert road.earned() == []
    assert await road.take(road.secretary, errand, "accept") == "applied"
    assert road.earned() == [(RIDER, 3, errand)]
    log = road.lanes.lanes[TOWN].log
    assert [(row.person, row.op.kind) for row in log[-2:]] == [(SECRETARY, "micro_task"), (SYSTEM, "points")]
    await road.rider.hear_all(road.lanes)
    assert not at_odds(road.rider, road.lanes)
    assert [each.kind for each in road.rider.kept.values()].count("points") == 1


async def test_time_gives_what_nobody_objected_to(road):
    errand = await road.errand(2)
    later = NOW + 10 * DAY_MS
    await road.lanes.write(TOWN, lambda lane: elapse_due(lane, WORLD, later))
    assert road.earned() == [(RIDER, 2, errand)]


async def test_a_day_has_its_cap_and_the_next_begins_anew(road):
    for _ in range(3):
        await road.take(road.secretary, await road.errand(9), "accept")
    assert sum(amount for _, amount, _ in road.earned()) == CAP
    assert [amount for _, amount, _ in road.earned()] == [9, 9, 2]
    await road.take(road.secretary, await road.errand(9), "accept")
    assert len(road.earned()) == 3
    waiting = await road.errand(5)
    await road.lanes.write(TOWN, lambda lane: elapse_due(lane, WORLD, NOW + 10 * DAY_MS))
    assert (RIDER, 5, waiting) in road.earned()


async def test_a_report_that_was_true_earns_once_however_often_it_is_checked(road):
    op = road.rider.op("incident", {"matter": "rubbish"}, area=NORTH_TWO)
    await road.rider.exchange(road.lanes, op)
    assert await road.take(road.secretary, op.record, "approve") == "applied"
    assert await road.take(road.secretary, op.record, "finish", **DONE) == "applied"
    assert await road.take(road.rider, op.record, "not_fixed", unfixed_reason="还在") == "applied"
    assert road.earned() == []
    assert await road.take(road.secretary, op.record, "finish", **DONE) == "applied"
    assert await road.take(road.rider, op.record, "verify") == "applied"
    assert await road.take(road.rider, op.record, "rate", rating=5) == "applied"
    assert road.earned() == [(RIDER, 2, op.record)]


async def test_nobody_but_a_rider_earns(road):
    op = road.worker.op("incident", {"matter": "rubbish"}, area=NORTH_TWO)
    await road.worker.exchange(road.lanes, op)
    await road.take(road.secretary, op.record, "approve")
    await road.take(road.secretary, op.record, "finish", **DONE)
    assert await road.take(road.worker, op.record, "verify") == "applied"
    assert road.earned() == [], "what a phone says of its grants does not count, what the town says does"


async def test_nobody_takes_an_errand_for_somebody_else(road):
    op = road.secretary.op("micro_task", {"what": "看一眼", "where": "桥头", "points": 1}, area=NORTH_TWO)
    await road.secretary.exchange(road.lanes, op)
    assert await road.take(road.rider, op.record, "take", taker=WORKER) == "not_your_field"
    assert road.lanes.lanes[TOWN].kept[op.record].state == "open"


async def test_nobody_gives_points_by_hand(road):
    for phone in (road.rider, road.secretary, road.officer):
        op = phone.op("points", {"person": RIDER, "amount": 20, "reason": "task"}, area=NORTH_TWO)
        receipt = await phone.exchange(road.lanes, op)
        assert [verdict.code for verdict in receipt.verdicts] == ["not_your_role"]
