"""sync/settle.py against the shared cases, and the log, which only the server keeps."""

import msgspec
from msgspec.structs import replace

from sync.clock import Stamp
from sync.digest import ROOT, chain, sealed
from sync.kind import parse
from sync.op import Op, Verdict
from sync.permit import Actor, Grant
from sync.settle import SYSTEM, Answer, Known, Logged, World, settle
from tests.sync.vectors import Case, fault_of, parametrized, resolve, typed

DEVICE = "a" * 16
NOW_MS = 6000


@parametrized("settle")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("settle", case)


def _settled(*ops: Op) -> tuple[list[Logged], Known, bytes]:
    """Settle ops of the worker on an empty lane at position 10; gives the log, what was known, the head."""
    known = _empty()
    settled = settle(known, ops, *_worker(), NOW_MS)
    return settled.log, known, settled.head


def _empty() -> Known:
    return Known({}, {}, frozenset(), Stamp(1000, 0, "0" * 16), 10, ROOT)


def _worker() -> tuple[Actor, World]:
    return typed(resolve({"$": "worker"}), Actor), typed(resolve({"$": "world"}), World)


def _op(n: int, sets: dict[str, object], kind: str = "trial", wall_ms: int = 5500) -> Op:
    return Op(n, Stamp(wall_ms + n, 0, DEVICE), kind, f"{DEVICE}.{n}", 111, sets)


def test_every_decided_op_is_a_row_of_the_log_with_its_verdict() -> None:
    good, bad = _op(1, {"name": "mud"}), _op(2, {"amount": 101})
    log, _, _ = _settled(good, bad)
    assert [(row.seq, row.person, row.stamp, row.op, row.verdict) for row in log] == [
        (11, 5, Stamp(5501, 0, DEVICE), good, Verdict(1, "applied", NOW_MS)),
        (12, 5, Stamp(5502, 0, DEVICE), bad, Verdict(2, "bad_value", NOW_MS, "amount")),
    ]


def test_the_log_keeps_the_final_stamp_and_the_op_as_it_was_sent() -> None:
    future = _op(1, {"name": "mud"}, wall_ms=31_536_000_000)
    log, _, _ = _settled(future)
    assert log[0].stamp == Stamp(NOW_MS, 0, DEVICE)
    assert log[0].op.stamp == future.stamp


def test_what_waits_or_has_no_number_is_not_in_the_log() -> None:
    log, _, head = _settled(_op(1, {}, kind="boat"), _op(2, {"weight": 1}), _op(0, {"name": "x"}))
    assert log == []
    assert head == ROOT


def test_each_row_is_hashed_onto_the_one_before() -> None:
    log, known, head = _settled(_op(1, {"name": "mud"}), _op(2, {"amount": 101}), _op(3, {"name": "rock"}))
    last = known.head
    for row in log:
        assert row.body == msgspec.json.encode((row.op, row.verdict))
        last = chain(last, sealed(row.seq, row.person, row.stamp.wall_ms, row.stamp.count, row.body))
        assert row.hash == last
    assert head == last


def test_what_was_known_is_left_as_it_was() -> None:
    _, known, _ = _settled(_op(1, {"name": "mud"}))
    assert (known.records, known.answers, known.stamps, known.seq) == ({}, {}, frozenset(), 10)


KEEPER = {
    "name": "kept", "identity": "entry", "label": {}, "create": [], "read": ["community_secretary"],
    "write": [], "fields": {"entry": {"type": "text", "label": {}}},
    "workflow": {"begin": "waiting", "states": {"waiting": {"label": {}}}, "steps": []},
}  # fmt: skip


def test_what_was_allowed_when_it_was_written_is_kept_for_review() -> None:
    world = typed(resolve({"$": "world"}), World)
    world = World({**world.kinds, "kept": parse(KEEPER)}, world.units)
    ended = Grant("fulltime_worker", 111, 0, 5800)
    actor, known = (
        Actor(5, (), DEVICE, (ended,)),
        Known({}, {}, frozenset(), Stamp(1000, 0, "0" * 16), 10, ROOT),
    )
    before, after = _op(1, {"name": "mud"}), _op(2, {"name": "mud"}, wall_ms=5900)
    settled = settle(known, [before, after], actor, world, NOW_MS)
    assert [verdict.code for verdict in settled.verdicts] == ["parked", "not_your_role"]
    assert [record.kind for record in settled.records.values()] == ["kept"]


