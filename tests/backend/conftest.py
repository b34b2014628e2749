"""A whole server on a directory of its own, and phones that speak to it; a town of photos; lanes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from litestar.testing import AsyncTestClient

from backend.adapters.memory import MemoryLanes
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite
from backend.app import build
from backend.config import Settings
from backend.ports import Lanes
from tests.backend.gallery import Gallery
from tests.backend.served import Served, prepare, served
from tests.backend.town import NOW, WORKER, Phone, enrolled

Enrol = Callable[[int], Awaitable[Phone]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a town nobody has worked in yet: copying it is quicker than making one."""
    data = tmp_path_factory.mktemp("template")
    asyncio.run(prepare(data))
    return data


@pytest.fixture
async def client(tmp_path: Path, template: Path) -> AsyncIterator[AsyncTestClient]:
    """A server whose clock stands still, and that develops photos only when they are asked for.

    It runs on a loop of its own, and so may wait for no lock that a test holds on this one.
    """
    data = shutil.copytree(template, tmp_path / "data")
    async with AsyncTestClient(build(Settings(data=str(data))), raise_server_exceptions=False) as client:
        client.app.state.context.towns.now_ms = lambda: NOW
        client.blocking_portal.call(client.app.state.context.darkroom.stop)
        yield client


@pytest.fixture
def enrol(client: AsyncTestClient) -> Enrol:
    """Enrol a phone of a person."""
    return lambda person: enrolled(client, client.app.state.context.people, person)


@pytest.fixture(params=["memory", "sql"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Gallery]:
    """A town whose photos are cared for, of either make."""
    if request.param == "memory":
        yield Gallery(tmp_path, None)
        return
    file = await Sqlite.open(tmp_path)
    yield Gallery(tmp_path, file)
    await file.close()


@pytest.fixture(scope="session")
def town_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, list[str]]]:
    """A real server on a town of its own, and some codes of a worker."""
    data = tmp_path_factory.mktemp("served")
    codes = asyncio.run(prepare(data, *[WORKER] * 8))
    with served(data) as server:
        yield server, codes


@pytest.fixture(params=["memory", "sql"])
async def lanes(request, tmp_path) -> AsyncIterator[Lanes]:
    if request.param == "memory":
        yield MemoryLanes()
        return
    file = await Sqlite.open(tmp_path)
    yield SqlLanes(file)
    await file.close()
