"""Journey (f): what was written for a grid one holds no longer when it arrives is kept, seen and answered."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from backend.adapters.opening import FILE
from backend.towns import wall_ms
from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, delivered, report, send, sign_in
from tests.whole.reading import can_be_read

WORKER = 1
NEXT_GRID = 323  # of another village
MOVE = (
    "UPDATE role_grant SET until_ms = :now WHERE person = :person AND until_ms = 0",
    "INSERT INTO role_grant VALUES (:person, 'fulltime_worker', :unit, :now, 0)",
)
NOTE = "坡上石头松了，下面是上学的路。"
WHY = "送到时已换人管"
REPLY = "我叫人去清，谢谢你"


def move(town: Town, person: int, unit: int) -> None:
    """Give somebody another grid; the server is stopped for the moment it takes."""
    town.stop()
    with closing(sqlite3.connect(town.root / FILE)) as database, database:
        for statement in MOVE:
            database.execute(statement, {"person": person, "unit": unit, "now": wall_ms()})
    town.start()


@pytest.mark.parametrize("answered", [True, False], ids=["in words", "by a step"])
def test_what_was_written_under_an_ended_grant_is_kept_and_answered(
    town: Town, phone: Callable[[str], Phone], photo: Path, answered: bool
) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    page = worker.page
    worker.offline()
    report(page, photo, "落石", NOTE)
    send(page)
    page.get_by_role("link", name="回首页").click()
    move(town, WORKER, NEXT_GRID)
    worker.offline(cut=False)
    delivered(page)
    see_it_kept(worker)
    answer(secretary, REPLY if answered else "")
    page.goto(f"{town.url}/#/report")
    page.get_by_text("有 1 件要你看看").click()
    expect(page.get_by_text("已接手")).to_be_visible()
    expect(page.get_by_text(f"秦大美：{REPLY if answered else '我来接手'}")).to_be_visible()
    worker.shot(f"parked-answered-{answered}")
    page.get_by_role("button", name="知道了").click()
    expect(page.get_by_text("没有要你看的")).to_be_visible()
    page.reload()
    expect(page.get_by_text("没有要你看的")).to_be_visible()
    assert worker.faults == []
    assert secretary.faults == []


def see_it_kept(worker: Phone) -> None:
    """Find the entry where it went, among one's own and in the list, spelled out as it was written."""
    page = worker.page
    bar(page, "记录")
    page.get_by_role("link", name="我记的").or_(page.get_by_role("button", name="我记的")).click()
    mine = page.locator(".rec").filter(has_text=WHY)
    expect(mine).to_contain_text("等人认领")
    worker.shot("parked-records")
    bar(page, "上报")
    page.get_by_text("书记那里还有 1 件没回话").click()
    card = page.locator("section.side")
    for words in ("在书记那里", "现在没有了", "落石", NOTE, "等人认领"):
        expect(card).to_contain_text(words)
    worker.shot("parked-needs")
    can_be_read(worker)


def answer(secretary: Phone, words: str) -> None:
    """Find the entry in the queue, read it with its photo, and take it over, with words or without."""
    page = secretary.page
    page.locator(".rec").filter(has_text=WHY).first.click()
    kept = page.locator("dl.facts").first  # the other says how the due time was counted
    for line in ("落石", NOTE):
        expect(kept).to_contain_text(line)
    expect(page.get_by_text("captured_ms")).to_have_count(0)
    secretary.wait_js("[...document.images].some(i => i.naturalWidth > 50)")
    secretary.shot("parked-story")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")  # no button lies over another there
    can_be_read(secretary)
    if words:
        page.get_by_text("还可以补").click()
        page.get_by_label("怎么处理的").fill(words)
    page.get_by_role("button", name="我来接手").last.click()
    expect(page.get_by_text("已接手").first).to_be_visible()
    delivered(page)
    secretary.shot("parked-taken")
