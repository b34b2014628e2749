"""Notices and who has read them: what a page may say of readers, and the life of a notice (domain W20)."""

from copy import deepcopy
from typing import Any

import pytest

from sync.kind import KindError, parse
from sync.naming import SPREAD, SPREADS
from sync.permit import may_hear, may_read
from sync.workflow import find
from tests.sync.scene import BOARD, COMMUNITY, DAY_MS, GRID, KINDS, POST, TOWN, UNITS, Town, actor_of
from tests.sync.vectors import resolve

NODS = {"by": "read", "must": "must", "due": "due", "states": ["open"]}


def page(**nods: Any) -> dict[str, Any]:
    """Make a page whose readers answer, but for what is said otherwise."""
    trial = deepcopy(resolve({"$": "trial"}))
    field = {key: each for key, each in trial["fields"]["name"].items() if key not in ("high", "rule")}
    trial["fields"] |= {"must": {**field, "type": "flag"}, "due": {**field, "type": "day"}}
    return {**trial, "nods": {**NODS, **nods}}


def test_a_page_may_ask_its_readers_to_answer() -> None:
    said = parse(page()).nods
    assert said is not None
    assert (said.by, said.states) == ("read", ("open",))


@pytest.mark.parametrize(
    ("nods", "fault"),
    [
        ({"must": "due"}, "due is no flag field"),
        ({"must": "absent"}, "absent is no flag field"),
        ({"due": "must"}, "must is no day field"),
        ({"states": ["open", "nowhere"]}, "no state nowhere"),
    ],
)
def test_what_cannot_be_is_named(nods: dict[str, Any], fault: str) -> None:
    with pytest.raises(KindError, match=f"nods: {fault}"):
        parse(page(**nods))


def sent(town: Town, who: str = "officer", area: int = TOWN, **sets: Any) -> str:
    """Send a notice down; gives its id."""
    notice = town.make_at(who, area, "notice", title="台风", text="都去看一遍", **sets)
    assert town.take(who, notice, "publish") == "applied"
    return notice


def readable(town: Town, notice: str, *people: str) -> list[bool]:
    kind = KINDS["notice"]
    return [may_read(kind, actor_of(each), town.records[notice], UNITS) for each in people]


def test_a_draft_stays_with_those_who_send_and_goes_down_to_everybody_at_once() -> None:
    town = Town()
    draft = town.make_at("officer", TOWN, "notice", title="台风", text="都去看一遍")
    assert readable(town, draft, "worker", "secretary", "post", "commander") == [False, False, False, True]
    assert town.take("officer", draft, "publish") == "applied"
    assert readable(town, draft, "worker", "secretary", "post", "water") == [True, True, True, False]
    assert town.records[draft].names[SPREADS] == SPREAD + TOWN


def test_sending_it_down_tells_those_beneath_and_nobody_beside() -> None:
    town = Town()
    notice = sent(town, "secretary", COMMUNITY)
    step = find(KINDS["notice"], "publish")
    assert step is not None
    record = town.records[notice]
    told = [may_hear(KINDS["notice"], step, actor_of(each), record, UNITS) for each in ("worker", "post")]
    assert told == [True, False]


def test_what_was_written_is_not_changed_afterwards() -> None:
    town = Town()
    notice = sent(town)
    edit = town.hear(town.write("officer", "notice", {"text": "不用去了"}, notice))
    assert edit.code == "applied"
    assert town.value(notice, "text") == "都去看一遍"


def test_a_newer_one_takes_the_place_of_an_older_one_once_it_is_sent() -> None:
    town = Town()
    old = sent(town)
    new = town.make_at("officer", TOWN, "notice", title="台风", text="改了", replaces=old)
    assert town.state(old) == "published", "while the new one is a draft"
    assert town.take("officer", new, "publish") == "applied"
    assert town.state(old) == "superseded"
    assert readable(town, old, "worker", "officer") == [False, True]
    assert SPREADS not in town.records[old].names
    assert [each.channel for each in town.records[old].former] == [SPREAD + TOWN]


def test_nobody_takes_the_notice_of_another_unit_away() -> None:
    town = Town()
    of_the_town = sent(town)
    sent(town, "secretary", COMMUNITY, replaces=of_the_town)
    assert town.state(of_the_town) == "published"


def test_it_holds_until_the_end_of_its_day() -> None:
    town = Town()
    notice, other = sent(town, until=20261126), sent(town)
    town.wait(3 * DAY_MS)
    assert town.state(notice) == "published"
    town.wait(2 * DAY_MS)
    assert [town.state(each) for each in (notice, other)] == ["expired", "published"]
    assert readable(town, notice, "worker") == [False]
    town.wait(30 * DAY_MS)
    assert town.state(other) == "expired"


def test_who_sent_it_is_told_on_the_day_by_which_it_was_to_be_read() -> None:
    town = Town()
    notice = sent(town, must=True, due=20261124, until=20261220)
    town.wait(5 * DAY_MS)
    assert town.told(notice)[-1] == ("read_by_now", "auto")
    assert town.state(notice) == "published"


def test_a_worker_answers_where_they_belong_also_for_what_holds_no_more() -> None:
    town = Town()
    notice = sent(town, must=True)
    answer = town.write("worker", "nod", {"notice": notice}, area=GRID)
    assert town.take("officer", notice, "take_back", why="发错了") == "applied"
    assert town.hear(answer).code == "applied"
    kind, record = KINDS["nod"], town.records[answer[0].record]
    reach = [
        may_read(kind, actor_of(each), record, UNITS)
        for each in ("worker", "colleague", "stranger", "leader", "officer")
    ]
    assert reach == [True, False, False, True, True], "it goes up, and nowhere else"
    assert not kind.spreads


def test_whose_post_is_at_a_board_answers_there_and_who_sent_it_hears() -> None:
    town = Town()
    notice = sent(town, must=True)
    for who, body in (("board", BOARD), ("post", POST)):
        answer = town.write(who, "nod", {"notice": notice}, area=body)
        assert town.hear(answer).code == "applied", who
        record = town.records[answer[0].record]
        reach = [may_read(KINDS["nod"], actor_of(each), record, UNITS) for each in (who, "officer", "worker")]
        assert reach == [True, True, False]
    assert town.hear(town.write("post", "nod", {"notice": notice}, area=BOARD)).code == "not_your_role"
    assert town.hear(town.write("board", "notice", {"title": "台风"}, area=BOARD)).code == "bad_area"
