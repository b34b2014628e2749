"""What the server hears of backups and of its own past: only what fits its log counts."""

import logging
import os
import shutil

import pytest
from litestar.testing import AsyncTestClient

from backend import witness
from backend.adapters.memory import MemoryLanes
from backend.app import build
from backend.backup import Source, back_up
from backend.config import Settings
from backend.witness import (
    BACKED,
    WITNESS,
    Backed,
    Mark,
    Watch,
    mark_of,
    put_backed,
    read_backed,
    read_witness,
)
from tests.backend.kept import DESK, incident, record, take_away, write
from tests.backend.town import NORTH_ONE, NOW, TOWN, WORKER, enrolled

pytestmark = pytest.mark.anyio


@pytest.fixture
def lanes() -> MemoryLanes:
    return MemoryLanes()


async def mark(lanes: MemoryLanes) -> Mark:
    return await lanes.read(TOWN, mark_of)


def put(root, *marks: Mark, name: str = "one") -> None:
    """Write the note of a backup, at a time of its own."""
    put_backed(root, Backed({TOWN + at: each for at, each in enumerate(marks)}, NOW, name))
    put.at = getattr(put, "at", NOW) + 1
    os.utime(root / BACKED, ns=(put.at, put.at))


async def test_a_backup_of_this_log_counts(lanes, tmp_path):
    await write(lanes, incident(1, "一"))
    put(tmp_path, await mark(lanes))
    await write(lanes, incident(2, "二"))
    watch = Watch(tmp_path, lanes)
    await watch.look()
    assert watch.backed == {TOWN: 1}
    put(tmp_path, await mark(lanes))
    await watch.look()
    assert watch.backed == {TOWN: 2}, "heard while it runs"


async def test_a_backup_of_another_log_counts_for_nothing(lanes, tmp_path):
    await write(lanes, incident(1, "一"), incident(2, "二"))
    put(tmp_path, await mark(lanes))
    restored, watch = MemoryLanes(), None
    await write(restored, incident(1, "一"))
    watch = Watch(tmp_path, restored)
    await watch.look()
    assert watch.backed == {}, "the log is shorter"
    await write(restored, incident(3, "别的"), incident(4, "再一个"))
    await watch.look()
    assert watch.backed == {}, "it was written past, but it is another"


async def test_a_log_that_comes_to_the_mark_counts(lanes, tmp_path):
    await write(lanes, incident(1, "一"), incident(2, "二"))
    put(tmp_path, await mark(lanes))
    behind = MemoryLanes()
    await write(behind, incident(1, "一"))
    watch = Watch(tmp_path, behind)
    await watch.look()
    assert watch.backed == {}
    await write(behind, incident(2, "二"))
    await watch.look()
    assert watch.backed == {TOWN: 2}


async def test_positions_without_an_entry_are_not_mistaken(lanes, tmp_path):
    """Photos and removals take positions that no entry bears: the hash alone does not tell how far."""
    await write(lanes, incident(1, "一"))
    await lanes.write(TOWN, lambda lane: take_away(lane, record(1)))
    put(tmp_path, await mark(lanes))
    restored = MemoryLanes()
    await write(restored, incident(1, "一"))
    watch = Watch(tmp_path, restored)
    await watch.look()
    assert watch.backed == {}


async def test_a_note_that_cannot_be_read_counts_for_nothing(lanes, tmp_path, caplog):
    (tmp_path / BACKED).write_text("{")
    (tmp_path / WITNESS).write_text("[]")
    watch = Watch(tmp_path, lanes)
    await watch.look()
    assert watch.backed == {}
    assert read_backed(tmp_path) == Backed()
    assert read_witness(tmp_path).towns == {}
    assert "cannot be read" in caplog.text


async def test_how_far_the_log_went_is_kept_outside(lanes, tmp_path, monkeypatch):
    await write(lanes, incident(1, "一"))
    written = []
    real = witness.put_file
    monkeypatch.setattr(
        witness, "put_file", lambda path, content: (written.append(path), real(path, content))
    )
    watch = Watch(tmp_path, lanes)
    await watch.look()
    assert read_witness(tmp_path).towns == {TOWN: await mark(lanes)}
    await watch.look()
    assert len(written) == 1, "nothing new, nothing written"
    await write(lanes, incident(2, "二"))
    await watch.look()
    assert read_witness(tmp_path).towns == {TOWN: await mark(lanes)}


async def began(lanes: MemoryLanes, root, caplog) -> list[str]:
    caplog.clear()
    watch = Watch(root, lanes)
    await watch.start()
    await watch.stop()
    return [each.getMessage() for each in caplog.records if each.levelno == logging.CRITICAL]


async def test_a_database_that_went_back_is_told_at_the_start(lanes, tmp_path, caplog):
    await write(lanes, incident(1, "一"), incident(2, "二"))
    assert await began(lanes, tmp_path, caplog) == []
    assert await began(lanes, tmp_path, caplog) == [], "nothing changed"
    restored = MemoryLanes()
    await write(restored, incident(1, "一"))
    (told,) = await began(restored, tmp_path, caplog)
    assert "older than what this server last said" in told and "\n" not in told
    assert await began(restored, tmp_path, caplog) == [], "told once"


async def test_a_database_that_went_back_and_on_is_told_too(lanes, tmp_path, caplog):
    await write(lanes, incident(1, "一"), incident(2, "二"))
    await began(lanes, tmp_path, caplog)
    restored = MemoryLanes()
    await write(restored, incident(3, "三"), incident(4, "四"), incident(5, "五"))
    assert len(await began(restored, tmp_path, caplog)) == 1


async def test_erasures_are_carried_out_again_only_where_something_is_new(lanes, tmp_path):
    await write(lanes, incident(1, "一"))
    watch = Watch(tmp_path, lanes)
    assert await watch.settled(0), "a new directory has nothing to erase"
    assert not await watch.settled(1)
    await watch.look()
    assert await Watch(tmp_path, lanes).settled(1)
    assert not await Watch(tmp_path, lanes).settled(2)
    assert not await Watch(tmp_path, MemoryLanes()).settled(1), "the log is another"


async def test_phones_hear_how_far_the_backup_goes(template, tmp_path):
    data = shutil.copytree(template, tmp_path / "data")
    async with AsyncTestClient(build(Settings(data=str(data))), raise_server_exceptions=False) as client:
        parts = client.app.state.context
        parts.towns.now_ms = lambda: NOW
        phone = await enrolled(client, parts.people, WORKER)
        heard = await phone.exchange(phone.op("incident", {"matter": "wires"}, area=NORTH_ONE))
        assert heard.backed in (0, [])
        made = back_up(DESK, Source(data, data / "kinds"), tmp_path / "place", NOW)
        await parts.watch.look()
        assert (await phone.exchange()).backed == made.manifest.towns[TOWN].seq == 1
