"""Exchanges over HTTP: what goes up, what comes down, and to whom."""

import asyncio
import sqlite3

import pytest
from msgspec.structs import replace

from backend.adapters.memory import MemoryLanes
from backend.adapters.opening import FILE
from backend.adapters.sql_shelf import Shelf
from backend.exchange import _plain, exchange
from backend.people import LATE_MS
from backend.ports import Person
from sync.clock import Stamp
from sync.op import Op, per_day
from sync.permit import ROLES, Grant
from sync.wire import Push, pack
from tests.backend.mirror import SPACE, Mirror
from tests.backend.town import (
    HOUR_MS,
    KINDS,
    LEADER,
    NORTH,
    NORTH_ONE,
    NOW,
    OFFICER,
    PEOPLE,
    RIDER,
    SECRETARY,
    SOUTH_ONE,
    STRANGER,
    TOWN,
    WORKER,
    Phone,
    push_bytes,
)

pytestmark = pytest.mark.anyio


async def test_a_report_reaches_the_secretary_and_the_decision_reaches_the_worker(enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    await worker.exchange(worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    report = worker.op("incident", {"matter": "rock_fall", "note": {"is": "石头占了半边路"}}, area=NORTH_ONE)
    heard = await worker.exchange(report)
    assert heard.acks == [[1, 2]]
    assert heard.verdicts == []
    assert heard.records == [], "a phone never hears its own accepted writes"

    seen = await secretary.exchange()
    assert seen.states[report.record] == "in_review"
    decision = secretary.op("incident", {}, report.record, step=("approve", "in_review"))
    assert (await secretary.exchange(decision)).codes == {}

    told = await worker.exchange()
    assert told.states == {report.record: "handling"}
    assert (await worker.exchange()).records == [], "heard once is heard"


async def test_only_those_who_may_read_hear_of_a_record(enrol):
    rider = await enrol(RIDER)
    report = rider.op("incident", {"matter": "manhole"}, area=312)
    await rider.exchange(report)
    for person, hears in (
        (SECRETARY, True),
        (OFFICER, True),
        (WORKER, False),
        (STRANGER, False),
        (LEADER, False),
    ):
        phone = await enrol(person)
        assert bool((await phone.exchange()).records) is hears, person


def of_each_kind(phone: Phone) -> list[Op]:
    """Make a record of every kind that people make."""
    made, places = [], {3: TOWN, 4: NORTH, 5: NORTH_ONE}
    for name, kind in sorted(KINDS.items()):
        if kind.create:
            daily = per_day(40, kind.series, 20_260_101) if kind.identity == "person_day" else ""
            sets = {"matter": "manhole"} if "matter" in kind.fields else {}
            made.append(phone.op(name, sets, daily, area=places[max(kind.tiers)]))
    return made


async def test_a_rider_hears_of_their_reports_and_what_is_offered_and_nothing_of_who_lives_here(
    client, enrol
):
    others = [Grant(role, TOWN) for role in sorted(ROLES - {"parttime_worker", "author"})]
    people = client.app.state.context.people
    for number, grants in ((40, others), (41, [Grant("parttime_worker", TOWN)])):
        await people.put_person(Person(number, TOWN, "某人", "", grants))
    writer, first, second, third = [await enrol(number) for number in (40, 41, 41, 40)]
    made = of_each_kind(writer)
    assert (await writer.exchange(*made)).codes == {}
    await first.exchange(first.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    known = {record[1] for record in (await third.exchange()).records}
    assert {"household", "resident", "visit", "dispute", "day_sheet", "key_place"} <= known
    heard = await second.exchange()
    assert not heard.more
    assert sorted((record[1], record[3]) for record in heard.records) == [
        ("incident", 41),
        ("micro_task", 40),
    ]


async def test_fields_for_some_roles_do_not_leave_for_others(enrol):
    worker, leader, secretary = await enrol(WORKER), await enrol(LEADER), await enrol(SECRETARY)
    await worker.exchange(worker.op("incident", {"contact": "张三 199"}, area=NORTH_ONE))
    assert "contact" not in (await leader.exchange()).records[0][7]
    assert "contact" in (await secretary.exchange()).records[0][7]


async def test_an_emergency_passes_review(enrol):
    worker, officer = await enrol(WORKER), await enrol(OFFICER)
    report = worker.op("incident", {"emergency": True}, area=NORTH_ONE)
    await worker.exchange(report)
    assert (await officer.exchange()).states == {report.record: "urgent"}


async def test_a_repeated_batch_is_nothing_new(enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    ops = [worker.op("incident", {"matter": "wires"}, area=NORTH_ONE) for _ in range(5)]
    first = await worker.exchange(*ops)
    again = await worker.exchange(*ops)
    assert first.acks == again.acks == [[1, 5]]
    assert len((await secretary.exchange()).records) == 5


async def test_the_same_number_with_another_body_is_refused(enrol):
    worker = await enrol(WORKER)
    await worker.exchange(worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    other = worker.op("incident", {"matter": "rubbish"}, area=NORTH_ONE, n=1)
    assert (await worker.exchange(other)).codes == {1: "number_reused"}


async def test_two_deciders_the_first_counts_and_the_other_is_kept(enrol):
    worker, one, other = await enrol(WORKER), await enrol(SECRETARY), await enrol(SECRETARY)
    report = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    await worker.exchange(report)
    await one.exchange()
    await other.exchange()
    await one.exchange(one.op("incident", {}, report.record, step=("approve", "in_review")))
    late = other.op("incident", {"return_field": "place"}, report.record, step=("return", "in_review"))
    heard = await other.exchange(late)
    assert heard.codes == {1: "overtaken"}
    assert heard.states == {report.record: "handling"}
    outcomes = [(entry[3], entry[6]) for entry in heard.records[0][8]]
    assert ("return", "overtaken") in outcomes


async def test_a_stamp_from_next_year_is_amended_and_the_record_comes_back(enrol):
    worker = await enrol(WORKER)
    early = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE,
                      stamp=Stamp(NOW + 365 * 86_400_000, 0, worker.device))  # fmt: skip
    heard = await worker.exchange(early)
    assert heard.codes == {1: "amended"}
    assert heard.records[0][7]["matter"][1][0] <= NOW + 1


async def test_a_gap_in_the_numbers_is_told(enrol):
    worker = await enrol(WORKER)
    ops = [worker.op("incident", {"matter": "wires"}, area=NORTH_ONE) for _ in range(5)]
    heard = await worker.exchange(*ops[:2], *ops[4:])
    assert heard.acks == [[1, 2], [5, 5]]
    assert heard.missing == [[3, 4]]


async def test_a_bad_op_does_not_stop_the_ops_beside_it(enrol):
    worker = await enrol(WORKER)
    good, bad, fine = (worker.op("incident", {"matter": value}, area=NORTH_ONE)
                       for value in ("wires", "nonsense", "rubbish"))  # fmt: skip
    heard = await worker.exchange(good, bad, fine)
    assert heard.codes == {2: "bad_value"}
    assert heard.acks == [[1, 3]]


async def test_a_quiet_exchange_is_small(enrol):
    worker = await enrol(WORKER)
    await worker.exchange(worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    worker.low = 2
    body = push_bytes(worker.push([]))
    answer = await worker.post(body)
    assert len(body) + len(answer.content) <= 120, (body, answer.content)


async def test_a_retry_hears_the_first_verdict_again(enrol):
    worker = await enrol(WORKER)
    bad = worker.op("incident", {"matter": "nonsense"}, area=NORTH_ONE)
    early = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE,
                      stamp=Stamp(NOW + 365 * 86_400_000, 0, worker.device))  # fmt: skip
    first = await worker.exchange(bad, early)
    worker.client.app.state.context.towns.now_ms = lambda: NOW + 5_000
    again = await worker.exchange(bad, early)
    assert first.verdicts == again.verdicts
    assert {verdict[2] for verdict in again.verdicts} == {NOW}, "and the time it was first decided"


async def test_an_op_applied_before_tells_when_it_was(enrol):
    worker = await enrol(WORKER)
    op = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    assert (await worker.exchange(op)).verdicts == []
    worker.client.app.state.context.towns.now_ms = lambda: NOW + 5_000
    assert (await worker.exchange(op)).verdicts == [[1, "applied", NOW, ""]]


async def test_an_op_of_a_kind_nobody_knows_yet_keeps_its_number(enrol):
    worker = await enrol(WORKER)
    ops = [
        worker.op(kind, {"matter": "wires"}, area=NORTH_ONE)
        for kind in ("incident", "flood_watch", "incident")
    ]
    heard = await worker.exchange(*ops)
    assert heard.codes == {2: "unknown_kind"}
    assert heard.acks == [[1, 1], [3, 3]]
    assert heard.missing == [[2, 2]]
    later = worker.op("incident", {"matter": "rubbish"}, area=NORTH_ONE, n=2)
    assert (await worker.exchange(later)).acks == [[1, 3]]


async def test_two_phones_of_one_worker_end_alike_and_keep_both_words(enrol):
    one, two = await enrol(WORKER), await enrol(WORKER)
    visit = one.op("visit", {"mode": "door"}, area=NORTH_ONE)
    await one.exchange(visit)
    await two.exchange()
    two.wall += 10
    await one.exchange(one.op("visit", {"note": {"is": "门锁着"}, "result": "no_answer"}, visit.record))
    await two.exchange(two.op("visit", {"note": {"is": "邻居说在坡上"}, "result": "ok"}, visit.record))
    third = await enrol(WORKER)
    (record,) = (await third.exchange()).records
    assert [entry[1] for entry in record[7]["note"][0]] == ["门锁着", "邻居说在坡上"]
    assert record[7]["result"][0] == "ok"
    assert record[6] == "done"


async def test_a_day_sheet_is_the_same_record_on_both_phones(enrol):
    one, two = await enrol(WORKER), await enrol(WORKER)
    name = f"ffffffff{WORKER:08x}.120251121"
    await one.exchange(one.op("day_sheet", {"day": 20251121, "extra": "ok"}, name, area=NORTH_ONE))
    two.wall += 10
    heard = await two.exchange(
        two.op("day_sheet", {"day": 20251121, "publicity": "zero"}, name, area=NORTH_ONE)
    )
    assert heard.codes == {}
    (record,) = (await (await enrol(WORKER)).exchange()).records
    assert record[0] == name
    assert {"extra", "publicity"} <= set(record[7])


async def test_the_same_batch_sent_twice_at_once_is_applied_once(enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    ops = [worker.op("incident", {"matter": "wires"}, area=NORTH_ONE) for _ in range(4)]
    body = push_bytes(worker.push(ops))
    answers = await asyncio.gather(*(worker.post(body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert {tuple(map(tuple, answer.json()[3])) for answer in answers} == {((1, 4),)}
    assert len((await secretary.exchange()).records) == 4


async def test_a_phone_that_says_nothing_writes_nothing(enrol):
    worker = await enrol(WORKER)
    lanes = worker.client.app.state.context.lanes
    await worker.exchange(worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    for _ in range(3):
        await worker.exchange()
    assert await lanes.read(TOWN, lambda lane: lane.head()) == 1
    assert await lanes.towns() == [TOWN]


async def test_an_exchange_that_fails_on_the_way_leaves_nothing_and_may_come_again(enrol, monkeypatch):
    worker = await enrol(WORKER)
    op = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    body = push_bytes(worker.push([op]))

    def fail(*_: object) -> int:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Shelf, "head", fail)
    answer = await worker.post(body)
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    monkeypatch.undo()
    heard = await worker.exchange()
    assert (heard.missing, heard.records) == ([[1, 1]], [])
    assert (await worker.exchange(op)).acks == [[1, 1]]


async def test_what_is_missing_is_told_in_pieces_that_fit(enrol):
    worker = await enrol(WORKER)
    worker.n = 3_000
    ops = [worker.op("visit", {"mode": "door"}, area=NORTH_ONE, n=2 * n) for n in range(1, 401)]
    heard = await worker.exchange(*ops)
    assert heard.missing[:2] == [[1, 1], [3, 3]]
    assert heard.missing[-1] == [801, 3_000]
    worker.low = 799
    assert (await worker.exchange()).acks == [[800, 800]]


@pytest.mark.parametrize(
    ("change", "plain"),
    [
        (None, True),
        ({"add": [], "drop": [[[2**53 - 1, 0, "0" * 16], "ongoing"]]}, True),
        ({"is": [-(2**53) + 1, 1, 2, 3, 1, 0], "over": [[1, 0, "0" * 16]]}, True),
        (True, True),
        (1.0, False),
        (2**53, False),
        ({"add": [-(2**53)]}, False),
        ([[[[[[["x"]]]]]]], True),
        ([[[[[[[["x"]]]]]]]], False),
        ({"is": {"is": {"is": {"is": {"is": {"is": {"is": {"is": 1}}}}}}}}, False),
    ],
)
async def test_the_log_keeps_only_plain_values(change, plain):
    assert _plain(change) is plain


async def test_a_server_that_speaks_another_version_says_so(enrol):
    worker = await enrol(WORKER)
    answer = await worker.post(b'[2,"%s","aaaaaaaa",0,""]' % worker.version.encode())
    assert (answer.status_code, answer.json()["code"]) == (426, "wrong_version")
    answer = await worker.post(b'[1,"00000000","aaaaaaaa",0,""]')
    assert (answer.status_code, answer.json()["code"]) == (409, "kinds_changed")
    assert answer.json()["detail"] == worker.version


async def moved_on(phone: Phone, *grants: Grant) -> None:
    """Give the worker other grants, while the phone was away."""
    people = phone.client.app.state.context.people
    person = next(each for each in PEOPLE if each.id == WORKER)
    await people.put_person(replace(person, grants=list(grants)))


def at(phone: Phone, now_ms: int) -> None:
    phone.client.app.state.context.towns.now_ms = lambda: now_ms


ENDED = Grant("fulltime_worker", NORTH_ONE, 0, NOW + HOUR_MS)


async def test_what_was_written_before_a_grant_ended_goes_to_the_secretary(enrol):
    worker, secretary, officer = await enrol(WORKER), await enrol(SECRETARY), await enrol(OFFICER)
    report = worker.op("incident", {"matter": "wires", "contact": "张三 199"}, area=NORTH_ONE)
    more = worker.op("incident", {"progress": "还在"}, report.record)
    await moved_on(worker, ENDED, Grant("fulltime_worker", SOUTH_ONE, NOW + HOUR_MS))
    at(worker, NOW + 2 * HOUR_MS)
    heard = await worker.exchange(report, more)
    assert heard.codes == {1: "parked", 2: "parked"}
    assert heard.acks == [[1, 2]]
    kept = {record[0]: record for record in heard.records}
    assert kept.keys() == {report.record, f"{worker.device}.2"}, "the author sees where it is"
    for phone, sees in ((secretary, True), (officer, False)):
        told = {record[0]: record for record in (await phone.exchange()).records}
        assert told.keys() == kept.keys()
        for record in told.values():
            assert (record[2], record[3], record[6]) == (NORTH_ONE, WORKER, "waiting")
            assert ("entry" in record[7]) is sees
    assert "张三 199" in kept[report.record][7]["entry"][0]
    assert (await worker.exchange(report, more)).codes == heard.codes


async def test_what_was_written_after_a_grant_ended_or_came_half_a_year_later_is_refused(enrol):
    worker = await enrol(WORKER)
    report = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    await moved_on(worker, ENDED)
    at(worker, NOW + 2 * HOUR_MS)
    after = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE,
                      stamp=Stamp(NOW + HOUR_MS, 0, worker.device))  # fmt: skip
    assert (await worker.exchange(after)).codes == {2: "not_your_role"}
    at(worker, NOW + HOUR_MS + LATE_MS)
    heard = await worker.exchange(report)
    assert (heard.codes, heard.records) == ({1: "not_your_role"}, [])


async def test_a_secretary_takes_what_was_parked_over(enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    report = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    await moved_on(worker, ENDED)
    at(worker, NOW + 2 * HOUR_MS)
    await worker.exchange(report)
    (told,) = (await secretary.exchange()).records
    step = secretary.op(told[1], {"answer": "我来报"}, told[0], step=("take_over", "waiting"))
    assert (await secretary.exchange(step)).codes == {}
    assert (await worker.exchange()).states == {report.record: "taken"}


async def test_how_far_backups_go_is_told_when_it_changes_and_when_something_was_pushed():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    told = []
    for backed, ops in ((0, 0), (0, 1), (1, 0), (1, 0), (1, 1), (2, 0)):
        sent = [phone.op("visit", {"mode": "door"}, area=NORTH_ONE) for _ in range(ops)]
        push = Push(1, SPACE.kinds_version, "aaaaaaaa", NOW, phone.cursor, phone.n, 1, pack(sent, KINDS, NOW))
        receipt, _ = await exchange(lanes, replace(SPACE, backed=backed), phone.actor, push, NOW)
        phone.cursor = receipt.cursor
        told.append((receipt.head, receipt.backed))
    assert told == [(0, 0), (1, 0), (0, 1), (0, 0), (2, 1), (0, 2)]


async def test_others_have_news_of_a_push_and_not_of_a_pull():
    lanes, phone = MemoryLanes(), Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
    news = []
    for count in (1, 0):
        ops = [phone.op("visit", {"mode": "door"}, area=NORTH_ONE) for _ in range(count)]
        push = Push(1, SPACE.kinds_version, "aaaaaaaa", NOW, phone.cursor, phone.n, 1, pack(ops, KINDS, NOW))
        receipt, fresh = await exchange(lanes, SPACE, phone.actor, push, NOW)
        phone.cursor = receipt.cursor
        news.append(fresh)
    assert news == [True, False]


async def test_a_restored_server_is_noticed_by_the_receipt(enrol):
    worker = await enrol(WORKER)
    op = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    first = await worker.exchange(op)
    assert (first.anew or False, first.head, first.backed) == (False, 1, [])
    quiet = await worker.exchange()
    assert (quiet.anew or False, quiet.head) == (False, []), "told only when something was pushed"
    connection = sqlite3.connect(worker.client.app.state.context.settings.root / FILE)
    connection.executescript(
        "DELETE FROM op; DELETE FROM record; DELETE FROM feed; DELETE FROM seen; DELETE FROM lane"
    )
    connection.commit()
    connection.close()
    heard = await worker.exchange()
    assert (heard.anew, heard.missing, heard.acks) == (True, [[1, 1]], [])
    again = await worker.exchange(op)
    assert (again.anew or False, again.acks, again.codes) == (False, [[1, 1]], {})
