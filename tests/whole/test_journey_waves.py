"""Photos in waves over a weak link: the preview with the words, the picture afterwards, whatever is cut.

The order of what comes is asserted, and the bytes; how long it takes is measured by tests/bench/waves.py.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from media.drawing import draw
from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, report, row, send, sign_in
from tests.whole.weak import Cut, Weak, weak_to

NOTE = "石头滚到路中间，摩托过不去。"
VILLAGE = (20_000, 0.8)  # bits a second, seconds there and back
BETTER = (400_000, 0.2)
NO_ORIGINALS = """new Promise((ok) => {
  const r = indexedDB.open("qianshao");
  r.onsuccess = () => {
    const all = r.result.transaction("photos").objectStore("photos").getAll();
    all.onsuccess = () => { r.result.close(); ok(all.result.every((photo) => !photo.original)) } } })"""
PIECE = 9_000  # bytes of a piece that pass before the link is cut


@pytest.fixture
def weak(town: Town) -> Iterator[Weak]:
    """A link to the town that can be made weak."""
    with weak_to(town.port) as link:
        yield link


@pytest.fixture
def other_photo(tmp_path: Path) -> Path:
    """Another photo as a phone takes it."""
    path = tmp_path / "other.jpg"
    path.write_bytes(draw("rock_fall", 2))
    return path


def at(town: Town, url: str) -> Town:
    """The same town by another way."""
    other = object.__new__(Town)
    other.__dict__.update(town.__dict__, url=url)
    return other


def pictures(page: Page) -> list[int]:
    """How wide the pictures on a screen are."""
    widths: list[int] = page.evaluate("[...document.querySelectorAll('main img')].map(i => i.naturalWidth)")
    return widths


def test_the_preview_comes_with_the_words_and_the_picture_through_every_cut(
    town: Town, weak: Weak, phone: Callable[[str], Phone], photo: Path
) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, at(town, weak.url), town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    queue = secretary.page
    report(worker.page, photo, "落石", NOTE)
    weak.slow(*VILLAGE)
    weak.cuts = [Cut(PIECE), Cut(PIECE, stall=True)]
    before = weak.up
    send(worker.page)
    worker.shot("waves-saved")
    expect(row(queue, NOTE)).to_be_visible()
    secretary.wait_js(f"[...document.querySelectorAll('main a')].some(a => a.innerText.includes('{NOTE[:6]}')"
                      " && a.querySelector('img')?.naturalWidth > 0)")  # fmt: skip
    assert weak.pieces == [], "the preview came before any byte of the picture"
    assert weak.up - before < 12_000
    secretary.shot("waves-queue")
    queue.get_by_text(NOTE[:8]).click()
    expect(queue.get_by_text("照片在传")).to_be_visible()
    secretary.shot("waves-preview")
    weak.slow(*BETTER)
    assert weak.stalled.wait(60), "the second piece stalled"
    expect(queue.get_by_text("照片在传")).to_be_visible()
    worker.kill()
    weak.slow(0, 0)
    worker.open()
    worker.page.goto(f"{weak.url}/#/records")
    secretary.wait_js("[...document.images].some(i => i.naturalWidth > 800)")
    expect(queue.get_by_text("照片在传")).to_have_count(0)
    secretary.shot("waves-there")
    # Each once: Chromium asks again by itself when a connection that it used before is reset.
    assert len(weak.pieces) == 3
    assert all(there < further <= there + PIECE for there, further in pairwise(weak.pieces))
    row(worker.page, NOTE).click()
    expect(worker.page.get_by_text("张已到")).to_be_visible()
    worker.shot("waves-story")
    assert worker.faults == []
    assert secretary.faults == []


def test_above_the_ceiling_photos_wait_but_not_an_emergencys_nor_what_is_asked_for(
    town: Town, weak: Weak, phone: Callable[[str], Phone], photo: Path, other_photo: Path
) -> None:
    worker = phone("worker")
    page = worker.page
    sign_in(worker, at(town, weak.url), town.code("fulltime_worker"))
    bar(page, "我的")
    page.get_by_role("button", name="5 MB").click()
    page.get_by_role("heading", name="流量").scroll_into_view_if_needed()
    worker.shot("waves-data")
    spend(page, 5_000_000)
    report(page, photo, "落石", NOTE)
    send(page)
    page.get_by_role("link", name="回首页").click()
    expect(page.locator(".sync")).to_contain_text("今天的照片流量用完了")
    worker.shot("waves-ceiling")
    assert weak.pieces == []
    report(page, other_photo, "落石", "又落石了，有人在下面。")
    page.get_by_role("button", name="很急").click()
    send(page)
    expect(page.get_by_text("照片 1 张已到")).to_be_visible()
    assert weak.pieces == [0]
    page.get_by_role("link", name="回首页").click()
    expect(page.locator(".sync")).to_contain_text("1 张过半夜再传")
    bar(page, "我的")
    page.get_by_role("button", name="照片现在都传").click()
    expect(page.locator(".sync")).to_contain_text("全部送达")
    worker.shot("waves-sent")
    worker.wait_js(NO_ORIGINALS)
    assert weak.pieces == [0] * 4, "each picture and each original in one piece"
    assert worker.faults == []


def spend(page: Page, size: int) -> None:
    """Make the phone believe that photos took so many bytes today, and begin anew."""
    page.evaluate(
        """async (size) => {
      const db = await new Promise((ok) => {
        const r = indexedDB.open("qianshao"); r.onsuccess = () => ok(r.result) });
      const day = Math.floor((Date.now() + 8 * 3600000) / 86400000);
      await new Promise((ok) => { const tx = db.transaction("notes", "readwrite");
        tx.objectStore("notes").put({ id: "meter", value: { [day]: [size, 0, size] } });
        tx.oncomplete = ok });
      db.close() }""",
        size,
    )
    page.reload()
