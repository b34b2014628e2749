"""What is true of a town now: kept until it changes, never for longer."""

import pytest

from backend import watch
from backend.adapters.memory import MemoryPeople
from backend.calendar import announced
from backend.kinds import Pages
from backend.people import directory, enrol, new_code, signed_in
from backend.ports import Unit
from backend.towns import Towns, wall_ms
from sync.deadline import Calendar
from tests.backend.town import NORTH, NOW, PAGES, TOWN, UNITS, WORKER, settle_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path) -> Towns:
    people = MemoryPeople()
    await settle_in(people)
    return Towns(people, Pages((PAGES, tmp_path)), lambda: NOW)


async def test_a_town_is_its_units_and_its_pages(here):
    town = await here.town(TOWN)
    assert town.id == TOWN
    assert town.world.units == {unit.id: unit.node for unit in UNITS}
    assert town.world.kinds is here.pages.kinds
    assert town.kinds_version == here.pages.version
    assert town.directory_version == ""


async def test_with_a_session_the_directory_has_a_version(here):
    token, _ = await enrol(here.people, await new_code(here.people, WORKER, NOW, 1), "", NOW)
    session = await signed_in(here.people, token, NOW)
    found = await directory(here.people, session, NOW, announced())
    assert (await here.town(TOWN, session)).directory_version == found.version


async def test_a_new_unit_is_known_at_once(here):
    await here.town(TOWN)
    await here.people.put_units(TOWN, [Unit(333, 5, NORTH, "新网格")])
    assert 333 in (await here.town(TOWN)).world.units


async def test_what_has_not_changed_is_not_read_again(here):
    shared = await here.crew(TOWN)
    assert await here.crew(TOWN) is shared


async def test_a_new_holiday_is_known_at_once(here, monkeypatch):
    before = (await here.crew(TOWN)).digest
    monkeypatch.setattr(here, "calendar", lambda: Calendar(off=frozenset({20270101})))
    assert (await here.crew(TOWN)).digest != before


async def test_a_new_page_is_part_of_the_town(here, tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    text = (PAGES / "visit.toml").read_text(encoding="utf-8").replace('name = "visit"', 'name = "call"')
    (tmp_path / "call.toml").write_text(text, encoding="utf-8")
    town = await here.town(TOWN)
    assert "call" in town.world.kinds
    assert town.kinds_version == here.pages.version


async def test_a_list_that_names_a_unit_the_town_has_not_is_found_when_the_units_are_read(
    here, tmp_path, caplog, monkeypatch
):
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/responders.toml").write_text('rows = [{ value = "fire", at = "999" }]')
    await here.town(TOWN)
    assert "row fire: at: no unit 999 here" in caplog.text


def test_the_time_is_unix_milliseconds():
    assert 1_600_000_000_000 < wall_ms() < 4_102_444_800_000
