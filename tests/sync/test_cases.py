"""The life of a case, through the built-in pages and settle: reports, tasks, consultations, end to end."""

import random
from typing import Any

import pytest
from msgspec.structs import replace

from sync.clocks import run
from sync.deadline import Calendar
from sync.model import astray
from sync.permit import Actor, Grant, may_read, may_see
from sync.workflow import find, offers
from tests.sync.scene import (
    COMMUNITY,
    DAY_MS,
    FIRE_POST,
    HOUR_MS,
    KINDS,
    PEOPLE,
    PHOTO,
    POST,
    SISTER_POST,
    TOWN,
    UNITS,
    WATER,
    Town,
    actor_of,
    sample_of,
)

TICKED = {"result": "清走了", "conditions": {"add": ["site_clear", "reporter_told"]}}
DONE = {**TICKED, "result_photos": {"add": [PHOTO]}}


def at_the_desk(**sets: Any) -> tuple[Town, str]:
    """Make a town with one case that the desk took up."""
    town = Town()
    case = town.make("worker", **({"matter": "rubbish"} | sets))
    assert town.take("secretary", case, "escalate") == "applied"
    assert town.take("officer", case, "accept") == "applied"
    return town, case


def sent(town: Town, case: str, who: str, unit: int) -> None:
    """Dispatch a case to a unit."""
    sets = {"unit": unit, "assignee": PEOPLE[who]}
    assert town.take("officer", case, "dispatch", **sets) == "applied"


def test_the_closed_loop_from_the_report_to_the_rating() -> None:
    town, case = at_the_desk()
    sent(town, case, "post", POST)
    for who, step, sets in (
        ("post", "take_on", {"plan": "明天一早"}),
        ("post", "note_progress", {"progress": "车到了"}),
        ("post", "unit_finish", DONE),
        ("leader", "verify", {}),
        ("worker", "rate", {"rating": 5}),
    ):
        assert town.take(who, case, step, **sets) == "applied", step
    assert town.state(case) == "evaluated"


@pytest.mark.parametrize("lacking", ["conditions", "result_photos"])
def test_what_the_community_handles_ends_as_what_a_unit_does(lacking: str) -> None:
    town = Town()
    case = town.make("worker", matter="rubbish")
    town.take("secretary", case, "approve")
    some = {name: value for name, value in DONE.items() if name != lacking}
    assert town.take("colleague", case, "finish", **some) == "needs_field"
    assert town.take("colleague", case, "finish", **DONE) == "applied"


def test_what_came_back_ends_with_a_word_why_wherever_it_is_handled() -> None:
    town = Town()
    old = town.make("worker", matter="rubbish")
    case = town.make("worker", matter="rubbish", recurs=old)
    town.take("secretary", case, "approve")
    assert town.take("colleague", case, "finish", **DONE) == "needs_cause"
    assert town.take("colleague", case, "finish", **DONE, root_cause="没有桶") == "applied"
    assert town.take("leader", case, "verify") == "applied"
    town, case = at_the_desk(recurs=old)
    assert town.take("officer", case, "center_finish", **TICKED) == "needs_cause"
    sent(town, case, "post", POST)
    town.take("post", case, "take_on")
    assert town.take("post", case, "unit_finish", **DONE, root_cause=" ") == "needs_cause"
    assert town.take("post", case, "unit_finish", **DONE, root_cause="车少") == "applied"


def test_what_is_found_to_have_come_back_only_later_is_not_closed_without_a_word_why() -> None:
    town = Town()
    old = town.make("worker", matter="rubbish")
    case = town.make("worker", matter="rubbish", self_resolved=True)
    assert town.state(case) == "handled"
    assert town.hear(town.write("secretary", "incident", {"recurs": old}, case)).code == "applied"
    ticked = {"conditions": TICKED["conditions"]}
    assert town.take("leader", case, "verify", **ticked) == "needs_cause"
    assert town.take("leader", case, "verify", **ticked, root_cause="没有桶") == "applied"


