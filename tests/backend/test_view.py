"""What a phone hears: all of its view and nothing else, whatever happens between two exchanges (I5)."""

import asyncio
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backend import view
from backend.adapters.memory import MemoryLane, MemoryLanes
from backend.cursor import AGAIN, Cursor, Heard, Scope, parse, spell
from backend.exchange import told
from backend.ports import Lane
from backend.view import PAGE_RECORDS, channels, news, scopes, shown
from sync.clock import SERVER, Stamp, tick
from sync.digest import ROOT
from sync.kind import parse as parse_page
from sync.naming import NAMES, SPREAD
from sync.op import Op, Verdict
from sync.permit import Grant
from sync.settle import SYSTEM, Known, Settled, World, enter, settle
from tests.backend.mirror import SPACE, WORLD, Mirror, at_odds, folded
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


async def test_a_last_page_that_is_just_full_is_the_last():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    writer = await fill(lanes, PAGE_RECORDS)
    assert not (await phone.exchange(lanes)).more
    name = f"{writer.actor.device}.1"
    await writer.exchange(lanes, writer.op("visit", {"result": "ok"}, record=name))
    (delta,) = (await phone.exchange(lanes)).records
    assert (delta.id, list(delta.cells)) == (name, ["result"]), "what changed, not what exists"


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


def sealed_for(phone: Mirror, lanes: MemoryLanes, heard: dict[Scope, Heard]) -> str:
    """Spell a cursor as the server would have: the lane's own hash is in its seal."""
    head = lanes.lanes[TOWN].head()
    cursor = Cursor(told(SPACE), head, heard)
    return spell(view._sealed(cursor, phone.actor, WORLD.units, lanes.lanes[TOWN]))


async def remove(lanes: MemoryLanes, record: str, now_ms: int = NOW, *, erased: bool = False) -> None:
    """Remove a record as the server does: at a position of its own, with a row of the log."""

    def work(lane: Lane) -> None:
        known = lane.load("", [])
        clock = tick(known.clock, NOW)
        op = Op(known.seq + 1, clock, "", record, None, {})
        settled = Settled({}, [], [], clock, known.seq, known.head)
        settled = enter(settled, SYSTEM, clock, op, Verdict(op.n, "gone", NOW))
        lane.remove(record, settled.seq, now_ms, erased=erased)
        lane.save(settled, {})

    await lanes.write(TOWN, work)


async def test_a_record_that_was_removed_is_gone_for_those_who_had_it():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    fresh, elsewhere = Mirror(2, WORKER, EVERYWHERE), Mirror(3, LEADER, Grant("fulltime_worker", SOUTH_ONE))
    await fill(lanes, 3)
    await phone.hear_all(lanes)
    await elsewhere.hear_all(lanes)
    record = next(iter(phone.kept))
    await remove(lanes, record)
    assert (await phone.exchange(lanes)).gone == [record]
    assert (await phone.exchange(lanes)).gone == []
    for other in (fresh, elsewhere):
        assert (await other.exchange(lanes)).gone == [], "it never had it"
    assert not at_odds(fresh, lanes)


async def test_a_record_removed_between_two_pages_is_gone_from_the_first(monkeypatch):
    monkeypatch.setattr(view, "PAGE_RECORDS", 2)
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 5)
    (told_first, *_) = (await phone.exchange(lanes)).records
    await remove(lanes, told_first.id)
    await phone.hear_all(lanes)
    assert told_first.id not in phone.kept
    assert not at_odds(phone, lanes)


async def test_swept_removals_are_told_anew_to_those_who_missed_them_only():
    lanes, late, there = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE), Mirror(2, WORKER, EVERYWHERE)
    await fill(lanes, 3)
    for phone in (late, there):
        await phone.hear_all(lanes)
    await remove(lanes, next(iter(late.kept)))
    await there.hear_all(lanes)
    assert await lanes.write(TOWN, lambda lane: lane.sweep(NOW + 1, 10)) == 1
    assert (await late.exchange(lanes)).anew
    assert not (await there.exchange(lanes)).anew
    for phone in (late, there):
        assert len(phone.kept) == 2
        assert not at_odds(phone, lanes)


async def test_a_removal_swept_between_two_pages_is_not_missed(monkeypatch):
    monkeypatch.setattr(view, "PAGE_RECORDS", 2)
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 5)
    (told_first, *_) = (await phone.exchange(lanes)).records
    await remove(lanes, told_first.id)
    await lanes.write(TOWN, lambda lane: lane.sweep(NOW + 1, 10))
    await phone.hear_all(lanes)
    assert not at_odds(phone, lanes)


