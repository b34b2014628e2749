"""Journey: two people report the same thing; the second is asked before sending, and both hear the answer.

The secretary merges them, parts them again, and merges them after all. And what was closed three weeks ago is
found when it happens again.
"""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, decide, delivered, report, row, send, sign_in

FIRST = "电线垂到路上，过车要挂到。"
SECOND = "路口的线掉下来了。"
SCHOOL = {"latitude": 29.3640402, "longitude": 106.2015343, "accuracy": 12}
AGAIN = "校门口的梯坎又塌了一步。"
MENDED = "石桥小学"  # where it was mended three weeks ago (backend/demo/cases/done.toml)
ANSWER = "线收上去了，换了根新杆。"


def test_the_same_thing_reported_twice_is_handled_once(
    town: Town, phone: Callable[[str], Phone], photo: Path
) -> None:
    worker, leader, secretary = phone("worker"), phone("leader"), phone("secretary")
    for each, role in (
        (worker, "fulltime_worker"),
        (leader, "grid_leader"),
        (secretary, "community_secretary"),
    ):
        sign_in(each, town, town.code(role))
    report(worker.page, photo, "电线", FIRST)
    expect(worker.page.get_by_text("附近一天内有人报过")).to_have_count(0)
    send(worker.page)
    worker.page.get_by_role("link", name="回首页").click()
    delivered(worker.page)
    with leader.page.expect_response("**/api/exchange"):  # the first report has come
        leader.page.reload()
    delivered(leader.page)
    leader.offline()
    is_asked_and_says_so(leader, photo)
    leader.offline(cut=False)
    leader.page.get_by_role("link", name="回首页").click()
    delivered(leader.page)
    merges(secretary, town)
    parts(secretary, leader, town)
    merges(secretary, town)
    closes(secretary, leader, town, photo)
    expect_answered(leader, town, SECOND)
    expect_answered(worker, town, FIRST)
    happens_again(worker, secretary, photo)
    for each in (worker, leader, secretary):
        assert each.faults == []


def is_asked_and_says_so(leader: Phone, photo: Path) -> None:
    """See the card without a network; say that it is the same, take that back, and say it again."""
    page = leader.page
    report(page, photo, "电线", SECOND)
    card = page.get_by_role("status").filter(has_text="附近一天内有人报过")
    expect(card).to_contain_text("电线")
    card.scroll_into_view_if_needed()
    leader.shot("same-asked")
    page.get_by_role("button", name="就是这件").click()
    expect(page.get_by_text("和这件是同一件")).to_be_visible()
    leader.shot("same-said")
    page.get_by_role("button", name="不是同一件").click()
    page.get_by_role("button", name="很急").click()
    expect(card).to_have_count(0)  # what is urgent is never asked about
    page.get_by_role("button", name="很急").click()
    page.get_by_role("button", name="就是这件").click()
    send(page)


def merges(secretary: Phone, town: Town) -> None:
    """Find the other report on the card, said to be the same by its reporter; merge with one tap."""
    page = secretary.page
    bar(page, "待审")
    row(page, SECOND).click()
    expect(page.get_by_role("heading", name="可能是同一件")).to_be_visible()
    page.get_by_role("heading", name="可能是同一件").scroll_into_view_if_needed()
    secretary.shot("same-review")
    card = page.url
    page.get_by_role("button", name="并到这件").first.click()
    expect(page).not_to_have_url(card)
    page.goto(f"{town.url}/#/queue")


def parts(secretary: Phone, leader: Phone, town: Town) -> None:
    """Take it back: not the same. It is reviewed by itself again, and its reporter reads so."""
    page = secretary.page
    delivered(page)
    open_story(leader.page, town, SECOND)
    expect(leader.page.get_by_text("有人报了同一件事，并在一起办").first).to_be_visible()
    leader.shot("same-merged")
    open_story(page, town, SECOND)
    page.get_by_role("button", name="不是同一件，分开").first.click()
    secretary.shot("same-part")
    page.locator(".foot .lamp").click()
    expect(page.get_by_text("等书记看").first).to_be_visible()
    page.goto(f"{town.url}/#/queue")
    delivered(page)
    expect(leader.page.get_by_text("送到书记手里了").first).to_be_visible()


def happens_again(worker: Phone, secretary: Phone, photo: Path) -> None:
    """Report what was mended at the school three weeks ago: the two are linked, and the secretary sees it."""
    worker.context.set_geolocation(SCHOOL)
    page = worker.page
    page.goto(page.url.split("#")[0] + "#/records")
    page.reload()  # else a fix of a minute ago would do for the report
    report(page, photo, "其他", AGAIN)
    send(page)
    page.get_by_role("link", name="回首页").click()
    delivered(page)
    other = secretary.page
    bar(other, "待审")
    row(other, AGAIN).click()
    before = other.get_by_role("heading", name="一个月内这里办过同样的事")
    expect(before).to_be_visible()
    before.scroll_into_view_if_needed()
    secretary.shot("same-again")
    expect(other.get_by_text(MENDED).first).to_be_visible()


def closes(secretary: Phone, leader: Phone, town: Town, photo: Path) -> None:
    """Handle the one that is left, and have the leader look at it."""
    page = secretary.page
    row(page, FIRST).click()
    decide(page, "通过")
    page.goto(f"{town.url}/#/queue")
    delivered(page)
    open_story(page, town, FIRST)
    page.get_by_role("button", name="办好了").first.click()
    page.get_by_role("textbox").first.fill(ANSWER)
    for each in page.get_by_role("group", name="结案条件").get_by_role("button").all():
        each.click()
    page.locator("input[type=file]").first.set_input_files(photo)
    secretary.shot("same-finish")
    page.locator(".foot .lamp").click()
    expect(page.get_by_text("等复核").first).to_be_visible()
    page.goto(f"{town.url}/#/queue")
    delivered(page)
    other = leader.page
    open_story(other, town, FIRST)
    other.get_by_role("button", name="去看过，好了").last.click()
    expect(other.get_by_text("办结").first).to_be_visible()
    other.goto(f"{town.url}/#/records")
    delivered(other)


def open_story(page: Page, town: Town, words: str) -> None:
    """Open a record by its words."""
    page.goto(f"{town.url}/#/records")
    page.reload()
    row(page, words).click()
    expect(page).to_have_url(re.compile("/story/"))


def expect_answered(reporter: Phone, town: Town, words: str) -> None:
    """See one's own report closed, with the one answer, and still one's own."""
    page = reporter.page
    page.goto(f"{town.url}/#/records")
    expect(row(page, words)).to_contain_text("办结")
    row(page, words).click()
    expect(page.get_by_text(ANSWER).first).to_be_visible()
    reporter.shot(f"same-answered-{reporter.name}")
