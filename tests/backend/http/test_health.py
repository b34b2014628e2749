"""Health: what a watch needs to know."""

import sqlite3

import pytest

from backend.adapters.sql_lane import SqlLanes
from tests.backend.town import NORTH_ONE, WORKER

pytestmark = pytest.mark.anyio


async def test_health_is_told_without_a_sign_in(client, enrol):
    told = (await client.get("/api/health")).json()
    assert told == {
        "live": True, "ready": True, "version": told["version"], "towns": 0,
        "kinds": client.app.state.context.towns.pages.version,
    }  # fmt: skip
    worker = await enrol(WORKER)
    await worker.exchange(worker.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    assert (await client.get("/api/health")).json()["towns"] == 1


async def test_a_store_that_cannot_be_read_is_not_ready(client, monkeypatch):
    async def fail(_: object) -> list[int]:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(SqlLanes, "towns", fail)
    answer = await client.get("/api/health")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer.headers["retry-after"]) > 0
