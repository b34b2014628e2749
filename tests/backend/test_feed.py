"""Delivery to whom a record names, and to those beneath its unit: it comes whole, and leaves them again."""

import tomllib
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from backend.adapters.memory import MemoryLanes
from backend.check import Asked, Checked, check
from backend.exchange import Town
from backend.feed import feed_of, tombstone
from backend.ports import Lane, Lanes
from sync.kind import gather, parse
from sync.naming import NAMES, SPREAD
from sync.permit import Grant, OrgUnit
from sync.register import Former, Held, Record
from sync.sameness import fingerprint, tally
from sync.settle import Settled, World
from tests.backend import mirror
from tests.backend.mirror import Mirror, at_odds
from tests.backend.town import (
    KINDS,
    LEADER,
    NORTH,
    NORTH_ONE,
    NORTH_TWO,
    NOW,
    SECRETARY,
    SOUTH,
    SOUTH_ONE,
    STRANGER,
    TOWN,
    UNITS,
    WORKER,
)

pytestmark = pytest.mark.anyio

PAGES = tomllib.loads((Path(__file__).parents[1] / "whole/fleet/pages.toml").read_text(encoding="utf-8"))
DEPARTMENT = 21  # beside the town, under the district
BOARD, POST, OTHER_BOARD = 38, 381, 37  # a board of the town with its post, and another board
BODIES = {
    DEPARTMENT: OrgUnit(2, 2),
    BOARD: OrgUnit(3, 3),
    POST: OrgUnit(3, BOARD),
    OTHER_BOARD: OrgUnit(3, 3),
}
TREE = {unit.id: unit.node for unit in UNITS} | BODIES
ERRANDS = gather([*KINDS.values(), parse(PAGES["errand"]), parse(PAGES["bulletin"])])
DOER, OTHER = 41, 42


@pytest.fixture(autouse=True)
def town(monkeypatch) -> World:
    """Let the phones of these tests know errands, and a department beside the town."""
    world = World(ERRANDS, TREE)
    monkeypatch.setattr(mirror, "KINDS", ERRANDS)
    monkeypatch.setattr(mirror, "WORLD", world)
    monkeypatch.setattr(mirror, "SPACE", Town(TOWN, world, "00000000", "11111111"))
    return world


@pytest.fixture
def leader() -> Mirror:
    return Mirror(1, LEADER, Grant("grid_leader", NORTH_ONE))


@pytest.fixture
def doer() -> Mirror:
    return Mirror(2, DOER)


async def made(lanes: Lanes, leader: Mirror, **sets: Any) -> str:
    """Make an errand; gives its id."""
    op = leader.op("errand", {"title": "灯坏了", **sets}, area=NORTH_ONE)
    await leader.exchange(lanes, op)
    return op.record


async def changed(lanes: Lanes, who: Mirror, record: str, **sets: Any) -> None:
    await who.exchange(lanes, who.op("errand", sets, record))


async def test_a_record_reaches_the_person_it_names_wherever_it_lies(lanes, leader, doer):
    await doer.hear_all(lanes)
    record = await made(lanes, leader)
    assert not (await doer.exchange(lanes)).records
    await changed(lanes, leader, record, assignee=DOER)
    (delta,) = (await doer.exchange(lanes)).records
    assert delta.cells.keys() == {"title", "assignee"}, "whole, and not only what changed"
    assert delta.story
    assert not (await doer.exchange(lanes)).records


async def test_it_leaves_the_phone_of_whom_it_names_no_more(lanes, leader, doer):
    other = Mirror(3, OTHER)
    record = await made(lanes, leader, assignee=DOER)
    await doer.hear_all(lanes)
    await other.hear_all(lanes)
    await changed(lanes, leader, record, assignee=OTHER)
    assert (await doer.exchange(lanes)).gone == [record]
    assert not doer.kept
    await other.exchange(lanes)
    assert record in other.kept
    await changed(lanes, leader, record, title="换灯泡")
    later = await doer.exchange(lanes)
    assert not later.gone and not later.records, "of what left a phone it hears nothing more"


async def test_it_comes_back_whole(lanes, leader, doer):
    record = await made(lanes, leader, assignee=DOER)
    await doer.hear_all(lanes)
    await changed(lanes, leader, record, assignee=None)
    await doer.hear_all(lanes)
    await changed(lanes, leader, record, title="换灯泡")
    await changed(lanes, leader, record, assignee=DOER)
    await doer.hear_all(lanes)
    assert doer.kept[record].cells["title"][0] == "换灯泡"