def test_what_is_settled_by_telephone_needs_its_conditions_and_no_photo() -> None:
    town, case = at_the_desk()
    assert town.take("officer", case, "center_finish", result="说好了") == "needs_field"
    assert town.take("officer", case, "center_finish", **TICKED) == "applied"


def test_what_nobody_rates_in_seven_days_is_neutral() -> None:
    town = Town()
    case = town.make("worker", matter="rubbish", self_resolved=True)
    town.take("leader", case, "verify", conditions=TICKED["conditions"])
    town.wait(6 * DAY_MS)
    assert town.state(case) == "closed"
    late = town.copy()
    assert town.take("worker", case, "rate", rating=4) == "applied"
    late.wait(4 * DAY_MS)  # whole days, to the end of the next working day
    assert (late.state(case), late.told(case)[-1]) == ("evaluated", ("not_rated", "auto"))
    assert late.take("worker", case, "rate", rating=1) == "wrong_state"
    assert "rating" not in late.records[case].cells


def at_work(**sets: Any) -> tuple[Town, str]:
    """Make a town with one case that a post works on; there is time for it."""
    town, case = at_the_desk(matter="other", **sets)
    sent(town, case, "post", POST)
    assert town.take("post", case, "take_on") == "applied"
    for _ in range(2):
        town.take("post", case, "ask_time", extension=40, extension_reason="等石料")
        assert town.take("board", case, "grant_time", extension=40) == "applied"
    return town, case


def test_a_week_without_a_word_is_told_and_each_word_begins_another() -> None:
    town, case = at_work()

    def told() -> int:
        return town.told(case).count(("gone_stale", "auto"))

    town.wait(6 * DAY_MS)
    assert town.take("post", case, "note_progress", progress="石料定了") == "applied"
    town.wait(6 * DAY_MS)
    assert told() == 0
    town.wait(5 * DAY_MS)
    assert told() == 1
    town.wait(9 * DAY_MS)
    assert told() == 1
    assert town.take("post", case, "note_progress", progress="石料到了") == "applied"
    town.wait(10 * DAY_MS)
    assert told() == 2


def test_the_community_too_says_how_it_goes() -> None:
    town = Town()
    case = town.make("worker", matter="other")
    town.take("secretary", case, "approve")
    town.wait(6 * DAY_MS)
    assert town.take("colleague", case, "note_here", progress="约了师傅") == "applied"
    town.wait(5 * DAY_MS)
    assert ("stale_here", "auto") not in town.told(case)
    town.wait(6 * DAY_MS)
    assert ("stale_here", "auto") in town.told(case)


def test_the_leader_of_a_board_has_what_lies_with_its_posts_and_nothing_else() -> None:
    town, case = at_the_desk()
    assert town.take("board", case, "center_finish", **TICKED) == "not_found"
    sent(town, case, "fire", FIRE_POST)
    assert town.take("board", case, "recall") == "not_found"
    town.take("officer", case, "recall")
    sent(town, case, "post", POST)
    town.take("post", case, "take_on")
    town.take("post", case, "ask_time", extension=2, extension_reason="下雨")
    assert town.take("board", case, "grant_time", extension=2) == "applied"


