"""One bad op between two good ones: it gets its verdict, they are applied, and nothing else happens."""

from typing import Any

import pytest

from sync.op import REFUSALS
from tests.backend.town import (
    HOUR_MS,
    KINDS,
    NORTH,
    NORTH_ONE,
    NORTH_TWO,
    NOW,
    SECRETARY,
    SOUTH_ONE,
    STRANGER,
    WORKER,
)
from tests.hostile.sender import assert_arrived, assert_well, envelope, good, hear, raw, spelled

pytestmark = pytest.mark.anyio

YEAR_MS = 365 * 24 * HOUR_MS
DEEP: Any = "x"
for _ in range(60):
    DEEP = [DEEP]
OWN = object()  # stands for the device's own id

# What is put in the place of a part of an op: (n, stamp, kind, record, area, sets, step); the verdict.
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown kind": ({"kind": "treasure"}, "unknown_kind"),
    "kind with NUL": ({"kind": "inci\0dent"}, "unknown_kind"),
    "kind of a megabyte nearly": ({"kind": "k" * 500_000}, "unknown_kind"),
    "unknown field": ({"sets": {"gold": 1}}, "unknown_field"),
    "unknown field beside a known one": ({"sets": {"matter": "wires", "is_admin": True}}, "unknown_field"),
    "field with an empty name": ({"sets": {"": 1}}, "unknown_field"),
    "unknown step": ({"step": ["conquer", "reported"]}, "unknown_step"),
    "unknown state": ({"step": ["approve", "limbo"]}, "not_your_role"),
    "a step to a state of one's wish": ({"step": ["closed", "reported"]}, "unknown_step"),
    "a step of another role": ({"step": ["approve", "in_review"]}, "not_your_role"),
    "stamp from next year": ({"stamp": [NOW + YEAR_MS, 0, OWN]}, "amended"),
    "stamp from the year 2200": ({"stamp": [7_258_118_400_000, 0, OWN]}, "amended"),
    "stamp from the end of numbers": ({"stamp": [2**53 - 1, 0xFFFF, OWN]}, "amended"),
    "stamp of 1970": ({"stamp": [0, 0, OWN]}, ""),
    "negative stamp": ({"stamp": [-1, 0, OWN]}, "bad_stamp"),
    "negative count": ({"stamp": [NOW, -1, OWN]}, "bad_stamp"),
    "count beyond its bits": ({"stamp": [NOW, 0x10000, OWN]}, "bad_stamp"),
    "stamp beyond 2^53": ({"stamp": [2**53, 0, OWN]}, "bad_stamp"),
    "stamp beyond 2^63": ({"stamp": [2**63, 0, OWN]}, "bad_stamp"),
    "stamp beyond 2^70": ({"stamp": [2**70, 0, OWN]}, "bad_stamp"),
    "stamp with a fraction": ({"stamp": [NOW + 0.5, 0, OWN]}, "bad_stamp"),
    "stamp that is none": ({"stamp": "now"}, "bad_stamp"),
    "stamp with a part too many": ({"stamp": [NOW + 2, 0, OWN, 1]}, ""),
    "stamp of another device": ({"stamp": [NOW, 0, "00000001aaaaaaaa"]}, "bad_stamp"),
    "stamp of the server": ({"stamp": [NOW, 0, "0" * 16]}, "bad_stamp"),
    "stamp of another incarnation": ({"stamp": [NOW, 0, "00000002bbbbbbbb"]}, "bad_stamp"),
    "stamp of no device": ({"stamp": [NOW, 0, "zz"]}, "bad_stamp"),
    "stamp of a device with NUL": ({"stamp": [NOW, 0, "\0" * 16]}, "bad_stamp"),
    "number zero": ({"n": 0}, "bad_number"),
    "negative number": ({"n": -5}, "bad_number"),
    "record that is none": ({"record": "x"}, "bad_record"),
    "record with NUL": ({"record": "\0"}, "bad_record"),
    "record in capitals": ({"record": "0000000AAAAAAAAA.1"}, "bad_record"),
    "record number zero": ({"record": "00000002aaaaaaaa.0"}, "bad_record"),
    "record number beyond 2^53": ({"record": f"00000002aaaaaaaa.{2**53}"}, "bad_record"),
    "record of many digits": ({"record": "00000002aaaaaaaa." + "9" * 5_000}, "bad_record"),
    "record of another device": ({"record": "00000001aaaaaaaa.77"}, "not_found"),
    "record of another op": ({"record": "00000002aaaaaaaa.77"}, "not_found"),
    "record of a person": ({"record": "ffffffff00000007.120260101"}, "not_found"),
    "no area": ({"area": None}, "not_found"),
    "area that is none": ({"area": 999}, "bad_area"),
    "area of another tier": ({"area": NORTH}, "bad_area"),
    "negative area": ({"area": -NORTH_ONE}, "bad_area"),
    "area beyond 2^70": ({"area": 2**70}, "bad_stamp"),
    "area of somebody else": ({"area": SOUTH_ONE}, "not_your_role"),
    "neighbouring area": ({"area": NORTH_TWO}, "not_your_role"),
    "int beyond 2^53": ({"sets": {"count": 2**53}}, "bad_value"),
    "int beyond 2^63": ({"sets": {"count": 2**63}}, "bad_value"),
    "int beyond 2^70": ({"sets": {"count": 2**70}}, "bad_value"),
    "int below -2^70": ({"sets": {"count": -(2**70)}}, "bad_value"),
    "int of 4,000 digits": ({"sets": {"count": 10**4_000}}, "bad_value"),
    "int out of its bounds": ({"sets": {"count": 10_000}}, "bad_value"),
    "float": ({"sets": {"count": 1.5}}, "bad_value"),
    "float that is whole": ({"sets": {"count": 2.0}}, "bad_value"),
    "huge float": ({"sets": {"count": 1e308}}, "bad_value"),
    "true for a number": ({"sets": {"count": True}}, "bad_value"),
    "number for a flag": ({"sets": {"emergency": 1}}, "bad_value"),
    "text for a number": ({"sets": {"count": "5"}}, "bad_value"),
    "unknown option": ({"sets": {"matter": "treasure"}}, "bad_value"),
    "option as its place": ({"sets": {"matter": 0}}, "bad_value"),
    "NUL in text": ({"sets": {"contact": "a\0b"}}, "bad_value"),
    "too long a text": ({"sets": {"contact": "长" * 41}}, "bad_value"),
    "text of half a megabyte": ({"sets": {"contact": "x" * 500_000}}, "bad_value"),
    "text where a change belongs": ({"sets": {"note": "石头"}}, "bad_value"),
    "change with a stranger in it": ({"sets": {"note": {"is": "a", "by": 9}}}, "bad_value"),
    "change over stamps that are none": ({"sets": {"note": {"is": "a", "over": [[1, 2]]}}}, "bad_value"),
    "change over stamps with huge numbers": (
        {"sets": {"note": {"is": "a", "over": [[2**70, 0, "0" * 16]]}}}, "bad_value",
    ),
    "change over too many stamps": (
        {"sets": {"note": {"is": "a", "over": [[1, 0, "0" * 16]] * 65}}}, "bad_value",
    ),
    "list where a set change belongs": ({"sets": {"phrases": ["ongoing"]}}, "bad_value"),
    "set of strangers": ({"sets": {"phrases": {"add": ["gold"]}}}, "bad_value"),
    "set of lists": ({"sets": {"phrases": {"add": [["ongoing"]]}}}, "bad_value"),
    "set of too many": ({"sets": {"phrases": {"add": ["ongoing"] * 65}}}, "bad_value"),
    "drop of nothing": ({"sets": {"phrases": {"add": [], "drop": [7]}}}, "bad_value"),
    "photo key that is none": ({"sets": {"photos": {"add": ["../../etc/passwd"]}}}, "bad_value"),
    "place north of the pole": ({"sets": {"place": [900_000_001, 0, 0, 0, 0, 0]}}, "bad_value"),
    "place with a fraction": ({"sets": {"place": [29.5, 106.2, 0, 0, 0, 0]}}, "bad_value"),
    "place without accuracy": ({"sets": {"place": [1, 2]}}, "bad_value"),
    "instant far ahead": ({"sets": {"captured_ms": 2**60}}, "bad_value"),
    "negative instant": ({"sets": {"captured_ms": -1}}, "bad_value"),
    "deep nesting": ({"sets": {"note": DEEP}}, "bad_value"),
    "deep nesting in a value": ({"sets": {"note": {"is": DEEP}}}, "bad_value"),
    "deep nesting in a set": ({"sets": {"phrases": {"add": [DEEP]}}}, "bad_value"),
    "more fields than a page has": ({"sets": {f"f{n}": 1 for n in range(65)}}, "bad_value"),
    "a field only a step may write": ({"sets": {"result": "done"}}, "not_your_field"),
    "the fields of a record": ({"sets": {"author": STRANGER, "state": "closed"}}, "unknown_field"),
    "nothing at all": ({"sets": {}, "area": None}, "empty_op"),
    "sets that are none": ({"sets": 5}, "bad_stamp"),
    "no sets": ({"sets": None}, "bad_stamp"),
    "step that is none": ({"step": "approve"}, "bad_stamp"),
    "step with too many parts": ({"step": ["approve", "in_review", "now"]}, "bad_stamp"),
    "number as kind": ({"kind": 7}, "bad_stamp"),
    "list as record": ({"record": ["a"]}, "bad_stamp"),
    "text as area": ({"area": "311"}, "bad_stamp"),
}  # fmt: skip


