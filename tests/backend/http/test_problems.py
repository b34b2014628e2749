"""The edge: whatever is raised becomes a problem document in the person's language."""

import sqlite3

import pytest

from backend.adapters.sql_lane import SqlLanes
from backend.problems import CODES, PROBLEMS, Refused
from tests.backend.test_problems import assert_problem
from tests.backend.town import WORKER

pytestmark = pytest.mark.anyio


def raising(monkeypatch, fault: Exception) -> None:
    async def fail(_: object) -> list[int]:
        raise fault

    monkeypatch.setattr(SqlLanes, "towns", fail)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
async def test_every_refusal_is_answered_in_the_persons_language(client, monkeypatch, code, language):
    raising(monkeypatch, Refused(code, "more", retry_s=7))
    answer = await client.get("/api/health", headers={"accept-language": language})
    problem = PROBLEMS[code]
    assert answer.status_code == problem.status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["retry-after"] == "7"
    assert_problem(answer.json(), problem.status)
    assert answer.json()["title"] == (problem.en if language.startswith("en") else problem.zh)


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("database or disk is full", 507, "storage_full"),
        ("database is locked", 503, "busy"),
        ("disk I/O error", 503, "busy"),
    ],
)
async def test_a_store_that_fails_asks_to_come_again(client, monkeypatch, text, status, code):
    raising(monkeypatch, sqlite3.OperationalError(text))
    answer = await client.get("/api/health")
    assert_problem(answer.json(), status)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert int(answer.headers["retry-after"]) > 0
    assert text not in answer.text, "what is inside stays inside"


async def test_a_fault_of_ours_is_logged_and_tells_nothing(client, monkeypatch, caplog):
    raising(monkeypatch, ZeroDivisionError("a secret"))
    answer = await client.get("/api/health")
    assert_problem(answer.json(), 503)
    assert "a secret" not in answer.text
    assert "GET /api/health" in caplog.text
    assert "ZeroDivisionError: a secret" in caplog.text


async def test_too_deep_is_malformed(client, monkeypatch):
    raising(monkeypatch, RecursionError())
    assert (await client.get("/api/health")).json()["code"] == "malformed"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "no_such_page"),
        ("GET", "/api/exchange", 405, "not_allowed"),
        ("DELETE", "/api/kinds", 405, "not_allowed"),
        ("PATCH", "/api/photos/" + "A" * 22, 405, "not_allowed"),
        ("GET", "/schema/openapi.json", 404, "no_such_page"),
    ],
)
async def test_what_the_framework_refuses_is_a_problem_too(client, enrol, method, path, status, code):
    phone = await enrol(WORKER)
    answer = await client.request(method, path, headers={"authorization": f"Bearer {phone.token}"})
    assert_problem(answer.json(), status)
    assert answer.json()["code"] == code
    assert answer.headers["content-type"] == "application/problem+json"
