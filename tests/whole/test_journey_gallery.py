"""Journey (g): photos looked at, close and far, before and after, with a network and without."""

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from media.drawing import draw
from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, delivered, report, row, send, sign_in

NOTE = "坡上掉石头，路封了一半"


class Fingers:
    """Fingers on the screen of a page."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        spots = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    def pinch(self, apart: float) -> None:
        """Draw two fingers apart from the middle of the screen."""
        x, y = 180, 330
        self._touch("touchStart", (x - 20, y), (x + 20, y))
        for part in range(1, 6):
            far = 20 + (apart - 20) * part / 5
            self._touch("touchMove", (x - far, y), (x + far, y))
        self._touch("touchEnd")

    def swipe(self, dx: float) -> None:
        """Draw one finger across."""
        x, y = 180 - dx / 2, 330
        self._touch("touchStart", (x, y))
        for part in range(1, 6):
            self._touch("touchMove", (x + dx * part / 5, y))
        self._touch("touchEnd")


def scale(page: Page) -> float:
    """Say how large the photo is shown."""
    return float(page.locator(".stage").get_attribute("data-scale") or 0)


def sharp(phone: Phone) -> None:
    """Wait until the photo on the stage is the large one."""
    phone.wait_js("(document.querySelector('.stage img')?.naturalWidth ?? 0) >= 700")


def two_photos(worker: Phone, photo: Path, other: Path) -> None:
    """Report with two photos."""
    report(worker.page, photo, "火患", NOTE)
    with worker.page.expect_file_chooser() as chooser:
        worker.page.get_by_text("再拍").first.click()
    chooser.value.set_files(other)
    expect(worker.page.locator(".shots .pic, .shot .pic")).to_have_count(2)
    send(worker.page)


def opened(phone: Phone, town: Town) -> None:
    """Open the record, then its first photo."""
    phone.page.goto(f"{town.url}/#/records")
    row(phone.page, NOTE).click()
    expect(phone.page.get_by_role("link", name=re.compile("看大图，第 1 张"))).to_be_visible()
    phone.page.get_by_role("link", name=re.compile("看大图，第 1 张")).click()
    expect(phone.page.get_by_role("heading", name="照片 1/2")).to_be_visible()


def test_photos_are_looked_at_close_and_far(
    town: Town, phone: Callable[[str], Phone], photo: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.jpg"
    other.write_bytes(draw("rock_fall", 2))
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    two_photos(worker, photo, other)
    worker.page.get_by_role("link", name="回首页").click()
    delivered(worker.page)
    opened(worker, town)
    sharp(worker)
    fingers(worker)
    worker.shot("gallery-worker")
    secretary_looks(secretary, town)
    assert worker.faults == secretary.faults == []


def fingers(worker: Phone) -> None:
    """Pinch, pan to the edge, tap twice, swipe, keys."""
    page, hand = worker.page, Fingers(worker.page)
    assert scale(page) == 1
    hand.pinch(90)
    assert scale(page) > 2
    hand.swipe(-160)
    expect(page.get_by_role("heading", name="照片 1/2")).to_be_visible()
    worker.shot("gallery-close")
    page.locator(".stage").dblclick()
    assert scale(page) == 1
    page.locator(".stage").dblclick()
    assert scale(page) == 2.5
    page.locator(".stage").dblclick()
    hand.swipe(-200)
    expect(page.get_by_role("heading", name="照片 2/2")).to_be_visible()
    hand.swipe(-200)
    expect(page.get_by_role("heading", name="照片 2/2")).to_be_visible()
    hand.swipe(200)
    expect(page.get_by_role("heading", name="照片 1/2")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="照片 2/2")).to_be_visible()
    expect(page.get_by_text("你拍的")).to_be_visible()


def secretary_looks(secretary: Phone, town: Town) -> None:
    """What was looked at stays in small without a network, and says so; Escape leads back."""
    opened(secretary, town)
    sharp(secretary)
    expect(secretary.page.get_by_text(re.compile("陈素芬拍的，.*收到"))).to_be_visible()
    secretary.shot("gallery-secretary")
    secretary.page.keyboard.press("Escape")
    expect(secretary.page).to_have_url(re.compile("/story/"))
    secretary.offline()
    secretary.page.reload()
    opened(secretary, town)
    expect(secretary.page.get_by_text("这是小图，大图有网再看")).to_be_visible()
    secretary.wait_js("(document.querySelector('.stage img')?.naturalWidth ?? 0) >= 200")
    secretary.shot("gallery-offline")
    secretary.offline(cut=False)
    secretary.page.reload()
    opened(secretary, town)
    sharp(secretary)


def test_what_was_before_and_after_is_drawn_across(town: Town, phone: Callable[[str], Phone]) -> None:
    record, secretary = handled(town), phone("secretary")
    sign_in(secretary, town, town.code("community_secretary"))
    page = secretary.page
    page.goto(f"{town.url}/#/story/{record}")
    page.get_by_role("link", name=re.compile("看大图，第 1 张")).click()
    page.get_by_role("button", name="前后对比").click()
    expect(page.get_by_text("处理前")).to_be_visible()
    seam = page.get_by_label("左右拉，比一比")
    seam.focus()
    for _ in range(20):
        seam.press("ArrowLeft")
    assert page.locator(".seam").get_attribute("data-at") == "30"
    secretary.wait_js("[...document.querySelectorAll('.seam img')].every(i => i.naturalWidth > 300)")
    secretary.shot("gallery-seam")
    page.get_by_role("button", name="放在一起看").click()
    expect(page.locator("figure")).to_have_count(2)
    secretary.shot("gallery-pair")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="前后对比")).to_be_visible()
    assert secretary.faults == []


def handled(town: Town) -> str:
    """Give a record of the demo town a photo from afterwards, that of another one; gives its id."""
    town.stop()
    connection = sqlite3.connect(town.root / "qianshao.db")
    rows = connection.execute(
        "SELECT id, body FROM record WHERE kind = 'incident' AND area BETWEEN 311 AND 314"
    )
    found = [(key, record) for key, body in rows if "photos" in (record := json.loads(body))["cells"]]
    (key, record), (_, other) = found[:2]
    record["cells"]["result_photos"] = other["cells"]["photos"]
    record["held"]["result_photos"] = record["held"]["photos"]
    connection.execute("UPDATE record SET body = ? WHERE id = ?", (json.dumps(record).encode(), key))
    photo = other["cells"]["photos"][0][0][1]
    connection.execute("INSERT OR IGNORE INTO photo_ref VALUES (?, ?, ?)", (3, photo, key))
    connection.commit()
    connection.close()
    town.start()
    return str(record["id"])


def test_a_reviewer_sees_what_to_look_at_and_both_photos_side_by_side(
    town: Town, phone: Callable[[str], Phone], photo: Path, tmp_path: Path
) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    again = tmp_path / "again.jpg"
    with Image.open(photo) as picture:
        picture.convert("RGB").save(again, quality=60)
    for path, note in ((photo, "头一回报的"), (again, NOTE)):
        report(worker.page, path, "火患", note)
        send(worker.page)
        worker.page.get_by_role("link", name="回首页").click()
        delivered(worker.page)
    page = secretary.page
    delivered(page)
    bar(page, "待审")
    row(page, NOTE).click()
    words = re.compile("那张几乎一样，看一眼")
    expect(page.get_by_text(words)).to_be_visible(timeout=30_000)  # once it has been developed
    secretary.shot("review-notes")
    page.get_by_role("link", name=re.compile("看大图，第 1 张")).click()
    expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("button", name="放在一起看").click()
    expect(page.locator("figure")).to_have_count(2)
    secretary.wait_js(
        "[...document.querySelectorAll('figure img')].filter(i => i.naturalWidth > 300).length === 2"
    )
    secretary.shot("gallery-seen")
    page.keyboard.press("Escape")
    original_opened(page, again)
    assert worker.faults == secretary.faults == []


def original_opened(page: Page, file: Path) -> None:
    """The phone is asked for the original and sends it; what opens is the file as it was taken."""
    page.get_by_role("button", name="要原图").click()
    page.get_by_role("button", name="看原图").wait_for(timeout=30_000)
    with page.expect_download() as saved:
        page.get_by_role("button", name="看原图").click()
    assert Path(saved.value.path()).read_bytes() == file.read_bytes()
