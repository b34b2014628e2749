"""The composition root: what is served to whom, what is logged, and that all is closed again."""

import os
import shutil
import subprocess
import sys

import pytest
from litestar.testing import AsyncTestClient

from backend.adapters.sqlite import hold
from backend.app import build, opened
from backend.config import Settings

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("host", "status"), [("town.example", 200), ("evil.example", 400), ("a.town.example", 400)]
)
async def test_only_the_hosts_that_are_set_are_answered_to(tmp_path, template, host, status):
    data = shutil.copytree(template, tmp_path / "data")
    settings = Settings(data=str(data), hosts="town.example,other.example")
    async with AsyncTestClient(build(settings), raise_server_exceptions=False) as client:
        answer = await client.get("/api/health", headers={"host": host})
    assert answer.status_code == status


async def test_the_schema_is_served_only_if_it_is_set(tmp_path, template):
    data = shutil.copytree(template, tmp_path / "data")
    async with AsyncTestClient(build(Settings(data=str(data), schema=True))) as client:
        told = (await client.get("/schema/openapi.json")).json()
    assert {"/api/exchange", "/api/session", "/api/photos/{key}"} <= set(told["paths"])


LOGGING = """
import logging
from backend.app import build
from backend.config import Settings
build(Settings())
logging.getLogger("alembic.runtime.migration").info("quiet")
logging.getLogger("backend.witness").warning("heard")
"""


def test_warnings_are_logged_and_what_libraries_tell_of_themselves_is_not():
    told = subprocess.run([sys.executable, "-c", LOGGING], capture_output=True, text=True, check=True).stderr
    assert "heard" in told and "quiet" not in told


async def test_a_server_that_stops_lets_go_of_its_directory(tmp_path, template):
    data = shutil.copytree(template, tmp_path / "data")
    async with AsyncTestClient(build(Settings(data=str(data)))):
        pass
    os.close(hold(data))


async def test_parts_that_fail_in_use_are_closed_too(tmp_path):
    async def use() -> None:
        async with opened(Settings(data=str(tmp_path))):
            raise LookupError

    with pytest.raises(LookupError):
        await use()
    os.close(hold(tmp_path))
