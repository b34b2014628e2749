"""Phones' reports and the supervisor's list over HTTP."""

import asyncio
from typing import Any

import msgspec
import pytest

from backend import timers
from backend.adapters.sql_people import SqlPeople
from backend.http.devices import REPORT_MAX
from backend.http.health import VERSION
from tests.backend.town import HOUR_MS, NORTH_ONE, NOW, SECRETARY, TOWN, WORKER, Phone

pytestmark = pytest.mark.anyio


async def post(phone: Phone, body: bytes, token: str = "") -> Any:
    headers = {"authorization": f"Bearer {token or phone.token}", "content-type": "application/json"}
    return await phone.client.post("/api/device", content=body, headers=headers)


async def listed(phone: Phone) -> Any:
    return await phone.client.get("/api/devices", headers={"authorization": f"Bearer {phone.token}"})


async def test_a_report_is_kept_and_shown_with_its_causes(client, enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    await worker.exchange(worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    report = {
        "version": VERSION, "kinds": worker.version, "waiting": 2, "oldest_ms": NOW - 60_000, "top": 3,
        "incarnation": worker.device[8:], "offset_ms": -700_000, "quota_mb": 500, "used_mb": 100,
        "persisted": False, "geo": "denied", "engine": "two", "something": {"new": [1]},
        "lost": [{"count": 2, "device": worker.device, "from_ms": 1, "to_ms": 2, "found_ms": 3}],
    }  # fmt: skip
    answer = await post(worker, msgspec.json.encode(report))
    assert (answer.status_code, answer.json()) == (200, {"server_ms": NOW})
    told = (await listed(secretary)).json()
    assert told["server_ms"] == NOW
    (row,) = [each for each in told["devices"] if each["person"] == WORKER]
    assert row == {
        "device": int(worker.device[:8], 16), "name": "test", "person": WORKER, "who": "陈素芬",
        "tel": "19900000001", "out": False, "heard_ms": NOW, "made": 3, "held": 1,
        "waiting": 2, "oldest_ms": NOW - 60_000,
        "ids": [{"incarnation": worker.device[8:], "made": 3, "held": 1, "missing": [[2, 3]]}],
        "lost": report["lost"],
        "causes": [["store_damaged", 2], ["storage_not_kept", 0], ["clock_off", -700_000], ["no_place", 0]],
        "photos": {"count": 0, "partial": 0, "overdue": 0, "oldest_ms": 0, "overdue_ms": 0},
    }  # fmt: skip


async def test_an_exchange_is_a_contact_and_is_written_down(client, enrol):
    worker, parts = await enrol(WORKER), client.app.state.context
    parts.towns.now_ms = lambda: NOW + HOUR_MS
    await worker.exchange()
    await parts.contacts.flush(NOW + HOUR_MS)
    heard = {row.device.number: row.heard_ms for row in await parts.people.reported(TOWN)}
    assert heard[int(worker.device[:8], 16)] == NOW + HOUR_MS


@pytest.fixture
def written(monkeypatch) -> asyncio.Queue:
    """Let the timers look all the time; gives what they write of contacts."""
    queue: asyncio.Queue = asyncio.Queue()

    async def heard(people, times):
        queue.put_nowait(dict(times))

    monkeypatch.setattr(timers, "EVERY_S", 0.01)
    monkeypatch.setattr(SqlPeople, "heard", heard)
    return queue


async def test_contacts_are_written_down_by_the_running_server(written, client, enrol):
    worker = await enrol(WORKER)
    await worker.exchange()
    async with asyncio.timeout(30):
        assert await written.get() == {int(worker.device[:8], 16): NOW}


async def test_nobody_but_a_supervisor_is_told_of_phones(enrol):
    answer = await listed(await enrol(WORKER))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_report_is_bounded_and_signed(enrol):
    worker = await enrol(WORKER)
    assert (await post(worker, b"{}".ljust(REPORT_MAX))).status_code == 200
    assert (await post(worker, b"{}".ljust(REPORT_MAX + 1))).json()["code"] == "too_large"
    assert (await post(worker, b"[]")).json()["code"] == "malformed"
    assert (await post(worker, b"{}", "another")).json()["code"] == "signed_out"
    worker.token = "another"
    assert (await listed(worker)).json()["code"] == "signed_out"
