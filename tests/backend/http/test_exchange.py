"""The exchange as HTTP: codings both ways, and a bell only when there is news."""

import gzip
import json
import zlib

import pytest

from backend.http.body import PACKED
from sync.dense import dense
from tests.backend.town import NORTH_ONE, TOWN, WORKER, push_bytes

pytestmark = pytest.mark.anyio
PACKED_DEFLATE = {"content-type": PACKED, "content-encoding": "deflate"}


@pytest.mark.parametrize(
    ("encoding", "squeeze"),
    [("", bytes), ("identity", bytes), ("deflate", zlib.compress), ("gzip", gzip.compress)],
)
async def test_a_push_is_taken_in_every_coding_agreed_on(enrol, encoding, squeeze):
    worker = await enrol(WORKER)
    op = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    answer = await worker.post(squeeze(push_bytes(worker.push([op]))), **{"content-encoding": encoding})
    assert answer.status_code == 200
    assert answer.json()[3] == [[1, 1]]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("squeeze", [bytes, zlib.compress], ids=["as it is", "compressed"])
async def test_a_packed_push_is_the_same_push(enrol, squeeze):
    worker, other = await enrol(WORKER), await enrol(WORKER)
    note = {"is": "井盖松了，踩起来响"}
    coding = {} if squeeze is bytes else {"content-encoding": "deflate"}
    op = worker.op("incident", {"matter": "manhole", "note": note}, area=NORTH_ONE)
    body = dense(json.loads(push_bytes(worker.push([op]))))
    answer = await worker.post(squeeze(body), **{"content-type": "Application/vnd.MsgPack; v=1"}, **coding)
    assert answer.json()[3] == [[1, 1]]
    (told,) = (await other.exchange()).records
    assert told[7]["note"][0][0][1] == note["is"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[1]", "malformed"),
        (b"\x90" * (2**21 + 1), "too_large"),
        (b"\x91" * 5_000, "malformed"),
        (dense([1, "k", "00000000", 1.5]), "malformed"),
        (b"\x81\x90\x01", "malformed"),
    ],
    ids=["JSON", "too many objects", "too deep", "half a millisecond", "a list for a name"],
)
async def test_what_is_wrong_with_a_packed_push_is_said(enrol, body, code):
    worker = await enrol(WORKER)
    answer = await worker.post(zlib.compress(body), **PACKED_DEFLATE)
    assert (answer.json()["code"], answer.status_code // 100) == (code, 4)


async def test_a_receipt_is_squeezed_for_who_takes_it(enrol):
    worker = await enrol(WORKER)
    ops = [worker.op("incident", {"matter": "wires"}, area=NORTH_ONE) for _ in range(9)]
    body = push_bytes(worker.push(ops))
    plain = await worker.post(body, **{"accept-encoding": "identity"})
    small = await worker.post(body, **{"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert json.loads(plain.content)[6] == small.json()[6]


async def test_a_receipt_ends_with_its_last_part_that_says_something(enrol):
    worker = await enrol(WORKER)
    await worker.exchange()
    told = (await worker.post(push_bytes(worker.push([])))).json()
    assert len(told) == 2, "the time and the cursor"


async def test_the_bell_is_rung_for_news_and_for_nothing_else(client, enrol):
    worker, bell = await enrol(WORKER), client.app.state.context.bell
    good = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    await worker.exchange()
    await worker.exchange(worker.op("incident", {"matter": "nonsense"}, area=NORTH_ONE))
    assert bell.rung(TOWN) == 0
    await worker.exchange(good)
    assert bell.rung(TOWN) == 1
    await worker.exchange(good)
    assert bell.rung(TOWN) == 1, "a repeat is no news"