def part(value: Any, device: str) -> Any:
    """Put the device's own id where it is meant."""
    return [device if each is OWN else each for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_op_gets_its_verdict_and_stops_nobody(enrol, name):
    changes, verdict = BAD[name]
    await enrol(STRANGER)  # so that device 1 is somebody else's
    worker = await enrol(WORKER)
    before, between, after = good(worker), good(worker), good(worker)
    spoilt = dict(
        zip(("n", "stamp", "kind", "record", "area", "sets", "step"), raw(between)["raw"], strict=True)
    )
    spoilt |= {name: part(value, worker.device) for name, value in changes.items()}
    batch = [raw(before), {"raw": list(spoilt.values())}, raw(after)]
    heard = await hear(worker, spelled(envelope(worker, batch)))
    assert heard.codes == ({spoilt["n"]: verdict} if verdict else {})
    assert verdict in {*REFUSALS, "amended", ""}
    again = await hear(worker, spelled(envelope(worker, batch)))
    assert again.codes == heard.codes, "a repeat has the same answer"
    await assert_arrived(enrol, before, after)
    await assert_well(worker)


INCIDENT = sorted(KINDS).index("incident")  # a kind's code is its place
ROWS: dict[str, list[Any]] = {
    "a row that is too short": [0, 2],
    "a field without a change": [0, 2, 1, 0, 0, NORTH_ONE, 0, 0, 3],
    "a kind at no place": [99, 2, 1, 0, 0, NORTH_ONE, 0, 0],
    "a kind before the first": [-1, 2, 1, 0, 0, NORTH_ONE, 0, 0],
    "a field before the first": [INCIDENT, 2, 1, 0, 0, NORTH_ONE, 0, 0, -1, 0],
    "a field at a float": [INCIDENT, 2, 1, 0, 0, NORTH_ONE, 0, 0, 1.0, 0],
    "a field at true": [INCIDENT, 2, 1, 0, 0, NORTH_ONE, 0, 0, True, 0],
    "a step before the first": [INCIDENT, 2, 1, 0, 0, NORTH_ONE, -4, 0],
    "a step at no place": [INCIDENT, 2, 1, 0, 0, NORTH_ONE, 99, 0],
    "a state at no place": [INCIDENT, 2, 1, 0, 0, NORTH_ONE, 1, 99],
    "an age beyond 2^70": [INCIDENT, 2, 2**70, 0, 0, NORTH_ONE, 0, 0],
    "an age of text": [INCIDENT, 2, "1", 0, 0, NORTH_ONE, 0, 0],
    "a record of true": [INCIDENT, 2, 1, 0, True, NORTH_ONE, 0, 0],
    "a set change of a number": [INCIDENT, 2, 1, 0, 0, NORTH_ONE, 0, 0, 2, 7],
    "an empty set change": [INCIDENT, 2, 1, 0, 0, NORTH_ONE, 0, 0, 2, []],
    "a field twice a hundred times": [INCIDENT, 2, 1, 0, 0, NORTH_ONE, 0, 0, *[0, 0] * 100],
}


@pytest.mark.parametrize("name", ROWS)
async def test_a_row_that_is_no_op_stops_nobody(enrol, name):
    worker = await enrol(WORKER)
    before, _, after = good(worker), good(worker), good(worker)
    heard = await hear(worker, spelled(envelope(worker, [raw(before), ROWS[name], raw(after)])))
    assert heard.codes == {2: "bad_stamp"}
    assert heard.acks == [[1, 3]]
    await assert_arrived(enrol, before, after)
    await assert_well(worker)


async def test_somebody_elses_record_is_not_found_and_not_touched(enrol):
    worker, stranger = await enrol(WORKER), await enrol(STRANGER)
    own = good(worker)
    await worker.exchange(own)
    attack = stranger.op("incident", {"matter": "rubbish"}, own.record)
    create = stranger.op("incident", {"matter": "rubbish"}, own.record, area=SOUTH_ONE)
    random = stranger.op("incident", {"matter": "rubbish"}, "00000063aaaaaaaa.4")
    heard = await stranger.exchange(attack, create, random)
    assert heard.codes == {1: "not_found", 2: "not_found", 3: "not_found"}, "the same as for one that is not"
    secretary = await enrol(SECRETARY)
    (record,) = (await secretary.exchange()).records
    assert record[7]["matter"][0] == "wires"


async def test_a_forged_device_uses_up_nobodys_numbers(enrol):
    victim, thief = await enrol(WORKER), await enrol(STRANGER)
    forged = raw(good(thief))
    forged["raw"][0], forged["raw"][1] = 1, [NOW + 1, 0, victim.device]
    assert (await hear(thief, spelled(envelope(thief, [forged])))).codes == {1: "bad_stamp"}
    honest = good(victim)
    heard = await victim.exchange(honest)
    assert heard.codes == {}
    assert heard.acks == [[1, 1]]
    await assert_arrived(enrol, honest)


async def test_a_forged_incarnation_is_another_device_of_the_same_person(enrol):
    worker = await enrol(WORKER)
    await worker.exchange(good(worker))
    batch = [raw(good(worker))]
    heard = await hear(worker, spelled(envelope(worker, batch, incarnation="bbbbbbbb")))
    assert heard.codes == {2: "bad_stamp"}
    await assert_well(worker)


async def test_the_author_is_who_is_signed_in(enrol):
    worker = await enrol(WORKER)
    sheet = worker.op("day_sheet", {"extra": "ok"}, f"ffffffff{STRANGER:08x}.120251121", area=NORTH_ONE)
    own = worker.op("day_sheet", {"extra": "ok"}, f"ffffffff{WORKER:08x}.120251121", area=NORTH_ONE)
    odd_day = worker.op("day_sheet", {"extra": "ok"}, f"ffffffff{WORKER:08x}.120251399", area=NORTH_ONE)
    series = worker.op("day_sheet", {"extra": "ok"}, f"ffffffff{WORKER:08x}.220251121", area=NORTH_ONE)
    heard = await worker.exchange(sheet, own, odd_day, series)
    assert heard.codes == {1: "not_found", 3: "not_found", 4: "not_found"}


async def test_the_same_op_twice_in_one_batch_is_one(enrol):
    worker = await enrol(WORKER)
    op = good(worker)
    heard = await hear(worker, spelled(envelope(worker, [raw(op), raw(op), raw(op)])))
    assert heard.codes == {}
    assert heard.acks == [[1, 1]]
    await assert_well(worker)


async def test_the_same_number_with_another_body_is_refused_and_the_first_stands(enrol):
    worker = await enrol(WORKER)
    first, other = good(worker), worker.op("incident", {"matter": "rubbish"}, area=NORTH_ONE, n=1)
    heard = await hear(worker, spelled(envelope(worker, [raw(first), raw(other)])))
    assert heard.codes == {1: "number_reused"}
    (record,) = (await (await enrol(SECRETARY)).exchange()).records
    assert record[7]["matter"][0] == "wires"


async def test_the_same_stamp_twice_is_refused(enrol):
    worker = await enrol(WORKER)
    first, second = good(worker), good(worker)
    twin = raw(second)
    twin["raw"][1] = raw(first)["raw"][1]
    assert (await hear(worker, spelled(envelope(worker, [raw(first), twin])))).codes == {2: "stamp_reused"}
    later = raw(good(worker))
    later["raw"][1] = raw(first)["raw"][1]
    assert (await hear(worker, spelled(envelope(worker, [later])))).codes == {3: "stamp_reused"}
    await assert_well(worker)


async def test_a_bad_stamp_uses_up_no_good_one(enrol):
    worker = await enrol(WORKER)
    batch = [raw(good(worker)), raw(good(worker))]
    batch[0]["raw"][1][2], batch[0]["raw"][1][0] = "0" * 16, batch[1]["raw"][1][0]
    assert (await hear(worker, spelled(envelope(worker, batch)))).codes == {1: "bad_stamp"}


async def test_of_a_field_named_twice_the_last_counts(enrol):
    worker = await enrol(WORKER)
    op = good(worker)
    body = spelled(envelope(worker, [raw(op)])).replace(
        b'{"matter": "wires"}', b'{"matter": "rubbish", "matter": "wires"}'
    )
    assert body.count(b"matter") == 2
    assert (await hear(worker, body)).codes == {}
    (record,) = (await (await enrol(SECRETARY)).exchange()).records
    assert record[7]["matter"][0] == "wires"


async def test_an_author_cannot_decide_on_their_own_report(enrol):
    secretary = await enrol(SECRETARY)
    report = secretary.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    step = secretary.op("incident", {}, report.record, step=("approve", "in_review"))
    assert (await secretary.exchange(report, step)).codes == {2: "your_own"}
