"""An op sent as bytes over HTTP."""

from base64 import b64decode
from typing import Any

import pytest

from backend.poison import KEPT_MAX
from tests.backend.town import NORTH_ONE, NOW, SECRETARY, TOWN, WORKER, Phone

pytestmark = pytest.mark.anyio


async def park(phone: Phone, n: int | str, body: bytes, incarnation: str = "aaaaaaaa") -> Any:
    headers = {"authorization": f"Bearer {phone.token}", "content-type": "application/octet-stream"}
    return await phone.client.post(f"/api/parked/{incarnation}/{n}", content=body, headers=headers)


async def test_bytes_are_kept_counted_and_told(client, enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    rung = client.app.state.context.bell.rung(TOWN)
    answer = await park(worker, 1, b"\xff\0[[[")
    assert (answer.status_code, answer.json()) == (200, [1, "parked", NOW, "unreadable"])
    assert client.app.state.context.bell.rung(TOWN) == rung + 1
    (record,) = (await secretary.exchange()).records
    assert record[0] == f"{worker.device}.1"
    assert b64decode(record[7]["entry"][0]) == b"\xff\0[[["
    again = await park(worker, 1, b"\xff\0[[[")
    assert again.json() == answer.json()
    assert client.app.state.context.bell.rung(TOWN) == rung + 1, "a repeat is no news"


async def test_the_number_counts_and_the_op_itself_is_a_repeat(enrol):
    worker = await enrol(WORKER)
    op = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    await park(worker, op.n, b"what was left of it")
    heard = await worker.exchange(op)
    assert heard.codes == {1: "parked"}
    assert (heard.acks, heard.missing) == ([[1, 1]], [])


async def test_a_number_that_was_answered_keeps_its_answer(enrol):
    worker = await enrol(WORKER)
    await worker.exchange(
        worker.op("incident", {"matter": "wires"}, area=NORTH_ONE), worker.op("incident", {"matter": "none"})
    )
    assert [(await park(worker, n, b"x")).json()[1] for n in (1, 2)] == ["applied", "bad_value"]


async def test_the_token_says_whose_number_it_is(client, enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    await park(secretary, 1, b"x", worker.device[8:])
    heard = await worker.exchange(worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    assert heard.codes == {}


@pytest.mark.parametrize(
    ("n", "body", "incarnation", "code"),
    [
        (1, b"", "aaaaaaaa", "malformed"),
        (1, bytes(KEPT_MAX + 1), "aaaaaaaa", "too_large"),
        (0, b"x", "aaaaaaaa", "not_found"),
        ("-1", b"x", "aaaaaaaa", "not_found"),
        (2**53, b"x", "aaaaaaaa", "not_found"),
        ("9" * 5_000, b"x", "aaaaaaaa", "not_found"),
        ("x", b"x", "aaaaaaaa", "not_found"),
        (1, b"x", "AAAAAAAA", "not_found"),
        (1, b"x", "aaaa", "not_found"),
        (1, b"x", "aaaaaaa%00", "not_found"),
    ],
)
async def test_what_names_no_op_or_is_none_is_refused(enrol, n, body, incarnation, code):
    worker = await enrol(WORKER)
    answer = await park(worker, n, body, incarnation)
    assert (answer.status_code < 500, answer.json()["code"]) == (True, code)
    assert (await worker.exchange()).records == []


async def test_the_longest_entry_is_taken(enrol):
    worker = await enrol(WORKER)
    assert (await park(worker, 1, bytes(KEPT_MAX))).json()[1] == "parked"


async def test_who_is_not_signed_in_parks_nothing(enrol):
    worker = await enrol(WORKER)
    worker.token = "another"
    assert (await park(worker, 1, b"x")).json()["code"] == "signed_out"
