"""Anti-entropy: a phone that is right differs in nothing; one that is not is put right, whatever it lacks."""

import random
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from backend import check as checking
from backend import view
from backend.adapters.memory import MemoryLanes
from backend.check import Asked, Checked, check, read_asked
from backend.cursor import Heard, Scope, parse, spell
from backend.problems import Refused
from sync.op import Op
from sync.permit import Grant
from sync.sameness import fingerprint, tally
from tests.backend.mirror import WORLD, Mirror, at_odds
from tests.backend.town import (
    LEADER,
    NORTH,
    NORTH_ONE,
    NORTH_TWO,
    OFFICER,
    SECRETARY,
    SOUTH_ONE,
    STRANGER,
    TOWN,
    WORKER,
)

pytestmark = pytest.mark.anyio
GHOST = "00000063aaaaaaaa.1"


class Holder(Mirror):
    """A phone that compares what it holds with the town."""

    async def exchange(self, lanes: MemoryLanes, *ops: Op) -> Any:
        receipt = await super().exchange(lanes, *ops)
        for delta in receipt.records:
            told = {"area": delta.area, "author": delta.author}
            self.kept[delta.id] = replace(self.kept[delta.id], **told)
        return receipt

    def areas(self) -> dict[int, tuple[int, int]]:
        by_area: dict[int, list[int]] = {}
        for record in self.kept.values():
            by_area.setdefault(record.area, []).append(fingerprint(record))
        return {area: tally(prints) for area, prints in by_area.items()}

    async def check(self, lanes: MemoryLanes, after: int = 0) -> Checked:
        asked = Asked(self.cursor, self.areas(), after)
        return await lanes.read(TOWN, lambda lane: check(lane, asked, self.actor, WORLD))

    async def mend(self, lanes: MemoryLanes) -> Checked:
        """Take what a check says, as docs/sync.md tells a client to, and hear anew."""
        checked = await self.check(lanes)
        listed = {area: dict(there) for area, there in checked.areas.items()}
        for record in list(self.kept.values()):
            if record.area in listed and listed[record.area].get(record.id) != fingerprint(record):
                del self.kept[record.id]
        self.cursor = checked.cursor or self.cursor
        await self.hear_all(lanes)
        return checked


@pytest.fixture
def lanes() -> MemoryLanes:
    return MemoryLanes()


@pytest.fixture
def worker() -> Holder:
    return Holder(1, WORKER, Grant("fulltime_worker", NORTH_ONE))


@pytest.fixture
def secretary() -> Holder:
    return Holder(2, SECRETARY, Grant("community_secretary", NORTH))


def report(phone: Mirror, area: int = NORTH_ONE, **sets: Any) -> Op:
    return phone.op("incident", {"matter": "wires", **sets}, area=area)


async def filled(lanes: MemoryLanes, *phones: Holder) -> None:
    """Let a few people work in several grids, and these phones hear of it."""
    writer = Mirror(90, STRANGER, Grant("fulltime_worker", TOWN))
    for area in (NORTH_ONE, NORTH_TWO, SOUTH_ONE):
        await writer.exchange(lanes, *(report(writer, area, contact="1990") for _ in range(3)))
    for phone in phones:
        await phone.hear_all(lanes)


async def test_a_phone_that_heard_all_differs_in_nothing(lanes, worker, secretary):
    await filled(lanes, worker, secretary)
    await worker.exchange(lanes, report(worker, note={"is": "x"}))
    await secretary.hear_all(lanes)
    assert await worker.check(lanes) == await secretary.check(lanes) == Checked()


async def test_phones_that_did_all_sorts_of_things_differ_in_nothing(lanes):
    draw = random.Random(11)
    phones = [
        Holder(1, WORKER, Grant("fulltime_worker", NORTH_ONE)),
        Holder(2, SECRETARY, Grant("community_secretary", NORTH)),
        Holder(3, LEADER, Grant("grid_leader", NORTH_ONE), Grant("fulltime_worker", NORTH_TWO)),
        Holder(4, OFFICER, Grant("duty_officer", TOWN)),
        Holder(5, WORKER, Grant("fulltime_worker", NORTH_ONE)),
    ]
    for _ in range(150):
        phone = draw.choice(phones)
        await phone.hear_all(lanes)
        mine = [each for each in phone.kept.values() if each.kind == "incident"]
        if not mine or draw.random() < 0.3:
            await phone.exchange(lanes, report(phone, draw.choice([NORTH_ONE, NORTH_TWO])))
            continue
        record = draw.choice(mine)
        steps = [each for each in WORLD.kinds["incident"].workflow.steps if record.state in each.start]
        step = draw.choice(steps) if steps and draw.random() < 0.6 else None
        sets = {"note": {"is": str(draw.random())}} if step is None else {}
        taken = None if step is None else (step.name, record.state)
        await phone.exchange(lanes, phone.op("incident", sets, record.id, step=taken))
    for phone in phones:
        await phone.hear_all(lanes)
        assert at_odds(phone, lanes) == {}
        assert await phone.check(lanes) == Checked()


