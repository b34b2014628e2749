"""Journey: the camera covers the page and the phone kills it, before the photo is there, and after."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import expect

from tests.whole.capturing import kept, picture_of, stands, taken
from tests.whole.conftest import PATIENCE_MS, Phone, Town
from tests.whole.doing import bar, delivered, send, sign_in

NOTE: Final = "桥头护栏断了一截，要小心。"
LOST: Final = "刚才的照片没回来"
NO_DARKROOM: Final = """(() => {
  const Real = Worker;
  const never = { postMessage() {}, terminate() {} };
  window.Worker = function (url) { return String(url).includes('darkroom') ? never : new Real(url) };
})()"""
LISTEN: Final = """() => {
  const begin = () => {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const out = context.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    return out.stream;
  };
  navigator.mediaDevices.getUserMedia = async () => begin();
}"""


def wait_kept(phone: Phone, ready: Callable[[Any], bool]) -> Any:
    """Wait until what the phone holds is as wanted."""
    for _ in range(PATIENCE_MS // 100):
        rows = kept(phone)
        if rows and ready(rows):
            return rows
        phone.page.wait_for_timeout(100)
    raise AssertionError("not in time")


def raw(rows: Any) -> list[str]:
    """Name the photos that are not developed."""
    return [row["id"] for row in rows["photos"] if row["id"].startswith("raw-")]


def written(rows: Any) -> str:
    """Give the words of the draft."""
    return str((rows["draft"] or {"values": {}})["values"].get("note", ""))


def open_camera(phone: Phone, label: str) -> Any:
    """Open the camera; gives what the photo is handed to."""
    with phone.page.expect_file_chooser() as chooser:
        phone.page.get_by_text(label, exact=True).click()
    return chooser.value


def begin(phone: Phone, town: Town) -> None:
    """Begin a report without a photo, with words."""
    sign_in(phone, town, town.code("fulltime_worker"))
    bar(phone.page, "上报")
    phone.page.get_by_role("button", name="不拍照，直接写").click()
    phone.page.get_by_placeholder("写两句").fill(NOTE)
    wait_kept(phone, lambda rows: written(rows) == NOTE)


def again(phone: Phone, town: Town, *, offline: bool = True) -> None:
    """Kill the browser and open the app again, on the report under way."""
    phone.kill()
    phone.open(offline=offline)
    phone.page.goto(f"{town.url}/#/draft")
    expect(phone.page.get_by_role("heading", name="上报")).to_be_visible()


def test_killed_while_the_camera_is_open_the_report_is_there_and_says_where_the_photo_is(
    town: Town, phone: Callable[[str], Phone]
) -> None:
    worker = phone("worker")
    begin(worker, town)
    open_camera(worker, "拍照")
    wait_kept(worker, lambda rows: rows["draft"]["cameraOpen"])
    again(worker, town)
    expect(worker.page.get_by_placeholder("写两句")).to_have_value(NOTE)
    expect(worker.page.get_by_text(LOST)).to_be_visible()
    worker.shot("draft-camera-lost")


def test_killed_when_the_photo_has_just_come_it_is_kept_as_it_came_and_developed_afterwards(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    worker = phone("worker")
    begin(worker, town)
    worker.page.evaluate(f"() => {NO_DARKROOM}")  # developing never ends: the phone is that slow
    photo = taken(tmp_path, 6, (1500, 2000))
    open_camera(worker, "拍照").set_files(photo)
    rows = wait_kept(worker, lambda rows: len(raw(rows)) == 1)
    assert base64.b64decode(rows["photos"][0]["screen"]) == photo.read_bytes()
    again(worker, town)
    rows = wait_kept(worker, lambda rows: rows["photos"] and not raw(rows))
    (row,) = rows["photos"]
    assert stands(picture_of(row["screen"]))
    assert picture_of(row["screen"]).size == (1200, 1600)
    assert base64.b64decode(row["original"]) == photo.read_bytes()
    assert [photo["key"] for photo in rows["draft"]["photos"]] == [row["id"]]
    expect(worker.page.get_by_placeholder("写两句")).to_have_value(NOTE)
    expect(worker.page.get_by_text(LOST)).to_have_count(0)


def test_a_photo_that_kills_the_page_each_time_is_taken_as_it_is(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    worker = phone("worker")
    begin(worker, town)
    worker.page.evaluate(f"() => {NO_DARKROOM}")
    photo = taken(tmp_path, 1)
    open_camera(worker, "拍照").set_files(photo)
    wait_kept(worker, lambda rows: len(raw(rows)) == 1)
    worker.kill()
    worker.open(offline=True)
    worker.context.add_init_script(NO_DARKROOM)
    worker.page.goto(f"{town.url}/#/draft")
    wait_kept(worker, lambda rows: rows["photos"][0]["tries"] == 1)
    again(worker, town)
    rows = wait_kept(worker, lambda rows: rows["photos"] and not raw(rows))
    assert base64.b64decode(rows["photos"][0]["screen"]) == photo.read_bytes()


def test_a_report_sent_before_its_photo_is_developed_takes_it_along(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    worker = phone("worker")
    begin(worker, town)
    open_camera(worker, "拍照").set_files(taken(tmp_path, 3, (3000, 2000)))
    expect(worker.page.locator(".shot, .shots")).to_be_visible()
    send(worker.page)
    worker.page.get_by_role("link", name="回首页").click()
    delivered(worker.page)
    rows = wait_kept(worker, lambda rows: rows["draft"] is None and not raw(rows))
    assert all(row["state"] == "verified" for row in rows["photos"])
    assert len(rows["previews"]) >= 1
    assert worker.faults == []


def test_a_draft_with_photos_and_a_voice_note_outlives_a_kill_and_arrives(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    worker = phone("worker")
    begin(worker, town)
    album = open_camera(worker, "从相册选")
    album.set_files([taken(tmp_path, turn, seed=turn) for turn in (1, 8)])
    wait_kept(worker, lambda rows: len(rows["photos"]) == 2 and not raw(rows))
    worker.page.evaluate(f"({LISTEN})()")
    worker.page.get_by_text("按住说话").click()
    expect(worker.page.get_by_text("说完了")).to_be_visible()
    worker.shot("draft-speaking")
    worker.page.wait_for_timeout(1_500)  # somebody speaks
    worker.page.get_by_text("说完了").click()
    expect(worker.page.get_by_text("听一听")).to_be_visible()
    wait_kept(worker, lambda rows: len(rows["photos"]) == 3 and not raw(rows))
    again(worker, town)
    rows = wait_kept(worker, lambda rows: len(rows["photos"]) == 3)
    sound = next(row for row in rows["photos"] if row["type"].startswith("audio/"))
    assert base64.b64decode(sound["screen"])[:4] == b"\x1aE\xdf\xa3"  # WebM
    assert [photo["field"] for photo in rows["draft"]["photos"]] == ["photos", "photos", "voice"]
    expect(worker.page.locator(".shots li")).to_have_count(2)
    expect(worker.page.get_by_text("听一听")).to_be_visible()
    worker.shot("draft-spoken")
    send(worker.page)
    worker.offline(cut=False)
    worker.page.get_by_role("link", name="回首页").click()
    delivered(worker.page)
    hear(phone("secretary"), town)


def test_what_was_said_when_the_page_was_killed_is_there(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    begin(worker, town)
    worker.page.evaluate(f"({LISTEN})()")
    worker.page.get_by_text("按住说话").click()
    expect(worker.page.get_by_text("说完了")).to_be_visible()
    wait_kept(worker, lambda rows: any(len(row["screen"] or "") > 2_000 for row in rows["photos"]))
    again(worker, town)
    rows = wait_kept(worker, lambda rows: rows["photos"] and not raw(rows))
    assert [photo["field"] for photo in rows["draft"]["photos"]] == ["voice"]
    assert base64.b64decode(rows["photos"][0]["screen"])[:4] == b"\x1aE\xdf\xa3"  # WebM
    expect(worker.page.get_by_text("听一听")).to_be_visible()
    assert worker.faults == []


def hear(secretary: Phone, town: Town) -> None:
    """Hear the voice note where the report is reviewed."""
    sign_in(secretary, town, town.code("community_secretary"))
    page = secretary.page
    bar(page, "待审")
    page.get_by_text(NOTE[:8]).first.click()
    expect(page.get_by_role("button", name="听一听")).to_be_visible()
    secretary.shot("review-spoken")
    page.get_by_role("button", name="听一听").click()
    expect(page.get_by_text("停，")).to_be_visible()
    expect(page.get_by_text("听一听")).to_be_visible()
    assert secretary.faults == []