def test_a_leader_gives_a_case_from_one_of_theirs_to_another_in_one_step_and_the_clock_runs_on() -> None:
    town, case = at_the_desk()
    sent(town, case, "post", POST)
    town.take("post", case, "take_on")
    before = run(KINDS["incident"], town.records[case], Calendar())
    town.wait(HOUR_MS)
    other = {"assignee": PEOPLE["sister"], "unit": SISTER_POST, "pass_reason": "小陈请假"}
    lacking = {name: value for name, value in other.items() if name != "pass_reason"}
    assert town.take("board", case, "reassign", **lacking) == "needs_field"
    assert town.take("post", case, "reassign", **other) == "not_your_role"
    assert town.take("board", case, "reassign", **{**other, "unit": FIRE_POST}) == "not_your_field"
    assert town.take("board", case, "reassign", **{**other, "unit": WATER}) == "not_your_field"
    assert town.take("board", case, "reassign", **other) == "applied"
    assert (town.state(case), town.value(case, "unit")) == ("center_handling", SISTER_POST)
    after = run(KINDS["incident"], town.records[case], Calendar())
    assert before is not None
    assert after is not None
    assert after.due.due_ms == before.due.due_ms
    left = {(each.field, each.channel): each.seq for each in town.records[case].former}
    assert left["assignee", -PEOPLE["post"]] == town.records[case].story[-1].seq, (
        "who is told: backend/reach.py"
    )
    assert town.take("post", case, "unit_finish", **DONE) == "parked", "it is theirs no more"
    assert town.take("sister", case, "pass_on", assignee=PEOPLE["sister"]) == "needs_field"
    assert town.take("sister", case, "unit_finish", **DONE) == "applied"


def test_a_task_goes_to_another_in_one_step_whatever_its_state() -> None:
    for steps in ((), ("seen",), ("seen", "start_work")):
        town = Town()
        job = ordered(town)
        for step in steps:
            town.take("worker", job, step)
        state, due = town.state(job), run(KINDS["task"], town.records[job], Calendar())
        new = {"assignee": PEOPLE["colleague"], "pass_reason": "他那边走不开"}
        assert town.take("leader", job, "hand_on", assignee=PEOPLE["colleague"]) == "needs_field"
        assert town.take("leader", job, "hand_on", **new) == "applied"
        after = run(KINDS["task"], town.records[job], Calendar())
        assert due is not None
        assert after is not None
        assert (town.state(job), after.due.due_ms) == (state, due.due.due_ms)
        assert town.take("colleague", job, "submit", result="去了") == "applied"


@pytest.mark.parametrize("name", ["incident", "task", "whistle"])
def test_even_over_the_whole_town_a_board_leader_has_only_what_lies_with_a_post(name: str) -> None:
    town, kind = Town(), KINDS[name]
    leader = Actor(99, (Grant("board_leader", TOWN),), "f" * 16)
    sets = {"matter": "rubbish", "what": {"is": "清沟"}, "need": {"is": "来看看"}}
    made = town.make("leader", name, **{each: value for each, value in sets.items() if each in kind.fields})
    record = town.records[made]
    with_post = replace(record, cells={**record.cells, "unit": [POST, [1, 0, "a" * 16]]})
    assert not may_read(kind, leader, record, UNITS)
    assert may_read(kind, leader, with_post, UNITS)


def test_an_emergency_goes_straight_up_and_the_ladder_climbs_while_nobody_answers() -> None:
    town = Town()
    case = town.make("worker", emergency=True)
    assert town.state(case) == "urgent"
    clock = run(KINDS["incident"], town.records[case], Calendar())
    assert clock is not None
    assert clock.due.due_ms - clock.start_ms == 3 * 60_000
    for minutes, step in ((3, "alarm_over"), (3, "alarm_deputy"), (4, "alarm_commander")):
        town.wait(minutes * 60_000)
        assert town.told(case)[-1] == (step, "auto")
    assert town.take("officer", case, "accept") == "applied"


def test_the_second_no_goes_to_the_commander_and_what_he_says_is_binding() -> None:
    town, case = at_the_desk()
    sent(town, case, "post", POST)
    assert town.take("post", case, "decline", decline_reason="no_power") == "applied"
    assert town.state(case) == "triaged"
    sent(town, case, "fire", FIRE_POST)
    assert town.take("fire", case, "decline", decline_reason="not_our_duty") == "applied"
    assert town.state(case) == "commander_decision"
    assert town.value(case, "first_unit") == POST
    assert town.take("commander", case, "decide", unit=FIRE_POST, assignee=PEOPLE["fire"]) == "applied"
    assert town.take("fire", case, "decline", decline_reason="not_our_duty") == "binding"
    assert town.take("fire", case, "take_on") == "applied"


