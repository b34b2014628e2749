"""Kind pages from disk: picked up while the server runs, and a faulty one harms nothing."""

import json
from pathlib import Path

import pytest

from backend import kinds
from backend.kinds import Pages, read_pages
from sync.kind import KindError
from tests.backend.town import NORTH_ONE, PAGES, WORKER

PAGE = """
name = "NAME"
identity = "device"
label = { zh = "巡查", en = "Patrol" }
create = ["fulltime_worker"]
read = ["fulltime_worker", "grid_leader"]
write = ["author"]
[fields.level_cm]
type = "int"
low = 0
high = 900
label = { zh = "水位", en = "Level" }
[workflow]
begin = "open"
steps = []
[workflow.states]
open = { label = { zh = "开", en = "Open" } }
"""


def put(directory: Path, name: str, text: str = PAGE) -> None:
    directory.mkdir(exist_ok=True)
    (directory / f"{name}.toml").write_text(text.replace("NAME", name), encoding="utf-8")


@pytest.fixture
def pages(tmp_path, monkeypatch) -> Pages:
    """The built-in pages and an empty directory, looked at as often as asked."""
    monkeypatch.setattr(kinds, "LOOK_EVERY_S", 0.0)
    return Pages((PAGES, tmp_path))


def test_a_page_added_while_running_is_picked_up(pages, tmp_path):
    before = pages.version
    put(tmp_path, "flood_watch")
    pages.refresh()
    assert "flood_watch" in pages.kinds
    assert "incident" in pages.kinds
    assert pages.version != before


def test_a_page_that_changes_or_goes_is_noticed(pages, tmp_path):
    put(tmp_path, "flood_watch")
    pages.refresh()
    version = pages.version
    put(tmp_path, "flood_watch", PAGE.replace("900", "1200"))
    pages.refresh()
    assert pages.kinds["flood_watch"].fields["level_cm"].high == 1200
    assert pages.version != version
    (tmp_path / "flood_watch.toml").unlink()
    pages.refresh()
    assert "flood_watch" not in pages.kinds


def test_the_version_is_that_of_the_pages_wherever_they_lie(tmp_path):
    put(tmp_path / "a", "flood_watch")
    put(tmp_path / "b", "flood_watch")
    one, other = Pages((PAGES, tmp_path / "a")), Pages((tmp_path / "b", PAGES))
    assert one.version == other.version


def test_disk_is_looked_at_once_a_second_at_most(tmp_path):
    pages = Pages((PAGES, tmp_path))
    put(tmp_path, "flood_watch")
    pages.refresh()
    assert "flood_watch" not in pages.kinds


FAULTS = {
    "no_toml": "name = ",
    "no_text": "\0\1",
    "no_page": "name = 5",
    "strange_role": PAGE.replace("fulltime_worker", "king"),
    "strange_key": PAGE + "\nbudget = 5",
    "incident": PAGE,  # a name that is taken
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_page_leaves_the_old_ones_in_force(pages, tmp_path, caplog, name):
    before = pages.kinds, pages.version
    put(tmp_path, name, FAULTS[name])
    pages.refresh()
    assert (pages.kinds, pages.version) == before
    assert "left as they were" in caplog.text
    (tmp_path / f"{name}.toml").unlink()
    put(tmp_path, "flood_watch")
    pages.refresh()
    assert "flood_watch" in pages.kinds


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "incident"])
def test_a_faulty_page_is_named_at_start(tmp_path, name):
    put(tmp_path, name, FAULTS[name])
    with pytest.raises(KindError, match=f"{name}.toml"):
        read_pages((PAGES, tmp_path))


def test_a_page_that_is_not_utf8_is_named_at_start(tmp_path):
    (tmp_path / "odd.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(KindError, match=r"odd\.toml"):
        read_pages((tmp_path,))


def test_a_page_that_cannot_be_read_is_no_crash(pages, tmp_path):
    before = pages.version
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    pages.refresh()
    assert pages.version == before
    (tmp_path / "gone.toml").unlink()
    (tmp_path / "folder.toml").mkdir()
    pages.refresh()
    assert pages.version == before


@pytest.mark.anyio
async def test_a_page_added_at_run_time_is_used_over_http(client, enrol, monkeypatch):
    monkeypatch.setattr(kinds, "LOOK_EVERY_S", 0.0)
    worker = await enrol(WORKER)
    parts = client.app.state.context
    put(parts.settings.page_dirs[1], "flood_watch")
    refused = await worker.post(json.dumps([1, worker.version, "aaaaaaaa", 0, ""]).encode())
    assert (refused.status_code, refused.json()["code"]) == (409, "kinds_changed")

    told = (await client.get("/api/kinds")).json()
    assert told["kinds"]["flood_watch"]["fields"]["level_cm"]["high"] == 900
    worker.version, worker.kinds = told["version"], parts.towns.pages.kinds
    good = worker.op("flood_watch", {"level_cm": 120}, area=NORTH_ONE)
    bad = worker.op("flood_watch", {"level_cm": 901}, area=NORTH_ONE)
    heard = await worker.exchange(good, bad)
    assert heard.codes == {2: "bad_value"}
    other = await enrol(WORKER)
    assert [(record[0], record[1]) for record in (await other.exchange()).records] == [
        (good.record, "flood_watch")
    ]
