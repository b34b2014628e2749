"""Lanes of either make."""

from collections.abc import AsyncIterator

import pytest

from backend.adapters.memory import MemoryLanes
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite
from backend.ports import Lanes


@pytest.fixture(params=["memory", "sql"])
async def lanes(request, tmp_path) -> AsyncIterator[Lanes]:
    if request.param == "memory":
        yield MemoryLanes()
        return
    file = await Sqlite.open(tmp_path)
    yield SqlLanes(file)
    await file.close()