async def test_who_gives_it_away_hears_that_it_is_gone(lanes, leader, doer):
    record = await made(lanes, leader, assignee=DOER)
    await doer.hear_all(lanes)
    await changed(lanes, doer, record, assignee=OTHER)
    await doer.hear_all(lanes)
    assert not doer.kept


async def test_the_leader_of_a_board_has_what_lies_with_its_posts_until_it_lies_elsewhere(lanes, leader):
    ours, theirs = (
        Mirror(4, DOER, Grant("board_leader", BOARD)),
        Mirror(5, OTHER, Grant("board_leader", OTHER_BOARD)),
    )
    officer = Mirror(6, STRANGER, Grant("duty_officer", TOWN))
    op = leader.op("incident", {"matter": "06033"}, area=NORTH_ONE)
    task = leader.op("task", {"matter": "rubbish", "what": {"is": "看看"}, "unit": POST}, area=NORTH_ONE)
    await leader.exchange(lanes, op, task)

    async def seen() -> list[list[str]]:
        for each in (ours, theirs):
            await each.hear_all(lanes)
        return [sorted(each.kept) for each in (ours, theirs)]

    async def step(name: str, saw: str, **sets: int) -> None:
        await officer.hear_all(lanes)
        await officer.exchange(lanes, officer.op("incident", sets, op.record, step=(name, saw)))

    assert await seen() == [[task.record], []], "of the incident nothing: it has no unit yet"
    await step("accept", "at_center")
    await step("dispatch", "triaged", unit=POST, assignee=DOER)
    assert await seen() == [sorted([op.record, task.record]), []]
    await step("recall", "dispatched")
    await step("dispatch", "triaged", unit=OTHER_BOARD, assignee=OTHER)
    assert await seen() == [[task.record], [op.record]]


async def test_a_unit_that_is_named_hears_of_it_by_its_roles(lanes, leader):
    worker, secretary = (
        Mirror(4, STRANGER, Grant("fulltime_worker", SOUTH_ONE)),
        Mirror(5, SECRETARY, Grant("community_secretary", SOUTH)),
    )
    rider = Mirror(6, OTHER, Grant("parttime_worker", SOUTH_ONE))
    for each in (worker, secretary, rider):
        await each.hear_all(lanes)
    record = await made(lanes, leader, team=SOUTH_ONE)
    for each in (worker, secretary, rider):
        await each.hear_all(lanes)
    assert [record in each.kept for each in (worker, secretary, rider)] == [True, True, False]
    await changed(lanes, leader, record, team=NORTH_TWO)
    for each in (worker, secretary, rider):
        await each.hear_all(lanes)
        assert not each.kept


async def test_a_department_sees_what_names_it_and_nothing_else_of_the_town(lanes, leader):
    member = Mirror(7, OTHER, Grant("fulltime_worker", DEPARTMENT))
    named = await made(lanes, leader, team=DEPARTMENT)
    await made(lanes, leader)
    await leader.exchange(lanes, leader.op("errand", {"title": "别的"}, area=NORTH_ONE))
    await member.hear_all(lanes)
    assert set(member.kept) == {named}


async def test_a_field_for_the_named_leaves_a_phone_that_may_read_the_rest(lanes, doer):
    author = Mirror(8, DOER, Grant("fulltime_worker", NORTH_ONE))
    record = await made(lanes, author, assignee=DOER)
    await changed(lanes, author, record, hint="从后门进")
    await changed(lanes, author, record, assignee=OTHER)
    await author.hear_all(lanes)
    assert "hint" not in author.kept[record].cells
    assert not at_odds_of(author, lanes)


async def test_who_had_heard_nothing_is_not_told_what_left_before(lanes, leader, doer):
    record = await made(lanes, leader, assignee=DOER)
    await changed(lanes, leader, record, assignee=OTHER)
    assert not (await doer.exchange(lanes)).gone


async def test_a_removed_record_is_gone_for_whom_it_names(lanes, leader, doer):
    record = await made(lanes, leader, assignee=DOER)
    await doer.hear_all(lanes)

    def remove(lane: Lane) -> None:
        known = lane.load("", [])
        lane.save(Settled({}, [], [], known.clock, known.seq + 1, known.head), {})
        lane.remove(record, known.seq + 1, NOW, erased=False)

    await lanes.write(TOWN, remove)
    assert (await doer.exchange(lanes)).gone == [record]


