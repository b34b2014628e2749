"""sync/settle.py against the shared cases, and the log, which only the server keeps."""

import msgspec

from sync.clock import Stamp
from sync.digest import ROOT, chain
from sync.op import Op, Verdict
from sync.permit import Actor
from sync.settle import Known, Logged, World, settle
from tests.sync.vectors import Case, fault_of, parametrized, resolve, typed

DEVICE = "a" * 16
NOW_MS = 6000


@parametrized("settle")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("settle", case)


def _settled(*ops: Op) -> tuple[list[Logged], Known, bytes]:
    """Settle ops of the worker on an empty lane at position 10; gives the log, what was known, the head."""
    known = Known({}, {}, frozenset(), Stamp(1000, 0, "0" * 16), 10, ROOT)
    actor, world = typed(resolve({"$": "worker"}), Actor), typed(resolve({"$": "world"}), World)
    settled = settle(known, ops, actor, world, NOW_MS)
    return settled.log, known, settled.head


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
        last = chain(last, msgspec.json.encode((row.seq, row.person, row.stamp, row.op, row.verdict)))
        assert row.hash == last
    assert head == last


def test_what_was_known_is_left_as_it_was() -> None:
    _, known, _ = _settled(_op(1, {"name": "mud"}))
    assert (known.records, known.answers, known.stamps, known.seq) == ({}, {}, frozenset(), 10)
