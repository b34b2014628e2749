"""Corrections: what is applied is written into the record in the same moment, or reads as not applied."""

import json

import pytest

from backend.adapters.memory import MemoryLanes
from sync.permit import Grant
from sync.register import foremost, plain, rivals
from sync.settle import SYSTEM
from tests.backend.mirror import Mirror, at_odds
from tests.backend.town import (
    NORTH,
    NORTH_ONE,
    NORTH_TWO,
    SECRETARY,
    SOUTH,
    SOUTH_ONE,
    STRANGER,
    TOWN,
    WORKER,
)

pytestmark = pytest.mark.anyio

STEWARD, NEIGHBOUR, OTHER_SECRETARY = 13, 14, 15
IN_ONE, IN_TWO = [500, 500, 500, 0, 0, 0], [500, 1500, 500, 0, 0, 0]  # within the grids of those names
NOWHERE = [9_000, 9_000, 500, 0, 0, 0]


class Village:
    """A lane in memory and the phones of who lives by it."""

    def __init__(self) -> None:
        self.lanes = MemoryLanes()
        self.worker = Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
        self.neighbour = Mirror(2, NEIGHBOUR, Grant("fulltime_worker", NORTH_TWO))
        self.secretary = Mirror(3, SECRETARY, Grant("community_secretary", NORTH))
        self.steward = Mirror(4, STEWARD, Grant("data_steward", TOWN))
        self.phones = (self.worker, self.neighbour, self.secretary, self.steward)

    async def household(self, **sets: object) -> str:
        """Make a household of the first grid."""
        op = self.worker.op("household", {"name": "张家", "place": IN_ONE, **sets}, area=NORTH_ONE)
        await self.worker.exchange(self.lanes, op)
        return op.record

    async def say(
        self, target: str, field: str, value: object = None, sort: str = "own", **more: object
    ) -> str:
        """Say that a field of a record is wrong."""
        name = "owner_value" if sort == "owner" else "value"
        said = {} if value is None else {name: json.dumps(value, ensure_ascii=False)}
        sets = {"target": target, "field": field, "sort": sort, **said, **more}
        op = self.worker.op("correction", sets, area=NORTH_ONE)
        await self.worker.exchange(self.lanes, op)
        return op.record

    async def decide(self, phone: Mirror, record: str, step: str, saw: str, **sets: object) -> str:
        """Take a step on a correction; gives the answer."""
        await phone.hear_all(self.lanes)
        op = phone.op("correction", sets, record, step=(step, saw))
        receipt = await phone.exchange(self.lanes, op)
        return {verdict.n: verdict.code for verdict in receipt.verdicts}.get(op.n, "applied")

    async def all_hear(self) -> None:
        """Let every phone hear all there is; what each holds is what its person may read."""
        for phone in self.phones:
            await phone.hear_all(self.lanes)
            assert not at_odds(phone, self.lanes)

    def kept(self, record: str):
        """Give a record as the town has it."""
        return self.lanes.lanes[TOWN].kept[record]


@pytest.fixture
def village() -> Village:
    return Village()


async def test_what_the_secretary_applies_stands_on_the_record_and_everyone_hears_it(village):
    home = await village.household(phone="123")
    said = await village.say(home, "phone", "456")
    assert village.kept(said).state == "proposed"
    assert village.kept(home).cells["phone"][0] == "123"
    assert await village.decide(village.secretary, said, "apply_own", "proposed") == "applied"
    assert (village.kept(said).state, village.kept(home).cells["phone"][0]) == ("applied", "456")
    await village.all_hear()
    assert village.worker.kept[home].cells["phone"][0] == "456"
    log = village.lanes.lanes[TOWN].log
    assert [(row.person, row.op.record) for row in log[-2:]] == [(SECRETARY, said), (SYSTEM, home)]


async def test_what_cannot_be_written_does_not_read_as_applied(village):
    home = await village.household(people=3)
    far = village.neighbour.op("household", {"name": "李家", "people": 2}, area=NORTH_TWO)
    await village.neighbour.exchange(village.lanes, far)
    wrong = [
        await village.say(home, "people", 400),  # beyond the bounds
        await village.say(home, "people", "many"),  # of another type
        await village.say(home, "care", ["elder_alone"]),  # an owner's field, said to be the secretary's
        await village.say(home, "rhythm_days", 3),  # not open to correction
        await village.say(home, "nothing", 3),
        await village.say(far.record, "people", 3),  # of another grid
        await village.say("00000009aaaaaaaa.99", "people", 3),
        await village.say(home, "people", value="{"),
        await village.say(home, "people"),
        await village.say(home, "place"),
    ]
    for said in wrong:
        assert await village.decide(village.secretary, said, "apply_own", "proposed") == "cannot_mend"
        assert village.kept(said).state == "proposed"
    assert village.kept(home).cells["people"][0] == 3
    assert village.kept(far.record).cells["people"][0] == 2


async def test_a_value_that_is_no_json_is_no_value(village):
    home = await village.household(people=3)
    op = village.worker.op(
        "correction", {"target": home, "field": "people", "sort": "own", "value": "{"}, area=NORTH_ONE
    )
    await village.worker.exchange(village.lanes, op)
    assert await village.decide(village.secretary, op.record, "apply_own", "proposed") == "cannot_mend"