def test_the_unit_asked_first_may_take_it_while_the_commander_thinks() -> None:
    town, case = at_the_desk()
    for who, unit in (("post", POST), ("fire", FIRE_POST)):
        sent(town, case, who, unit)
        town.take(who, case, "decline", decline_reason="elsewhere")
    assert town.take("post", case, "take_on") == "applied"
    assert town.state(case) == "center_handling"


def test_a_unit_says_no_once() -> None:
    town, case = at_the_desk()
    sent(town, case, "post", POST)
    assert town.take("post", case, "decline", decline_reason="elsewhere") == "applied"
    sent(town, case, "post", POST)
    assert town.take("post", case, "decline", decline_reason="elsewhere") == "only_once"


def test_more_time_is_given_twice_at_most_and_counts() -> None:
    town, case = at_the_desk()
    sent(town, case, "post", POST)
    town.take("post", case, "take_on")
    kind = KINDS["incident"]
    for _ in range(2):
        before = run(kind, town.records[case], Calendar())
        assert town.take("post", case, "ask_time", extension=2, extension_reason="下雨") == "applied"
        assert town.take("board", case, "grant_time", extension=2) == "applied"
        after = run(kind, town.records[case], Calendar())
        assert before is not None
        assert after is not None
        assert after.start_ms == before.start_ms
        assert after.due.due_ms > before.due.due_ms
    assert town.take("post", case, "ask_time", extension_reason="又下雨") == "used_up"


def test_a_stop_has_an_end_of_its_own_and_is_cut_out_of_the_time() -> None:
    town, case = at_the_desk(matter="other")
    sent(town, case, "post", POST)
    town.take("post", case, "take_on")
    kind = KINDS["incident"]
    before = run(kind, town.records[case], Calendar())
    town.take("post", case, "ask_time", extension_reason="等石料")
    assert town.take("board", case, "grant_pause", extension_reason="等石料") == "applied"
    stopped = run(kind, town.records[case], Calendar())
    town.wait(30 * DAY_MS)
    assert town.state(case) == "center_handling"
    after = run(kind, town.records[case], Calendar())
    assert before is not None
    assert stopped is not None
    assert after is not None
    assert (stopped.clock, after.clock, len(after.pauses)) == ("hold", "handle", 1)
    assert after.start_ms == before.start_ms
    assert after.due.due_ms > before.due.due_ms + 20 * DAY_MS


def test_a_duplicate_closes_with_its_original_and_gets_its_answer() -> None:
    town = Town()
    one, two = town.make("worker", matter="rubbish"), town.make("colleague", matter="rubbish")
    assert town.take("secretary", two, "merge", merged_into=one) == "applied"
    town.take("secretary", one, "approve")
    assert town.take("colleague", one, "finish", **DONE) == "applied"
    town.take("leader", one, "verify")
    assert [town.state(one), town.state(two)] == ["closed", "closed"]
    assert town.value(two, "result") == "清走了"
    assert town.records[two].author == PEOPLE["colleague"]


def test_a_merge_is_undone_within_seven_days() -> None:
    town = Town()
    one, two = town.make("worker", matter="rubbish"), town.make("colleague", matter="rubbish")
    town.take("secretary", two, "merge", merged_into=one)
    later = town.copy()
    assert town.take("secretary", two, "unmerge") == "applied"
    assert town.state(two) == "in_review"
    later.now_ms += 7 * DAY_MS
    assert later.take("secretary", two, "unmerge") == "too_late"


def test_a_merge_at_the_desk_is_undone_within_seven_days() -> None:
    town, one = at_the_desk()
    two = town.make("colleague", matter="06033")
    assert town.take("officer", two, "center_merge", merged_into=one) == "applied"
    later = town.copy()
    assert town.take("officer", two, "center_unmerge") == "applied"
    assert town.state(two) == "triaged"
    later.now_ms += 7 * DAY_MS
    assert later.take("officer", two, "center_unmerge") == "too_late"


