"""What may be corrected, and the change that puts a value in the place of all that stands there."""

import pytest

from backend.kinds import read_pages
from sync.correct import change_of, field_faults, step_faults
from sync.kind import Field, KindError, parse
from tests.backend.town import KINDS, PAGES

AT, LATER = [4_000, 0, "aaaaaaaaaaaaaaaa"], [5_000, 0, "bbbbbbbbbbbbbbbb"]
WORDS = {"zh": "栏", "en": "field"}


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        (Field("text", WORDS), ""),
        (Field("text", WORDS, correct="own"), ""),
        (Field("text", WORDS, correct="owner", sensitivity=3, purpose="x", see=("data_steward",)), ""),
        (Field("text", WORDS, correct="own", sensitivity=3, purpose="x"), "its owner's"),
        (Field("text", WORDS, correct="own", see=("fulltime_worker",)), "its owner's"),
        (Field("photos", WORDS, rule="union", correct="own"), "cannot be corrected"),
        (Field("text", WORDS, rule="first", correct="own"), "cannot be corrected"),
        (Field("int", WORDS, rule="count", correct="own"), "cannot be corrected"),
    ],
)
def test_what_may_be_corrected_can_be_replaced_and_is_seen_by_who_decides(field, fault):
    faults = list(field_faults("it", field))
    assert (fault in faults[0]) if fault else not faults


def test_a_step_that_mends_asks_first_and_says_what_it_writes():
    page = KINDS["correction"]
    assert not [fault for step in page.workflow.steps for fault in step_faults(page, step)]
    assert list(step_faults(KINDS["note"], next(step for step in page.workflow.steps if step.mends)))
    steps = [{"name": "s", "start": ["a"], "by": ["data_steward"], "mends": True}]
    workflow = {"begin": "a", "states": {"a": {"label": WORDS}}, "steps": steps}
    raw = {"name": "lamp", "label": WORDS, "identity": "device", "fields": {}, "workflow": workflow}
    raw |= {"create": [], "read": [], "write": []}
    with pytest.raises(KindError, match="mends without can_mend"):
        parse(raw)


def test_all_that_is_sensitive_on_the_real_pages_is_its_owners():
    for kind in read_pages((PAGES,)).values():
        for name, field in kind.fields.items():
            if field.correct:
                assert field.correct == "owner" or field.sensitivity < 3, f"{kind.name}.{name}"


def test_a_value_takes_the_place_of_all_that_stands_there():
    both = Field("text", WORDS, rule="keep_both")
    assert change_of(both, [[[AT, "一"], [LATER, "二"]], []], "三") == {"is": "三", "over": [AT, LATER]}
    assert change_of(both, None, "三") == {"is": "三", "over": []}
    tags = Field("choices", WORDS, rule="union")
    cell = [[[AT, "a"], [LATER, "b"], [LATER, "c"]], [[LATER, "c"]]]
    assert change_of(tags, cell, ["b", "d"]) == {"add": ["d"], "drop": [[AT, "a"]]}
    assert change_of(tags, None, ["b"]) == {"add": ["b"], "drop": []}
    assert change_of(Field("int", WORDS), [3, AT], 4) == 4