async def test_each_decides_on_their_class_and_nobody_on_their_own(village):
    home = await village.household()
    said = await village.say(home, "care", ["elder_alone"], sort="owner")
    assert village.kept(said).state == "with_owner"
    assert await village.decide(village.secretary, said, "apply", "with_owner") == "not_your_role"
    assert await village.decide(village.worker, said, "apply", "with_owner") == "not_your_role"
    own = village.secretary.op(
        "correction", {"target": home, "field": "phone", "sort": "own", "value": '"1"'}, area=NORTH_ONE
    )
    await village.secretary.exchange(village.lanes, own)
    assert await village.decide(village.secretary, own.record, "apply_own", "proposed") == "your_own"
    assert await village.decide(village.steward, said, "apply", "with_owner") == "applied"
    assert plain("union", village.kept(home).cells["care"]) == ["elder_alone"]
    await village.all_hear()
    assert "owner_value" not in village.secretary.kept[said].cells, "hers is the other class"
    assert "owner_value" not in village.neighbour.kept.get(said, village.secretary.kept[said]).cells


async def test_a_set_is_put_right_to_the_letter(village):
    home = await village.household(care={"add": ["disabled", "elder_alone"]})
    said = await village.say(home, "care", ["left_behind_child", "disabled"], sort="owner")
    assert await village.decide(village.steward, said, "apply", "with_owner") == "applied"
    assert sorted(plain("union", village.kept(home).cells["care"])) == ["disabled", "left_behind_child"]


async def test_what_the_owner_said_outranks_what_others_write_later(village):
    home = await village.household(group={"is": "二组"})
    said = await village.say(home, "group", "三组", sort="owner")
    assert await village.decide(village.steward, said, "apply", "with_owner") == "applied"
    cell = village.kept(home).cells["group"]
    assert (foremost(cell), rivals(cell)) == ("三组", [])
    await village.worker.hear_all(village.lanes)
    over = [entry[0] for entry in village.worker.kept[home].cells["group"][0]]
    op = village.worker.op("household", {"group": {"is": "四组", "over": over}}, home)
    await village.worker.exchange(village.lanes, op)
    cell = village.kept(home).cells["group"]
    assert foremost(cell) == "三组"
    assert [value for _, value in rivals(cell)] == ["三组", "四组"], "kept as a proposal"
    await village.all_hear()


async def test_a_refusal_is_contested_once(village):
    home = await village.household()
    said = await village.say(home, "phone", "456")
    reason = {"refuse_reason": "not_proven"}
    assert await village.decide(village.secretary, said, "refuse_own", "proposed", **reason) == "applied"
    why = {"objection": "我当面问的"}
    assert await village.decide(village.worker, said, "contest", "refused", **why) == "applied"
    assert await village.decide(village.steward, said, "refuse_again", "contested", **reason) == "applied"
    again = await village.decide(village.worker, said, "contest", "refused", **why)
    assert (again, village.kept(said).state) == ("only_once", "refused")


async def test_who_refused_it_does_not_decide_again_and_another_may_be_asked(village):
    home = await village.household(name="张家")
    said = await village.say(home, "name", "章家", sort="owner")
    reason, why = {"refuse_reason": "not_proven"}, {"objection": "户口本上就是"}
    assert await village.decide(village.steward, said, "refuse", "with_owner", **reason) == "applied"
    assert await village.decide(village.worker, said, "contest", "refused", **why) == "applied"
    for step, sets in (("apply", {}), ("refuse_again", reason)):
        assert await village.decide(village.steward, said, step, "contested", **sets) == "your_own_work"
    other = Mirror(5, 16, Grant("duty_officer", TOWN))
    assert said not in other.kept
    asked = await village.decide(village.steward, said, "pass_on", "contested", second=16)
    assert (asked, village.kept(said).state) == ("applied", "second_look")
    assert await village.decide(other, said, "apply", "second_look") == "applied"
    assert other.kept[said].cells["owner_value"][0] == '"章家"', "who is asked reads what it is about"
    assert village.kept(home).cells["name"][0] == "章家"
    await village.all_hear()


async def test_what_went_outside_is_put_right_when_the_answer_comes(village):
    home = await village.household(name="张家")
    said = await village.say(home, "name", "章家", sort="owner")
    assert (
        await village.decide(village.steward, said, "send_out", "with_owner", sent_to="派出所") == "applied"
    )
    assert village.kept(home).cells["name"][0] == "张家"
    assert await village.decide(village.steward, said, "confirm_out", "sent_out") == "applied"
    assert (village.kept(said).state, village.kept(home).cells["name"][0]) == ("confirmed_out", "章家")