async def test_a_check_counts_what_is_named_where_it_lies(lanes, leader, doer, town):
    member = Mirror(9, OTHER, Grant("fulltime_worker", DEPARTMENT))
    record = await made(lanes, leader, assignee=DOER, team=DEPARTMENT)
    for phone in (doer, member):
        await phone.hear_all(lanes)
        mine = replace(phone.kept[record], area=NORTH_ONE, author=LEADER)
        same = await checked(lanes, phone, town, {NORTH_ONE: tally([fingerprint(mine)])})
        assert not same.areas
        lacking = await checked(lanes, phone, town, {})
        assert [name for name, _ in lacking.areas[NORTH_ONE]] == [record]
        phone.kept.clear()
        phone.cursor = lacking.cursor
        await phone.hear_all(lanes)
        assert set(phone.kept) == {record}, "what it lacks is told again"


async def checked(lanes: Lanes, phone: Mirror, town: World, areas: dict[int, tuple[int, int]]) -> Checked:
    asked = Asked(phone.cursor, areas)
    return await lanes.read(TOWN, lambda lane: check(lane, asked, phone.actor, town))


def at_odds_of(phone: Mirror, lanes: Lanes) -> Any:
    return at_odds(phone, lanes) if isinstance(lanes, MemoryLanes) else {}


async def posted(lanes: Lanes, officer: Mirror, area: int = TOWN, **sets: Any) -> str:
    """Draft a bulletin and post it; gives its id."""
    draft = officer.op("bulletin", {"title": "台风", **sets}, area=area)
    await officer.exchange(lanes, draft)
    await officer.exchange(lanes, officer.op("bulletin", {}, draft.record, step=("post", "draft")))
    return draft.record


@pytest.fixture
def officer() -> Mirror:
    return Mirror(20, SECRETARY, Grant("duty_officer", TOWN))


@pytest.fixture
def reader() -> Mirror:
    return Mirror(21, WORKER, Grant("fulltime_worker", NORTH_ONE))


async def test_a_draft_stays_above_and_what_is_posted_comes_down_whole(lanes, officer, reader):
    draft = officer.op("bulletin", {"title": "台风"}, area=TOWN)
    await officer.exchange(lanes, draft)
    await reader.hear_all(lanes)
    assert not reader.kept
    await officer.exchange(lanes, officer.op("bulletin", {}, draft.record, step=("post", "draft")))
    await reader.hear_all(lanes)
    assert set(reader.kept) == {draft.record}
    assert "title" in reader.kept[draft.record].cells, "though it was written before it was posted"
    assert not at_odds_of(reader, lanes)


async def test_it_comes_to_those_beneath_and_to_nobody_beside_or_above(lanes, officer):
    readers = {
        unit: Mirror(30 + place, 60 + place, Grant("fulltime_worker", unit))
        for place, unit in enumerate((NORTH_ONE, NORTH_TWO, NORTH, SOUTH_ONE, TOWN))
    }
    rider = Mirror(40, OTHER, Grant("parttime_worker", NORTH_ONE))
    record = await posted(lanes, Mirror(41, DOER, Grant("community_secretary", NORTH)), NORTH)
    for each in (rider, *readers.values()):
        await each.hear_all(lanes)
        assert not at_odds_of(each, lanes)
    assert [record in each.kept for each in readers.values()] == [True, True, True, False, False]
    assert not rider.kept


async def test_a_field_for_some_of_those_beneath_reaches_no_others(lanes, officer, reader):
    chief = Mirror(22, LEADER, Grant("grid_leader", NORTH_ONE))
    record = await posted(lanes, officer, secret="只给网格长")
    for each in (reader, chief):
        await each.hear_all(lanes)
    assert ["secret" in each.kept[record].cells for each in (reader, chief)] == [False, True]


async def test_what_is_taken_back_leaves_the_phones_beneath_and_comes_back_whole(lanes, officer, reader):
    record = await posted(lanes, officer)
    await reader.hear_all(lanes)
    await officer.exchange(lanes, officer.op("bulletin", {}, record, step=("pull", "out")))
    assert (await reader.exchange(lanes)).gone == [record]
    await officer.exchange(lanes, officer.op("bulletin", {"title": "再发"}, record, step=("post", "draft")))
    await reader.hear_all(lanes)
    assert not at_odds_of(reader, lanes)
    assert record in officer.kept


async def test_it_leaves_with_the_grant_and_comes_back_with_it(lanes, officer, reader):
    record = await posted(lanes, officer)
    await reader.hear_all(lanes)
    held, reader.actor = reader.actor, replace(reader.actor, grants=())
    assert (await reader.exchange(lanes)).gone == [record]
    reader.actor = held
    await reader.hear_all(lanes)
    assert set(reader.kept) == {record}