async def test_a_removal_swept_some_pages_later_is_not_missed_either(monkeypatch):
    monkeypatch.setattr(view, "PAGE_RECORDS", 2)
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 7)
    (told_first, *_) = (await phone.exchange(lanes)).records
    await remove(lanes, told_first.id)
    assert not (await phone.exchange(lanes)).anew, "its walk has yet to come by the tombstone"
    await lanes.write(TOWN, lambda lane: lane.sweep(NOW + 1, 10))
    assert (await phone.exchange(lanes)).anew
    assert await phone.hear_all(lanes) > 1, "and it is told to the end, though the floor lies above"
    assert not at_odds(phone, lanes)


async def test_a_removal_swept_while_a_lost_part_of_the_view_is_taken_back_is_not_missed(monkeypatch):
    monkeypatch.setattr(view, "GONE_MAX", 2)
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 7)
    await phone.hear_all(lanes)
    regrant(phone)
    assert (await phone.exchange(lanes)).more
    assert not (await phone.exchange(lanes)).anew
    await remove(lanes, max(phone.kept))
    await lanes.write(TOWN, lambda lane: lane.sweep(NOW + 1, 10))
    await phone.hear_all(lanes)
    assert phone.kept == {}


async def test_what_is_removed_while_a_grant_was_away_is_gone_when_it_comes_back(monkeypatch):
    monkeypatch.setattr(view, "GONE_MAX", 2)
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 5)
    await phone.hear_all(lanes)
    regrant(phone)
    assert (await phone.exchange(lanes)).more
    assert len(phone.kept) == 3, "not all is taken back yet"
    await remove(lanes, max(phone.kept))
    regrant(phone, EVERYWHERE)
    await phone.hear_all(lanes)
    assert not at_odds(phone, lanes)


async def test_everything_is_told_again_to_who_asks_for_it_and_a_replaced_log_is_noticed_all_the_same():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 2)
    backup = lanes.lanes[TOWN]
    await fill(lanes, 1, NORTH_TWO)
    own = phone.op("visit", {"mode": "door"}, area=NORTH_ONE)
    await phone.exchange(lanes, own)
    phone.cursor = again = AGAIN + phone.cursor
    more = phone.op("visit", {"result": "ok"}, own.record)
    heard = await phone.exchange(lanes, more)
    assert (heard.anew, len(heard.records), heard.acks) == (False, 4, [(1, 2)])
    assert not at_odds(phone, lanes)
    assert not (await phone.exchange(lanes)).records, "it was told once"
    lanes.lanes[TOWN], phone.cursor = backup, again
    heard = await phone.exchange(lanes, phone.op("visit", {"mode": "phone"}, area=NORTH_ONE))
    assert (heard.anew, len(heard.records), heard.acks) == (True, 2, [])


async def test_a_log_that_was_replaced_is_noticed_whatever_its_length():
    for written in (0, 1, 2, 5):
        lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
        await fill(lanes, 2)
        backup = lanes.lanes[TOWN]
        await fill(lanes, 2, NORTH_TWO)
        await phone.hear_all(lanes)
        lanes.lanes[TOWN] = backup
        await fill(lanes, written, SOUTH_ONE)
        heard = await phone.exchange(lanes)
        assert (heard.anew, heard.head) == (True, 2 + written)
        assert not at_odds(phone, lanes)
        assert not (await phone.exchange(lanes)).anew, "it was told once"


async def test_a_position_past_the_head_is_not_believed_even_where_the_hash_fits():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 2)
    backup = lanes.lanes[TOWN]
    known = backup.load("", [])
    await lanes.write(TOWN, lambda lane: lane.save(Settled({}, [], [], known.clock, 3, known.head), {}))
    await phone.hear_all(lanes)
    lanes.lanes[TOWN] = backup
    assert (await phone.exchange(lanes)).anew


async def test_a_backup_that_holds_all_a_phone_has_heard_is_no_restore_to_it():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 2)
    await phone.hear_all(lanes)
    backup = lanes.lanes[TOWN]
    await fill(lanes, 2, NORTH_TWO)
    lanes.lanes[TOWN] = backup
    assert not (await phone.exchange(lanes)).anew


async def test_a_cursor_of_another_device_is_not_believed():
    lanes, phone, other = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE), Mirror(2, WORKER, EVERYWHERE)
    await fill(lanes, 2)
    await phone.hear_all(lanes)
    other.cursor = phone.cursor
    heard = await other.exchange(lanes)
    assert heard.anew
    assert len(heard.records) == 2


async def test_a_cursor_with_any_character_changed_is_told_anew_and_nothing_foreign():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    await fill(lanes, 2)
    await fill(lanes, 2, SOUTH_ONE)
    await phone.hear_all(lanes)
    good, mine = phone.cursor, set(phone.kept)
    for at, char in product(range(len(good)), "-._~+0az9AZ"):
        phone.cursor = good[:at] + char + good[at + 1 :]
        heard = await phone.exchange(lanes)
        assert heard.anew == (phone.cursor != good or good[at] != char) or good[at] == char
        assert {record.id for record in heard.records} <= mine
        assert not at_odds(phone, lanes)


