"""Kind pages from disk: picked up while the server runs, and a faulty one harms nothing."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from backend import watch
from backend.kinds import Pages, read_pages
from sync.kind import KindError
from sync.permit import OrgUnit
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
open = { label = { zh = "开", en = "Open" }, final = true }
"""


def put(directory: Path, name: str, text: str = PAGE) -> None:
    directory.mkdir(exist_ok=True)
    (directory / f"{name}.toml").write_text(text.replace("NAME", name), encoding="utf-8")


@pytest.fixture
def pages(tmp_path, monkeypatch) -> Pages:
    """The built-in pages and an empty directory, looked at as often as asked."""
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
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


def test_disk_is_looked_at_once_a_second_at_most(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.watch.time", SimpleNamespace(monotonic=lambda: 5.0))
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
    "taken": PAGE.replace("NAME", "incident"),  # a name that another page has
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


DEAD_END = PAGE.replace(", final = true", "")


def test_a_page_whose_records_nobody_could_move_on_is_left_out_of_the_change(pages, tmp_path, caplog):
    put(tmp_path, "flood_watch")
    pages.refresh()
    before = pages.kinds, pages.version
    put(tmp_path, "flood_watch", DEAD_END)
    pages.refresh()
    assert (pages.kinds, pages.version) == before
    assert "flood_watch: state open: no way leads out" in caplog.text


def test_a_page_with_a_hole_is_served_at_start_with_a_warning_and_holds_up_no_other(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    put(tmp_path, "flood_watch", DEAD_END)
    pages = Pages((PAGES, tmp_path))
    assert "flood_watch: state open: no way leads out" in caplog.text
    put(tmp_path, "lamp_check")
    pages.refresh()
    assert {"flood_watch", "lamp_check"} <= set(pages.kinds)


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "taken"])
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


MONKEYS = """
rows = [
  { value = "06010", handle = "2 hour" },
  { value = "T-01", like = "quick", zh = "猴子进村", en = "Monkeys", handle = "4 work_hour", unit = "town" },
]
"""


def put_list(directory: Path, text: str = MONKEYS, name: str = "matters") -> None:
    (directory / "lists").mkdir(exist_ok=True)
    (directory / "lists" / f"{name}.toml").write_text(text, encoding="utf-8")


def limits(pages: Pages) -> dict[str, str]:
    return {each.value: each.marks["handle"] for each in pages.kinds["incident"].fields["matter"].options}


def test_a_towns_list_is_laid_over_ours_while_running(pages, tmp_path):
    before, ours = pages.version, limits(pages)
    put_list(tmp_path)
    pages.refresh()
    assert limits(pages) == ours | {"06010": "2 hour", "T-01": "4 work_hour"}
    assert list(limits(pages)) == [*ours, "T-01"]
    assert pages.version != before
    (tmp_path / "lists" / "matters.toml").unlink()
    pages.refresh()
    assert (pages.version, limits(pages)) == (before, ours)


LIST_FAULTS = {
    "row 06010: handle: no limit '4 fortnight'": MONKEYS.replace("2 hour", "4 fortnight"),
    "row T-01: unit: no 'army' here": MONKEYS.replace("town", "army"),
    "row T-01 stands twice": MONKEYS.replace("06010", "T-01"),
    "Invalid value": "rows = [",
}


@pytest.mark.parametrize("told", LIST_FAULTS)
def test_a_faulty_list_leaves_the_old_one_in_force_and_is_named_at_start(pages, tmp_path, caplog, told):
    before = pages.kinds, pages.version
    put_list(tmp_path, LIST_FAULTS[told])
    pages.refresh()
    assert (pages.kinds, pages.version) == before
    assert "left as they were" in caplog.text
    assert told in caplog.text
    with pytest.raises(KindError, match=r"matters\.toml"):
        read_pages((PAGES, tmp_path))


SEAT = 'rows = [{ value = "fire", at = "381" }]'
TREE = {1: OrgUnit(3, 0), 38: OrgUnit(3, 1), 381: OrgUnit(3, 38), 11: OrgUnit(4, 1)}