def test_what_was_solved_on_the_spot_is_looked_at_by_somebody_else() -> None:
    town = Town()
    case = town.make("worker", matter="rubbish", self_resolved=True)
    assert town.state(case) == "handled"
    assert town.take("worker", case, "verify", conditions=TICKED["conditions"]) == "your_own_work"
    assert town.take("leader", case, "verify") == "needs_field"
    assert town.take("leader", case, "verify", conditions=TICKED["conditions"]) == "applied"
    assert town.state(case) == "closed"


def test_what_nobody_looks_at_is_checked_by_the_town() -> None:
    town = Town()
    case = town.make("worker", matter="rubbish")
    town.take("secretary", case, "approve")
    assert town.take("colleague", case, "finish", **DONE) == "applied"
    town.wait(10 * DAY_MS)
    assert town.state(case) == "unchecked"
    assert town.take("officer", case, "center_verify") == "applied"
    assert town.state(case) == "closed"


def test_what_is_not_fixed_goes_back_to_whoever_had_it() -> None:
    town, case = at_the_desk()
    sent(town, case, "post", POST)
    town.take("post", case, "take_on")
    town.take("post", case, "unit_finish", **DONE)
    assert town.take("worker", case, "not_fixed", unfixed_reason="还在") == "no_return"
    assert town.take("worker", case, "center_not_fixed", unfixed_reason="还在") == "applied"
    assert town.state(case) == "center_handling"


def test_what_went_to_the_district_never_comes_back_to_the_town() -> None:
    town, case = at_the_desk()
    assert town.take("officer", case, "send_up") == "applied"
    sets = {"unit": WATER, "assignee": PEOPLE["water"]}
    assert town.take("district", case, "district_dispatch", **sets) == "applied"
    assert town.take("water", case, "decline", decline_reason="no_power") == "no_return"
    assert town.take("water", case, "decline_upper", decline_reason="no_power") == "applied"
    assert town.state(case) == "at_district"


def test_several_units_and_one_answer() -> None:
    town, case = at_the_desk()
    sent(town, case, "post", POST)
    town.take("post", case, "take_on")
    assert town.take("post", case, "consult", assist_1=WATER) == "applied"
    due = run(KINDS["incident"], town.records[case], Calendar())
    assert due is not None
    assert due.clock == "handle"
    meeting = town.make("officer", "consultation", parent=case, about={"is": "谁来清"}, lead=POST)
    unready = town.take("officer", meeting, "all_here")
    parts = [
        town.make("officer", "part", parent=meeting, what={"is": "清沟"}, unit=unit, lead=POST)
        for unit in (WATER, FIRE_POST)
    ]
    assert (unready, town.take("officer", meeting, "all_here")) == ("wrong_state", "applied")
    town.take("officer", meeting, "open_session")
    assert town.take("board", meeting, "plan", minutes={"is": "水利清沟"}, lead=POST) == "applied"
    assert town.take("post", meeting, "lead_accepts") == "applied"
    assert town.take("post", meeting, "conclude", outcome="好了") == "parts_open"
    assert town.take("water", parts[0], "come") == "applied"
    assert town.take("water", parts[0], "hand_in", result="清了") == "applied"
    assert town.take("post", parts[0], "take_in", help="good") == "applied"
    assert town.take("officer", parts[1], "waive", waive_reason="用不着") == "applied"
    assert town.take("post", meeting, "conclude", outcome="好了") == "applied"
    assert town.state(case) == "center_handling"
    assert [step for step, _ in town.told(case)][-2:] == ["consult", "consulted"]


def test_a_whistle_long_over_ends_no_consultation() -> None:
    town, case = at_the_desk()
    old = town.make("officer", "part", parent=case, what={"is": "看一眼"}, unit=WATER)
    town.take("officer", old, "waive", waive_reason="不用了")
    sent(town, case, "post", POST)
    town.take("post", case, "take_on")
    assert town.take("post", case, "consult") == "applied"
    assert town.state(case) == "consulting"
    assert town.take("post", case, "consult_over") == "applied"


