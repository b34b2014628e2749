"""Anti-entropy over HTTP."""

from typing import Any

import msgspec
import pytest

from backend.http.check import ASKED_MAX
from tests.backend.town import NORTH_ONE, SECRETARY, WORKER, Phone

pytestmark = pytest.mark.anyio


async def check(phone: Phone, **asked: Any) -> Any:
    body = asked.pop("body", None) or msgspec.json.encode({"cursor": phone.cursor, "areas": {}, **asked})
    headers = {"authorization": f"Bearer {phone.token}", "content-type": "application/json"}
    return await phone.client.post("/api/check", content=body, headers=headers)


async def test_a_phone_that_lacks_something_is_told_and_hears_it_anew(enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    await worker.exchange(worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    assert (await check(secretary)).json() == {"stale": True}
    (record,) = (await secretary.exchange()).records
    assert (await secretary.exchange()).records == []
    told = (await check(secretary)).json()
    ((name, sum_of_all),) = told["areas"][str(NORTH_ONE)]
    assert (told.keys(), name) == ({"areas", "cursor"}, record[0])
    assert (await check(secretary, areas={NORTH_ONE: [1, sum_of_all]})).json() == {}
    secretary.cursor = told["cursor"]
    heard = await secretary.exchange()
    assert [each[0] for each in heard.records] == [name]
    assert not heard.anew, "the cursor is one of ours"
    assert (await check(secretary, areas={NORTH_ONE: [1, sum_of_all]})).json() == {}


async def test_a_question_is_bounded_and_signed(enrol):
    worker = await enrol(WORKER)
    assert (await check(worker, body=b"{}")).json()["code"] == "malformed"
    assert (await check(worker, body=bytes(ASKED_MAX + 1))).json()["code"] == "too_large"
    worker.token = "another"
    assert (await check(worker)).json()["code"] == "signed_out"
