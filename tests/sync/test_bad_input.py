"""What must be refused on the pages of cases and tasks: each with its code, and nothing that was typed lost.

A refused op is logged with its verdict, and the phone keeps it in sight (tests/whole/test_journey_needs.py);
here it must leave the record as it was, but for what is not part of the decision.
"""

from typing import Any

import pytest

from sync.kind import KindError
from sync.listing import gather_lists
from sync.op import REFUSALS
from tests.sync.scene import COMMUNITY, DAY_MS, GRID, PEOPLE, PHOTO, POST, TOWN, Town

MATTER = "rubbish"


def reported(**sets: Any) -> tuple[Town, str]:
    """Make a town with one report in review."""
    town = Town()
    return town, town.make("worker", matter=MATTER, **sets)


def handed_over(matter: str = MATTER) -> tuple[Town, str]:
    """Make a town with one case that a post has taken on."""
    town = Town()
    case = town.make("worker", matter=matter)
    assert town.take("secretary", case, "escalate") == "applied"
    assert town.take("officer", case, "accept") == "applied"
    assert town.take("officer", case, "dispatch", unit=POST, assignee=PEOPLE["post"]) == "applied"
    assert town.take("post", case, "take_on") == "applied"
    return town, case


def unmoved(town: Town, record: str, code: str, *written: Any) -> None:
    """See that what was written is refused with this code, and that the record is as it was."""
    before = town.records[record]
    verdict = town.hear(town.write(*written))
    assert verdict.code == code
    assert code in REFUSALS
    assert town.records[record] == before


def test_a_step_from_a_state_it_does_not_start_from() -> None:
    town, report = reported()
    unmoved(
        town,
        report,
        "wrong_state",
        "secretary",
        "incident",
        {"result": "好了"},
        report,
        ("finish", "in_review"),
    )


def test_a_step_from_a_stale_state_is_kept_and_decides_nothing() -> None:
    town, report = reported()
    assert town.take("secretary", report, "return", return_field="place") == "applied"
    assert town.take("secretary", report, "reject", saw="in_review", reject_reason="not_ours") == "overtaken"
    assert town.state(report) == "returned"
    assert town.records[report].story[-1].sets == {"reject_reason": "not_ours"}


@pytest.mark.parametrize("who", ["worker", "colleague", "leader", "officer", "commander"])
def test_a_step_by_the_wrong_role(who: str) -> None:
    town, report = reported()
    unmoved(town, report, "not_your_role", who, "incident", {}, report, ("approve", "in_review"))


@pytest.mark.parametrize("who", ["stranger", "water", "post"])
def test_a_step_on_a_case_that_is_none_of_theirs(who: str) -> None:
    town, report = reported()
    unmoved(town, report, "not_found", who, "incident", {}, report, ("approve", "in_review"))


def test_a_step_on_a_case_that_went_to_another_unit() -> None:
    town, case = handed_over()
    unmoved(
        town,
        case,
        "not_found",
        "fire",
        "incident",
        {"result": "好了"},
        case,
        ("unit_finish", "center_handling"),
    )


def test_a_step_without_its_reason() -> None:
    town, report = reported()
    unmoved(town, report, "needs_field", "secretary", "incident", {}, report, ("reject", "in_review"))
    assert town.take("secretary", report, "reject", reject_reason=None) == "needs_field"
    assert town.take("secretary", report, "approve") == "applied"
    assert town.take("secretary", report, "finish", result="") == "needs_field"


TICKED = {"add": ["site_clear", "reporter_told"]}


def test_a_step_without_its_photo() -> None:
    town, case = handed_over()
    sets: dict[str, Any] = {"result": "清走了", "conditions": TICKED}
    unmoved(town, case, "needs_field", "post", "incident", sets, case, ("unit_finish", "center_handling"))
    sets["result_photos"] = {"add": [PHOTO]}
    assert town.take("post", case, "unit_finish", **sets) == "applied"
    assert town.state(case) == "handled"


def test_a_step_without_what_the_catalogue_wants_ticked() -> None:
    town, case = handed_over()
    sets = {"result": "清走了", "result_photos": {"add": [PHOTO]}, "conditions": {"add": ["site_clear"]}}
    unmoved(town, case, "needs_field", "post", "incident", sets, case, ("unit_finish", "center_handling"))


@pytest.mark.parametrize("unit", [GRID, COMMUNITY])
def test_what_went_up_is_not_dispatched_down(unit: int) -> None:
    town, report = reported()
    town.take("secretary", report, "escalate")
    town.take("officer", report, "accept")
    sets = {"unit": unit, "assignee": 1}
    unmoved(town, report, "no_return", "officer", "incident", sets, report, ("dispatch", "triaged"))


