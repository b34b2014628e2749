"""Due times noted anew: after a change of the calendar or of a page, in pieces, and otherwise never."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from backend import recount, watch
from backend.adapters.memory import MemoryLanes
from backend.calendar import FILE, announced, told
from backend.exchange import Town
from backend.recount import Recount
from sync.deadline import Calendar
from sync.settle import World
from tests.backend.ticking import NODES, WATCH, WORLD, make
from tests.backend.town import TOWN, WORKER

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000
START_MS = 1_795_395_600_000  # Monday 23 November 2026, 9:00 in Shanghai
WARN_MS = START_MS + 27 * HOUR_MS  # at noon of the day that counts
TUESDAY = 20261124


class Place:
    """A town whose world can be changed under the recount."""

    def __init__(self) -> None:
        self.lanes, self.world, self.version = MemoryLanes(), WORLD, "one"
        self.recount = Recount(self.lanes, self)  # type: ignore[arg-type]
        self.writes = 0
        write = self.lanes.write

        async def counted(town, work):
            self.writes += 1
            return await write(town, work)

        self.lanes.write = counted

    async def town(self, number: int) -> Town:
        return Town(number, self.world, self.version, "")

    def due(self) -> set[int]:
        return {record.due_ms for record in self.lanes.lanes[TOWN].kept.values()}


@pytest.fixture
async def place() -> Place:
    place = Place()
    await make(place.lanes, 5, START_MS)
    place.writes = 0
    return place


def holiday() -> World:
    return replace(WORLD, calendar=Calendar(off=frozenset({TUESDAY})))


async def test_a_holiday_that_was_announced_puts_off_what_is_open(place):
    await place.recount.turn(0)
    assert place.due() == {WARN_MS}
    place.world = holiday()
    await place.recount.turn(0)
    assert place.due() == {WARN_MS + 24 * HOUR_MS}
    assert place.lanes.lanes[TOWN].log[5:] == (), "nothing is logged"


async def test_phones_count_by_the_calendar_in_force(client, enrol, monkeypatch):
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    worker, root = await enrol(WORKER), client.app.state.context.settings.root

    async def heard() -> dict[str, Any]:
        signed = {"authorization": f"Bearer {worker.token}"}
        return (await worker.client.get("/api/directory", headers=signed)).json()

    before = await heard()
    assert before["calendar"] == json.loads(json.dumps(told(announced())))
    (root / FILE).write_text("[years.2027]\noff = [2027-01-01]\n", encoding="utf-8")
    after = await heard()
    assert (after["calendar"]["years"][-1], after["calendar"]["off"][-1]) == (2027, 20270101)
    assert after["version"] != before["version"]
    town = await client.app.state.context.towns.town(TOWN)
    assert 2027 in town.world.calendar.years


async def test_where_nothing_changed_nobody_writes(place):
    await place.recount.turn(0)
    await place.recount.turn(0)
    assert (place.writes, place.due()) == (0, {WARN_MS})


async def test_a_page_that_changed_changes_what_is_due_by_it(place):
    await place.recount.turn(0)
    steps = tuple(step for step in WATCH.workflow.steps if step.name != "warn")
    page = replace(WATCH, workflow=replace(WATCH.workflow, steps=steps))
    place.world, place.version = World({"watch": page}, NODES), "two"
    await place.recount.turn(0)
    assert place.due() == {START_MS + 33 * HOUR_MS}


async def test_a_page_that_is_gone_leaves_nothing_due(place):
    place.world, place.version = World({}, NODES), "two"
    await place.recount.turn(0)
    assert place.due() == {0}


async def test_it_goes_on_piece_by_piece(place, monkeypatch):
    monkeypatch.setattr(recount, "BATCH", 2)
    monkeypatch.setattr(recount, "BATCHES", 2)
    place.world = holiday()
    await place.recount.turn(0)
    assert sorted(place.due()) == [WARN_MS, WARN_MS + 24 * HOUR_MS]
    await place.recount.turn(0)
    assert (place.due(), place.writes) == ({WARN_MS + 24 * HOUR_MS}, 3)
