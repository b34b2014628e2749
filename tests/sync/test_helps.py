"""sync/helps.py: what a page may say of answers, of a plate and of texts that give nobody away."""

from typing import Any

import pytest

from sync.kind import KindError, parse
from tests.sync.scene import HOUR_MS, PEOPLE, Town
from tests.sync.test_rounds import page

WORDS = {"zh": "栏", "en": "field"}
FLOW = {
    "begin": "asked",
    "states": {"asked": {"label": WORDS}, "answered": {"label": WORDS, "final": True}},
    "steps": [
        {"name": "solve", "start": ["asked"], "to": "answered", "by": ["author"], "needs": ["home", "again"]},
        {"name": "close", "start": ["asked"], "to": "answered", "by": ["author"]},
    ],
}
GOOD = {
    "look": ["said", "duty"],
    "tell": ["said"],
    "states": ["answered"],
    "solved": "solve",
    "review": "again",
}


def asked(answers: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    fields = page()["fields"] | {
        "said": {"type": "text", "label": WORDS, "nameless": True},
        "who": {"type": "person", "label": WORDS},
    }
    return page(workflow=FLOW, answers=answers, **{"fields": fields, **more})


def test_a_page_that_answers_is_read():
    kind = parse(asked(GOOD, plate={"whose": "who", "part": "item"}))
    assert kind.answers is not None
    assert kind.answers.look == ("said", "duty")
    assert kind.plate is not None
    assert kind.fields["said"].nameless
    assert not kind.fields["home"].nameless


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"look": ["nothing"]}, "nothing cannot be searched"),
        ({"look": ["again"]}, "again cannot be searched"),
        ({"tell": ["duty"]}, "duty is no text"),
        ({"states": ["gone"]}, "no state gone"),
        ({"solved": "jump"}, "jump is no step that needs a record first"),
        ({"solved": "close"}, "close is no step that needs a record first"),
        ({"publish": "close"}, "close is no step that needs a record first"),
        ({"review": "said"}, "review names no day"),
    ],
)
def test_answers_that_cannot_be_are_refused(change: dict[str, Any], fault: str):
    with pytest.raises(KindError, match=fault):
        parse(asked({**GOOD, **change}))


def test_a_plate_is_a_persons_and_only_texts_are_nameless():
    with pytest.raises(KindError, match="whose names no person"):
        parse(asked(plate={"whose": "said", "part": "item"}))
    fields = asked()["fields"] | {"again": {"type": "day", "label": WORDS, "nameless": True}}
    with pytest.raises(KindError, match="only a text is nameless"):
        parse(asked(fields=fields))


def question(town: Town, who: str = "worker") -> str:
    return town.make(who, "question", text={"is": "路灯不亮找谁"})


def test_whoever_found_an_answer_ends_the_question_with_what_helped() -> None:
    town = Town()
    first, second = question(town), question(town, "colleague")
    assert town.take("colleague", second, "self_solve") == "needs_field"
    assert town.take("worker", second, "self_solve", helped_by=first) == "not_your_role"
    assert town.take("colleague", second, "self_solve", helped_by=first) == "applied"
    assert town.state(second) == "self_solved"


def test_all_who_asked_the_same_get_the_answer_once_it_helped_the_first() -> None:
    town = Town()
    first, second, third = question(town), question(town, "colleague"), question(town, "colleague")
    assert town.take("officer", second, "same_as", merged_into=second) == "bad_target"
    assert town.take("officer", second, "same_as", merged_into=first) == "applied"
    assert town.take("officer", third, "same_as", merged_into=second) == "bad_target"
    assert town.take("leader", first, "answer", answer="报编号") == "applied"
    assert town.state(second) == "merged"
    assert town.take("worker", first, "helpful") == "applied"
    assert town.state(second) == "answered"
    assert town.value(second, "answer") == "报编号"
    assert town.take("officer", third, "same_as", merged_into=first) == "applied"
    assert town.state(third) == "answered"


def test_the_hour_of_a_question_goes_on_when_it_is_passed_on_and_silence_ends_it() -> None:
    town = Town()
    asked = question(town)
    assert town.take("officer", asked, "route") == "applied"
    town.wait(HOUR_MS)
    taken = [entry.step for entry in town.records[asked].story]
    assert taken[-4:] == ["half_hour", "three_quarters", "three_quarters_alone", "hour_over"]
    assert town.take("leader", asked, "answer", answer="报编号") == "applied"
    town.wait(6 * 24 * HOUR_MS)  # three days, and those until one that is no holiday
    assert town.state(asked) == "resolved"


def test_a_hand_over_ends_once_each_thing_of_it_is_taken_or_left_out() -> None:
    town = Town()
    who = {"giver": PEOPLE["worker"], "receiver": PEOPLE["colleague"]}
    whole = town.make("leader", "handover", **who, reason="leave", from_day=20261123)
    one, two = (town.make("leader", "handover_item", parent=whole, what=each, **who) for each in "甲乙")
    assert town.take("colleague", whole, "receive") == "parts_open"
    assert town.take("stranger", one, "take") == "not_found"
    assert town.take("colleague", one, "take") == "applied"
    assert town.take("colleague", two, "ask_back", unclear="哪一户") == "applied"
    assert town.take("colleague", whole, "receive") == "parts_open"
    assert town.take("leader", two, "drop") == "applied"
    assert town.take("colleague", whole, "receive") == "applied"
