"""Columns that lie about themselves: refused at once, whatever they promise."""

import zlib
from typing import Any

import pytest

from sync.wire import pack
from tests.backend.town import KINDS, NORTH_ONE, NOW, WORKER
from tests.hostile.sender import (
    assert_arrived,
    assert_refused,
    assert_well,
    envelope,
    good,
    hear,
    raw,
    spelled,
)

pytestmark = pytest.mark.anyio

INCIDENT, VISIT = (list(KINDS).index(name) for name in ("incident", "visit"))
PLACE = list(KINDS["incident"].fields).index("place")
MATTER = list(KINDS["incident"].fields).index("matter")


def columns(size: int = 3, **changed: Any) -> list[Any]:
    """Write the columns of some good reports, one part replaced."""
    parts = {
        "kinds": [INCIDENT], "ns": [1] * size, "agos": [0] + [-1] * (size - 1), "counts": [0], "records": [0],
        "areas": [NORTH_ONE], "steps": [0], "saws": [0], "fields": [[INCIDENT, MATTER, 0, [1]]],
    }  # fmt: skip
    return list((parts | changed).values())


async def post(worker, packed: Any):
    body = zlib.compress(spelled(envelope(worker, packed)), 1)
    return await worker.post(body, **{"content-encoding": "deflate"})


async def test_the_columns_these_tests_spoil_are_good(enrol):
    worker = await enrol(WORKER)
    heard = await hear(worker, spelled(envelope(worker, {"c": columns()})))
    assert (heard.codes, len(heard.records)) == ({}, 3)


def field(where: Any, values: Any, kind: Any = INCIDENT, name: Any = MATTER) -> dict[str, Any]:
    return {"c": columns(fields=[[kind, name, where, values]])}


LIES: dict[str, Any] = {
    "no columns": {"c": []},
    "too few": {"c": columns()[:8]},
    "one more": {"c": [*columns(), []]},
    "null": {"c": None},
    "text": {"c": "columns"},
    "a number": {"c": 5},
    "an object": {"c": {"0": 1}},
    "numbers of text": {"c": columns(ns="abc")},
    "numbers of an object": {"c": columns(ns={"a": 1})},
    "numbers with a float": {"c": columns(ns=[1, 1.5, 1])},
    "numbers with true": {"c": columns(ns=[1, True, 1])},
    "numbers beyond 2^70": {"c": columns(ns=[1, 2**70, 1])},
    "numbers beyond 2^53 in sum": {"c": columns(ns=[2**53 - 1, 2**53 - 1, 1])},
    "a shorter column": {"c": columns(agos=[0, 0])},
    "a longer column": {"c": columns(areas=[NORTH_ONE] * 4)},
    "an empty column": {"c": columns(counts=[])},
    "a column of text": {"c": columns(records="abcd")},
    "a column of an object": {"c": columns(areas={"a": 1})},
    "a column that is none": {"c": columns(steps=0)},
    "ages beyond 2^70": {"c": columns(agos=[2**70, 0, 0])},
    "fields of text": {"c": columns(fields="abc")},
    "fields of numbers": {"c": columns(fields=[1, 2])},
    "fields null": {"c": columns(fields=None)},
    "a field too short": {"c": columns(fields=[[INCIDENT, MATTER, 0]])},
    "a field too long": {"c": columns(fields=[[INCIDENT, MATTER, 0, [1], 1]])},
    "values too few": field(0, [1, 1]),
    "values too many": field(0, [1, 1, 1, 1]),
    "values of nothing": field(0, []),
    "values null": field(0, None),
    "values of text": field(0, "ab"),
    "places before the first": field([-1], [1]),
    "places at no row": field([3], [1]),
    "places beyond 2^70": field([2**70], [1]),
    "places of floats": field([0.0], [1]),
    "places of text": field("01", [1]),
    "places that run away": field([0, 2**52, 2**52], [1]),
    "turned values of another number": field(0, {"t": [[1]], "n": 4}),
    "turned values of no number": field(0, {"t": [[1]]}),
    "turned values of a huge number": field(0, {"t": [[1]], "n": 2**70}),
    "turned values of nothing": field(0, {"t": [], "n": 3}),
    "turned values of text": field(0, {"t": "abc", "n": 3}),
    "turned values with floats": field(0, {"t": [[1.5]], "n": 3}),
    "turned values too short": field(0, {"t": [[1, 2]], "n": 3}),
    "turned values of 100,000 parts": field(0, {"t": [[1]] * 100_000, "n": 3}),
    "the rest of text": {"c": columns(), "r": 5},
    "the rest null": {"c": columns(), "r": None},
}


