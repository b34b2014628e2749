"""sync/merit.py: what a page may declare of thanks that come by themselves."""

from typing import Any

import pytest

from sync.kind import KindError, parse

WORDS = {"zh": "栏", "en": "field"}
DEED = {"kind": "errand", "steps": ["accept"], "whose": "taker", "sets": {"much": 2}}
MERIT = {
    "roles": ["parttime_worker"], "person": "who", "amount": "much", "about": "which", "cap": 5, "series": 7,
    "deeds": [DEED],
}  # fmt: skip


def page(**merit: Any) -> dict[str, Any]:
    fields = {
        "who": {"type": "person", "rule": "first", "label": WORDS},
        "much": {"type": "int", "label": WORDS},
        "which": {"type": "ref", "label": WORDS},
    }
    flow = {"begin": "given", "states": {"given": {"label": WORDS, "final": True}}, "steps": []}
    roles = {"create": [], "read": ["duty_officer", "@who"], "write": []}
    said = {"name": "thanks", "label": WORDS, "identity": "device", "fields": fields, "workflow": flow}
    return {**said, **roles, "merit": {**MERIT, **merit}}


def test_a_page_whose_records_are_earned_is_read():
    merit = parse(page()).merit
    assert merit is not None
    assert (merit.cap, merit.deeds[0].whose) == (5, "taker")
    assert parse(page(deeds=[{**DEED, "sets": {}, "copies": {"much": "worth"}}])).merit is not None


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"roles": ["king"]}, "no role king"),
        ({"person": "much"}, "much is no person field"),
        ({"amount": "nothing"}, "nothing is no int field"),
        ({"about": "who"}, "who is no ref field"),
        ({"cap": 0}, "a cap is 1 to 100"),
        ({"cap": 101}, "a cap is 1 to 100"),
        ({"series": 0}, "a series more than 0"),
        ({"deeds": [{**DEED, "sets": {"much": 1, "gold": 2}}]}, "no field gold"),
        ({"deeds": [{**DEED, "sets": {}}]}, "errand does not say how much"),
        ({"deeds": [{**DEED, "forever": True}]}, "unknown field `forever`"),
    ],
)
def test_one_that_cannot_be_is_refused(said: dict[str, Any], fault: str):
    with pytest.raises(KindError, match=fault):
        parse(page(**said))