async def test_a_moved_place_moves_the_record_to_the_grid_it_lies_in(village):
    home = await village.household(phone="123")
    await village.all_hear()
    said = await village.say(home, "place", place=IN_TWO)
    assert await village.decide(village.secretary, said, "apply_own", "proposed") == "applied"
    assert (village.kept(home).area, village.kept(home).cells["place"][0]) == (NORTH_TWO, IN_TWO)
    await village.all_hear()
    assert home not in village.worker.kept, "who has the grid no more does not keep the household"
    assert village.neighbour.kept[home].cells["phone"][0] == "123", "and who has it now hears all of it"
    assert village.secretary.kept[home].area == NORTH_TWO
    latecomer = Mirror(9, NEIGHBOUR, Grant("fulltime_worker", NORTH_TWO))
    await latecomer.hear_all(village.lanes)
    assert not at_odds(latecomer, village.lanes)


async def test_a_record_that_moves_there_and_back_is_where_it_was(village):
    home = await village.household()
    await village.all_hear()
    for where, worker in ((IN_TWO, village.worker), (IN_ONE, village.neighbour)):
        op = worker.op("correction", {"target": home, "field": "place", "sort": "own", "place": where},
                       area=village.kept(home).area)  # fmt: skip
        await worker.exchange(village.lanes, op)
        assert await village.decide(village.secretary, op.record, "apply_own", "proposed") == "applied"
        await village.all_hear()
    assert village.kept(home).area == NORTH_ONE
    assert home in village.worker.kept
    assert home not in village.neighbour.kept


async def test_a_place_outside_every_grid_moves_nothing(village):
    home = await village.household()
    said = await village.say(home, "place", place=NOWHERE)
    assert await village.decide(village.secretary, said, "apply_own", "proposed") == "applied"
    assert (village.kept(home).area, village.kept(home).cells["place"][0]) == (NORTH_ONE, NOWHERE)


async def test_what_was_written_offline_on_a_record_that_moved_away_is_kept_for_the_secretary(village):
    home = await village.household()
    await village.all_hear()
    late = village.worker.op("household", {"people": 5}, home)
    op = village.neighbour.op("visit", {"mode": "door"}, area=NORTH_TWO)
    await village.neighbour.exchange(village.lanes, op)
    steward = village.steward.op(
        "correction", {"target": home, "field": "place", "sort": "own", "place": IN_TWO}, area=NORTH_ONE
    )
    await village.steward.exchange(village.lanes, steward)
    assert await village.decide(village.secretary, steward.record, "apply_own", "proposed") == "applied"
    receipt = await village.worker.exchange(village.lanes, late)
    assert [verdict.code for verdict in receipt.verdicts if verdict.n == late.n] == ["parked"]
    await village.all_hear()


async def test_two_who_decide_at_once_have_one_decision_and_one_opinion(village):
    home = await village.household(phone="123")
    said = await village.say(home, "phone", "456")
    await village.all_hear()
    refusal = village.steward.op(
        "correction", {"refuse_reason": "right_as_is"}, said, step=("refuse", "proposed")
    )
    assert await village.decide(village.secretary, said, "apply_own", "proposed") == "applied"
    receipt = await village.steward.exchange(village.lanes, refusal)
    assert [verdict.code for verdict in receipt.verdicts] == ["overtaken"]
    assert (village.kept(said).state, village.kept(home).cells["phone"][0]) == ("applied", "456")
    assert [line.outcome for line in village.kept(said).story][-1] == "overtaken"
    await village.all_hear()


async def test_a_decision_that_came_too_late_writes_nothing(village):
    home = await village.household(phone="123")
    said = await village.say(home, "phone", "456")
    await village.all_hear()
    late = village.secretary.op("correction", {}, said, step=("apply_own", "proposed"))
    reason = {"refuse_reason": "right_as_is"}
    assert await village.decide(village.steward, said, "refuse", "proposed", **reason) == "applied"
    await village.secretary.exchange(village.lanes, late)
    assert (village.kept(said).state, village.kept(home).cells["phone"][0]) == ("refused", "123")
    assert village.kept(said).story[-1].outcome == "overtaken"


async def test_it_is_written_once_and_not_again_when_more_is_said(village):
    home = await village.household(phone="123")
    said = await village.say(home, "phone", "456")
    assert await village.decide(village.secretary, said, "apply_own", "proposed") == "applied"
    await village.worker.hear_all(village.lanes)
    await village.worker.exchange(village.lanes, village.worker.op("household", {"phone": "789"}, home))
    await village.worker.exchange(
        village.lanes, village.worker.op("correction", {"note": {"is": "又换了号"}}, said)
    )
    assert village.kept(home).cells["phone"][0] == "789"


async def test_who_is_of_another_village_decides_nothing(village):
    home = await village.household()
    said = await village.say(home, "phone", "456")
    stranger = Mirror(8, OTHER_SECRETARY, Grant("community_secretary", SOUTH))
    assert await village.decide(stranger, said, "apply_own", "proposed") == "not_found"
    forged = Mirror(7, STRANGER, Grant("fulltime_worker", SOUTH_ONE))
    sets = {"target": home, "field": "phone", "sort": "own", "value": '"456"'}
    op = forged.op("correction", sets, area=SOUTH_ONE)
    await forged.exchange(village.lanes, op)
    assert await village.decide(stranger, op.record, "apply_own", "proposed") == "cannot_mend"
