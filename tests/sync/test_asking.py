"""sync/asking.py: what is known and not asked again, and the card shown at the door."""

from pathlib import Path
from typing import Any

import pytest

from backend.kinds import read_pages
from sync.asking import Notice
from sync.kind import KindError, parse

WORDS = {"zh": "栏", "en": "field"}
PAGES = Path(__file__).resolve().parents[2] / "sync/kinds"


def page(known: str = "", notice: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    fields = {
        "home": {"type": "ref", "refers": "household", "label": WORDS},
        "loose": {"type": "ref", "label": WORDS},
        "phone": {"type": "text", "label": WORDS, "known": known} | more,
    }
    flow = {"begin": "saved", "states": {"saved": {"label": WORDS, "final": True}}, "steps": []}
    roles = {each: ["fulltime_worker"] for each in ("create", "read", "write")}
    told = {} if notice is None else {"notice": notice}
    return (
        {"name": "call", "label": WORDS, "identity": "device", "fields": fields, "workflow": flow}
        | roles
        | told
    )


def test_what_is_known_from_another_record_and_the_card_are_read():
    kind = parse(page("home.phone", {"why": WORDS, "basis": WORDS}))
    assert kind.fields["phone"].known == "home.phone"
    assert kind.notice == Notice(WORDS, WORDS)


@pytest.mark.parametrize("known", ["home", "home.", ".phone", "loose.phone", "phone.phone", "nobody.phone"])
def test_what_leads_to_no_record_of_a_kind_cannot_be_known(known: str):
    with pytest.raises(KindError, match="phone: known is a ref field"):
        parse(page(known))


def test_what_must_be_filled_in_is_asked():
    with pytest.raises(KindError, match="phone: what must be filled in"):
        parse(page("home.phone", required=True))


def test_a_card_speaks_both_languages():
    with pytest.raises(KindError, match="no words in en"):
        parse(page(notice={"why": {"zh": "为什么"}, "basis": WORDS}))


def test_in_our_pages_what_is_known_is_a_field_that_keeps_and_whoever_sees_this_may_see_that():
    kinds = read_pages((PAGES,))
    found = [(kind, each) for kind in kinds.values() for each in kind.fields.values() if each.known]
    assert found
    for kind, each in found:
        ref, _, name = each.known.partition(".")
        other = kinds[kind.fields[ref].refers]
        assert other.fields[name].fresh_days > 0
        assert other.fields[name].type == each.type
        assert set(kind.create) <= set(other.read)
