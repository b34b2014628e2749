"""sync/around.py: what guards make of the records around one."""

import msgspec
import pytest
from msgspec.structs import replace

from sync.clock import Stamp
from sync.guards import GUARDS, Question
from sync.register import Record, write
from tests.sync.linked import DAY_MS, KINDS, NOW, Town, officer, worker
from tests.sync.vectors import Case, fault_of, parametrized

AT = Stamp(NOW, 0, "00000001aaaaaaaa")
NOON = 1_763_697_600_000  # 21 November 2025, 12:00 in Shanghai


@parametrized("around")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("around", case)


def mishap(n: int = 1, state: str = "open", **sets: str) -> Record:
    chen, town = worker(), Town()
    op = chen.op("mishap", {})
    town.push(chen, op)
    cells = {name: write("latest", value, AT) for name, value in sets.items()}
    return replace(town.records[op.record], id=f"00000002aaaaaaaa.{n}", state=state, cells=cells)


def job(parent: Record, state: str = "doing") -> Record:
    whole, duty, town = parent, officer(), Town()
    op = duty.op("job", {"parent": whole.id})
    town.push(duty, op)
    return replace(town.records[op.record], state=state)


def grant(state: str, until: int) -> Record:
    return replace(mishap(9, state), cells={"until": write("latest", until, AT)})


def asked(record: Record, **known) -> Question:
    kind = KINDS[record.kind]
    return Question(kind, record, kind.workflow.steps[0], 10, KINDS, **known)


def holds(name: str, record: Record, **known) -> bool:
    return GUARDS[name].holds(asked(record, **known))


def merged(n: int) -> Record:
    record = mishap(n, "merged")
    line = replace(record.story[0], step="merge", start="open", to="merged", sets={"merged_into": "x"})
    return replace(record, story=(*record.story, line))


def test_an_original_is_closed_in_a_final_state_and_in_no_other():
    duplicate = mishap(2, "merged")
    assert holds("original_closed", duplicate, linked={"merged_into": mishap(1, "done")})
    assert not holds("original_closed", duplicate, linked={"merged_into": mishap(1, "open")})
    assert not holds("original_closed", duplicate, linked={"merged_into": mishap(1, "refused")})
    assert not holds("original_closed", duplicate)
    assert not holds("original_closed", duplicate, linked={"other": mishap(1, "done")})
    unknown = replace(mishap(1, "done"), kind="nobody_knows")
    assert not holds("original_closed", duplicate, linked={"merged_into": unknown})


def test_a_target_is_another_record_of_the_kind_that_is_not_merged():
    record = mishap(2)
    assert holds("target_open", record, linked={"merged_into": mishap(1)})
    assert holds("target_open", record, linked={"merged_into": mishap(1, "done")})
    assert not holds("target_open", record)
    assert not holds("target_open", record, linked={"merged_into": record})
    assert not holds("target_open", record, linked={"merged_into": merged(1)})
    assert not holds("target_open", record, linked={"merged_into": job(record)})
    assert not holds(
        "target_open", record, linked={"merged_into": mishap(1)}, hidden=frozenset({"merged_into"})
    )


def test_a_target_that_was_parted_again_is_open_and_a_merge_that_came_too_late_does_not_count():
    record, once = mishap(2), merged(1)
    parted = replace(once.story[-1], step="unmerge", start="merged", to="open", sets={})
    assert holds("target_open", record, linked={"merged_into": replace(once, story=(*once.story, parted))})
    late = replace(once.story[-1], outcome="overtaken")
    assert holds("target_open", record, linked={"merged_into": replace(once, story=(once.story[0], late))})


def test_parts_are_the_records_that_name_it_in_that_field():
    whole = mishap(1, "split")
    assert not holds("has_parts", whole)
    assert holds("parts_done", whole)
    assert holds("has_parts", whole, linking=(job(whole),))
    assert not holds("parts_done", whole, linking=(job(whole),))
    assert not holds("parts_done", whole, linking=(job(whole, "done"), job(whole)))
    assert holds("parts_done", whole, linking=(job(whole, "done"), job(whole, "done")))
    assert not holds("has_parts", whole, linking=(job(mishap(5)), mishap(2, merged_into=whole.id)))


@pytest.mark.parametrize(
    ("state", "until", "now_ms", "want"),
    [
        ("active", 20251121, NOON, True),
        ("active", 20251121, NOON + 12 * 3_600_000 - 1, True),
        ("active", 20251121, NOON + 12 * 3_600_000, False),
        ("active", 20251120, NOON, False),
        ("expired", 20251121, NOON, False),
    ],
)
def test_a_grant_lives_until_the_end_of_its_last_day_in_shanghai(state, until, now_ms, want):
    page = replace(
        KINDS["mishap"], fields={**KINDS["mishap"].fields, "until": KINDS["mishap"].fields["note"]}
    )
    kinds = {**KINDS, "mishap": page}
    record = mishap(2)
    question = replace(asked(record, linked={"grant": grant(state, until)}, now_ms=now_ms), kinds=kinds)
    assert GUARDS["grant_live"].holds(question) is want


def test_without_a_grant_none_lives():
    assert not holds("grant_live", mishap(2), now_ms=DAY_MS)


def newer(record: Record, n: int = 2, **over: object) -> Record:
    return replace(mishap(n, "open", replaces=record.id), **over)


def test_one_is_replaced_by_another_of_its_kind_and_unit_that_is_sent_to_its_readers():
    kind = KINDS["mishap"]
    kept = msgspec.structs.replace(kind.workflow.states["open"], withheld=True)
    flow = msgspec.structs.replace(kind.workflow, states={**kind.workflow.states, "merged": kept})
    named = {**kind.fields, "replaces": kind.fields["merged_into"]}
    page = msgspec.structs.replace(kind, fields=named, workflow=flow)
    old = mishap(1)

    def replaced(*linking: Record) -> bool:
        step = kind.workflow.steps[0]
        return GUARDS["replaced"].holds(Question(page, old, step, 0, {"mishap": page}, linking=linking))

    assert not replaced()
    assert replaced(newer(old))
    assert not replaced(newer(old, state="merged")), "it is withheld from them"
    assert not replaced(newer(old, area=old.area + 1))
    assert not replaced(newer(old, kind="job"))
    assert not replaced(mishap(2, "open", replaces="1" * 16 + ".5"))
