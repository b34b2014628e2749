"""Journey: what is unusual stands first and says why, the rest goes at once, of two decisions one counts.

A worker reports three things without a network, one with a photo that was sent before. The secretary lets
two through in one tap, takes that back, does it again, and returns the third naming the photo. Somebody else
who may decide says otherwise about one of them, offline too, and later: that is kept as an opinion.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page, expect

from backend.adapters.opening import FILE
from backend.towns import wall_ms
from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, decide, delivered, report, send, sign_in, write
from tests.whole.reading import can_be_read

DEPUTY, COMMUNITY = 9, 31  # secretary of another village, who stands in here
MATTER = "垃圾"
ODD, PLAIN, DOUBTED = "路边又是一堆垃圾", "桥头垃圾没人收了", "路灯下面堆了垃圾"
QUESTION = "换个角度再拍一张？"


def stand_in(town: Town) -> None:
    """Make somebody the second secretary of the village; the server is stopped for the moment it takes."""
    town.stop()
    with closing(sqlite3.connect(town.root / FILE)) as database, database:
        words = "INSERT INTO role_grant VALUES (?, 'community_secretary', ?, ?, 0)"
        database.execute(words, (DEPUTY, COMMUNITY, wall_ms() - 1_000))
    town.start()


def test_the_secretary_sees_what_is_unusual_first_and_lets_the_rest_through_at_once(
    town: Town, phone: Callable[[str], Phone], photo: Path
) -> None:
    stand_in(town)
    worker, secretary, deputy = phone("worker"), phone("secretary"), phone("deputy")
    sign_in(worker, town, town.code("fulltime_worker"))
    report_three(worker, photo)
    deputy_code = town.code_for(DEPUTY)
    sign_in(secretary, town, town.code("community_secretary"))
    sign_in(deputy, town, deputy_code)
    see_why(secretary)
    for each in (secretary, deputy):
        each.offline()
    let_through(secretary)
    send_back(secretary)
    other_opinion(deputy)
    secretary.offline(cut=False)
    delivered(secretary.page)
    deputy.offline(cut=False)
    delivered(deputy.page)
    both_read_of_it(secretary, deputy)
    worker_hears(worker)
    assert [each.faults for each in (worker, secretary, deputy)] == [[], [], []]


def report_three(worker: Phone, photo: Path) -> None:
    """Report once with a network; then, without one, the same photo again and two things in words."""
    page = worker.page
    report(page, photo, MATTER, "路边一堆垃圾")
    send(page)
    page.get_by_role("link", name="回首页").click()
    delivered(page)
    worker.offline()
    report(page, photo, MATTER, ODD)
    send(page)
    page.get_by_role("link", name="回首页").click()
    write(page, PLAIN)
    write(page, DOUBTED)
    worker.offline(cut=False)
    delivered(page)


def card(page: Page, words: str) -> str:
    """Find the address of the card of a record by its note."""
    return str(page.locator("main .rec a").filter(has_text=words[:6]).first.get_attribute("href"))


def see_why(secretary: Phone) -> None:
    """The photo that was sent before is named as such, above what looks like any other day."""
    page = secretary.page
    bar(page, "待审")
    first = page.locator("section").filter(has=page.get_by_role("heading", name="先看这几条"))
    expect(first).to_contain_text(ODD[:6])
    expect(first.get_by_text("一样，看一眼").first).to_be_visible()
    plain = page.locator("section").filter(has=page.get_by_role("heading", name="和平常一样"))
    expect(plain).to_contain_text(PLAIN[:6])
    expect(plain).to_contain_text(DOUBTED[:6])
    secretary.shot("approvals-queue")
    can_be_read(secretary)


def let_through(secretary: Phone) -> None:
    """Let all the plain ones through, take it back, and let them through again."""
    page = secretary.page
    button = page.get_by_role("button", name="都通过")
    before = button.inner_text()
    button.click()
    expect(page.get_by_text("还没发出去")).to_be_visible()
    expect(page.get_by_text(PLAIN[:6])).to_have_count(0)
    secretary.shot("approvals-held")
    page.get_by_role("button", name="撤回").click()
    expect(button).to_have_text(before)
    button.click()
    expect(page.get_by_text("还没发出去")).to_be_visible()


def send_back(secretary: Phone) -> None:
    """Return the odd one, naming the photo, with a question."""
    page = secretary.page
    page.goto(f"{page.url.split('#')[0]}{card(page, ODD)}")
    expect(page.get_by_text("一样，看一眼").first).to_be_visible()
    secretary.shot("approvals-card")
    page.get_by_role("button", name="照片看不清").click()
    page.get_by_label("问一句").fill(QUESTION)
    decide(page, "退回")
    page.goto(f"{page.url.split('#')[0]}#/queue")


def other_opinion(deputy: Phone) -> None:
    """Decide otherwise on one that the secretary lets through."""
    page = deputy.page
    bar(page, "待审")
    page.locator("main .rec a").filter(has_text=DOUBTED[:6]).first.click()
    page.get_by_role("button", name="不用处理").click()
    decide(page, "不受理")
    page.goto(f"{page.url.split('#')[0]}#/queue")


def both_read_of_it(secretary: Phone, deputy: Phone) -> None:
    """The first at the server counts; the other stands in the story, and its author is told."""
    page = deputy.page
    page.goto(f"{page.url.split('#')[0]}#/needs")
    expect(page.get_by_text("秦大美先点了“通过”")).to_be_visible()
    deputy.shot("approvals-overtaken")
    secretary.page.reload()
    bar(secretary.page, "记录")
    secretary.page.locator("main a").filter(has_text=DOUBTED[:6]).first.click()
    expect(secretary.page.get_by_text("黄建华：不受理")).to_be_visible()
    expect(secretary.page.get_by_text("晚了一步").first).to_be_visible()
    secretary.shot("approvals-opinion")


def worker_hears(worker: Phone) -> None:
    """The worker reads what is asked for: the photo, and the question."""
    page = worker.page
    page.reload()
    bar(page, "记录")
    page.locator("main a").filter(has_text=ODD[:6]).first.click()
    expect(page.get_by_text("照片看不清").first).to_be_visible()
    expect(page.get_by_text(QUESTION).first).to_be_visible()
    worker.shot("approvals-returned")