async def test_a_grid_that_comes_under_another_community_hears_what_that_one_posts(
    lanes, reader, town, monkeypatch
):
    old, new = [
        await posted(lanes, Mirror(50 + unit, 50 + unit, Grant("community_secretary", unit)), unit)
        for unit in (NORTH, SOUTH)
    ]
    await reader.hear_all(lanes)
    assert set(reader.kept) == {old}
    moved = replace(town, units={**TREE, NORTH_ONE: OrgUnit(5, SOUTH)})
    monkeypatch.setattr(mirror, "WORLD", moved)
    monkeypatch.setattr(mirror, "SPACE", Town(TOWN, moved, "00000000", "11111111"))
    await reader.hear_all(lanes)
    assert set(reader.kept) == {new}


async def test_what_was_written_on_it_before_it_was_taken_back_is_kept(lanes, officer, reader):
    record = await posted(lanes, officer)
    await reader.hear_all(lanes)
    await officer.exchange(lanes, officer.op("bulletin", {}, record, step=("pull", "out")))
    nod = reader.op("bulletin", {"trace": "看过"}, record, step=("nod", "out"))
    assert [each.code for each in (await reader.exchange(lanes, nod)).verdicts] == ["parked"]


async def test_a_check_counts_what_is_posted_above_where_it_lies(lanes, officer, reader, town):
    record = await posted(lanes, officer)
    await reader.hear_all(lanes)
    mine = replace(reader.kept[record], area=TOWN, author=SECRETARY)
    assert not (await checked(lanes, reader, town, {TOWN: tally([fingerprint(mine)])})).areas
    lacking = await checked(lanes, reader, town, {})
    assert [name for name, _ in lacking.areas[TOWN]] == [record]
    reader.kept.clear()
    reader.cursor = lacking.cursor
    await reader.hear_all(lanes)
    assert set(reader.kept) == {record}


async def test_a_removed_one_is_gone_beneath(lanes, officer, reader):
    record = await posted(lanes, officer)
    await reader.hear_all(lanes)

    def remove(lane: Lane) -> None:
        known = lane.load("", [])
        lane.save(Settled({}, [], [], known.clock, known.seq + 1, known.head), {})
        lane.remove(record, known.seq + 1, NOW, erased=False)

    await lanes.write(TOWN, remove)
    assert (await reader.exchange(lanes)).gone == [record]


VALUES = {
    "assignee": (DOER, OTHER, WORKER, None),
    "helper": ({"is": DOER}, {"is": OTHER}, {"is": None}),
    "team": (SOUTH_ONE, SOUTH, NORTH_TWO, DEPARTMENT, None),
    "hint": ("从后门进", "带梯子"),
    "title": ("灯", "路"),
}


@pytest.mark.parametrize("seed", range(120))
async def test_whatever_is_given_to_whom_everyone_ends_with_what_is_theirs(seed):
    lanes, rng = MemoryLanes(), Random(seed)
    leader = Mirror(1, LEADER, Grant("grid_leader", NORTH_ONE))
    phones = [
        leader, Mirror(2, DOER), Mirror(3, OTHER),
        Mirror(4, WORKER, Grant("fulltime_worker", SOUTH_ONE)),
        Mirror(5, SECRETARY, Grant("community_secretary", SOUTH)),
        Mirror(6, STRANGER, Grant("fulltime_worker", DEPARTMENT)),
    ]  # fmt: skip
    await made(lanes, leader)
    for _ in range(rng.randint(4, 24)):
        phone = rng.choice(phones)
        if phone.kept and rng.random() < 0.6:
            name = rng.choice(list(VALUES))
            await changed(lanes, phone, rng.choice(sorted(phone.kept)), **{name: rng.choice(VALUES[name])})
        elif phone is leader and rng.random() < 0.3:
            await made(lanes, leader)
        else:
            await phone.exchange(lanes)
    for phone in phones:
        await phone.hear_all(lanes)
        assert not at_odds(phone, lanes)


def test_a_record_has_a_row_in_every_channel_and_where_it_left_one():
    record = Record(
        "a" * 16 + ".1", "errand", NORTH_ONE, WORKER, 1, 1, "open", Held(5, "", 0), {},
        {"title": Held(9, "", 0)},
        names={"assignee": -DOER, "team": NAMES + DEPARTMENT, "@below": SPREAD + NORTH_ONE},
        former=(Former("assignee", -OTHER, 7), Former("helper", -DOER, 6)),
    )  # fmt: skip
    rows = {NORTH_ONE: 9, -WORKER: 9, -DOER: 9, NAMES + DEPARTMENT: 9, SPREAD + NORTH_ONE: 9, -OTHER: 7}
    assert feed_of(record) == rows
    assert feed_of(tombstone(record, 12)) == dict.fromkeys(rows, 12)