def test_of_an_erased_record_only_numbers_are_logged_and_they_are_recognised() -> None:
    late, world = _op(1, {"name": "mud"}), typed(resolve({"$": "world"}), World)
    known = Known({}, {}, frozenset(), Stamp(1000, 0, "0" * 16), 10, ROOT, {late.record: True})
    settled = settle(known, [late, late], typed(resolve({"$": "worker"}), Actor), world, NOW_MS)
    assert [verdict.code for verdict in settled.verdicts] == ["gone", "gone"]
    assert [row.op for row in settled.log] == [replace(late, sets={})]
    assert settled.records == {}


def test_what_builds_on_what_waits_waits_too() -> None:
    make, more = _op(1, {"weight": 1}), _op(2, {"name": "mud"})
    on = replace(more, record=make.record, area=None)
    flawed = replace(on, n=3, stamp=Stamp(5503, 0, DEVICE), sets={"amount": 101})
    settled = settle(_empty(), [make, on, flawed], *_worker(), NOW_MS)
    assert [(verdict.code, verdict.detail) for verdict in settled.verdicts] == [
        ("unknown_field", "weight"), ("unknown_field", "weight"), ("bad_value", "amount"),
    ]  # fmt: skip
    assert [row.op.n for row in settled.log] == [3]


def test_what_builds_on_what_was_refused_is_not_found() -> None:
    make, more = _op(1, {"amount": 101}), _op(2, {"name": "mud"})
    settled = settle(_empty(), [make, replace(more, record=make.record, area=None)], *_worker(), NOW_MS)
    assert [verdict.code for verdict in settled.verdicts] == ["bad_value", "not_found"]


def test_what_is_hidden_stays_hidden_whatever_waits() -> None:
    stranger = typed(resolve({"$": "stranger"}), Actor)
    known = typed(resolve({"$": "one_report"}), Known)
    ops = [
        Op(n, Stamp(5500 + n, 0, stranger.device), "trial", f"{DEVICE}.1", None, sets)
        for n, sets in ((1, {"weight": 1}), (2, {"name": "mud"}))
    ]
    settled = settle(known, ops, stranger, _worker()[1], NOW_MS)
    assert [verdict.code for verdict in settled.verdicts] == ["unknown_field", "not_found"]


def test_after_a_number_that_was_used_for_something_else_nothing_new_is_taken() -> None:
    first, repeated = _op(1, {"name": "mud"}), _op(2, {"name": "rock"})
    known = _empty()
    known = replace(
        known, answers={op.n: Answer(op, Verdict(op.n, "applied", 5000)) for op in (first, repeated)}
    )
    copied = replace(first, sets={"name": "other"})
    ops = [_op(9, {"name": "new"}), copied, repeated, _op(3, {"name": "new"}), _op(4, {"name": "new"})]
    settled = settle(known, ops, *_worker(), NOW_MS)
    assert [(verdict.n, verdict.code) for verdict in settled.verdicts] == [
        (9, "applied"), (1, "number_reused"), (2, "applied"), (3, "number_reused"), (4, "number_reused"),
    ]  # fmt: skip
    assert [row.op.n for row in settled.log] == [9]


def test_the_system_is_nobody() -> None:
    assert SYSTEM == 0


def test_what_builds_on_an_op_that_waits_waits_too() -> None:
    makes = _op(1, {"name": "mud", "weight": 1})
    builds = replace(_op(2, {"name": "rock"}), record=makes.record, area=None)
    settled = settle(_empty(), [makes, builds], *_worker(), NOW_MS)
    assert [(verdict.code, verdict.detail) for verdict in settled.verdicts] == [
        ("unknown_field", "weight")
    ] * 2
    assert settled.log == []


def test_after_a_number_another_op_has_used_nothing_new_is_taken() -> None:
    used, other, later = _op(1, {"name": "mud"}), _op(1, {"name": "rock"}), _op(2, {"name": "sand"})
    known = replace(_empty(), answers={1: Answer(used, Verdict(1, "applied", 5000))})
    settled = settle(known, [other, later], *_worker(), NOW_MS)
    assert [verdict.code for verdict in settled.verdicts] == ["number_reused", "number_reused"]
    assert settled.log == []