async def test_fields_hidden_from_a_person_are_no_difference(lanes, worker):
    await filled(lanes, worker)
    assert "contact" not in next(iter(worker.kept.values())).cells
    assert await worker.check(lanes) == Checked()


def lost(phone: Holder) -> None:
    phone.kept.pop(next(name for name, each in phone.kept.items() if each.area == NORTH_ONE))


def lost_all(phone: Holder) -> None:
    phone.kept.clear()


def too_much(phone: Holder) -> None:
    some = next(each for each in phone.kept.values() if each.area == NORTH_ONE)
    phone.kept[GHOST] = replace(some, id=GHOST)
    phone.eras[GHOST] = phone.era


def altered(phone: Holder, **other: Any) -> None:
    some = next(each for each in phone.kept.values() if each.area == NORTH_ONE)
    phone.kept[some.id] = replace(some, **other)


def spoilt(phone: Holder) -> None:
    some = next(each for each in phone.kept.values() if each.area == NORTH_ONE)
    altered(phone, cells={**some.cells, "matter": ["rubbish", some.cells["matter"][1]]})


@pytest.mark.parametrize(
    "harm",
    [
        lost, lost_all, too_much, spoilt,
        lambda phone: altered(phone, state="done"),
        lambda phone: altered(phone, story=()),
        lambda phone: altered(phone, cells={}),
    ],
)  # fmt: skip
async def test_what_a_phone_has_otherwise_is_found_and_mended(lanes, worker, harm):
    await filled(lanes, worker)
    whole = {name: fingerprint(each) for name, each in worker.kept.items()}
    harm(worker)
    checked = await worker.mend(lanes)
    assert checked.areas.keys() == {NORTH_ONE}
    assert dict(checked.areas[NORTH_ONE]) == whole
    assert {name: fingerprint(each) for name, each in worker.kept.items()} == whole
    assert await worker.check(lanes) == Checked()


def positions(cursor: str) -> dict[tuple[int, bool], Heard]:
    return {(scope.unit, scope.again): each for scope, each in parse(cursor).heard.items()}


def in_north_two(phone: Holder) -> list[str]:
    return [name for name, each in phone.kept.items() if each.area == NORTH_TWO]


async def test_only_the_area_that_differs_is_told_again(lanes, secretary):
    await filled(lanes, secretary)
    lost(secretary)
    checked = await secretary.check(lanes)
    assert positions(checked.cursor) == {
        (NORTH, False): Heard(9, 9), (-SECRETARY, False): Heard(9, 9), (NORTH_ONE, True): Heard(0, 0),
    }  # fmt: skip
    secretary.cursor = checked.cursor
    assert await secretary.check(lanes) == Checked(stale=True), "it has not heard everything"
    receipt = await secretary.exchange(lanes)
    assert {each.area for each in receipt.records} == {NORTH_ONE} and len(receipt.records) == 3
    assert positions(secretary.cursor).keys() == {(NORTH, False), (-SECRETARY, False)}
    assert await secretary.check(lanes) == Checked()


async def test_where_too_many_areas_differ_the_scopes_are_told_again(lanes, secretary, monkeypatch):
    monkeypatch.setattr(checking, "AGAIN_MAX", 1)
    await filled(lanes, secretary)
    secretary.kept.clear()
    checked = await secretary.check(lanes)
    assert positions(checked.cursor) == {(NORTH, False): Heard(0, 0), (-SECRETARY, False): Heard(9, 9)}
    await secretary.mend(lanes)
    assert await secretary.check(lanes) == Checked()


