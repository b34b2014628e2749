"""Journey (a): two reports made offline survive a killed browser, reach the secretary, and come back."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, decide, delivered, report, row, send, sign_in

NOTE_ONE = "石头滚到路中间，摩托过不去。"
NOTE_TWO = "井盖松了，踩起响。"


def test_from_tap_to_screen(town: Town, phone: Callable[[str], Phone], photo: Path) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    worker.shot("home")
    queue = secretary.page
    expect(queue.get_by_text("开始审")).to_be_visible()
    secretary.shot("queue")
    queue.get_by_text("老鹰岩路口").first.click()
    secretary.wait_js("[...document.images].some(i => i.naturalWidth > 200)")
    secretary.shot("review-first")
    queue.goto(f"{town.url}/#/queue")
    report_twice_offline(worker, photo)
    find_all_after_a_kill(worker, town)
    worker.offline(cut=False)
    delivered(worker.page)
    decide_both_offline(secretary, town)
    secretary.offline(cut=False)
    delivered(secretary.page)
    hear_and_complete(worker, town)
    expect(secretary.page.get_by_text(NOTE_TWO[:6]).first).to_be_visible()
    assert worker.faults == []
    assert secretary.faults == []


def report_twice_offline(worker: Phone, photo: Path) -> None:
    """Report two things and tick the day with the network cut."""
    worker.offline()
    report(worker.page, photo, "落石", NOTE_ONE)
    worker.shot("draft")
    send(worker.page)
    worker.shot("saved-offline")
    worker.page.get_by_role("link", name="回首页").click()
    report(worker.page, photo, "井盖", NOTE_TWO)
    send(worker.page)
    worker.page.get_by_role("link", name="回首页").click()
    bar(worker.page, "今日")
    worker.shot("today-offline")
    rest = worker.page.get_by_role("button", name="其余全部正常")
    rest.or_(worker.page.get_by_role("button", name="全部正常")).click()
    expect(worker.page.get_by_text("都做完了").or_(worker.page.get_by_text("做完 7"))).to_be_visible()


def find_all_after_a_kill(worker: Phone, town: Town) -> None:
    """Kill the browser, open it again without a network: everything is there."""
    worker.kill()
    worker.open(offline=True)
    worker.page.goto(f"{town.url}/#/records")
    expect(row(worker.page, NOTE_ONE)).to_contain_text("待发送")
    expect(row(worker.page, NOTE_TWO)).to_contain_text("待发送")
    expect(worker.page.locator(".sync")).to_contain_text("没有网")
    worker.shot("records-offline")
    bar(worker.page, "今日")
    expect(worker.page.get_by_text("都做完了").or_(worker.page.get_by_text("做完 7"))).to_be_visible()


def decide_both_offline(secretary: Phone, town: Town) -> None:
    """See both with their previews; let one through and send the other back, the network cut."""
    queue = secretary.page
    bar(queue, "待审")
    expect(queue.get_by_text(NOTE_ONE[:8])).to_be_visible()
    expect(queue.get_by_text(NOTE_TWO[:6])).to_be_visible()
    secretary.offline()
    queue.get_by_text(NOTE_ONE[:8]).click()
    expect(queue.get_by_text(NOTE_ONE)).to_be_visible()
    secretary.wait_js("[...document.images].some(i => i.naturalWidth > 50)")
    secretary.shot("review")
    decide(queue, "通过")
    queue.goto(f"{town.url}/#/queue")
    queue.get_by_text(NOTE_TWO[:6]).click()
    queue.get_by_text("位置不清").click()
    secretary.shot("review-reason")
    decide(queue, "退回")
    queue.goto(f"{town.url}/#/queue")


def hear_and_complete(worker: Phone, town: Town) -> None:
    """See both decisions, and add to the returned one just what was asked for."""
    page = worker.page
    bar(page, "记录")
    expect(row(page, NOTE_ONE)).to_contain_text("村里在办")
    expect(row(page, NOTE_TWO)).to_contain_text("退回补充")
    bar(page, "上报")
    expect(page.get_by_text("等你办")).to_be_visible()
    worker.shot("home-returned")
    bar(page, "记录")
    row(page, NOTE_TWO).click()
    expect(page.get_by_text("就缺这一项").first).to_be_visible()
    worker.shot("story-returned")
    page.get_by_role("textbox").first.fill("老鹰岩路口上面五十米")
    page.get_by_role("button", name="补好，再送").click()
    delivered(page)
    page.goto(f"{town.url}/#/records")
    expect(row(page, NOTE_TWO)).to_contain_text("等书记看")
