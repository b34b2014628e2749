"""Nine crossings of a worker's edit and the secretary's decision, both made offline; see docs/crossings.md.

Whichever reaches the server first, nothing that either of them wrote is lost, both orders end in the same
state with the same values, and who decided on less than there was is told so.
"""

from typing import Any

import pytest

from tests.sync.scene import PHOTO, Town

# What the worker writes while the secretary decides.
EDITS: dict[str, dict[str, Any]] = {
    "adds": {"note": {"is": "又掉了一块"}, "photos": {"add": [PHOTO]}},
    "corrects": {"matter": "06048", "address": {"is": "老鹰岩上头"}},
    "urgent": {"emergency": True},
}
# What the secretary decides meanwhile.
DECISIONS: dict[str, dict[str, Any]] = {
    "approve": {},
    "return": {"return_field": "place", "return_note": "哪一头？"},
    "reject": {"reject_reason": "not_a_matter"},
}
# By edit and decision: the state both orders end in, and what becomes of a decision that comes second.
OUTCOMES = {
    ("adds", "approve"): ("handling", "done"),
    ("adds", "return"): ("returned", "done"),
    ("adds", "reject"): ("rejected", "done"),
    ("corrects", "approve"): ("handling", "done"),
    ("corrects", "return"): ("returned", "done"),
    ("corrects", "reject"): ("rejected", "done"),
    ("urgent", "approve"): ("urgent", "overtaken"),
    ("urgent", "return"): ("urgent", "overtaken"),
    ("urgent", "reject"): ("urgent", "overtaken"),
}


def crossed(edit: str, decision: str, *, edit_first: bool) -> tuple[Town, str]:
    """Let both be written without knowing of each other, and be heard in one order."""
    town = Town()
    report = town.make("worker", matter="rubbish", note={"is": "坡上有人倒渣土"})
    assert town.state(report) == "in_review"
    edited = town.write("worker", "incident", EDITS[edit], report)
    decided = town.write("secretary", "incident", DECISIONS[decision], report, (decision, "in_review"))
    codes = [town.hear(each).code for each in ((edited, decided) if edit_first else (decided, edited))]
    late = edit_first and OUTCOMES[edit, decision][1] == "overtaken"
    assert sorted(codes) == (["applied", "overtaken"] if late else ["applied", "applied"])
    return town, report


@pytest.mark.parametrize(("edit", "decision"), OUTCOMES)
def test_both_orders_end_alike_and_lose_nothing(edit: str, decision: str) -> None:
    state, when_late = OUTCOMES[edit, decision]
    (first, report), (last, _) = (crossed(edit, decision, edit_first=order) for order in (True, False))
    assert [first.state(report), last.state(report)] == [state, state]
    assert (decision, when_late) in first.told(report)
    assert (decision, "done") in last.told(report)
    cells = [dict(town.records[report].cells) for town in (first, last)]
    for name in EDITS[edit]:
        assert cells[0][name] == cells[1][name], name
    for name in DECISIONS[decision]:
        carried = [entry.sets for entry in first.records[report].story if entry.step == decision]
        assert carried[0][name] == DECISIONS[decision][name], name


@pytest.mark.parametrize("edit", EDITS)
def test_what_the_secretary_asked_stays_asked_unless_it_is_urgent(edit: str) -> None:
    for order in (True, False):
        town, report = crossed(edit, "return", edit_first=order)
        answered = town.take("worker", report, "add_facts", saw="returned", note={"is": "靠公路那头"})
        assert answered == ("overtaken" if edit == "urgent" else "applied")
        assert town.state(report) == ("urgent" if edit == "urgent" else "in_review")


def test_a_correction_that_makes_it_grave_is_as_good_as_the_mark() -> None:
    for order in (True, False):
        town = Town()
        report = town.make("worker", matter="rubbish")
        edited = town.write("worker", "incident", {"matter": "L-E08"}, report)
        decided = town.write("secretary", "incident", {}, report, ("approve", "in_review"))
        for each in (edited, decided) if order else (decided, edited):
            town.hear(each)
        assert town.state(report) == "urgent"


def test_work_done_in_the_community_crosses_its_going_up_and_stays_a_word_in_the_story() -> None:
    town = Town()
    report = town.make("worker", matter="rubbish")
    assert town.take("secretary", report, "approve") == "applied"
    said = {"result": "清走了", "conditions": {"add": ["site_clear"]}}
    done = town.write("colleague", "incident", said, report, ("finish", "handling"))
    assert town.take("secretary", report, "escalate", progress="村里弄不动") == "applied"
    assert town.hear(done).code == "overtaken"
    assert town.state(report) == "at_center"
    assert town.records[report].story[-1].sets == said
    added = town.write("colleague", "incident", {"progress": "我们把路口围起来了"}, report)
    assert town.hear(added).code == "applied"
    assert town.value(report, "progress")[-1] == "我们把路口围起来了"


def test_two_deciders_the_first_at_the_server_counts_and_the_other_is_kept() -> None:
    town = Town()
    report = town.make("worker", matter="rubbish")
    one = town.write("secretary", "incident", {}, report, ("approve", "in_review"))
    other = town.write(
        "secretary", "incident", {"reject_reason": "not_ours"}, report, ("reject", "in_review")
    )
    assert [town.hear(other).code, town.hear(one).code] == ["applied", "overtaken"]
    assert town.state(report) == "rejected"
    assert town.told(report)[-2:] == [("reject", "done"), ("approve", "overtaken")]