async def test_what_others_write_while_an_area_is_told_again_is_heard(lanes, secretary, monkeypatch):
    monkeypatch.setattr(view, "PAGE_RECORDS", 1)
    await filled(lanes, secretary)
    kept = in_north_two(secretary)
    secretary.kept = {name: secretary.kept[name] for name in kept}
    secretary.cursor = (await secretary.check(lanes)).cursor
    writer, told, more = Mirror(90, STRANGER, Grant("fulltime_worker", TOWN)), [], True
    await writer.hear_all(lanes)
    while more:
        if len(told) < 4:
            await writer.exchange(lanes, report(writer, NORTH_ONE), report(writer, NORTH_TWO))
            old = min(writer.kept)
            await writer.exchange(lanes, writer.op("incident", {"matter": "flooding"}, old))
        receipt = await secretary.exchange(lanes)
        told += [delta.id for delta in receipt.records]
        more = receipt.more
    assert len(told) > 5 and not set(kept) & set(told), "nothing of the other area was told again"
    assert at_odds(secretary, lanes) == {}
    assert await secretary.check(lanes) == Checked()


async def test_an_area_that_leaves_the_view_while_it_is_told_again_is_taken_back(lanes, monkeypatch):
    monkeypatch.setattr(view, "PAGE_RECORDS", 1)
    phone = Holder(1, LEADER, Grant("fulltime_worker", NORTH_ONE), Grant("fulltime_worker", NORTH_TWO))
    await filled(lanes, phone)
    lost_all(phone)
    phone.cursor = (await phone.check(lanes)).cursor
    await phone.exchange(lanes)
    await phone.exchange(lanes)
    phone.actor = replace(phone.actor, grants=(Grant("fulltime_worker", NORTH_TWO),))
    await phone.hear_all(lanes)
    assert {each.area for each in phone.kept.values()} == {NORTH_TWO}
    assert positions(phone.cursor).keys() == {(NORTH_TWO, False), (-LEADER, False)}
    assert await phone.check(lanes) == Checked()


