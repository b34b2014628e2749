"""Whom a record names, now and before."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sync.clock import Stamp
from sync.digest import ROOT
from sync.kind import gather, parse
from sync.naming import NAMES, SPREAD, SPREADS, befores, departed, noted, touches, turned
from sync.op import Op, StepTaken
from sync.permit import Actor, Grant, OrgUnit, may_read
from sync.register import Entry, Former, Held, Record
from sync.settle import Known, Settled, World, settle

PAGES = tomllib.loads((Path(__file__).parents[1] / "whole/fleet/pages.toml").read_text(encoding="utf-8"))
PAGE = PAGES["errand"]
BULLETIN = parse(PAGES["bulletin"])
KEEPER = tomllib.loads((Path(__file__).parents[2] / "sync/kinds/parked.toml").read_text(encoding="utf-8"))
KINDS = gather([parse(PAGE), parse(KEEPER)])
ERRAND = KINDS["errand"]
TOWN, NORTH, NORTH_ONE, SOUTH, SOUTH_ONE = 3, 31, 311, 32, 321
UNITS = {
    TOWN: OrgUnit(3, 0), NORTH: OrgUnit(4, TOWN), SOUTH: OrgUnit(4, TOWN),
    NORTH_ONE: OrgUnit(5, NORTH), SOUTH_ONE: OrgUnit(5, SOUTH),
}  # fmt: skip
WORLD = World(KINDS, UNITS)
NOW = 60_000
LEADER = Actor(1, (Grant("grid_leader", NORTH_ONE),), "1" * 16)
DOER, OTHER = Actor(7, (), "7" * 16), Actor(8, (), "8" * 16)
TEAM = Actor(9, (Grant("fulltime_worker", SOUTH_ONE),), "9" * 16)
ABOVE = Actor(10, (Grant("community_secretary", SOUTH),), "a" * 16)


def write(record: Record | None, actor: Actor, n: int, sets: dict[str, Any], step: Any = None) -> Settled:
    """Settle one op on a record, or one that makes it."""
    name, area = (record.id, None) if record else (f"{actor.device}.{n}", NORTH_ONE)
    op = Op(
        n, Stamp(NOW + n, 0, actor.device), "errand", name, area, sets, StepTaken(*step) if step else None
    )
    known = Known({name: record} if record else {}, {}, frozenset(), Stamp(0, 0, "0" * 16), 10 * n, ROOT)
    return settle(known, [op], actor, WORLD, NOW + n)


def after(settled: Settled) -> Record:
    (record,) = settled.records.values()
    return record


@pytest.fixture
def given() -> Record:
    """A record that names person 7 and the southern grid."""
    return after(write(None, LEADER, 1, {"assignee": 7, "team": SOUTH_ONE, "title": "灯"}))


def test_a_record_notes_the_channels_of_whom_it_names(given: Record) -> None:
    assert given.names == {"assignee": -7, "team": NAMES + SOUTH_ONE}
    assert given.former == ()


def test_a_page_that_gives_no_rights_by_name_notes_nothing() -> None:
    page = parse({**PAGE, "read": ["author"], "write": ["author"], "fields": {
        name: {key: each for key, each in field.items() if key not in ("see", "write")}
        for name, field in PAGE["fields"].items()
    }, "workflow": {**PAGE["workflow"], "steps": []}})  # fmt: skip
    assert page.namers == ()
    record = replace(after(write(None, LEADER, 1, {"assignee": 7})), names={})
    assert noted(page, record) is record


def test_who_is_named_no_more_is_noted_with_the_place(given: Record) -> None:
    moved = after(write(given, LEADER, 2, {"assignee": 8}))
    assert moved.names["assignee"] == -8
    assert moved.former == (Former("assignee", -7, 21),)
    gone = after(write(moved, LEADER, 3, {"assignee": None}))
    assert "assignee" not in gone.names
    assert {each.channel for each in gone.former} == {-7, -8}


def test_who_is_named_again_has_not_left(given: Record) -> None:
    back = after(write(after(write(given, LEADER, 2, {"assignee": 8})), LEADER, 3, {"assignee": 7}))
    assert back.names["assignee"] == -7
    assert back.former == (Former("assignee", -8, 31),)


def test_the_same_person_named_twice_leaves_once() -> None:
    record = after(write(None, LEADER, 1, {"assignee": 7, "helper": {"is": 7}}))
    record = after(write(record, LEADER, 2, {"assignee": 8}))
    assert record.names == {"assignee": -8, "helper": -7}
    assert may_read(ERRAND, DOER, record, UNITS)


def test_a_channel_is_a_persons_own_or_of_a_unit_they_reach() -> None:
    assert touches(-7, DOER, UNITS) and not touches(-8, DOER, UNITS)
    assert touches(NAMES + SOUTH_ONE, TEAM, UNITS) and touches(NAMES + SOUTH_ONE, ABOVE, UNITS)
    assert not touches(NAMES + SOUTH, TEAM, UNITS), "a grant reaches down, not up"
    assert not touches(NAMES + 99, TEAM, UNITS)


def test_a_record_turns_for_whom_it_names_and_nobody_else(given: Record) -> None:
    moved = after(write(given, LEADER, 2, {"assignee": 8}))
    assert turned(ERRAND, moved, DOER, UNITS, 20) and departed(moved, DOER, UNITS, 20)
    assert turned(ERRAND, moved, OTHER, UNITS, 20) and not departed(moved, OTHER, UNITS, 20)
    assert not turned(ERRAND, moved, TEAM, UNITS, 20)
    assert not turned(ERRAND, moved, DOER, UNITS, 21), "what was heard once is not told again"


def test_who_reads_all_of_it_anyhow_need_not_hear_it_again() -> None:
    open_page = parse(
        {**PAGE, "fields": {**PAGE["fields"], "hint": {"type": "text", "label": {"zh": "提示"}}}}
    )
    leader = replace(LEADER, person=8)
    record = after(write(None, LEADER, 1, {"assignee": 7}))
    moved = after(write(record, LEADER, 2, {"assignee": 8}))
    assert not turned(open_page, moved, leader, UNITS, 20)
    assert turned(ERRAND, moved, leader, UNITS, 20), "there is a field that only the named may see"


def test_what_it_named_before_is_told_by_every_rule(given: Record) -> None:
    record = after(write(given, LEADER, 2, {"assignee": 8, "team": NORTH, "helper": {"is": 8}}))
    record = after(write(record, LEADER, 3, {"helper": {"is": 9, "over": [[NOW + 2, 0, LEADER.device]]}}))
    then = list(befores(ERRAND, record))
    readers = [
        {each.person for each in (DOER, OTHER, TEAM) if may_read(ERRAND, each, one, UNITS)} for one in then
    ]
    assert readers == [{7, 9}, {8, 9}, {8}]
    assert not may_read(ERRAND, DOER, record, UNITS)


def test_work_under_an_assignment_that_has_ended_is_kept_for_the_secretary(given: Record) -> None:
    moved = after(write(given, LEADER, 2, {"assignee": 8}, ("assign", "open")))
    late = write(moved, DOER, 3, {"result": "修好了"}, ("finish", "given"))
    assert [verdict.code for verdict in late.verdicts] == ["parked"]
    assert after(late).area == NORTH_ONE and after(late).kind == "parked"


def test_it_is_kept_too_of_a_unit_that_had_it(given: Record) -> None:
    moved = after(write(given, LEADER, 2, {"team": NORTH_ONE}))
    late = write(moved, TEAM, 3, {"title": "换了灯泡"})
    assert [verdict.code for verdict in late.verdicts] == ["parked"]


def test_who_was_never_named_is_refused(given: Record) -> None:
    moved = after(write(given, LEADER, 2, {"assignee": 8}))
    late = write(moved, replace(DOER, person=6), 3, {"title": "灯"})
    assert [verdict.code for verdict in late.verdicts] == ["not_found"]


def test_being_named_once_allows_no_more_than_being_named(given: Record) -> None:
    moved = after(write(given, LEADER, 2, {"assignee": 8}))
    late = write(moved, DOER, 3, {}, ("reopen", "done"))
    assert [verdict.code for verdict in late.verdicts] == ["not_found"]


def posted(
    state: str, seq: int, *story: tuple[str, str], area: int = NORTH, before: Record | None = None
) -> Record:
    """A bulletin that came into its state at a place of the log, as it is noted then."""
    lines = tuple(
        Entry(seq, Stamp(NOW, 0, "1" * 16), 1, "x", start, to, "done", NOW, {}) for start, to in story
    )
    found = before or Record("1" * 16 + ".1", "bulletin", area, 1, NOW, NOW, "", Held(1, "", 0), {}, {})
    return noted(BULLETIN, replace(found, area=area, state=state, head=Held(seq, "", 0), story=lines))


def test_what_is_read_beneath_stands_in_the_channel_of_its_unit_unless_it_is_withheld() -> None:
    draft = posted("draft", 1)
    assert draft.names == {}
    out = posted("out", 5, ("draft", "out"), before=draft)
    assert out.names == {SPREADS: SPREAD + NORTH}
    back = posted("draft", 9, ("draft", "out"), ("out", "draft"), before=out)
    assert back.names == {}
    assert back.former == (Former(SPREADS, SPREAD + NORTH, 9),)
    again = posted("out", 12, ("draft", "out"), before=back)
    assert (again.names, again.former) == ({SPREADS: SPREAD + NORTH}, ())


def test_it_leaves_the_channel_of_a_unit_it_lies_in_no_more() -> None:
    moved = posted("out", 7, area=SOUTH, before=posted("out", 5))
    assert moved.names == {SPREADS: SPREAD + SOUTH}
    assert moved.former == (Former(SPREADS, SPREAD + NORTH, 7),)


def test_such_a_channel_is_of_those_beneath_the_unit() -> None:
    beneath = Actor(9, (Grant("fulltime_worker", NORTH_ONE),), "9" * 16)
    assert touches(SPREAD + NORTH, beneath, UNITS)
    assert touches(SPREAD + TOWN, beneath, UNITS)
    assert not touches(SPREAD + SOUTH, beneath, UNITS)
    above = Actor(9, (Grant("community_secretary", TOWN),), "9" * 16)
    assert not touches(SPREAD + NORTH, above, UNITS)


def test_it_turns_for_those_beneath_when_it_is_posted_and_when_it_is_taken_back() -> None:
    beneath = Actor(9, (Grant("fulltime_worker", NORTH_ONE),), "9" * 16)
    out = posted("out", 5, ("draft", "out"))
    assert [turned(BULLETIN, out, beneath, UNITS, since) for since in (4, 5)] == [True, False]
    assert not turned(BULLETIN, out, TEAM, UNITS, 4)
    back = posted("draft", 9, ("draft", "out"), ("out", "draft"), before=out)
    assert [departed(back, beneath, UNITS, since) for since in (8, 9)] == [True, False]


def test_what_it_was_before_is_told_as_it_was_read_beneath() -> None:
    out = posted("out", 5, ("draft", "out"))
    back = posted("draft", 9, ("draft", "out"), ("out", "draft"), before=out)
    assert [(each.area, each.state) for each in befores(BULLETIN, back)] == [(NORTH, "out")]