async def test_even_a_sealed_cursor_tells_nothing_of_other_persons_records():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    await fill(lanes, 2, SOUTH_ONE)
    phone.cursor = sealed_for(phone, lanes, {Scope(-STRANGER, ""): Heard(99, 99)})
    heard = await phone.exchange(lanes)
    assert (heard.anew, heard.gone, heard.records) == (False, [], [])


async def test_positions_past_the_head_are_brought_back():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    await fill(lanes, 1)
    phone.cursor = sealed_for(phone, lanes, {scope: Heard(10**9, 10**9) for scope in scopes(phone.actor)})
    assert not (await phone.exchange(lanes)).anew
    assert {heard.at for heard in parse(phone.cursor).heard.values()} == {1}


class Torn:
    """A lane that moves on between two statements of one reader."""

    def __init__(self, before: Lane, after: Lane) -> None:
        self.head, self.mark, self.floor, self.since = before.head, before.mark, before.floor, after.since


async def test_a_record_that_moves_on_while_it_is_looked_for_is_not_missed():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE)
    writer = await fill(lanes, 2)
    await phone.hear_all(lanes)
    record = next(iter(phone.kept))
    await writer.exchange(lanes, writer.op("visit", {"result": "ok"}, record))
    before = lanes.lanes[TOWN]
    await writer.exchange(lanes, writer.op("visit", {"note": {"is": "又去了"}}, record))
    found = news(Torn(before, lanes.lanes[TOWN]), phone.cursor, phone.actor, WORLD, told(SPACE))
    for delta in found.records:
        phone.kept[delta.id] = folded(phone.kept.get(delta.id), delta)
    phone.cursor = spell(found.cursor)
    await phone.hear_all(lanes)
    assert not at_odds(phone, lanes)


def test_a_view_is_the_units_granted_and_all_below_them():
    phone = Mirror(1, SECRETARY, Grant("community_secretary", NORTH))
    units = [NORTH, NORTH_ONE, NORTH_TWO]
    naming = [NAMES + unit for unit in units]
    spread = [SPREAD + unit for unit in (1, 2, TOWN, NORTH)]
    assert channels(scopes(phone.actor), WORLD.units) == [-SECRETARY, *units, *naming, *spread]
    assert channels([Scope(SPREAD + NORTH, "")], WORLD.units) == [SPREAD + NORTH], "that one alone"
    assert channels([Scope(NAMES + NORTH, "")], WORLD.units) == naming, "what names them, and nothing else"
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
    st.tuples(st.just("remove"), st.integers(0, 30), st.booleans()),
    st.tuples(st.just("keep"), st.sampled_from(["sweep", "back up", "restore"]), st.just(0)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTION, max_size=40))
def test_whatever_happens_a_phone_ends_with_its_view(actions):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "PAGE_RECORDS", 3)
        patch.setattr(view, "GONE_MAX", 2)
        asyncio.run(live_through(actions))


async def keep(lanes: MemoryLanes, backup: list[MemoryLane], which: str, before_ms: int) -> None:
    """Do what is done to the store itself: throw old removals away, back it up, restore it."""
    if which == "sweep":
        await lanes.write(TOWN, lambda lane: lane.sweep(before_ms, 2))
    elif which == "back up":
        backup[0] = lanes.lanes.get(TOWN, MemoryLane())
    else:
        lanes.lanes[TOWN] = backup[0]


async def live_through(actions: list[tuple[str, Any, Any]]) -> None:
    lanes, phone, other = MemoryLanes(), Mirror(1, WORKER, EVERYWHERE), Mirror(2, STRANGER, EVERYWHERE)
    backup = [MemoryLane()]
    for count, (what, which, mine) in enumerate(actions):
        writer = phone if mine else other
        there = lanes.lanes[TOWN].kept if TOWN in lanes.lanes else {}
        records = list(phone.kept) if mine else [name for name, record in there.items() if record.kind]
        if what == "make":
            await writer.exchange(lanes, writer.op("visit", {"mode": "door"}, area=which))
        elif what == "change" and records:
            sets = {"note": {"is": str(count)}, "result": "ok" if count % 2 else "no_answer"}
            await writer.exchange(lanes, writer.op("visit", sets, records[which % len(records)]))
        elif what == "pull":
            for _ in range(which):
                await phone.exchange(lanes)
        elif what == "remove" and records:
            await remove(lanes, records[which % len(records)], NOW + count, erased=bool(mine))
        elif what == "keep":
            await keep(lanes, backup, which, NOW + count - 5)
        elif what == "regrant":
            regrant(phone, *(Grant(role, unit) for role, unit in sorted(which)))
    await phone.hear_all(lanes)
    assert not at_odds(phone, lanes)
