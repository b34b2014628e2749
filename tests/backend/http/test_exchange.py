"""The exchange as HTTP: codings both ways, and a bell only when there is news."""

import gzip
import json
import zlib

import pytest

from tests.backend.town import NORTH_ONE, TOWN, WORKER, push_bytes

pytestmark = pytest.mark.anyio


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
