"""The desks of the demo town: everybody finds something of theirs, and nothing is older than it may be."""

import pytest

from backend.demo.days import at
from backend.demo.desk import desk
from backend.demo.households import households
from sync.clocks import run
from sync.deadline import Calendar
from sync.nameless import traces
from tests.backend.demo.test_story import KINDS, MOMENTS, NOON, NOW, Play, midnight, played

ON_DESKS = {
    "task": {"created", "doing", "submitted", "reassign"},
    "out_of_list": {"active", "reviewed", "submitted"},
    "whistle": {"called", "acted"},
    "question": {"routed", "answered"},
    "correction": {"proposed", "with_owner"},
    "consultation": {"in_session"},
    "part": {"asked", "working"},
    "micro_task": {"open", "reported", "done"},
}
LATE = {"task/lamp"}  # of yesterday, on purpose


def states(play: Play) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for record in play.records.values():
        found.setdefault(record.kind, set()).add(record.state)
    return {kind: found[kind] for kind in ON_DESKS}


@pytest.mark.parametrize(("weekday", "now_ms"), MOMENTS)
def test_each_desk_has_something_on_it(weekday, now_ms):
    assert states(played(weekday, now_ms)) == ON_DESKS


@pytest.mark.parametrize(("weekday", "now_ms"), MOMENTS)
def test_nothing_is_told_before_it_happened_or_out_of_order(weekday, now_ms):
    told = desk(now_ms, households(weekday))
    assert max(action.at_ms for action in told) <= now_ms
    keys = {action.key for action in told}
    for key in keys:
        times = [action.at_ms for action in told if action.key == key]
        assert times == sorted(times)


def test_nobody_let_a_question_or_a_whistle_lie_longer_than_it_may():
    play, now_ms = played(2, NOON), midnight(NOW) + NOON
    for key in {action.key for action in desk(NOON, households(2))} - LATE:
        record = play.records[play._ids[key]]
        clock = run(KINDS[record.kind], record, Calendar())
        if clock is not None and not KINDS[record.kind].workflow.states[record.state].final:
            assert clock.due.due_ms > now_ms or record.kind == "task", key


def test_nobody_real_is_named():
    texts = [
        said for action in desk(at(0, 720), households(2)) for said in action.values.values()
        if isinstance(said, str)
    ]  # fmt: skip
    assert [found for text in texts for found in traces(text)] == []