def ordered(town: Town, **sets: Any) -> str:
    """Let the leader order something that is on the list."""
    plan = {"matter": "rubbish", "what": {"is": "看坡上清没清"}, "assignee": PEOPLE["worker"]}
    return town.make("leader", "task", **plan, **sets)


def test_a_task_from_the_order_to_its_end() -> None:
    town = Town()
    job = ordered(town)
    for who, step, sets in (
        ("worker", "seen", {}),
        ("worker", "cannot", {"cannot_reason": "leave"}),
        ("leader", "give_to", {"assignee": PEOPLE["colleague"]}),
        ("colleague", "submit", {"result": "清了"}),
        ("leader", "send_back", {"return_note": "拍一张"}),
        ("colleague", "submit", {"result": "清了，拍了"}),
        ("leader", "confirm", {}),
    ):
        assert town.take(who, job, step, **sets) == "applied", step
    assert town.state(job) == "done"


def test_work_done_before_the_cancelling_was_heard_of_counts() -> None:
    town = Town()
    job = ordered(town)
    done = town.write("worker", "task", {"result": "清了"}, job, ("submit", "created"))
    assert town.take("leader", job, "cancel", cancel_reason="不用了") == "applied"
    assert town.hear(done).code == "overtaken"
    assert town.state(job) == "done_after_cancel"
    assert town.records[job].story[-2].sets == {"result": "清了"}


def test_a_task_of_little_weight_that_nobody_looks_at_is_done() -> None:
    town = Town()
    job = ordered(town)
    town.take("worker", job, "submit", result="清了")
    town.wait(4 * DAY_MS)  # days are counted whole, and end on a working day
    assert town.state(job) == "done"


def test_a_late_task_tells_its_people() -> None:
    town = Town()
    job = ordered(town, within="hours")
    town.take("worker", job, "start_work")
    town.wait(3 * HOUR_MS)
    assert town.told(job)[-2:] == [("work_soon", "auto"), ("work_late", "auto")]


def test_what_is_wanted_at_once_climbs_a_rung_a_minute_and_nothing_else_does() -> None:
    town = Town()
    job, slow = ordered(town, urgency="emergency"), ordered(town, urgency="urgent")
    for step in ("ack_late", "ack_later", "ack_latest"):
        town.wait(60_000)
        assert town.told(job)[-1] == (step, "auto")
    town.wait(HOUR_MS)
    assert town.told(slow)[-1] == ("ack_late", "auto")


def test_the_leader_of_a_board_has_the_tasks_of_the_board_and_no_other() -> None:
    town = Town()
    job, other = ordered(town, unit=POST), ordered(town, unit=FIRE_POST)
    for task in (job, other):
        assert town.take("worker", task, "cannot", cannot_reason="leave") == "applied"
    assert town.take("board", other, "give_to", assignee=PEOPLE["colleague"]) == "not_found"
    assert town.take("board", job, "give_to", assignee=PEOPLE["colleague"]) == "applied"
    assert town.take("board", job, "urge", urge_note="今天要") == "applied"
    made = {"matter": "rubbish", "what": {"is": "清沟"}, "unit": POST}
    assert town.hear(town.write("board", "task", made)).code == "not_your_role"


def whistled(town: Town, **sets: Any) -> str:
    """Let the leader whistle for a post."""
    call = {"matter": "06033", "unit": POST, "need": {"is": "来看看"}}
    return town.make("leader", "whistle", **call, **sets)


def test_an_urgent_whistle_that_nobody_answers_goes_up_and_somebody_fills_in() -> None:
    town = Town()
    call = whistled(town, emergency=True)
    for minutes, step in ((15, "nobody_came"), (30, "still_nobody")):
        town.wait(minutes * 60_000)
        assert town.told(call)[-1] == (step, "auto")
    assert town.take("leader", call, "fill_in", stand_in=COMMUNITY) == "applied"
    assert town.take("helper", call, "come") == "applied"
    town.wait(HOUR_MS)
    assert town.told(call)[-1] == ("not_there", "auto")
    assert town.take("helper", call, "arrive") == "applied"
    assert town.take("helper", call, "acted", notes="门打开了") == "applied"
    assert town.take("leader", call, "release", effect="yes") == "applied"


