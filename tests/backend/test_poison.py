"""Poison isolation: one op that cannot be answered stops nobody, counts, and is kept whole."""

import sqlite3
from base64 import b64decode

import msgspec
import pytest
from msgspec.structs import replace

from backend import exchange as exchanging
from backend.adapters.group import Broken
from backend.adapters.memory import MemoryLane, MemoryLanes
from backend.poison import KEPT_MAX, UNREADABLE, Case, Unread, as_sent, blames_an_op, read_name, set_aside
from backend.problems import Refused
from sync.op import Op, Verdict
from sync.permit import Grant
from sync.settle import settle
from tests.backend.mirror import WORLD, Mirror
from tests.backend.town import NORTH, NORTH_ONE, NOW, SECRETARY, TOWN, WORKER

pytestmark = pytest.mark.anyio
POISON = "poison"


@pytest.fixture
def poisoned(monkeypatch) -> list[int]:
    """Make the server stumble over every op that writes a note of one word; gives how often it did."""
    stumbled: list[int] = []

    def stumble(known, ops, *rest):
        for op in ops:
            first = known.answers.get(op.n)
            if (first is None or first.op != op) and op.sets.get("note", {}).get("is") == POISON:
                stumbled.append(op.n)
                raise AssertionError("a state nobody foresaw")
        return settle(known, ops, *rest)

    monkeypatch.setattr(exchanging, "settle", stumble)
    return stumbled


@pytest.fixture
def lanes() -> MemoryLanes:
    return MemoryLanes()


@pytest.fixture
def worker() -> Mirror:
    return Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))


def report(phone: Mirror, note: str = "good") -> Op:
    return phone.op("incident", {"matter": "wires", "note": {"is": note}}, area=NORTH_ONE)


def codes(receipt) -> dict[int, tuple[str, str]]:
    return {each.n: (each.code, each.detail) for each in receipt.verdicts}


async def test_the_ops_beside_a_poisoned_one_are_applied(lanes, worker, poisoned, caplog):
    ops = [report(worker), report(worker, POISON), report(worker)]
    receipt = await worker.exchange(lanes, *ops)
    assert codes(receipt) == {2: ("parked", UNREADABLE)}
    assert receipt.acks == [(1, 3)] and not receipt.missing
    assert {ops[0].record, ops[2].record} <= lanes.lanes[TOWN].kept.keys()
    assert [each.levelname for each in caplog.records] == ["ERROR"]
    assert "a state nobody foresaw" in caplog.text


async def test_a_poisoned_op_is_kept_whole_for_the_secretary_and_its_author(lanes, worker, poisoned):
    op = report(worker, POISON)
    await worker.exchange(lanes, op)
    secretary = Mirror(2, SECRETARY, Grant("community_secretary", NORTH))
    for phone in (secretary, worker):
        await phone.hear_all(lanes)
        record = phone.kept[op.record]
        assert (record.kind, record.state, record.area, record.author) == (
            "parked",
            "waiting",
            NORTH_ONE,
            WORKER,
        )
        assert record.cells["reason"][0] == UNREADABLE
        assert record.cells["about"][0] == op.record
        assert msgspec.json.decode(b64decode(record.cells["entry"][0]), type=Op) == op


async def test_a_repeat_of_a_poisoned_op_gets_the_same_verdict_and_is_not_tried_again(
    lanes, worker, poisoned
):
    ops = [report(worker), report(worker, POISON)]
    first = await worker.exchange(lanes, *ops)
    tried = len(poisoned)
    head = lanes.lanes[TOWN].head()
    again = await worker.exchange(lanes, *ops)
    assert again.verdicts[-1] == first.verdicts[-1]
    assert (len(poisoned), lanes.lanes[TOWN].head()) == (tried, head)


async def test_an_op_that_cannot_even_be_looked_up_is_parked_and_its_repeat_is_known(
    lanes, worker, monkeypatch
):
    def load(lane, device, ops):
        if any(op.sets.get("note", {}).get("is") == POISON for op in ops):
            raise OverflowError("int too large to convert")
        return plain(lane, device, ops)

    plain = MemoryLane.load
    monkeypatch.setattr(MemoryLane, "load", load)
    ops = [report(worker), report(worker, POISON)]
    first = await worker.exchange(lanes, *ops)
    again = await worker.exchange(lanes, *ops)
    assert codes(first)[2] == codes(again)[2] == ("parked", UNREADABLE)
    assert len(lanes.lanes[TOWN].log) == 2


async def test_nothing_is_kept_of_an_op_on_a_record_that_was_erased_by_law(lanes, worker, poisoned):
    op = report(worker)
    await worker.exchange(lanes, op)
    lanes.now(TOWN, lambda lane: lane.remove(op.record, lane.head() + 1, NOW, erased=True))
    later = worker.op("incident", {"note": {"is": POISON}}, record=op.record)
    for _ in range(2):
        assert codes(await worker.exchange(lanes, later)) == {2: ("gone", UNREADABLE)}
    lane = lanes.lanes[TOWN]
    assert not any(record.kind for record in lane.kept.values())
    assert POISON.encode() not in b"".join(row.body for row in lane.log)


async def test_what_depends_on_a_poisoned_op_waits_for_the_secretary_too(lanes, worker, poisoned):
    op = report(worker, POISON)
    later = worker.op("incident", {"matter": "rubbish"}, record=op.record)
    receipt = await worker.exchange(lanes, op, later)
    assert codes(receipt) == {1: ("parked", UNREADABLE), 2: ("parked", "")}


