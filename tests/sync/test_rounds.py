"""sync/rounds.py: what ticks and rounds a page may declare."""

from typing import Any

import pytest

from sync.kind import KindError, parse

WORDS = {"zh": "栏", "en": "field"}
OPTIONS = [{"value": "ok", "zh": "好", "en": "Fine"}]


def page(**more: Any) -> dict[str, Any]:
    fields = {
        "home": {"type": "ref", "refers": "household", "label": WORDS},
        "loose": {"type": "ref", "label": WORDS},
        "again": {"type": "day", "label": WORDS},
        "duty": {"type": "choice", "label": WORDS, "options": OPTIONS, "ticks": [{"kind": "visit"}]},
    }
    flow = {"begin": "saved", "states": {"saved": {"label": WORDS, "final": True}}, "steps": []}
    roles = {each: ["fulltime_worker"] for each in ("create", "read", "write")}
    return (
        {"name": "call", "label": WORDS, "identity": "device", "fields": fields, "workflow": flow}
        | roles
        | more
    )


def test_a_page_of_calls_and_a_duty_that_a_record_ticks_are_read():
    kind = parse(page(round={"of": "home", "every": "rhythm", "again": "again", "soon": ["saved"]}))
    assert kind.round is not None
    assert kind.round.of == "home"
    assert kind.fields["duty"].ticks[0].gives == "ok"


@pytest.mark.parametrize(
    ("round_", "fault"),
    [
        ({"of": "nobody", "every": "days"}, "of names no ref field"),
        ({"of": "again", "every": "days"}, "of names no ref field"),
        ({"of": "loose", "every": "days"}, "of names no ref field"),
        ({"of": "home", "every": "days", "again": "duty"}, "again names no day"),
        ({"of": "home", "every": "days", "again": "nobody"}, "again names no day"),
        ({"of": "home", "every": "days", "soon": ["gone"]}, "no state gone"),
        ({"of": "home"}, "missing required field `every`"),
    ],
)
def test_a_round_that_cannot_be_is_refused(round_: dict[str, Any], fault: str):
    with pytest.raises(KindError, match=fault):
        parse(page(round=round_))


def test_a_tick_gives_an_answer_that_the_duty_has():
    broken = page()
    broken["fields"]["duty"]["ticks"] = [{"kind": "visit", "gives": "found"}]
    with pytest.raises(KindError, match="no option found"):
        parse(broken)


def test_only_a_choice_is_ticked():
    broken = page()
    broken["fields"]["again"]["ticks"] = [{"kind": "visit"}]
    with pytest.raises(KindError, match="only a choice"):
        parse(broken)


def test_what_is_sensitive_says_what_it_is_for():
    broken = page()
    broken["fields"]["duty"]["sensitivity"] = 3
    with pytest.raises(KindError, match="no purpose"):
        parse(broken)
    broken["fields"]["duty"]["purpose"] = "走访时多问一句"
    assert parse(broken).fields["duty"].purpose


def test_work_stands_in_the_day_of_who_is_named_and_whose_turn_it_is():
    states = {"saved": {"label": WORDS, "final": True, "holder": ["@whose"]}}
    flow = {"begin": "saved", "states": states, "steps": []}
    fields = {"whose": {"type": "person", "label": WORDS}, "other": {"type": "person", "label": WORDS}}
    work = page(fields=fields, workflow=flow)
    assert parse(work | {"stop": "whose"}).stop == "whose"
    with pytest.raises(KindError, match="it is never their turn"):
        parse(work | {"stop": "other"})
    with pytest.raises(KindError, match="stop names no person"):
        parse(page(stop="home"))
