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


DONE = {
    "result": "井盖换好了",
    "conditions": {"add": ["repaired", "reporter_told"]},
    "result_photos": {"add": ["A" * 22]},
}


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
        await self.decide(self.secretary, "finish", self.first, **DONE)
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
    await village.decide(village.secretary, "finish", village.first, **DONE)
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


class Home:
    """A household on which two phones call that do not hear of each other's visits."""

    def __init__(self) -> None:
        self.lanes = MemoryLanes()
        self.worker = Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
        self.leader = Mirror(4, LEADER, Grant("grid_leader", NORTH_ONE))
        self.household = ""

    async def lived_in(self, *care: str) -> "Home":
        op = self.worker.op("household", {"name": "王大娘", "care": {"add": list(care)}}, area=NORTH_ONE)
        await self.worker.exchange(self.lanes, op)
        await self.leader.hear_all(self.lanes)
        self.household = op.record
        return self

    async def visit(self, who: Mirror, result: str = "no_answer", **sets: object) -> str:
        """Call there; gives the state of the visit once the server has it."""
        who.wall = max(self.worker.wall, self.leader.wall)  # phones that heard of each other's
        said = {"household": self.household, "mode": "phone", "result": result, **sets}
        op = who.op("visit", said, area=NORTH_ONE)
        await who.exchange(self.lanes, op)
        return self.states()[op.record]

    async def step(self, who: Mirror, name: str, record: str) -> str:
        who.wall = max(self.worker.wall, self.leader.wall)  # they have heard of each other's
        op = who.op("visit", {}, record, step=(name, self.states()[record]))
        await who.exchange(self.lanes, op)
        return self.states()[record]

    def states(self) -> dict[str, str]:
        kept = self.lanes.lanes[TOWN].kept.values()
        return {each.id: each.state for each in kept if each.kind == "visit"}


async def test_the_third_time_in_a_row_is_counted_over_both_phones():
    home = await Home().lived_in()
    assert await home.visit(home.worker) == "missed"
    assert await home.visit(home.leader) == "missed"
    assert await home.visit(home.worker) == "unreached"
    assert sorted(home.states().values()) == ["missed", "missed", "unreached"]


@pytest.mark.parametrize("old", ["ok", "no_answer"])
async def test_no_count_of_old_visits_hides_the_last_ones(old):
    home = await Home().lived_in()
    said = {"household": home.household, "mode": "phone", "result": old}
    for _ in range(5):
        ops = [home.worker.op("visit", said, area=NORTH_ONE) for _ in range(50)]
        await home.worker.exchange(home.lanes, *ops)
    if old == "no_answer":  # the leader looks already, and finds them
        (sought,) = [name for name, state in home.states().items() if state == "unreached"]
        await home.leader.hear_all(home.lanes)
        assert await home.step(home.leader, "found", sought) == "done"
    assert await home.visit(home.worker, "ok") == "done"
    assert [await home.visit(home.leader) for _ in range(3)] == ["missed", "missed", "unreached"]
    assert await home.visit(home.worker, "ok") == "done"
    assert "unreached" not in home.states().values()


async def test_who_was_met_between_begins_the_count_anew():
    home = await Home().lived_in()
    for result in ("no_answer", "no_answer", "ok", "no_answer", "no_answer"):
        assert await home.visit(home.worker, result) == ("done" if result == "ok" else "missed")


async def test_who_lives_alone_is_looked_for_the_first_time_whatever_the_phone_says():
    home = await Home().lived_in("elder_alone")
    assert await home.visit(home.worker) == "unreached"
    other = await Home().lived_in("disabled")
    assert await other.visit(other.worker) == "missed"


async def test_the_household_that_turns_out_to_be_of_one_who_lives_alone_is_looked_for_at_once():
    home = await Home().lived_in()
    assert await home.visit(home.worker) == "missed"
    op = home.worker.op("household", {"care": {"add": ["elder_alone"]}}, home.household)
    await home.worker.exchange(home.lanes, op)
    assert list(home.states().values()) == ["unreached"]


async def test_a_visit_that_arrives_late_raises_the_alarm_on_the_latest():
    home = await Home().lived_in()
    early, middle, last = (
        home.worker.op("visit", {"household": home.household, "result": "no_answer"}, area=NORTH_ONE)
        for _ in range(3)
    )
    for op in (early, last, middle):  # an exchange was lost, and its ops came after the next ones
        await home.worker.exchange(home.lanes, op)
    assert home.states() == {early.record: "missed", middle.record: "missed", last.record: "unreached"}


async def test_the_leader_who_looks_already_is_not_told_again_and_who_was_found_is_reached():
    home = await Home().lived_in("elder_alone")
    await home.visit(home.worker)
    [first] = home.states()
    assert await home.visit(home.worker) == "missed"
    await home.leader.hear_all(home.lanes)
    assert await home.step(home.leader, "found", first) == "done"
    assert sorted(home.states().values()) == ["done", "missed"]
    assert await home.visit(home.worker) == "unreached"


async def test_leaving_a_missed_visit_as_it_is_does_not_wipe_the_count():
    home = await Home().lived_in()
    for _ in range(2):
        await home.visit(home.worker)
    for record in home.states():
        assert await home.step(home.worker, "give_up", record) == "done"
    assert await home.visit(home.worker) == "unreached"


async def test_what_is_due_is_put_off_three_times_and_a_newcomer_gives_no_fourth():
    home = await Home().lived_in()

    async def put_off(day: int) -> str:
        op = home.worker.op("household", {"not_before": day}, home.household, step=("put_off", "living"))
        receipt = await home.worker.exchange(home.lanes, op)
        return receipt.verdicts[-1].code if receipt.verdicts else "applied"

    assert [await put_off(day) for day in (20261123, 20261124, 20261125)] == ["applied"] * 3
    born = home.worker.op("resident", {"household": home.household, "name": "王小妹"}, area=NORTH_ONE)
    await home.worker.exchange(home.lanes, born)
    assert await put_off(20261126) == "used_up"
    await home.visit(home.worker, "ok")
    assert await put_off(20261127) == "applied"


async def test_who_is_met_at_a_later_visit_is_sought_no_longer():
    home = await Home().lived_in("elder_alone")
    assert await home.visit(home.worker) == "unreached"
    assert await home.visit(home.leader, "ok") == "done"
    assert set(home.states().values()) == {"done"}


@pytest.mark.parametrize(
    ("kind", "values", "done"),
    [
        ("key_place", {"name": "老街百货", "sort": "market", "risk": "high"}, "check"),
        ("patrol_route", {"name": "沟边一圈", "every": "week"}, "walk"),
    ],
)
async def test_what_is_looked_at_is_put_off_three_times_until_somebody_went(kind, values, done):
    home = Home()
    made = home.worker.op(kind, values, area=NORTH_ONE)
    await home.worker.exchange(home.lanes, made)

    async def step(name: str, **sets: object) -> str:
        saw = home.lanes.lanes[TOWN].kept[made.record].state
        receipt = await home.worker.exchange(
            home.lanes, home.worker.op(kind, sets, made.record, step=(name, saw))
        )
        return receipt.verdicts[-1].code if receipt.verdicts else "applied"

    said = [await step("put_off", not_before=day) for day in (20261123, 20261124, 20261125, 20261126)]
    assert said == ["applied"] * 3 + ["used_up"]
    assert await step(done) == "applied"
    assert await step("put_off", not_before=20261127) == "applied"
