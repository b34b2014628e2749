"""Journey: with no network, a matter is found among all of them by initials, words or heading, and sent."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, delivered, report, row, send, sign_in

NOTE = "桶满了，流到路上。"
COVER, BIN = "井盖缺失(警示)", "垃圾站(箱)满溢"


def test_found_offline_and_read_by_the_secretary(
    town: Town, phone: Callable[[str], Phone], photo: Path
) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    worker.wait_js("caches.keys().then(async names => (await Promise.all(names.map(async name =>"
                   " (await (await caches.open(name)).keys()).map(each => each.url)))).flat()"
                   ".some(url => url.includes('/apart-')))")  # fmt: skip
    worker.offline()
    page = worker.page
    report(page, photo, "垃圾", NOTE)
    worker.shot("matters-draft")
    search(worker)
    headings(page)
    page.get_by_role("searchbox").fill("桶满")
    sheet(page).get_by_role("button", name=BIN).click()
    expect(page.get_by_role("button", name=f"{BIN}，换一项")).to_be_focused()
    expect(page.get_by_role("button", name="垃圾", exact=True)).to_have_attribute("aria-pressed", "false")
    worker.shot("matters-chosen")
    send(page)
    page.get_by_role("link", name="回首页").click()
    bar(page, "记录")
    expect(row(page, BIN)).to_contain_text(BIN)
    last_used_stands_first(worker, photo)
    worker.offline(cut=False)
    delivered(page)
    read_it(secretary, town)
    assert worker.faults == []
    assert secretary.faults == []


def search(worker: Phone) -> None:
    """Find by initials, by what people say, by pinyin still being typed; and find nothing, in plain words."""
    page = worker.page
    page.get_by_role("button", name="更多事项").click()
    box = page.get_by_role("searchbox", name="找事项")
    worker.shot("matters-headings")
    for typed, wanted in (("jg", "井盖"), ("井盖", "井盖"), ("jing gai que", COVER), ("井盖破", COVER)):
        box.fill(typed)
        expect(sheet(page).get_by_role("listitem").first).to_contain_text(wanted)
    box.fill("井盖")
    expect(sheet(page).get_by_role("button", name=COVER)).to_be_visible()
    worker.shot("matters-found")
    box.fill("qqq")
    expect(sheet(page).get_by_role("status")).to_contain_text("没找到")
    worker.shot("matters-none")
    box.fill("")


def headings(page: Page) -> None:
    """Open a heading; leave by the phone's own way back, and find the form as it was."""
    sheet(page).get_by_text("街面秩序").click()
    expect(sheet(page).get_by_role("button", name="占用消防通道")).to_be_visible()
    page.go_back()
    expect(sheet(page)).to_have_count(0)
    expect(page.get_by_placeholder("写两句")).to_have_value(NOTE)
    page.keyboard.press("Enter")  # the button has the focus again
    expect(sheet(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet(page)).to_have_count(0)
    expect(page.get_by_role("heading", name="上报")).to_be_visible()
    page.get_by_role("button", name="更多事项").click()


def last_used_stands_first(worker: Phone, photo: Path) -> None:
    """Begin another report: what was chosen last is the first to be offered."""
    page = worker.page
    report(page, photo, "积水", "")
    page.get_by_role("button", name="更多事项").click()
    expect(sheet(page).get_by_role("heading", name="最近用过")).to_be_visible()
    expect(sheet(page).get_by_role("listitem").first).to_contain_text(BIN)
    worker.shot("matters-recent")
    smallest = (
        sheet(page)
        .locator("button, summary, input")
        .evaluate_all("all => Math.min(...all.filter(e => e.offsetHeight).map(e => e.offsetHeight))")
    )
    assert smallest >= 48
    sheet(page).get_by_role("button", name="不选了").click()
    page.get_by_role("button", name=re.compile("这些不要了")).click()
    page.get_by_role("button", name="删掉").click()


def read_it(secretary: Phone, town: Town) -> None:
    """The secretary reads the catalogue's own words, in the queue and on the card."""
    page = secretary.page
    page.goto(f"{town.url}/#/queue")
    page.get_by_text(NOTE[:6]).first.click()
    expect(page.get_by_text(BIN).first).to_be_visible()
    secretary.shot("matters-review")


def sheet(page: Page) -> Locator:
    """The sheet that covers the form."""
    return page.get_by_role("dialog")
