"""Journeys (b) and (c): two phones of one worker, and two tabs of one phone."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, delivered, edit, report, row, send, sign_in, visit, write

WORKER = 1  # 陈素芬
AT_HOME = "在家，药够吃到月底"
WITH_SON = "和儿子同住，上周回来的"


def test_two_phones_edit_one_visit_offline_and_both_end_the_same(
    town: Town, phone: Callable[[str], Phone]
) -> None:
    second_code = town.code_for(WORKER)
    one, other = phone("one"), phone("other")
    sign_in(one, town, town.code("fulltime_worker"))
    sign_in(other, town, second_code)
    story = visit(one)
    other.page.goto(story)
    expect(other.page.get_by_text("上门").first).to_be_visible()
    edit_apart(one, other, story)
    for each in (one, other):
        each.offline(cut=False)
        bar_home(each, town)
        delivered(each.page)
    for each in (one, other):
        each.page.goto(story)
        each.page.locator("a.todo", has_text="有一处要你定").click()
        expect(each.page.get_by_role("heading", name="有一处要你定")).to_be_visible()
        expect(each.page.get_by_text(AT_HOME)).to_be_visible()
        expect(each.page.get_by_text(WITH_SON)).to_be_visible()
        expect(each.page.get_by_text("系统")).to_have_count(0)
    one.shot("clash")
    one.page.get_by_role("button", name="用我的").first.click()
    bar_home(one, town)
    delivered(one.page)
    for each in (one, other):
        each.page.goto(story)
        expect(each.page.get_by_text(AT_HOME).first).to_be_visible()
        expect(each.page.get_by_text("要帮忙").first).to_be_visible()
        assert each.faults == []
    one.shot("story-visit")


def edit_apart(one: Phone, other: Phone, story: str) -> None:
    """Change the same words on both phones, and the result on one, with both networks cut."""
    one.offline()
    other.offline()
    edit(one.page, story, "说一句", AT_HOME)
    edit(other.page, story, "说一句", WITH_SON)
    other.page.goto(story.replace("/story/", "/edit/"))
    other.page.get_by_role("button", name="要帮忙").click()
    other.page.get_by_role("button", name="存好").click()
    expect(other.page).to_have_url(re.compile("/story/"))


def test_a_draft_survives_a_killed_page(town: Town, phone: Callable[[str], Phone], photo: Path) -> None:
    worker = phone("worker")
    sign_in(worker, town, town.code("fulltime_worker"))
    worker.offline()
    report(worker.page, photo, "火患", "楼道里堆了纸箱，")
    expect(worker.page.get_by_text("草稿已存")).to_be_visible()
    worker.kill()
    worker.open(offline=True)
    worker.page.goto(town.url)
    worker.shot("home-draft")
    worker.page.get_by_text("接着写").click()
    expect(worker.page.get_by_placeholder("写两句")).to_have_value("楼道里堆了纸箱，")
    expect(worker.page.get_by_role("button", name="火患")).to_have_attribute("aria-pressed", "true")
    worker.wait_js("[...document.images].some(i => i.naturalWidth > 50)")
    send(worker.page)
    assert worker.faults == []


def bar_home(phone: Phone, town: Town) -> None:
    """Go to the first place of the bar, where the sync line is."""
    phone.page.goto(f"{town.url}/#/report")


def test_a_second_tab_shows_the_same_and_nothing_is_sent_twice(
    town: Town, phone: Callable[[str], Phone]
) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    tab = worker.context.new_page()
    tab.goto(f"{town.url}/#/records")
    expect(tab.locator("nav.bar")).to_be_visible()
    worker.offline()
    for page, note in ((worker.page, "头一个窗口写的"), (tab, "第二个窗口写的")):
        page.bring_to_front()
        write(page, note)
    for page in (worker.page, tab):
        page.goto(f"{town.url}/#/records")
        expect(row(page, "头一个窗口写的")).to_be_visible()
        expect(row(page, "第二个窗口写的")).to_be_visible()
    worker.offline(cut=False)
    delivered(tab)
    delivered(worker.page)
    bar(secretary.page, "记录")
    for note in ("头一个窗口写的", "第二个窗口写的"):
        expect(row(secretary.page, note)).to_be_visible()
        assert secretary.page.locator("main a").filter(has_text=note).count() == 1
    assert worker.faults == []