def test_a_cycle_of_merges() -> None:
    town = Town()
    one, two, three = (town.make("worker", matter=MATTER) for _ in range(3))
    assert town.take("secretary", one, "merge", merged_into=two) == "applied"
    assert town.take("secretary", two, "merge", merged_into=three) == "applied"
    unmoved(
        town,
        three,
        "bad_target",
        "secretary",
        "incident",
        {"merged_into": one},
        three,
        ("merge", "in_review"),
    )


@pytest.mark.parametrize("target", ["itself", "nothing", "f" * 16 + ".9"])
def test_a_merge_into_what_cannot_be(target: str) -> None:
    town, report = reported()
    into = {"itself": report, "nothing": "0" * 16 + ".1"}.get(target, target)
    unmoved(
        town,
        report,
        "bad_target",
        "secretary",
        "incident",
        {"merged_into": into},
        report,
        ("merge", "in_review"),
    )


def test_a_task_outside_the_list() -> None:
    town = Town()
    for sets in ({"what": {"is": "去量违建"}}, {"what": {"is": "去量违建"}, "matter": "06001"}):
        refused = town.write("leader", "task", sets)
        assert town.hear(refused).code == "out_of_list"
        assert refused[0].record not in town.records


def test_a_task_whose_grant_is_over_or_never_was() -> None:
    town = Town()
    asked = town.make_at("water", TOWN, "out_of_list", what="量水位")
    sets = {"what": {"is": "量水位"}, "matter": "06001", "grant": asked}
    assert town.hear(town.write("officer", "task", sets)).code == "out_of_list"
    town.grant(asked, until=20261130)
    assert town.state(asked) == "active"
    assert town.hear(town.write("officer", "task", sets)).code == "applied"
    town.wait(30 * DAY_MS)
    assert town.hear(town.write("officer", "task", sets)).code == "out_of_list"


def test_what_no_grid_may_be_sent_for() -> None:
    town = Town()
    asked = town.make_at("water", TOWN, "out_of_list", what="上门催缴水费")
    sets = dict.fromkeys(("reason", "legal_basis", "funding", "handbook", "scope"), "有")
    more = {"matter": "rubbish", "hours": 2, "until": 20261130, **sets}
    money, handed_in = {"sort": "money", **more}, ("submit", "draft")
    unmoved(town, asked, "negative", "water", "out_of_list", money, asked, handed_in)
    assert town.take("water", asked, "submit", sort="look", **more) == "applied"


@pytest.mark.parametrize("day", [20261131, 20260229, 20261301, 0, 99991232, -1, "20261122"])
def test_an_impossible_day(day: Any) -> None:
    town = Town()
    asked = town.make_at("water", TOWN, "out_of_list", what="量水位")
    unmoved(town, asked, "bad_value", "water", "out_of_list", {"until": day}, asked)


@pytest.mark.parametrize("at_ms", [-1, 2**53, 1.5, "now"])
def test_an_impossible_instant(at_ms: Any) -> None:
    town, report = reported()
    unmoved(town, report, "bad_value", "worker", "incident", {"captured_ms": at_ms}, report)


@pytest.mark.parametrize("row", [{"handle": "4 fortnight"}, {"handle": "0 hour"}, {"ack": "soon"}])
def test_a_row_of_the_catalogue_with_an_unknown_unit(row: dict[str, str]) -> None:
    sheet = {
        "marks": {"handle": {"limit": True}, "ack": {"limit": True}},
        "rows": [{"value": "mud", "zh": "泥", "en": "Mud", **row}],
    }
    with pytest.raises(KindError, match=r"matters.toml: row mud: (handle|ack): no limit"):
        gather_lists([("matters.toml", "matters", sheet)])


def test_a_rating_beyond_its_bounds() -> None:
    town, report = reported()
    for rating in (0, 6, 2.5):
        unmoved(
            town, report, "bad_value", "worker", "incident", {"rating": rating}, report, ("rate", "closed")
        )


def test_an_objection_that_comes_too_late_or_twice() -> None:
    town, report = reported()
    town.take("secretary", report, "reject", reject_reason="not_ours")
    later = town.copy()
    assert town.take("worker", report, "object", objection="是我们的路") == "applied"
    assert town.state(report) == "at_center"
    assert town.take("worker", report, "object", saw="rejected", objection="再看看") == "overtaken"
    assert town.take("worker", report, "object", objection="再看看") == "wrong_state"
    later.now_ms += 3 * DAY_MS
    unmoved(
        later,
        report,
        "too_late",
        "worker",
        "incident",
        {"objection": "是我们的路"},
        report,
        ("object", "rejected"),
    )