def test_who_is_not_called_has_no_part_in_a_whistle() -> None:
    town = Town()
    call = whistled(town)
    assert town.take("helper", call, "come") == "not_found"
    assert town.take("fire", call, "come") == "not_found"
    assert town.take("post", call, "come") == "applied"


def test_a_dispute_is_due_when_the_day_agreed_on_is_over() -> None:
    town = Town()  # on 23 November 2026
    sets = {"topic": "land", "heat": "words", "next_day": 20261125}
    quarrel = town.make("worker", "dispute", **sets)
    town.wait(2 * DAY_MS)
    assert town.told(quarrel) == []
    assert town.take("worker", quarrel, "talk", talks="各让一步", next_day=20261208) == "applied"
    town.wait(10 * DAY_MS)
    assert town.told(quarrel)[-1] == ("talk", "done")
    town.wait(5 * DAY_MS)
    assert town.told(quarrel)[-1] == ("no_contact", "auto")
    assert town.take("worker", quarrel, "talk", talks="火气大了", next_day=20261210) == "applied"
    town.wait(4 * DAY_MS)
    assert town.told(quarrel)[-1] == ("no_contact", "auto")


def test_a_dispute_goes_up_as_an_incident_of_its_own_and_its_parties_stay_in_the_grid() -> None:
    town = Town()
    sets = {"topic": "land", "heat": "violent", "next_day": 20261125, "parties": {"is": "李家和王家"}}
    quarrel = town.make("worker", "dispute", **sets)
    assert town.take("worker", quarrel, "raise") == "needs_field"
    case = town.make("worker", matter="quarrel", emergency=True)
    assert town.take("worker", quarrel, "raise", raised=case) == "applied"
    kind = KINDS["dispute"]
    seen = {
        who: may_see(kind, kind.fields["parties"], actor_of(who), town.records[quarrel], UNITS)
        for who in ("worker", "leader", "secretary")
    }
    assert seen == {"worker": True, "leader": True, "secretary": False}


def test_a_grant_runs_out_by_itself() -> None:
    town = Town()
    asked = town.make_at("water", TOWN, "out_of_list", what="量水位")
    town.grant(asked, until=20261210)
    town.wait(15 * DAY_MS)
    assert town.state(asked) == "active"
    town.wait(15 * DAY_MS)
    assert town.state(asked) == "expired"


WALKED = ("incident", "task", "consultation", "part")


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("name", WALKED)
def test_wherever_a_case_goes_somebody_has_it_it_is_due_and_it_is_answered(name: str, seed: int) -> None:
    rng, town, kind = random.Random(f"{name} {seed}"), Town(), KINDS[name]
    parent = town.make("worker", matter="rubbish")
    matter = "rubbish" if name == "task" else rng.choice(["rubbish", "06033", "L-E08"])
    sets = {"matter": matter, "parent": parent, "unit": POST, "lead": POST}
    first = {each: sets[each] for each in sets if each in kind.fields and kind.fields[each].write is None}
    case = town.make("worker" if name == "incident" else "officer", name, **first)
    for _ in range(20):
        assert astray(kind, town.records[case]) == "", town.told(case)
        ways = [
            (who, step) for who in PEOPLE for step in offers(kind, town.records[case], actor_of(who), UNITS)
        ]
        if not ways or rng.random() < 0.2:
            town.wait(rng.choice([HOUR_MS, DAY_MS, 5 * DAY_MS]))
            continue
        who, step = rng.choice(sorted(ways))
        taken = find(kind, step)
        assert taken is not None
        carried = {each: sample_of(kind.fields[each], rng) for each in (*taken.needs, *taken.takes)}
        town.take(who, case, step, **carried)
