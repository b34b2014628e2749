"""What a phone hears: all of its view and nothing else, whatever happens between two exchanges (I5)."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backend import view
from backend.adapters.memory import MemoryLanes
from backend.cursor import Cursor, Heard, Scope, parse, spell
from backend.ports import Lane
from backend.view import PAGE_RECORDS, channels, news, scopes, shown
from sync.clock import SERVER, Stamp
from sync.digest import ROOT
from sync.kind import parse as parse_page
from sync.permit import Grant
from sync.settle import Known, World, settle
from tests.backend.mirror import WORLD, Mirror, at_odds, folded
from tests.backend.town import (
    LEADER,
    NORTH,
    NORTH_ONE,
    NORTH_TWO,
    NOW,
    SECRETARY,
    SOUTH_ONE,
    STRANGER,
    TOWN,
    WORKER,
)

pytestmark = pytest.mark.anyio

EVERYWHERE = Grant("fulltime_worker", TOWN)
ROLES = ("fulltime_worker", "grid_leader", "microgrid_contact")
AREAS = (NORTH_ONE, NORTH_TWO, SOUTH_ONE, NORTH)


def regrant(phone: Mirror, *grants: Grant) -> None:
    phone.actor = replace(phone.actor, grants=grants)


async def fill(lanes: MemoryLanes, count: int, area: int = NORTH_ONE) -> Mirror:
    """Let somebody else make visits."""
    writer = Mirror(90 + area, STRANGER, EVERYWHERE)
    for _ in range(count):
        await writer.exchange(lanes, writer.op("visit", {"mode": "door"}, area=area))
    return writer


async def test_more_than_a_page_is_heard_in_pages():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 2 * PAGE_RECORDS + 1)
    first = await phone.exchange(lanes)
    assert len(first.records) == PAGE_RECORDS
    assert first.more
    assert await phone.hear_all(lanes) == 2
    assert not at_odds(phone, lanes)
    assert len(phone.kept) == 2 * PAGE_RECORDS + 1


async def test_a_record_that_changed_twice_comes_whole_on_a_later_page(monkeypatch):
    monkeypatch.setattr(view, "PAGE_RECORDS", 2)
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    writer = await fill(lanes, 1)
    await phone.hear_all(lanes)
    record = next(iter(phone.kept))
    await fill(lanes, 1, NORTH_TWO)
    await writer.exchange(lanes, writer.op("visit", {"result": "ok"}, record))
    await fill(lanes, 2, SOUTH_ONE)
    await writer.exchange(lanes, writer.op("visit", {"mode": "street"}, record))
    await phone.hear_all(lanes)
    assert not at_odds(phone, lanes), "what changed first lies before the second page"


async def test_a_full_last_page_is_the_last():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, PAGE_RECORDS)
    await phone.hear_all(lanes)
    assert len(phone.kept) == PAGE_RECORDS
    assert not (await phone.exchange(lanes)).more


async def test_a_new_grant_is_filled_from_the_start():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    await fill(lanes, 3, SOUTH_ONE)
    await phone.hear_all(lanes)
    assert phone.kept == {}
    regrant(phone, *phone.actor.grants, Grant("fulltime_worker", SOUTH_ONE))
    await phone.hear_all(lanes)
    assert len(phone.kept) == 3


async def test_a_record_of_a_new_area_that_moved_on_meanwhile_comes_whole():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    writer = await fill(lanes, 1, SOUTH_ONE)
    await fill(lanes, 1, NORTH_ONE)
    await phone.hear_all(lanes)
    (record,) = (name for name in lanes.lanes[TOWN].kept if name.startswith(writer.actor.device))
    await writer.exchange(lanes, writer.op("visit", {"result": "ok"}, record))
    regrant(phone, *phone.actor.grants, Grant("fulltime_worker", SOUTH_ONE))
    await phone.hear_all(lanes)
    assert not at_odds(phone, lanes)


async def test_another_role_on_the_same_unit_is_another_view():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("microgrid_contact", NORTH_ONE))
    await fill(lanes, 3)
    await phone.hear_all(lanes)
    assert phone.kept == {}, "this role reads no visits"
    regrant(phone, Grant("grid_leader", NORTH_ONE))
    await phone.hear_all(lanes)
    assert len(phone.kept) == 3
    regrant(phone, Grant("microgrid_contact", NORTH_ONE))
    await phone.hear_all(lanes)
    assert phone.kept == {}


async def test_records_are_gone_when_the_grant_ends():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 3, NORTH_ONE)
    await fill(lanes, 2, SOUTH_ONE)
    await phone.hear_all(lanes)
    regrant(phone, Grant("fulltime_worker", NORTH_ONE))
    heard = await phone.exchange(lanes)
    assert len(heard.gone) == 2
    assert len(phone.kept) == 3
    assert (await phone.exchange(lanes)).gone == []


async def test_a_record_that_moved_on_after_it_was_heard_is_gone_too():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    writer = await fill(lanes, 1)
    await phone.hear_all(lanes)
    await writer.exchange(lanes, writer.op("visit", {"result": "ok"}, next(iter(phone.kept))))
    regrant(phone)
    await phone.hear_all(lanes)
    assert phone.kept == {}


async def test_more_gone_records_than_one_answer_holds_go_in_pages(monkeypatch):
    monkeypatch.setattr(view, "GONE_MAX", 4)
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 11)
    await phone.hear_all(lanes)
    regrant(phone)
    first = await phone.exchange(lanes)
    assert (len(first.gone), first.more) == (4, True)
    await phone.hear_all(lanes)
    assert phone.kept == {}


@pytest.mark.parametrize("trips", [1, 2, 9])
async def test_a_grant_that_comes_back_fills_the_view_again(monkeypatch, trips):
    monkeypatch.setattr(view, "GONE_MAX", 2)
    monkeypatch.setattr(view, "PAGE_RECORDS", 3)
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 4)
    for _ in range(5):
        await phone.exchange(lanes, phone.op("visit", {"mode": "phone"}, area=NORTH_TWO))
    await phone.hear_all(lanes)
    regrant(phone)
    for _ in range(trips):
        await phone.exchange(lanes)
    regrant(phone, EVERYWHERE)
    await phone.hear_all(lanes)
    assert len(phone.kept) == 9
    assert not at_odds(phone, lanes), "its own writes come back on every page"


async def test_own_records_stay_when_the_page_lets_the_author_read():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    await phone.exchange(lanes, phone.op("incident", {"matter": "wires"}, area=NORTH_ONE),
                         phone.op("visit", {"mode": "door"}, area=NORTH_ONE))  # fmt: skip
    await phone.hear_all(lanes)
    regrant(phone)
    await phone.hear_all(lanes)
    assert [record.kind for record in phone.kept.values()] == ["incident"]


async def test_a_forged_cursor_tells_nothing_of_other_persons_records():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    await fill(lanes, 2, SOUTH_ONE)
    phone.cursor = spell(Cursor("11111111", {Scope(-STRANGER, ""): Heard(99, 99)}))
    heard = await phone.exchange(lanes)
    assert heard.gone == []
    assert heard.records == []


async def test_a_cursor_from_the_future_is_brought_back():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 1)
    phone.cursor = spell(Cursor("11111111", {scope: Heard(10**9, 10**9) for scope in scopes(phone.actor)}))
    await phone.hear_all(lanes)
    assert {heard.at for heard in parse(phone.cursor).heard.values()} == {1}


class Torn:
    """A lane that moves on between two statements of one reader."""

    def __init__(self, before: Lane, after: Lane) -> None:
        self.head, self.since = before.head, after.since


async def test_a_record_that_moves_on_while_it_is_looked_for_is_not_missed():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    writer = await fill(lanes, 2)
    await phone.hear_all(lanes)
    record = next(iter(phone.kept))
    await writer.exchange(lanes, writer.op("visit", {"result": "ok"}, record))
    before = lanes.lanes[TOWN]
    await writer.exchange(lanes, writer.op("visit", {"note": {"is": "又去了"}}, record))
    found = await news(Torn(before, lanes.lanes[TOWN]), parse(phone.cursor), phone.actor, WORLD, "")
    for delta in found.records:
        phone.kept[delta.id] = folded(phone.kept.get(delta.id), delta)
    phone.cursor = spell(found.cursor)
    await phone.hear_all(lanes)
    assert not at_odds(phone, lanes)


def test_a_view_is_the_units_granted_and_all_below_them():
    phone = Mirror(1, SECRETARY, Grant("community_secretary", NORTH))
    assert channels(scopes(phone.actor), WORLD.units) == [-SECRETARY, NORTH, NORTH_ONE, NORTH_TWO]
    assert channels([], WORLD.units) == []


def test_a_scope_names_its_roles_whatever_their_order():
    one, other = Grant("grid_leader", NORTH), Grant("fulltime_worker", NORTH)
    there, back = Mirror(1, LEADER, one, other), Mirror(1, LEADER, other, one, one)
    assert scopes(there.actor) == scopes(back.actor)
    assert scopes(there.actor) != scopes(Mirror(1, LEADER, one).actor)


SECRET = {
    "name": "secret", "identity": "device", "label": {}, "create": ["fulltime_worker"],
    "read": ["fulltime_worker"], "write": ["fulltime_worker"],
    "fields": {"word": {"type": "text", "label": {}, "see": ["auditor"], "write": []},
               "open": {"type": "text", "label": {}}},
    "workflow": {"begin": "new", "states": {"new": {"label": {}}, "shut": {"label": {}}},
                 "steps": [{"name": "shut", "start": ["new"], "to": "shut", "by": ["author"],
                            "needs": ["word"]}]},
}  # fmt: skip


async def test_a_hidden_field_is_in_neither_the_cells_nor_the_history():
    phone, kinds = Mirror(1, WORKER, EVERYWHERE), {"secret": parse_page(SECRET)}
    make = phone.op("secret", {"open": "a"}, area=NORTH_ONE)
    shut = phone.op("secret", {"word": "b", "open": "c"}, make.record, step=("shut", "new"))
    known = Known({}, {}, frozenset(), Stamp(0, 0, SERVER), 0, ROOT)
    settled = settle(known, [make, shut], phone.actor, World(kinds, WORLD.units), NOW)
    (record,) = settled.records.values()
    worker, auditor = (replace(phone.actor, device="f" * 16, grants=(*phone.actor.grants, *more))
                       for more in ((), (Grant("auditor", TOWN),)))  # fmt: skip
    seen, all_seen = (shown(kinds, actor, WORLD.units, record, 0) for actor in (worker, auditor))
    assert (set(seen.cells), set(all_seen.cells)) == ({"open"}, {"open", "word"})
    assert [line[8] for line in seen.story] == [{}, {}]
    assert [line[8] for line in all_seen.story] == [{}, {"word": "b"}]
    assert record.state == "shut"


ACTION = st.one_of(
    st.tuples(st.just("make"), st.sampled_from(AREAS[:3]), st.booleans()),
    st.tuples(st.just("change"), st.integers(0, 30), st.booleans()),
    st.tuples(st.just("pull"), st.integers(1, 2), st.just(0)),
    st.tuples(
        st.just("regrant"),
        st.sets(st.tuples(st.sampled_from(ROLES), st.sampled_from(AREAS)), max_size=3),
        st.just(0),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTION, max_size=40))
def test_whatever_happens_a_phone_ends_with_its_view(actions):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "PAGE_RECORDS", 3)
        patch.setattr(view, "GONE_MAX", 2)
        asyncio.run(live_through(actions))


async def live_through(actions: list[tuple[str, Any, Any]]) -> None:
    lanes, phone, other = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE), Mirror(2, STRANGER, EVERYWHERE)
    for count, (what, which, mine) in enumerate(actions):
        writer = phone if mine else other
        records = list(phone.kept if mine else lanes.lanes[TOWN].kept if TOWN in lanes.lanes else [])
        if what == "make":
            await writer.exchange(lanes, writer.op("visit", {"mode": "door"}, area=which))
        elif what == "change" and records:
            sets = {"note": {"is": str(count)}, "result": "ok" if count % 2 else "no_answer"}
            await writer.exchange(lanes, writer.op("visit", sets, records[which % len(records)]))
        elif what == "pull":
            for _ in range(which):
                await phone.exchange(lanes)
        elif what == "regrant":
            regrant(phone, *(Grant(role, unit) for role, unit in sorted(which)))
    await phone.hear_all(lanes)
    assert not at_odds(phone, lanes)
