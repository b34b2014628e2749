"""Parking: what was allowed when it was written is kept for the secretary, and nothing else is (I3, I12)."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backend.kinds import read_pages
from sync.clock import Stamp
from sync.digest import ROOT
from sync.kind import parse
from sync.op import Op, StepTaken, Verdict
from sync.park import emptied
from sync.permit import Actor, Grant, OrgUnit
from sync.register import Record, plain
from sync.settle import Answer, Known, Settled, World, settle

PAGES = Path(__file__).parents[2] / "sync/kinds"
KINDS = read_pages((PAGES,))
TOWN, NORTH, NORTH_ONE, SOUTH, SOUTH_ONE = 3, 31, 311, 32, 321
UNITS = {
    TOWN: OrgUnit(3, 0), NORTH: OrgUnit(4, TOWN), SOUTH: OrgUnit(4, TOWN),
    NORTH_ONE: OrgUnit(5, NORTH), SOUTH_ONE: OrgUnit(5, SOUTH),
}  # fmt: skip
WORLD = World(KINDS, UNITS)
DEVICE, OTHER = "a" * 16, "b" * 16
FROM, ENDED, NOW = 1_000, 50_000, 60_000  # the grant held from, until; the server's time
USED = 2_000  # ms; of a stamp this device has used
ENDED_GRANT = Grant("fulltime_worker", NORTH_ONE, FROM, ENDED)
MOVED = Actor(7, (Grant("fulltime_worker", SOUTH_ONE, ENDED),), DEVICE, (ENDED_GRANT,))
COLLEAGUE = Actor(8, (Grant("fulltime_worker", NORTH_ONE),), OTHER)


def op(n: int, sets: dict[str, Any], record: str = "", *, at: int = ENDED - 9_000, **more: Any) -> Op:
    """Write an op as the worker did; without a record it makes one."""
    area = more.pop("area", None if record else NORTH_ONE)
    step = StepTaken(*more["step"]) if "step" in more else None
    stamp = Stamp(at + n, 0, more.get("device", DEVICE))
    return Op(n, stamp, more.get("kind", "incident"), record or f"{DEVICE}.{n}", area, sets, step)


def known(*records: Record, gone: dict[str, bool] | None = None, answers: tuple[Answer, ...] = ()) -> Known:
    return Known(
        {record.id: record for record in records}, {each.op.n: each for each in answers},
        frozenset({(USED, 0)}),
        Stamp(0, 0, "0" * 16), 10, ROOT, gone or {},
    )  # fmt: skip


def settled(*ops: Op, actor: Actor = MOVED, before: Known | None = None) -> Settled:
    return settle(before or known(), ops, actor, WORLD, NOW)


def codes(outcome: Settled) -> list[str]:
    return [verdict.code for verdict in outcome.verdicts]


def said(record: Record) -> dict[str, Any]:
    """Give what a person sees of a record."""
    fields = KINDS[record.kind].fields
    return {name: plain(fields[name].rule, cell) for name, cell in record.cells.items()}


def existing() -> Record:
    """Make a report of a colleague in the grid the worker has left."""
    made = Op(1, Stamp(ENDED - 20_000, 0, OTHER), "incident", f"{OTHER}.1", NORTH_ONE, {"matter": "wires"})
    return settle(known(), [made], COLLEAGUE, WORLD, ENDED - 20_000).records[made.record]


def test_what_was_written_in_office_and_came_after_is_kept_where_it_belongs() -> None:
    report = op(1, {"matter": "wires"})
    outcome = settled(report)
    assert codes(outcome) == ["parked"]
    (record,) = outcome.records.values()
    assert (record.id, record.area, record.author, record.state) == (report.record, NORTH_ONE, 7, "waiting")
    assert (record.made_ms, record.received_ms) == (report.stamp.wall_ms, NOW)
    assert KINDS[record.kind].identity == "entry"
    told = said(record)
    assert (told["about"], told["reason"]) == (report.record, "parked")
    assert json.loads(told["entry"]) == ["incident", report.record, NORTH_ONE, {"matter": "wires"}, None]


def test_its_photos_go_with_it_or_no_record_would_show_them() -> None:
    key = "A" * 22
    (record,) = settled(op(1, {"matter": "wires", "photos": {"add": [key]}})).records.values()
    assert said(record)["photos"] == [key]
    (plain_one,) = settled(op(1, {"matter": "wires"})).records.values()
    assert "photos" not in plain_one.cells


def test_a_parked_op_is_in_the_log_as_it_was_sent() -> None:
    report = op(1, {"matter": "wires"})
    (row,) = settled(report).log
    assert (row.op, row.verdict, row.person) == (report, Verdict(1, "parked", NOW), 7)


def test_everyone_hears_of_it_its_author_too() -> None:
    (record,) = settled(op(1, {"matter": "wires"})).records.values()
    assert {held.device for held in (record.head, *record.held.values())} == {""}
    assert {(held.seq, held.base) for held in (record.head, *record.held.values())} == {(11, 0)}
    assert record.held.keys() == record.cells.keys() == {"entry", "about", "reason"}
    assert [(line.step, line.to, line.person) for line in record.story] == [("", "waiting", 7)]


def test_an_op_on_anothers_record_is_kept_in_the_area_of_that_record() -> None:
    report = existing()
    step = op(4, {"progress": "拉了警戒带"}, report.id)
    outcome = settled(step, before=known(report))
    assert codes(outcome) == ["parked"]
    assert list(outcome.records) == [f"{DEVICE}.4"], "the record itself is as it was"
    (record,) = outcome.records.values()
    assert record.area == NORTH_ONE
    assert json.loads(said(record)["entry"])[:3] == ["incident", report.id, None]


def test_a_step_is_kept_with_the_state_its_author_saw() -> None:
    secretary = Actor(9, (), DEVICE, (Grant("community_secretary", NORTH, FROM, ENDED),))
    report = existing()
    step = op(4, {}, report.id, step=("approve", report.state))
    outcome = settled(step, actor=secretary, before=known(report))
    assert codes(outcome) == ["parked"]
    assert json.loads(said(next(iter(outcome.records.values())))["entry"])[4] == ["approve", report.state]


def test_what_builds_on_a_parked_entry_is_parked_too_in_the_same_push_and_later() -> None:
    make, more = op(1, {"matter": "wires"}), op(2, {"progress": "还在"}, f"{DEVICE}.1")
    outcome = settled(make, more)
    assert codes(outcome) == ["parked", "parked"]
    assert {record.area for record in outcome.records.values()} == {NORTH_ONE}
    assert said(outcome.records[f"{DEVICE}.2"])["about"] == make.record
    late = op(3, {"progress": "没了"}, make.record, at=NOW)
    later = settled(late, before=known(*outcome.records.values()))
    assert codes(later) == ["parked"], "whenever it was written, there is nothing else it could be applied to"
    assert list(later.records) == [f"{DEVICE}.3"]


def test_a_step_that_would_have_come_too_late_anyhow_is_kept_too() -> None:
    secretary = Actor(9, (), DEVICE, (Grant("community_secretary", NORTH, FROM, ENDED),))
    report = replace(existing(), state="handling")
    outcome = settled(
        op(4, {}, report.id, step=("approve", "in_review")), actor=secretary, before=known(report)
    )
    assert codes(outcome) == ["parked"]


def test_nobody_else_builds_on_a_parked_entry() -> None:
    outcome = settled(op(1, {"matter": "wires"}))
    theirs = Op(1, Stamp(NOW, 0, OTHER), "incident", f"{DEVICE}.1", None, {"progress": "x"})
    assert codes(settled(theirs, actor=COLLEAGUE, before=known(*outcome.records.values()))) == ["not_found"]


def test_an_op_of_one_kind_on_an_own_record_of_another_is_not_found() -> None:
    mine = replace(existing(), author=MOVED.person)
    assert codes(settled(op(2, {"mode": "door"}, mine.id, kind="visit"), before=known(mine))) == ["not_found"]


def test_an_author_may_not_write_to_the_parked_record_itself() -> None:
    outcome = settled(op(1, {"matter": "wires"}))
    kind = next(iter(outcome.records.values())).kind
    own = op(2, {"reason": "gone"}, f"{DEVICE}.1", kind=kind)
    assert codes(settled(own, before=known(*outcome.records.values()))) == ["not_your_field"]


@pytest.mark.parametrize(
    ("at", "code"),
    [(FROM - 1, "not_your_role"), (FROM, "parked"), (ENDED - 1, "parked"), (ENDED, "not_your_role")],
)
def test_what_was_written_before_or_after_the_grant_is_refused(at: int, code: str) -> None:
    outcome = settled(op(1, {"matter": "wires"}, at=at - 1))
    assert codes(outcome) == [code]
    assert bool(outcome.records) == (code == "parked")


def test_a_grant_that_ended_long_ago_explains_nothing() -> None:
    assert codes(settled(op(1, {"matter": "wires"}), actor=replace(MOVED, once=()))) == ["not_your_role"]


def test_what_the_grant_never_allowed_is_refused() -> None:
    elsewhere = op(1, {"matter": "wires"}, area=SOUTH)
    hidden = op(2, {"progress": "x"}, f"{OTHER}.7")
    assert codes(settled(elsewhere, hidden)) == ["bad_area", "not_found"]


def test_what_is_allowed_now_is_applied() -> None:
    outcome = settled(op(1, {"matter": "wires"}, area=SOUTH_ONE))
    assert codes(outcome) == ["applied"]
    assert outcome.records[f"{DEVICE}.1"].kind == "incident"


PAIR = {
    "name": "pair", "identity": "device", "label": {}, "create": ["fulltime_worker"],
    "read": ["fulltime_worker", "grid_leader"], "write": [],
    "fields": {"one": {"type": "text", "label": {}, "write": ["fulltime_worker"]},
               "two": {"type": "text", "label": {}, "write": ["grid_leader"]}},
    "workflow": {"begin": "new", "states": {"new": {"label": {}}}, "steps": []},
}  # fmt: skip


def test_what_was_held_then_and_what_is_held_still_count_together() -> None:
    world = World({**KINDS, "pair": parse(PAIR)}, UNITS)
    still, once = Grant("fulltime_worker", NORTH_ONE, FROM), Grant("grid_leader", NORTH_ONE, FROM, ENDED)
    both = op(1, {"one": "x", "two": "y"}, kind="pair")
    actor = Actor(7, (still,), DEVICE, (once,))
    assert codes(settle(known(), [both], actor, world, NOW)) == ["parked"]
    assert codes(settle(known(), [both], replace(actor, grants=()), world, NOW)) == ["not_your_role"]


def test_an_op_whose_clock_was_ahead_counts_as_written_under_any_grant_that_ended() -> None:
    outcome = settled(op(1, {"matter": "wires"}, at=NOW + 10**6))
    assert codes(outcome) == ["parked"], "nobody knows when it was written: a person decides"
    assert next(iter(outcome.records.values())).made_ms <= NOW
    never = settled(op(1, {"matter": "wires"}, at=NOW + 10**6), actor=replace(MOVED, once=()))
    assert codes(never) == ["not_your_role"]


@pytest.mark.parametrize("gone", [None, False, True])
def test_a_retry_hears_the_same_verdict(gone: bool | None) -> None:
    first = op(1, {"matter": "wires"}) if gone is None else op(1, {"progress": "x"}, f"{OTHER}.1")
    before = known(gone={} if gone is None else {first.record: gone})
    outcome = settled(first, before=before)
    (row,) = outcome.log
    for actor in (MOVED, replace(MOVED, once=()), replace(MOVED, grants=(ENDED_GRANT,))):
        again = settled(
            first, first, actor=actor, before=replace(before, answers={1: Answer(row.op, row.verdict)})
        )
        assert again.verdicts == [row.verdict] * 2
        assert (again.log, again.records) == ([], {})


def test_an_op_on_a_removed_record_is_kept() -> None:
    late = op(1, {"progress": "还在"}, f"{OTHER}.1")
    outcome = settled(late, before=known(gone={late.record: False}))
    assert codes(outcome) == ["gone"]
    (record,) = outcome.records.values()
    assert (record.id, record.area, said(record)["reason"]) == (f"{DEVICE}.1", SOUTH_ONE, "gone")
    assert outcome.log[0].op == late


def test_a_removed_record_is_not_made_again() -> None:
    name = f"ffffffff{7:08x}.120251121"
    sheet = op(1, {"day": 20251121, "extra": "ok"}, name, area=SOUTH_ONE, kind="day_sheet")
    assert codes(settled(sheet)) == ["applied"]
    outcome = settled(sheet, before=known(gone={name: False}))
    assert codes(outcome) == ["gone"]
    assert list(outcome.records) == [f"{DEVICE}.1"]


def test_who_works_nowhere_any_more_has_it_kept_where_they_last_worked() -> None:
    late = op(1, {"progress": "还在"}, f"{OTHER}.1")
    outcome = settled(late, actor=replace(MOVED, grants=()), before=known(gone={late.record: False}))
    assert [record.area for record in outcome.records.values()] == [NORTH_ONE]


def test_a_page_that_asks_for_less_keeps_less() -> None:
    kind = next(each for each in KINDS.values() if each.identity == "entry")
    fields = {name: field for name, field in kind.fields.items() if name != "about"}
    pages = {**KINDS, kind.name: replace(kind, fields=fields)}
    outcome = settle(known(), [op(1, {"matter": "wires"})], MOVED, World(pages, UNITS), NOW)
    assert outcome.records[f"{DEVICE}.1"].cells.keys() == {"entry", "reason"}


def test_of_an_op_on_an_erased_record_nothing_is_kept_but_its_number() -> None:
    late = op(1, {"progress": "秘密"}, f"{OTHER}.1", step=("approve", "in_review"))
    outcome = settled(late, before=known(gone={late.record: True}))
    assert codes(outcome) == ["gone"]
    assert outcome.records == {}
    (row,) = outcome.log
    assert row.op == emptied(late) == replace(late, sets={}, step=None)
    assert "秘密".encode() not in row.body


@pytest.mark.parametrize("erased", [False, True])
@pytest.mark.parametrize(
    ("late", "code"),
    [
        (op(1, {"nonsense": "x"}, f"{OTHER}.1"), "unknown_field"),
        (op(1, {"matter": "nonsense"}, f"{OTHER}.1"), "bad_value"),
        (op(1, {}, f"{OTHER}.1"), "empty_op"),
        (op(0, {"matter": "wires"}, f"{OTHER}.1"), "bad_number"),
        (op(1, {"matter": "wires"}, f"{OTHER}.1", device=OTHER), "bad_stamp"),
        (op(1, {"matter": "wires"}, f"{OTHER}.1", kind="boat"), "unknown_kind"),
        (op(1, {"matter": "wires"}, "nonsense"), "bad_record"),
        (op(1, {"matter": "wires"}, f"{OTHER}.1", at=USED - 1), "stamp_reused"),
    ],
)
def test_what_no_page_could_take_is_not_kept(late: Op, code: str, erased: bool) -> None:
    outcome = settled(late, before=known(gone={late.record: erased}))
    assert (codes(outcome), outcome.records) == ([code], {})
    for row in outcome.log:
        assert (row.op.sets == {}) == (erased or not late.sets)


def test_what_is_left_of_an_erased_op_is_recognised_and_another_is_not() -> None:
    first = op(1, {"matter": "wires"})
    left = Answer(emptied(first), Verdict(1, "applied", NOW - 5))
    assert settled(first, before=known(answers=(left,))).verdicts == [left.verdict]
    other = replace(first, record=f"{OTHER}.1", area=None)
    assert codes(settled(other, before=known(answers=(left,)))) == ["number_reused"]


def test_what_was_taken_back_is_recognised_and_what_a_copy_kept_of_it_is_not() -> None:
    whole = op(1, {"progress": "雨停了"}, f"{OTHER}.1", step=("approve", "in_review"))
    back = Answer(emptied(whole), Verdict(1, "empty_op", NOW - 5))
    assert settled(back.op, before=known(answers=(back,))).verdicts == [back.verdict]
    assert codes(settled(whole, before=known(answers=(back,)))) == ["number_reused"]


def test_without_a_page_to_keep_it_what_was_parked_is_refused() -> None:
    pages = {name: kind for name, kind in KINDS.items() if kind.identity != "entry"}
    report = op(1, {"matter": "wires"})
    outcome = settle(known(), [report], MOVED, World(pages, UNITS), NOW)
    assert codes(outcome) == ["not_your_role"]
    mine = replace(existing(), author=MOVED.person)
    other = op(2, {"mode": "door"}, mine.id, kind="visit")
    assert codes(settle(known(mine), [other], MOVED, World(pages, UNITS), NOW)) == ["not_found"]
    late = settle(known(gone={report.record: False}), [report], MOVED, World(pages, UNITS), NOW)
    assert (codes(late), late.records) == (["gone"], {})


def test_a_person_without_any_unit_has_nowhere_to_keep_what_is_gone() -> None:
    nobody, late = Actor(7, (), DEVICE), op(1, {"progress": "x"}, f"{OTHER}.1")
    outcome = settled(late, actor=nobody, before=known(gone={late.record: False}))
    assert (codes(outcome), outcome.records) == (["gone"], {})
    assert outcome.log[0].op == late, "the log has it"


def test_what_is_kept_is_shown_to_those_only_who_may_see_all_it_holds() -> None:
    secret = {"target": f"{OTHER}.1", "field": "care", "sort": "owner", "owner_value": '["elder_alone"]'}
    correction = settled(op(1, secret, kind="correction"))
    assert codes(correction) == ["parked"]
    told = said(correction.records[f"{DEVICE}.1"])
    assert "owner_value" not in told["entry"], "the data steward's alone"
    assert "care" in told["entry"]
    assert correction.log[0].op.sets["owner_value"], "the log has it"
    person = settled(op(1, {"name": {"is": "陈家"}, "phone": "199"}, kind="resident"))
    assert codes(person) == ["parked"]
    assert "199" not in said(person.records[f"{DEVICE}.1"])["entry"], "residents are their grid's alone"