async def test_a_push_where_nothing_is_at_fault_alone_fails_as_it_did(lanes, worker, monkeypatch):
    monkeypatch.setattr(exchanging, "news", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await worker.exchange(lanes, report(worker), report(worker))
    assert len(lanes.lanes[TOWN].kept) == 2, "and keeps what is good"
    assert not any(row.verdict.code == "parked" for row in lanes.lanes[TOWN].log)


@pytest.mark.parametrize(
    "fault",
    [
        Refused("busy"), sqlite3.OperationalError("database is locked"), Broken("disk"), MemoryError(),
        OSError("no such device"), sqlite3.DatabaseError("database disk image is malformed"),
    ],
)  # fmt: skip
async def test_a_store_or_machine_in_trouble_parks_nothing(lanes, worker, monkeypatch, fault):
    def fail(*_):
        raise fault

    monkeypatch.setattr(exchanging, "settle", fail)
    with pytest.raises(type(fault)):
        await worker.exchange(lanes, report(worker))
    assert not blames_an_op(fault)
    assert not lanes.lanes


async def test_trouble_met_on_the_way_parks_nothing_either(lanes, worker, monkeypatch):
    tries: list[int] = []

    def fail(known, ops, *_):
        tries.append(len(ops))
        raise ValueError("whole") if len(tries) == 1 else sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(exchanging, "settle", fail)
    with pytest.raises(sqlite3.OperationalError):
        await worker.exchange(lanes, report(worker), report(worker))
    assert tries == [2, 1]
    assert not lanes.lanes


async def test_a_stand_in_uses_up_no_stamp(lanes, worker, poisoned):
    await worker.exchange(lanes, report(worker, POISON))
    worker.wall = NOW - 1  # the next stamp is the very time the server parked at
    receipt = await worker.exchange(lanes, report(worker))
    assert codes(receipt) == {}


async def test_the_log_of_a_parked_op_holds_and_hides_nothing(lanes, worker, poisoned):
    await worker.exchange(lanes, report(worker), report(worker, POISON), report(worker))
    log = lanes.lanes[TOWN].log
    assert [row.seq for row in log] == [1, 2, 3]
    parked = next(row for row in log if row.verdict.code == "parked")
    assert (parked.op.n, parked.person, parked.op.sets) == (2, WORKER, {})
    assert POISON.encode() not in parked.body


async def aside(lanes: MemoryLanes, n: int, whole: bytes, world=WORLD) -> tuple[Verdict, bool]:
    actor = Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE)).actor
    return await set_aside(Case(lanes, TOWN, world, actor, NOW), Unread(n, whole))


async def test_bytes_are_parked_once(lanes):
    verdict, new = await aside(lanes, 5, b"\xff\0 any bytes")
    assert (verdict, new) == (Verdict(5, "parked", NOW, UNREADABLE), True)
    assert await aside(lanes, 5, b"\xff\0 any bytes") == (verdict, False)
    assert await aside(lanes, 5, b"others") == (verdict, False)
    assert len(lanes.lanes[TOWN].log) == 1
    (record,) = lanes.lanes[TOWN].kept.values()
    assert b64decode(record.cells["entry"][0]) == b"\xff\0 any bytes"
    assert "about" not in record.cells


async def test_bytes_under_a_number_that_was_applied_change_nothing(lanes, worker):
    await worker.exchange(lanes, report(worker))
    verdict, new = await aside(lanes, 1, b"x")
    assert (verdict.code, new) == ("applied", False)
    assert len(lanes.lanes[TOWN].kept) == 1


async def test_bytes_come_before_their_op_and_the_op_is_a_repeat(lanes, worker):
    verdict, _ = await aside(lanes, 1, b"x")
    receipt = await worker.exchange(lanes, report(worker))
    assert receipt.verdicts == [verdict]


async def test_what_is_too_long_to_hand_on_is_refused_and_stays_on_the_phone(lanes):
    longest, _ = await aside(lanes, 1, bytes(KEPT_MAX))
    longer, new = await aside(lanes, 2, bytes(KEPT_MAX + 1))
    assert (longest.code, longer.code, new) == ("parked", "bad_value", False)
    assert len(lanes.lanes[TOWN].kept) == 1


async def test_nothing_and_nowhere_are_not_parked(lanes):
    with pytest.raises(Refused, match="malformed"):
        await aside(lanes, 1, b"")
    homeless = replace(WORLD, kinds={name: kind for name, kind in WORLD.kinds.items() if name != "parked"})
    with pytest.raises(Refused, match="busy"):
        await aside(lanes, 1, b"x", homeless)
    assert not lanes.lanes


async def test_somebody_without_a_unit_parks_in_the_town(lanes):
    actor = Mirror(1, WORKER).actor
    await set_aside(Case(lanes, TOWN, WORLD, actor, NOW), Unread(1, b"x"))
    (record,) = lanes.lanes[TOWN].kept.values()
    assert record.area == TOWN


@pytest.mark.parametrize(
    ("incarnation", "number"),
    [("aaaaaaaa", "0"), ("aaaaaaaa", "-1"), ("aaaaaaaa", "x"), ("aaaaaaaa", "\xb2"), ("aaaaaaaa", "9" * 17),
     ("aaaaaaaa", str(2**53)), ("AAAAAAAA", "1"), ("aaaaaaa", "1"), ("aaaaaaaa\n", "1"), ("aaaaaaaa", "")],
)  # fmt: skip
def test_an_address_that_names_no_op_is_not_found(incarnation, number):
    assert read_name("aaaaaaaa", "7") == 7
    with pytest.raises(Refused, match="not_found"):
        read_name(incarnation, number)


async def test_a_number_used_again_is_told_so_where_it_was_read(lanes, worker):
    op = report(worker)
    await worker.exchange(lanes, op)
    known = lanes.lanes[TOWN].load(worker.actor.device, [op])
    assert as_sent(known, [op]) is known