@pytest.mark.parametrize("name", LIES)
async def test_columns_that_lie_are_malformed(enrol, name):
    worker = await enrol(WORKER)
    assert assert_refused(await post(worker, LIES[name])) == "malformed"
    await assert_well(worker)


HUGE: dict[str, Any] = {
    "a field column 200,000 times": columns(500, fields=[[INCIDENT, MATTER, 0, [1]]] * 200_000),
    "200,000 field columns of no row": columns(500, fields=[[9, 0, 0, [1]]] * 200_000),
    "one row named two million times": columns(500, fields=[[INCIDENT, MATTER, [0] * 2_000_000, [1]]]),
    "as many columns as are let through": columns(500, fields=[[INCIDENT, MATTER, 0, [1]]] * 2_000),
    "values of as many parts as are let through": columns(
        500, fields=[[INCIDENT, PLACE, 0, {"t": [[1]] * 64, "n": 500}]] * 64
    ),
    "a column of a million": columns(500, areas=[NORTH_ONE] * 1_000_000),
    "half a million numbers": columns(500_000),
}


@pytest.mark.parametrize("name", HUGE)
async def test_columns_that_promise_millions_cost_nothing(enrol, name):
    worker = await enrol(WORKER)
    answer = await post(worker, {"c": HUGE[name]})
    if answer.status_code != 200:
        assert assert_refused(answer) in ("malformed", "too_many_ops")
    worker.n, worker.wall = 500, NOW + 500
    await assert_well(worker)


ROW_LIES: dict[str, tuple[dict[str, Any], str]] = {
    "a kind at no place": ({"kinds": [INCIDENT, 99, INCIDENT], "fields": []}, "bad_stamp"),
    "a kind before the first": ({"kinds": [INCIDENT, -2, INCIDENT], "fields": []}, "bad_stamp"),
    "a kind of text": ({"kinds": [INCIDENT, "x", INCIDENT], "fields": []}, "bad_stamp"),
    "a field at no place": (
        {"fields": [[INCIDENT, MATTER, [0, 2], [1]], [INCIDENT, 99, [1], [1]]]},
        "bad_stamp",
    ),
    "a field of another kind": (
        {"kinds": [INCIDENT, VISIT, INCIDENT], "fields": [[VISIT, 15, 0, [1]]]},
        "bad_stamp",
    ),
    "a step at no place": ({"steps": [0, 99, 0]}, "bad_stamp"),
    "an option at no place": ({"fields": [[INCIDENT, MATTER, 0, [1, 999, 1]]]}, "bad_value"),
    "an option before the first": ({"fields": [[INCIDENT, MATTER, 0, [1, -1, 1]]]}, "bad_value"),
    "an option of a list": ({"fields": [[INCIDENT, MATTER, 0, [1, [[[]]], 1]]]}, "bad_value"),
    "a place of seven": ({"fields": [[INCIDENT, PLACE, [1], [[1, 2, 3, 4, 5, 6, 7]]]]}, "bad_value"),
    "a place beyond 2^53": ({"fields": [[INCIDENT, PLACE, [1], [[2**60, 2, 3, 4, 1, 0]]]]}, "bad_value"),
    "an area at no place": ({"areas": [NORTH_ONE, 5, NORTH_ONE]}, "bad_area"),
    "a record of text": ({"records": [0, "\0", 0]}, "bad_record"),
    "a record before the first": ({"records": [0, -5, 0]}, "bad_record"),
}


@pytest.mark.parametrize("name", ROW_LIES)
async def test_a_row_that_lies_stops_no_other_row(enrol, name):
    changes, verdict = ROW_LIES[name]
    worker = await enrol(WORKER)
    heard = await hear(worker, spelled(envelope(worker, {"c": columns(**changes)})))
    assert heard.codes == {2: verdict}
    worker.n, worker.wall = 3, NOW + 3
    await assert_well(worker)


async def test_raw_ops_beside_columns_are_judged_one_by_one(enrol):
    worker = await enrol(WORKER)
    ops = [good(worker) for _ in range(3)]
    bad, last = raw(good(worker)), good(worker)
    bad["raw"][2] = 7
    packed = {"c": pack(ops, KINDS, NOW)["c"], "r": [bad, raw(last)]}
    heard = await hear(worker, spelled(envelope(worker, packed)))
    assert heard.codes == {4: "bad_stamp"}
    await assert_arrived(enrol, *ops, last)
