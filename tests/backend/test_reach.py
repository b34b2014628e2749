"""Whom a step tells, and that a call carries nothing of what anybody wrote."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.push import BODY_MAX
from backend.reach import BODY_BYTES, LANGUAGES, TOPIC_CHARS, WORDS_MAX, calls, message, topic
from sync.clock import Stamp
from sync.kind import Kind, parse
from sync.permit import Grant
from sync.register import Entry, Former, Held, Record
from sync.settle import World
from tests.backend.town import NORTH, NORTH_ONE, NORTH_TWO, NOW, SOUTH, TOWN, UNITS

AUTHOR, LEADER, SECRETARY, NEIGHBOUR, RIDER, EXPERT, FORMER = 7, 8, 9, 10, 11, 12, 13
PEOPLE = {
    AUTHOR: [Grant("fulltime_worker", NORTH_ONE)],
    LEADER: [Grant("grid_leader", NORTH_ONE)],
    SECRETARY: [Grant("community_secretary", NORTH)],
    NEIGHBOUR: [Grant("community_secretary", SOUTH)],
    RIDER: [Grant("parttime_worker", NORTH_ONE)],
    EXPERT: [Grant("expert", TOWN)],
    FORMER: [Grant("grid_leader", NORTH_ONE, until_ms=NOW)],
}


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def step(name: str, *tells: str, **other: Any) -> dict[str, Any]:
    taken = {"start": ["open"], "to": "done", "by": ["grid_leader"], "label": words("步骤", "Step")}
    return {"name": name, "tells": list(tells), **taken, **other}


PAGE: dict[str, Any] = {
    "name": "leak", "label": words("漏水", "Leak"), "identity": "device",
    "create": ["fulltime_worker"], "write": ["author"],
    "read": ["author", "grid_leader", "community_secretary", "parttime_worker", "@helper"],
    "fields": {
        "note": {"type": "text", "label": words("情况", "Note")},
        "helper": {"type": "person", "label": words("帮手", "Helper")},
        "emergency": {"type": "flag", "rule": "largest", "label": words("急", "Urgent")},
    },
    "workflow": {
        "begin": "open",
        "states": {
            "open": {"label": words("待办", "Open"), "clock": "work", "holder": ["grid_leader"]},
            "done": {"label": words("办完", "Done"), "answer": words("修好了", "Mended"), "final": True},
        },
        "clocks": {"work": {"limit": "1 day"}},
        "steps": [
            step("finish", "author", "community_secretary", "parttime_worker"),
            step("call_in", "@helper", "expert"),
            step("hush"),
            step("late", "grid_leader", to="", by=[], timed={}, label=words("快到期", "Due soon")),
        ],
    },
}  # fmt: skip
KIND: Kind = parse(PAGE)
WORLD = World({"leak": KIND}, {unit.id: unit.node for unit in UNITS})


def entry(seq: int, name: str, person: int = LEADER, to: str = "done", outcome: Any = "done") -> Entry:
    return Entry(seq, Stamp(NOW, 0, "s"), person, name, "open", to, outcome, NOW, {"note": ["秘密", []]})


def record(*story: Entry, author: int = AUTHOR, area: int = NORTH_ONE, **cells: Any) -> Record:
    at = [NOW, 0, "0" * 16]
    held = {name: [value, at] for name, value in cells.items()}
    state = "done" if any(each.to == "done" for each in story) else "open"
    return Record("0" * 15 + "1.1", "leak", area, author, NOW, NOW, state, Held(1, "", 0), held, {}, story)


def told(*records: Record, after: int = 0) -> set[int]:
    return {each.person for each in calls(records, after, WORLD, PEOPLE, NOW)}


def test_a_step_tells_its_author_and_the_roles_over_the_place_but_nobody_beside():
    assert told(record(entry(1, "finish"))) == {AUTHOR, SECRETARY}
    assert told(record(entry(1, "finish"), area=NORTH_TWO)) == {AUTHOR, SECRETARY}


def handed(seq: int, *left: tuple[str, int, int], person: int = LEADER) -> Record:
    """Make a record that a step gave to somebody; others left its fields at positions of the log."""
    given = Entry(seq, Stamp(NOW, 0, "s"), person, "call_in", "open", "done", "done", NOW, {"helper": EXPERT})
    former = tuple(Former(field, -whom, at) for field, whom, at in left)
    return replace(record(given, helper=EXPERT), former=former)


def test_who_had_it_hears_that_another_has_it_now_though_they_may_see_it_no_more():
    assert told(handed(4, ("helper", NEIGHBOUR, 4))) == {EXPERT, NEIGHBOUR}
    assert told(handed(4, ("helper", NEIGHBOUR, 3))) == {EXPERT}, "who had it before that heard then"
    assert told(handed(4, ("other", NEIGHBOUR, 4))) == {EXPERT}, "it is told whom that field names"
    assert told(handed(4, ("helper", FORMER, 4))) == {EXPERT}, "who holds no post any more is not called"
    assert told(handed(4, ("helper", NEIGHBOUR, 4), person=NEIGHBOUR)) == {EXPERT}, "they gave it away"
    assert told(handed(4, ("helper", NEIGHBOUR, 4)), after=4) == set()


def test_who_had_it_is_told_what_was_done_and_not_of_an_emergency_that_is_anothers():
    urgent = handed(4, ("helper", NEIGHBOUR, 4))
    urgent.cells["emergency"] = [True, [NOW, 0, "0" * 16]]
    made = {each.person: each for each in calls([urgent], 0, WORLD, PEOPLE, NOW)}
    assert (made[EXPERT].urgent, made[NEIGHBOUR].urgent) == (True, False)
    assert made[NEIGHBOUR].words["zh"] == "漏水：步骤"


def test_a_field_that_a_step_leaves_alone_tells_nobody_who_had_it():
    plain = Entry(4, Stamp(NOW, 0, "s"), LEADER, "call_in", "open", "done", "done", NOW, {})
    left = replace(record(plain, helper=EXPERT), former=(Former("helper", -NEIGHBOUR, 4),))
    assert told(left) == {EXPERT}


def test_nobody_is_told_of_what_they_did():
    assert told(record(entry(1, "finish", person=AUTHOR))) == {SECRETARY}
    assert told(record(entry(1, "finish", person=SECRETARY))) == {AUTHOR}


def test_what_nobody_took_tells_as_well():
    assert told(record(entry(1, "late", person=0, to="", outcome="auto"))) == {LEADER}


def test_what_was_told_before_came_too_late_or_tells_nobody_is_not_told():
    assert told(record(entry(5, "finish")), after=5) == set()
    assert told(record(entry(5, "finish")), after=4) == {AUTHOR, SECRETARY}
    assert told(record(entry(1, "finish", outcome="overtaken"))) == set()
    assert told(record(entry(1, "hush"))) == set()
    assert told(record(entry(1, "", to="open"))) == set()
    assert told(record(entry(1, "a step of another page"))) == set()
    assert told(replace(record(entry(1, "finish")), kind="unknown")) == set()


def test_who_is_named_in_a_field_is_told_and_who_may_not_see_it_is_not():
    assert told(record(entry(1, "call_in"), helper=NEIGHBOUR)) == {NEIGHBOUR}
    assert told(record(entry(1, "call_in"), helper=EXPERT)) == {EXPERT}
    assert told(record(entry(1, "call_in"))) == set()  # the expert's role is told, and may not read it


def test_a_rider_is_told_of_nothing_but_what_they_reported():
    assert RIDER not in told(record(entry(1, "finish")))
    assert RIDER in told(record(entry(1, "finish"), author=RIDER))
    assert told(record(entry(1, "call_in"), helper=RIDER)) == set()


def test_who_is_not_with_us_any_more_is_told_nothing():
    assert FORMER not in told(record(entry(1, "late", person=0, to="", outcome="auto")))
    assert told(record(entry(1, "finish"), author=FORMER)) == {SECRETARY}


def test_of_several_steps_the_last_that_tells_somebody_counts():
    late = entry(1, "late", person=0, to="", outcome="auto")
    made = calls([record(late, entry(2, "finish"))], 0, WORLD, PEOPLE, NOW)
    said = {each.person: each.words["zh"] for each in made}
    assert said == {LEADER: "漏水：快到期", AUTHOR: "漏水：修好了", SECRETARY: "漏水：办完"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_emergency_says_so_and_is_urgent(language):
    (plain,) = calls([record(entry(1, "finish", person=AUTHOR))], 0, WORLD, PEOPLE, NOW)
    (grave,) = calls([record(entry(1, "finish", person=AUTHOR), emergency=True)], 0, WORLD, PEOPLE, NOW)
    wanted = {"zh": "有一件急事要你看", "en": "Something urgent needs you"}
    said = json.loads(message(grave, language).body)
    assert (message(plain, language).urgent, message(grave, language).urgent) == (False, True)
    assert (said["body"], said["urgent"], said["record"]) == (wanted[language], True, "0" * 15 + "1.1")
    assert (
        json.loads(message(plain, language).body)["body"]
        == {"zh": "漏水：办完", "en": "Leak: Done"}[language]
    )


TEXT = st.text(min_size=12, max_size=80, alphabet="陈素芬罗张王住址电话身份证一二三四五六七八九0123456789xyz")


@given(TEXT, TEXT, st.booleans(), st.sampled_from(LANGUAGES))
def test_a_call_holds_nothing_of_what_anybody_wrote(note, reason, emergency, language):
    line = replace(entry(1, "finish"), sets={"note": reason})
    empty = [record(entry(1, "finish"), emergency=emergency)]
    full = [record(line, emergency=emergency, note=note, helper=EXPERT)]
    bare, made = (calls(each, 0, WORLD, PEOPLE, NOW) for each in (empty, full))
    assert [message(each, language) for each in made] == [message(each, language) for each in bare] != []


def test_all_messages_are_of_one_length_and_name_their_record_to_nobody():
    long = words("漏" * 500, "L" * 500)
    states = {name: replace(each, label=long, answer=long) for name, each in KIND.workflow.states.items()}
    wordy = replace(KIND, label=long, workflow=replace(KIND.workflow, states=states))
    found = [
        message(each, language)
        for kind in (KIND, wordy)
        for emergency in (False, True)
        for each in calls(
            [record(entry(1, "finish"), emergency=emergency)],
            0,
            World({"leak": kind}, WORLD.units),
            PEOPLE,
            NOW,
        )
        for language in LANGUAGES
    ]
    assert {len(each.body) for each in found} == {BODY_BYTES} and BODY_BYTES <= BODY_MAX
    assert max(len(json.loads(each.body)["body"]) for each in found) == 2 * WORDS_MAX + 2
    assert {each.topic for each in found} == {topic("0" * 15 + "1.1")} != {topic("0" * 15 + "1.2")}
    assert len(topic("a")) == TOPIC_CHARS and "0" * 15 not in topic("0" * 15 + "1.1")
