"""Covering a number plate before anything is sent: it is gone from every byte, and so is the original."""

import base64
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.whole.capturing import kept, picture_of
from tests.whole.conftest import Phone, Town
from tests.whole.doing import sign_in
from tests.whole.test_capture import choose, developed

WIDTH, HEIGHT = 1200, 1600
PLATE = (400, 700, 800, 800)  # px: left, top, right, bottom
SEEN = "document.querySelector('canvas')?.width === 1200"


def plate(folder: Path) -> Path:
    """A number plate that can be read, in the middle of a street."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (120, 130, 125))
    pen = ImageDraw.Draw(picture)
    pen.rectangle(PLATE, fill=(20, 40, 160))
    for at, left in enumerate(range(PLATE[0] + 20, PLATE[2] - 20, 40)):
        pen.rectangle((left, PLATE[1] + 15, left + 8 + at % 3 * 8, PLATE[3] - 15), fill=(255, 255, 255))
    picture.save(folder / "plate.jpg", quality=95)
    return folder / "plate.jpg"


def draw_over(page: Page) -> None:
    """Draw over the plate, as a finger does: there and back."""
    box = page.locator("canvas").bounding_box()
    assert box is not None
    scale = box["width"] / WIDTH
    left, right = box["x"] + PLATE[0] * scale, box["x"] + PLATE[2] * scale
    middle = box["y"] + (PLATE[1] + PLATE[3]) / 2 * scale
    page.mouse.move(left, middle)
    page.mouse.down()
    for at in range(11):
        page.mouse.move(left + (right - left) * at / 10, middle)
    page.mouse.up()


def contrast(spelled: str) -> float:
    """How much the plate stands out from column to column: its writing."""
    picture = picture_of(spelled).convert("L")
    scale = picture.width / WIDTH
    row = picture.crop(tuple(round(each * scale) for each in PLATE))  # type: ignore[arg-type]
    line = list(row.resize((100, 1), Image.Resampling.BOX).tobytes())
    return sum(abs(a - b) for a, b in pairwise(line)) / len(line)


def test_what_is_drawn_over_is_gone_from_every_byte(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    worker = phone("worker")
    sign_in(worker, town, town.code("fulltime_worker"))
    page = worker.page
    file = plate(tmp_path)
    choose(worker, file)
    (before,) = developed(worker, 1)["photos"]
    assert contrast(before["screen"]) > 20
    assert before["original"]
    page.get_by_text("遮住", exact=True).click()
    worker.wait_js(SEEN)
    draw_over(page)
    worker.shot("cover")
    page.get_by_role("button", name="退一步").click()
    expect(page.get_by_role("button", name="退一步")).to_be_disabled()
    draw_over(page)
    page.get_by_role("button", name="好了").click()
    expect(page.get_by_role("heading", name="上报")).to_be_visible()
    rows = developed(worker, 1)
    (after,) = rows["photos"]
    preview = next(row for row in rows["previews"] if row["id"] == after["id"])
    assert [photo["key"] for photo in rows["draft"]["photos"]] == [after["id"]] != [before["id"]]
    assert before["id"] not in [row["id"] for row in rows["previews"]]
    assert contrast(after["screen"]) < 2
    assert contrast(preview["preview"]) < 2
    assert not after["original"]
    assert after["shot"][4:6] == ["", 0]
    body = base64.b64decode(after["screen"])
    assert base64.b64decode(before["screen"]) != body
    assert picture_of(after["screen"]).size == (WIDTH, HEIGHT)
    worker.shot("draft-covered")
    page.reload()
    expect(page.get_by_role("heading", name="上报")).to_be_visible()
    assert [row["id"] for row in kept(worker)["photos"]] == [after["id"]]
    assert worker.faults == []


def test_going_back_leaves_the_photo_as_it_was(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    worker = phone("worker")
    sign_in(worker, town, town.code("fulltime_worker"))
    choose(worker, plate(tmp_path))
    (before,) = developed(worker, 1)["photos"]
    worker.page.get_by_text("遮住", exact=True).click()
    worker.wait_js(SEEN)
    draw_over(worker.page)
    worker.page.go_back()
    expect(worker.page.get_by_role("heading", name="上报")).to_be_visible()
    assert [row["id"] for row in kept(worker)["photos"]] == [before["id"]]
