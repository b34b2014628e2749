"""Journey: what is wrong is said where it is read, decided by whose it is, and its author hears how it ended.

Without a network a worker says that a household's phone is another, and that its name is. The record shows
that somebody said so. The secretary puts the phone right, offline too; the name is the data steward's, who
leaves it; the worker reads why. Nobody sees what is said of a field that is not theirs to decide on.
"""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, decide, delivered, sign_in
from tests.whole.reading import can_be_read

NUMBER, NAME, WHY = "199****7777", "换了的称呼", "昨天当面问的"


def test_what_is_wrong_is_said_decided_and_heard(town: Town, phone: Callable[[str], Phone]) -> None:
    worker, secretary, steward = phone("worker"), phone("secretary"), phone("steward")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    sign_in(steward, town, town.code("data_steward"))
    home = household(worker)
    before = worker.page.locator("h1").inner_text()
    worker.offline()
    say_wrong(worker, home, "电话", NUMBER)
    say_wrong(worker, home, "称呼", NAME)
    expect(worker.page.get_by_text("有人说“电话”不对")).to_be_visible()
    worker.shot("correction-said")
    worker.offline(cut=False)
    delivered(worker.page)
    put_right(secretary)
    leave_as_it_is(steward)
    worker.page.reload()
    delivered(worker.page)
    heard(worker, home, before)
    assert [each.faults for each in (worker, secretary, steward)] == [[], [], []]


def household(worker: Phone) -> str:
    """Open the story of the first household; gives its address."""
    page = worker.page
    page.goto(f"{page.url.split('#')[0]}#/list/household")
    page.locator("main .rec a").first.click()
    expect(page).to_have_url(re.compile("#/story/"))
    return page.url


def say_wrong(worker: Phone, home: str, field: str, words: str) -> None:
    """Say what a field should say, with a word on how one knows; done when the record shows it."""
    page = worker.page
    page.goto(home)
    page.get_by_role("link", name="有哪里不对，说一声").click()
    page.get_by_role("button", name=field, exact=True).click()
    expect(page.get_by_text("现在写的是")).to_be_visible()
    page.get_by_label("应该是").fill(words)
    page.get_by_label("怎么知道的").fill(WHY)
    worker.shot(f"correction-form-{'own' if field == '电话' else 'owner'}")
    can_be_read(worker)
    page.get_by_role("button", name="提出来").click()
    expect(page.get_by_text(f"有人说“{field}”不对")).to_be_visible()


def card(page: Page) -> None:
    """Open the card of the correction."""
    bar(page, "待审")
    page.locator("main .rec a").filter(has_text=WHY).first.click()


def put_right(secretary: Phone) -> None:
    """The secretary sees old and new, and what is hers only; decides without a network."""
    page = secretary.page
    page.reload()
    bar(page, "待审")
    expect(page.locator("main .rec a").filter(has_text=WHY).first).to_be_visible()  # it has come
    secretary.offline()
    card(page)
    expect(page.locator("section.side")).to_contain_text(NUMBER)
    expect(page.get_by_text(NAME)).to_have_count(0)
    secretary.shot("correction-card")
    can_be_read(secretary)
    decide(page, "改过来")
    page.goto(f"{page.url.split('#')[0]}#/queue")
    secretary.offline(cut=False)
    delivered(page)


def leave_as_it_is(steward: Phone) -> None:
    """The data steward leaves the name, and says why."""
    page = steward.page
    page.reload()
    delivered(page)
    card(page)
    expect(page.locator("section.side")).to_contain_text(NAME)
    steward.shot("correction-steward")
    page.get_by_role("button", name="看不出来").click()
    decide(page, "不改")
    page.goto(f"{page.url.split('#')[0]}#/queue")
    delivered(page)


def heard(worker: Phone, home: str, before: str) -> None:
    """The phone is right on the record; the name is as it was, and the reason can be read."""
    page = worker.page
    page.goto(home)
    expect(page.locator("h1")).to_have_text(before)
    expect(page.locator("dl.facts").first).to_contain_text(NUMBER)
    expect(page.get_by_text("有人说")).to_have_count(0)
    bar_home = page.url.split("#")[0]
    page.goto(f"{bar_home}#/list/correction/refused")
    page.locator("main .rec a").first.click()
    expect(page.get_by_text("看不出来").first).to_be_visible()
    expect(page.get_by_role("button", name="请再看一次").first).to_be_visible()
    worker.shot("correction-refused")
