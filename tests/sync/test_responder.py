"""sync/responder.py: who answers for a matter, and what a page may say of it."""

from copy import deepcopy
from typing import Any

import pytest

from sync.clock import Stamp
from sync.kind import Kind, KindError, parse
from sync.op import StepTaken
from sync.permit import Actor
from sync.register import Entry, Held, Record, moved, write
from sync.responder import ASKED, CALLED, asked_for, units_of
from sync.workflow import Event, begin, follow, judge

WORDS = {"zh": "字", "en": "Word"}
MARKS = {
    "blocked": {"unit_at": "381 382", "first_at": "36", "whistle_at": "21"},
    "leak": {"first_at": "22", "unit": "gas"},
    "odd": {"unit": "owner"},
}
STEP = {"name": "on", "start": ["asked"], "to": "there", "auto": True, "responder": "unit"}
PAGE: dict[str, Any] = {
    "name": "query", "identity": "device", "label": WORDS, "create": ["fulltime_worker"],
    "read": ["author"], "write": ["author"],
    "fields": {
        "matter": {
            "type": "choice", "label": WORDS,
            "options": [{"value": name, **WORDS, "marks": marks} for name, marks in MARKS.items()],
        },
        "unit": {"type": "unit", "label": WORDS},
    },
    "workflow": {
        "begin": "asked",
        "states": {name: {"label": WORDS, "final": True} for name in ("asked", "there")},
        "steps": [STEP],
    },
}  # fmt: skip
QUERY = parse(PAGE)
EVENT = Event(1, 0, "b" * 16, 1, "b" * 16, 1)


def about(matter: str | None) -> Record:
    """Make a record that says a matter, or none."""
    at, held = Stamp(1, 0, "b" * 16), Held(1, "", 0)
    cells = {} if matter is None else {"matter": write("latest", matter, at)}
    return Record(f"{'b' * 16}.1", "query", 1, 1, 1, 1, "asked", held, cells, {})


def test_the_units_behind_marks_are_listed_in_their_order() -> None:
    assert units_of(MARKS["blocked"], ASKED) == [381, 382, 36]
    assert units_of(MARKS["blocked"], CALLED) == [381, 382, 36, 21]
    assert units_of(MARKS["odd"], CALLED) == []


@pytest.mark.parametrize(
    ("matter", "sets"),
    [("blocked", {"unit": 381}), ("leak", {"unit": 22}), ("odd", {}), ("gone", {}), (None, {})],
)
def test_a_step_takes_the_unit_that_answers_for_the_matter(matter: str, sets: dict[str, int]) -> None:
    (step,) = QUERY.workflow.steps
    assert asked_for(QUERY, about(matter), step) == sets


def sent() -> tuple[Kind, Record]:
    """Give a record that was sent on, of a page with steps that end it from there too, or not."""
    page = deepcopy(PAGE)
    page["workflow"]["states"]["back"] = {"label": WORDS, "final": True}
    for name, start in (("end", ["asked", "there", "back"]), ("undo", ["asked"])):
        page["workflow"]["steps"].append(
            {"name": name, "start": start, "to": "back", "by": ["author"], "label": WORDS}
        )
    kind, record = parse(page), about("blocked")
    return kind, follow(kind, begin(record, EVENT), EVENT)


def word(kind: Kind, record: Record, step: str, saw: str) -> str | None:
    return judge(kind, record, StepTaken(step, saw), Actor(1, (), "b" * 16), {})


def test_a_step_counts_where_the_record_was_sent_on_meanwhile_if_it_starts_there_too() -> None:
    kind, record = sent()
    assert record.state == "there"
    assert word(kind, record, "end", "asked") is None
    assert word(kind, record, "undo", "asked") == "overtaken"
    assert word(kind, record, "end", "back") == "overtaken", "it was sent on from elsewhere"


def test_what_came_too_late_before_changes_nothing_in_that() -> None:
    kind, record = sent()
    line = Entry(2, Stamp(2, 0, "c" * 16), 2, "undo", "asked", "back", "overtaken", 2, {})
    assert word(kind, moved(record, record.state, line, ""), "end", "asked") is None


def spoilt(**step: Any) -> Kind:
    page = deepcopy(PAGE)
    page["workflow"]["steps"] = [STEP | step]
    return parse(page)


@pytest.mark.parametrize(
    ("told", "step"),
    [
        ("on: responder names no unit field with rule latest", {"responder": "matter"}),
        ("on: responder names no unit field with rule latest", {"responder": "nobody"}),
        ("on: an automatic step has a responder, and no other", {"auto": False, "by": ["author"]}),
    ],
)
def test_a_page_that_asks_wrongly_is_told(told: str, step: dict[str, Any]) -> None:
    with pytest.raises(KindError, match=told):
        spoilt(**step)


def test_a_page_without_a_matter_has_nobody_to_ask() -> None:
    page = deepcopy(PAGE)
    del page["fields"]["matter"]
    with pytest.raises(KindError, match="on: a responder needs a field matter"):
        parse(page)


def test_a_step_that_asks_nobody_takes_nothing() -> None:
    (step,) = spoilt(responder="").workflow.steps
    assert asked_for(QUERY, about("blocked"), step) == {}