async def test_own_records_outside_the_view_are_compared_too(lanes):
    phone = Holder(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    await phone.exchange(lanes, report(phone), report(phone))
    phone.actor = replace(phone.actor, grants=(Grant("fulltime_worker", SOUTH_ONE),))
    await phone.hear_all(lanes)
    assert len(phone.kept) == 2
    assert await phone.check(lanes) == Checked()
    lost(phone)
    checked = await phone.mend(lanes)
    assert checked.areas.keys() == {NORTH_ONE}
    assert parse(checked.cursor).heard[Scope(-WORKER, "")] == Heard(0, 0)
    assert len(phone.kept) == 2


async def test_records_of_an_area_nobody_granted_are_to_be_dropped(lanes, worker):
    await filled(lanes, worker)
    altered(worker, area=SOUTH_ONE)
    ghost = next(name for name, each in worker.kept.items() if each.area == SOUTH_ONE)
    checked = await worker.mend(lanes)
    assert checked.areas[SOUTH_ONE] == [], "what is there is not told"
    assert worker.kept[ghost].area == NORTH_ONE


@pytest.mark.parametrize("cursor", ["", "x", "abcdefghij-1"])
async def test_a_cursor_that_is_none_is_stale(lanes, worker, cursor):
    await filled(lanes, worker)
    worker.cursor = cursor
    assert await worker.check(lanes) == Checked(stale=True)


async def test_who_has_not_heard_all_exchanges_first(lanes, worker, secretary):
    await filled(lanes, worker, secretary)
    before = worker.cursor
    await secretary.exchange(lanes, report(secretary))
    assert await worker.check(lanes) == Checked(stale=True)
    await worker.hear_all(lanes)
    assert await worker.check(lanes) == Checked()
    worker.cursor = before
    assert (await worker.check(lanes)).stale, "a cursor from before"


async def test_what_happens_elsewhere_makes_nobody_stale(lanes, worker):
    await filled(lanes, worker)
    stranger = Holder(5, STRANGER, Grant("fulltime_worker", SOUTH_ONE))
    await stranger.exchange(lanes, report(stranger, SOUTH_ONE))
    assert await worker.check(lanes) == Checked()


async def test_another_phones_cursor_is_stale(lanes, worker):
    await filled(lanes, worker)
    other = Holder(7, WORKER, Grant("fulltime_worker", NORTH_ONE))
    other.cursor, other.kept = worker.cursor, worker.kept
    assert await other.check(lanes) == Checked(stale=True)


async def test_a_forged_position_is_stale(lanes, worker):
    await filled(lanes, worker)
    true = parse(worker.cursor)
    forged = {scope: Heard(each.at - 1, each.base - 1) for scope, each in true.heard.items()}
    worker.cursor = spell(replace(true, heard=forged))
    assert await worker.check(lanes) == Checked(stale=True)


async def test_a_view_that_has_changed_since_is_stale(lanes, worker):
    await filled(lanes, worker)
    worker.actor = replace(worker.actor, grants=(Grant("fulltime_worker", NORTH_TWO),))
    assert await worker.check(lanes) == Checked(stale=True)


async def test_a_view_that_is_being_taken_back_is_stale(lanes, worker):
    await filled(lanes, worker)
    true = parse(worker.cursor)
    heard = {scope: replace(each, lost=scope.unit > 0) for scope, each in true.heard.items()}
    lane, cursor = lanes.lanes[TOWN], replace(true, heard=heard)
    worker.cursor = spell(view._sealed(cursor, worker.actor, WORLD.units, lane))
    assert await worker.check(lanes) == Checked(stale=True)


async def test_between_two_pages_it_is_stale(lanes, worker):
    await filled(lanes, worker)
    many = Mirror(91, STRANGER, Grant("fulltime_worker", TOWN))
    for _ in range(9):
        await many.exchange(lanes, *(many.op("visit", {"mode": "door"}, area=NORTH_ONE) for _ in range(50)))
    assert (await worker.exchange(lanes)).more
    assert await worker.check(lanes) == Checked(stale=True)


async def test_a_large_view_is_checked_in_parts(lanes, monkeypatch):
    phone = Holder(4, OFFICER, Grant("duty_officer", TOWN))
    await filled(lanes, phone)
    monkeypatch.setattr(checking, "LOOKED_MAX", 4)
    first = await phone.check(lanes)
    assert first == Checked(after=NORTH_TWO), "two areas, six records"
    assert await phone.check(lanes, after=first.after) == Checked()
    phone.kept = {name: each for name, each in phone.kept.items() if each.area != SOUTH_ONE}
    assert await phone.check(lanes) == first
    assert (await phone.check(lanes, after=first.after)).areas.keys() == {SOUTH_ONE}


async def test_an_answer_lists_so_many_ids_and_the_rest_is_for_another(lanes, monkeypatch):
    phone = Holder(4, OFFICER, Grant("duty_officer", TOWN))
    await filled(lanes, phone)
    phone.kept.clear()
    monkeypatch.setattr(checking, "LISTED_MAX", 4)
    first = await phone.check(lanes)
    assert (first.areas.keys(), first.after) == ({NORTH_ONE}, NORTH_ONE)
    second = await phone.check(lanes, after=first.after)
    assert (second.areas.keys(), second.after) == ({NORTH_TWO}, NORTH_TWO)
    assert (await phone.check(lanes, after=second.after)).after == 0
    monkeypatch.setattr(checking, "LISTED_MAX", 2)
    whole = await phone.check(lanes)
    assert set(map(len, whole.areas.values())) == {0}, "one that is longer by itself is heard anew as a whole"


def test_an_answer_says_nothing_where_nothing_differs():
    assert msgspec.json.encode(Checked()) == b"{}"
    assert msgspec.json.encode(Checked(areas={7: [("a", 1)]}, cursor="c")) == (
        b'{"areas":{"7":[["a",1]]},"cursor":"c"}'
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"), (b"[]", "malformed"), (b"{}", "malformed"), (b"\xff", "malformed"),
        (b'{"cursor":1}', "malformed"), (b'{"cursor":"","areas":{"x":[1,1]}}', "malformed"),
        (b'{"cursor":"","areas":{"1":[1]}}', "malformed"), (b'{"cursor":"","areas":[[1,1,1]]}', "malformed"),
        (b'{"cursor":"","after":1.5}', "malformed"), (b"[" * 100_000, "malformed"),
        (msgspec.json.encode({"cursor": "", "areas": {str(n): [0, 0] for n in range(5_001)}}), "too_large"),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(body, code):
    with pytest.raises(Refused, match=code):
        read_asked(body)


def test_numbers_of_any_size_are_only_compared():
    asked = read_asked(b'{"cursor":"c","areas":{"-9":[-1,9007199254740993]},"after":-5,"more":[]}')
    assert asked == Asked("c", {-9: (-1, 2**53 + 1)}, -5)
