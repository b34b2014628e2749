"""Records around those a push changes: over the real pages, as phones hear of it."""

import pytest

from backend.adapters.memory import MemoryLanes
from backend.neighbours import surround
from sync.permit import Grant
from tests.backend.mirror import WORLD, Mirror, at_odds
from tests.backend.town import (
    LEADER,
    NORTH,
    NORTH_ONE,
    NORTH_TWO,
    RIDER,
    SECRETARY,
    TOWN,
    WORKER,
)  # fmt: skip

pytestmark = pytest.mark.anyio


class Village:
    """A town in memory in which two people have reported the same."""

    def __init__(self) -> None:
        self.lanes = MemoryLanes()
        self.worker = Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
        self.secretary = Mirror(2, SECRETARY, Grant("community_secretary", NORTH))
        self.rider = Mirror(3, RIDER, Grant("parttime_worker", NORTH_TWO))
        self.leader = Mirror(4, LEADER, Grant("grid_leader", NORTH_ONE))
        self.first = self.second = ""

    async def reported(self) -> "Village":
        one = self.worker.op("incident", {"matter": "other", "note": {"is": "井盖歪了"}}, area=NORTH_ONE)
        two = self.rider.op("incident", {"matter": "other", "contact": "李四 199"}, area=NORTH_TWO)
        await self.worker.exchange(self.lanes, one)
        await self.rider.exchange(self.lanes, two)
        self.first, self.second = one.record, two.record
        await self.secretary.hear_all(self.lanes)
        return self

    async def decide(self, who: Mirror, step: str, record: str, **sets: object) -> str:
        """Take a step; gives the word for it."""
        saw = self.lanes.lanes[TOWN].kept[record].state
        receipt = await who.exchange(self.lanes, who.op("incident", sets, record, step=(step, saw)))
        return receipt.verdicts[-1].code if receipt.verdicts else "applied"

    async def merged(self) -> "Village":
        await self.reported()
        assert await self.decide(self.secretary, "merge", self.second, merged_into=self.first) == "applied"
        return self

    async def closed(self) -> "Village":
        await self.decide(self.secretary, "approve", self.first)
        await self.decide(self.secretary, "finish", self.first, result="井盖换好了")
        assert await self.decide(self.worker, "verify", self.first) == "applied"
        return self

    def state(self, record: str) -> str:
        return self.lanes.lanes[TOWN].kept[record].state


@pytest.fixture
async def village() -> Village:
    return await Village().merged()


async def test_both_reporters_hear_the_answer_and_neither_hears_of_the_other(village):
    await village.closed()
    assert (village.state(village.first), village.state(village.second)) == ("closed", "closed")
    await village.rider.hear_all(village.lanes)
    mine = village.rider.kept[village.second]
    assert (mine.state, mine.cells["result"][0]) == ("closed", "井盖换好了")
    assert (mine.author, mine.cells["merged_into"][0]) == (RIDER, village.first)
    assert village.first not in village.rider.kept  # not theirs to read
    await village.worker.hear_all(village.lanes)
    assert village.second not in village.worker.kept
    assert "contact" not in village.worker.kept[village.first].cells
    for phone in (village.worker, village.secretary, village.rider):
        await phone.hear_all(village.lanes)
        assert at_odds(phone, village.lanes) == {}


async def test_the_news_of_what_follows_goes_out_with_the_push_that_set_it_off(village):
    await village.decide(village.secretary, "approve", village.first)
    await village.decide(village.secretary, "finish", village.first, result="井盖换好了")
    await village.leader.hear_all(village.lanes)
    op = village.leader.op("incident", {}, village.first, step=("verify", "handled"))
    await village.leader.exchange(village.lanes, op)
    receipt = await village.secretary.exchange(village.lanes)
    assert {delta.id: delta.state for delta in receipt.records} == dict.fromkeys(
        (village.first, village.second), "closed"
    )


async def test_what_was_parted_again_goes_its_own_way(village):
    assert await village.decide(village.secretary, "unmerge", village.second) == "applied"
    await village.closed()
    assert village.state(village.second) == "in_review"


async def test_a_circle_of_merges_is_refused_and_nothing_is_lost(village):
    code = await village.decide(village.secretary, "merge", village.first, merged_into=village.second)
    assert (code, village.state(village.first)) == ("bad_target", "in_review")


async def test_what_is_merged_while_the_original_closes_hears_the_answer_too():
    village = await Village().reported()
    await village.closed()
    await village.decide(village.secretary, "merge", village.second, merged_into=village.first)
    assert village.state(village.second) == "closed"
    await village.secretary.hear_all(village.lanes)
    assert at_odds(village.secretary, village.lanes) == {}


async def test_an_original_that_was_removed_answers_nobody(village):
    village.lanes.now(TOWN, lambda lane: lane.remove(village.first, lane.head() + 1, 5, erased=True))
    note = village.rider.op("incident", {"progress": "还没好"}, village.second)
    await village.rider.exchange(village.lanes, note)
    assert village.state(village.second) == "merged"
    assert await village.decide(village.secretary, "unmerge", village.second) == "applied"


async def test_a_push_that_asks_nothing_of_others_looks_nobody_up(village):
    def count(lane):
        calls = []
        op = village.worker.op("incident", {"progress": "去看过"}, village.first)
        known = lane.load(op.stamp.device, [op])
        lane.records = lambda ids: calls.append(ids) or {}
        lane.linking = lambda named, limit: calls.append(named) or []
        surround(known, lane, [op], WORLD)
        return calls

    assert village.lanes.now(TOWN, count) == []