def test_a_town_says_which_unit_stands_behind_a_responder(pages, tmp_path):
    pages.know(1, TREE)
    put_list(tmp_path, SEAT, "responders")
    pages.refresh()
    marks = {each.value: each.marks for each in pages.kinds["incident"].fields["matter"].options}
    assert (marks["fire_hazard"]["unit"], marks["fire_hazard"]["unit_at"]) == ("fire", "381")
    assert "unit_at" not in marks["rubbish"]


@pytest.mark.parametrize(
    ("unit", "fault"),
    [("382", "at: no unit 382 here"), ("11", "at: unit 11 is no department, board or post")],
)
def test_a_list_that_names_a_unit_there_is_not_leaves_the_old_one_in_force(
    pages, tmp_path, caplog, unit, fault
):
    pages.know(1, {})  # a town that is not set up yet
    pages.know(2, TREE)
    before = pages.version
    put_list(tmp_path, SEAT.replace("381", unit), "responders")
    pages.refresh()
    assert pages.version == before
    assert f"left as they were: lists/responders.toml: row fire: {fault}" in caplog.text
    with pytest.raises(KindError, match=fault):
        read_pages((PAGES, tmp_path), [TREE])


def test_a_unit_that_goes_while_a_list_names_it_is_logged_once(pages, tmp_path, caplog):
    put_list(tmp_path, SEAT, "responders")
    pages.refresh()  # nobody knows yet which units there are
    pages.know(1, TREE)
    assert caplog.text == ""
    for _ in range(2):
        pages.know(1, {unit: TREE[unit] for unit in (1, 38)})
    assert caplog.text.count("row fire: at: no unit 381 here") == 1


def test_hearing_of_a_town_reads_no_file(pages, tmp_path, caplog):
    put_list(tmp_path, SEAT.replace("381", "382"), "responders")
    pages.refresh()
    put_list(tmp_path, "rows = [", "responders")  # turns faulty, and is not looked at for this
    for town in (1, 2):
        pages.know(town, TREE)
    assert caplog.text.count("row fire: at: no unit 382 here") == 2
    assert "Invalid" not in caplog.text


def test_a_page_of_the_town_may_use_a_list_of_the_town(pages, tmp_path):
    put_list(tmp_path, 'rows = [{ value = "ash", zh = "槐树", en = "Ash" }]', "trees")
    field = '[fields.tree]\ntype = "choice"\nlisted = "trees"\nlabel = { zh = "树", en = "Tree" }\n'
    put(tmp_path, "tree_check", PAGE.replace("[workflow]", f"{field}[workflow]", 1))
    pages.refresh()
    assert [each.zh for each in pages.kinds["tree_check"].fields["tree"].options] == ["槐树"]


@pytest.mark.anyio
async def test_a_list_travels_beside_the_pages_that_name_it(client):
    told = (await client.get("/api/kinds")).json()
    field = told["kinds"]["incident"]["fields"]["matter"]
    assert (field["listed"], field["options"]) == ("matters", [])
    first = told["lists"]["matters"][0]
    assert (first["value"], first["icon"], first["family"]) == ("rock_fall", "rock", "")
    assert first["marks"]["route"] == "community"


@pytest.mark.anyio
async def test_a_page_added_at_run_time_is_used_over_http(client, enrol, monkeypatch):
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
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


def test_a_town_words_its_own_day_sheet(pages, tmp_path):
    ours = (PAGES / "day_sheet.toml").read_text(encoding="utf-8")
    put(tmp_path, "day_sheet", ours.replace("日常巡查", "每天走一圈"))
    pages.refresh()
    assert pages.kinds["day_sheet"].fields["patrol_visit"].label["zh"] == "每天走一圈"
    (tmp_path / "day_sheet.toml").unlink()
    pages.refresh()
    assert pages.kinds["day_sheet"].fields["patrol_visit"].label["zh"] == "日常巡查"
