"""Journey: a secretary sends a notice down; a worker answers it in one tap without a net, and is counted."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import sign_in
from tests.whole.reading import can_be_read

TITLE = "周三停水一天，提前说到户"
TEXT = "周三早上六点到晚上十点停水。有老人、有病人的人家，提前帮他们接好水。"


def send_down(phone: Phone) -> None:
    """Write a notice that everybody has to answer, and send it down."""
    page = phone.page
    page.evaluate("location.hash = '#/new/notice'")
    expect(page.get_by_role("heading", name="通知")).to_be_visible()
    page.get_by_label("一句话").fill(TITLE)
    page.get_by_label("说什么").fill(TEXT)
    page.get_by_role("button", name="每个人都要回一声知道了").click()
    can_be_read(phone)
    phone.shot("notice-form")
    page.get_by_role("button", name="存好").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    page.evaluate("location.hash = '#/records/mine'")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="发下去").click()
    expect(page.get_by_text("发下去了").first).to_be_visible()


def answer(phone: Phone) -> None:
    """Without a net: what is due first, then this one, each in one tap where the day begins."""
    page = phone.page
    page.evaluate("location.hash = '#/'")
    expect(page.get_by_text("后面还有 1 条")).to_be_visible(timeout=30_000)
    phone.offline()
    ok = page.locator(".todo").get_by_role("button", name="知道了")
    ok.click()
    expect(page.get_by_text(TITLE)).to_be_visible()
    can_be_read(phone)
    phone.shot("notice-home")
    ok.click()
    expect(page.get_by_text(TITLE)).to_have_count(0)
    phone.offline(cut=False)


def has_nothing_else(phone: Phone) -> None:
    """At a desk with nothing to do, the heading says what there is to read."""
    page = phone.page
    expect(page.get_by_role("heading", name="有 2 条要看")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("都办完了")).to_have_count(0)
    page.locator(".todo").get_by_role("button", name="知道了").click()
    expect(page.get_by_role("heading", name="有 1 条要看")).to_be_visible()
    phone.shot("notice-desk")


def test_a_notice_goes_down_and_answers_come_up(town: Town, phone: Callable[[str], Phone]) -> None:
    secretary, worker, staff = phone("secretary"), phone("worker"), phone("staff")
    sign_in(secretary, town, town.code("community_secretary"))
    sign_in(worker, town, town.code("fulltime_worker"))
    send_down(secretary)
    answer(worker)
    sign_in(staff, town, town.code("community_staff"))
    has_nothing_else(staff)
    page = secretary.page
    expect(page.get_by_role("heading", name="个看过了")).to_contain_text("1 个看过了", timeout=30_000)
    page.get_by_text("看看是谁").click()
    expect(page.get_by_text("罗小军")).to_be_visible()
    expect(page.get_by_text("陈素芬")).to_have_count(0)
    can_be_read(secretary)
    secretary.shot("notice-read")
    assert not secretary.faults + worker.faults + staff.faults
