"""sync/links.py: who names whom among the records at hand, and what a page may look at and copy."""

import tomllib

import pytest
from msgspec.structs import replace

from sync.clock import Stamp
from sync.guards import Near
from sync.kind import KindError, parse
from sync.links import LINKING_MAX, Pool, copied, looks, refs_of
from sync.register import Record, write
from tests.sync.linked import KINDS, MISHAP, NOW, Town, officer, worker

AT = Stamp(NOW + 99, 0, "00000001aaaaaaaa")
PAGE = KINDS["mishap"]
FOLLOW = next(step for step in PAGE.workflow.steps if step.name == "follow")


def records() -> tuple[Record, Record]:
    """Make a mishap and a job that is a part of it."""
    town, duty, chen = Town(), officer(), worker()
    whole = chen.op("mishap", {})
    part = duty.op("job", {"parent": whole.record})
    town.push(chen, whole)
    town.push(duty, part)
    return town.records[whole.record], town.records[part.record]


def with_cell(record: Record, name: str, value: object, rule: str = "latest") -> Record:
    return replace(record, cells={**record.cells, name: write(rule, value, AT)})


def test_a_page_looks_where_its_guards_and_via_look():
    assert (PAGE.looks.linked, PAGE.looks.linking) == ({"merged_into"}, {"parent"})
    assert (PAGE.awaits.linked, PAGE.awaits.linking) == ({"merged_into"}, {"parent"})
    assert not KINDS["job"].looks
    merge = next(step for step in PAGE.workflow.steps if step.name == "merge")
    assert not looks([replace(merge, guards=())])


def test_a_cleared_reference_is_told_apart_from_one_never_made():
    _, part = records()
    assert refs_of(KINDS["job"], part) == part.refs
    assert refs_of(KINDS["job"], with_cell(part, "parent", None)) == {"parent": ""}
    assert refs_of(KINDS["job"], replace(part, cells={})) == {}


def test_a_pool_follows_a_reference_that_moves():
    whole, part = records()
    other = replace(whole, id="00000002aaaaaaaa.5")
    pool = Pool(KINDS, [whole, part, other])
    parent = frozenset({"parent"})
    assert pool.linking(whole.id, parent) == [part]
    moved = with_cell(part, "parent", other.id)
    pool.put(moved)
    assert (pool.linking(whole.id, parent), pool.linking(other.id, parent)) == ([], [moved])
    assert pool.linking(other.id, frozenset({"merged_into"})) == []
    pool.put(with_cell(part, "parent", None))
    assert pool.linking(other.id, parent) == []


def test_of_many_that_name_one_those_made_last_are_shown_in_order():
    whole, part = records()
    old = [replace(part, id=f"00000001aaaaaaaa.{n}", made_ms=NOW) for n in range(1, 51)]
    new = [
        replace(part, id=f"00000001aaaaaaaa.{n}", made_ms=NOW + 1) for n in range(LINKING_MAX + 100, 100, -1)
    ]
    near = Pool(KINDS, [whole, *old, *new]).near(whole, NOW)
    assert [each.id for each in near.linking] == [each.id for each in reversed(new)]


def test_of_one_instant_those_of_the_lower_ids_are_shown():
    whole, part = records()
    many = [replace(part, id=f"00000001aaaaaaaa.{n}") for n in range(LINKING_MAX + 20, 1, -1)]
    near = Pool(KINDS, [whole, *many]).near(whole, NOW)
    assert [each.id for each in near.linking] == [f"00000001aaaaaaaa.{n}" for n in range(2, LINKING_MAX + 2)]


def test_a_record_that_was_removed_is_absent():
    whole, _ = records()
    duplicate = with_cell(replace(whole, id="00000002aaaaaaaa.5"), "merged_into", whole.id)
    assert Pool(KINDS, [whole, duplicate]).near(duplicate, NOW).linked == {"merged_into": whole}
    assert Pool(KINDS, [replace(whole, kind=""), duplicate]).near(duplicate, NOW).linked == {}


def test_what_is_copied_fits_the_field_or_stays_away():
    whole, _ = records()
    said = with_cell(with_cell(whole, "result", "清走了"), "after", {"add": ["A" * 22]}, "union")
    assert copied(PAGE, FOLLOW, Near(KINDS, {"merged_into": said})) == {
        "result": "清走了",
        "after": {"add": ["A" * 22]},
    }
    assert copied(PAGE, FOLLOW, Near(KINDS, {"merged_into": with_cell(whole, "result", 5)})) == {}
    assert copied(PAGE, FOLLOW, Near(KINDS, {"merged_into": whole})) == {}
    assert copied(PAGE, FOLLOW, Near(KINDS, {})) == {}


def page(find: str, put: str) -> str:
    assert find in MISHAP
    return MISHAP.replace(find, put, 1)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (page('via = "merged_into"', 'via = "note"'), "via names no ref field"),
        (page('copies = ["result"', 'copies = ["contact"'), "not for everybody"),
        (page('copies = ["result"', 'copies = ["nothing"'), "no field nothing"),
        (page('via = "merged_into"\n', ""), "an automatic step with via copies"),
        (page('[fields.result]\n', '[fields.result]\nrule = "keep_both"\n'), "merges by keep_both"),
        (page('by = ["duty_officer"]\nguards = ["within', 'timed = {}\nguards = ["original_closed", "within'),
         "time does not know them"),
    ],
)  # fmt: skip
def test_a_page_that_looks_or_copies_wrongly_is_refused(text, fault):
    with pytest.raises(KindError, match=fault):
        parse(tomllib.loads(text))
