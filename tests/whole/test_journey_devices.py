"""Journey (e): the secretary sees whose phone lacks something, and why; it is made good before their eyes."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from sync.dense import dense, loose
from tests.whole.conftest import Phone, Town
from tests.whole.doing import delivered, report, send, sign_in
from tests.whole.reading import can_be_read

PLAIN = "delete window.CompressionStream"  # so that the test can read what is sent
COLLEAGUE = 2  # a worker of the same village
OPS = 7  # place of the ops in a push
NOTE = "路边石头松了，怕滚下来。"
DAY_MS = 86_400_000
MADE, LOST = 9, 4


def held_up(route: Route) -> None:
    """Let a push arrive without its entries, as one cut short: the server hears only how many."""
    push = loose(route.request.post_data_buffer or b"\x90")
    if len(push) > OPS:
        push[OPS] = None
    route.continue_(post_data=dense(push))


def told(town: Town, path: str, said: dict[str, Any], token: str = "") -> dict[str, Any]:
    """Say something to the server as a phone does."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    asked = urllib.request.Request(f"{town.url}{path}", json.dumps(said).encode(), headers)
    with urllib.request.urlopen(asked) as answer:
        return dict(json.load(answer))


def damaged(town: Town, code: str) -> str:
    """Have a phone report entries that are nowhere any more; gives its number as people quote it."""
    session = told(town, "/api/session", {"code": code, "device_name": "老手机"})
    now_ms = told(town, "/api/device", {}, session["token"])["server_ms"]
    lost = {"count": LOST, "from_ms": now_ms - 2 * DAY_MS, "to_ms": now_ms - DAY_MS, "found_ms": now_ms}
    said = {"incarnation": "abcdef01", "top": MADE, "lost": [lost], "geo": "denied", "offset_ms": -1_500_000}
    told(town, "/api/device", said, session["token"])
    return str(int(session["device"], 16))


def card(page: Page, words: str) -> Any:
    """Find the card of a phone by some of its words."""
    return page.locator("section.side").filter(has_text=words)


def test_a_supervisor_sees_what_is_missing_and_why(
    town: Town, phone: Callable[[str], Phone], photo: Path
) -> None:
    number = damaged(town, town.code_for(COLLEAGUE))
    worker, secretary = phone("worker"), phone("secretary")
    worker.context.add_init_script(PLAIN)
    sign_in(worker, town, town.code("fulltime_worker"))
    worker.context.route("**/api/exchange", held_up)
    report(worker.page, photo, "落石", NOTE)
    with worker.page.expect_response("**/api/exchange"):
        send(worker.page)
    worker.offline()
    sign_in(secretary, town, town.code("community_secretary"))
    secretary.shot("devices-link")
    secretary.page.get_by_role("link", name="大家的手机").click()
    hole, waits = card(secretary.page, "老手机"), card(secretary.page, "做了 1 条")
    expect(hole).to_contain_text(f"做了 {MADE} 条，收到 0 条，差 {MADE} 条")
    expect(hole).to_contain_text(f"缺的编号：{number}-1 到 {number}-{MADE}")
    expect(hole).to_contain_text("补报一次")
    expect(hole).to_contain_text("自动确定日期和时间")
    expect(hole.get_by_role("link", name="打给罗小军")).to_have_attribute("href", "tel:19900000002")
    expect(waits).to_contain_text("收到 0 条，差 1 条")
    expect(waits).to_contain_text("待发送")
    secretary.shot("devices")
    secretary.page.locator("summary").last.click()
    secretary.page.screenshot(path="build/screens/devices-whole.png", full_page=True)
    can_be_read(secretary)
    kept_offline(secretary)
    worker.context.unroute("**/api/exchange")
    worker.page.get_by_role("link", name="回首页").click()
    worker.offline(cut=False)
    delivered(worker.page)
    expect(waits).to_have_count(0)
    expect(hole).to_be_visible()
    assert worker.faults == []
    assert secretary.faults == []


def kept_offline(secretary: Phone) -> None:
    """Open the list without a network: it is the one seen last, and says of when it is."""
    secretary.offline()
    secretary.page.reload()
    expect(secretary.page.get_by_text("没有网。这是 今天")).to_be_visible()
    expect(card(secretary.page, "老手机")).to_be_visible()
    secretary.shot("devices-offline")
    secretary.offline(cut=False)
    expect(secretary.page.get_by_text("没有网。这是 今天")).to_have_count(0)


def test_who_looks_after_nobody_is_shown_no_way_there(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    sign_in(worker, town, town.code("fulltime_worker"))
    worker.page.goto(f"{town.url}/#/me")
    expect(worker.page.get_by_role("heading", name="这部手机")).to_be_visible()
    expect(worker.page.get_by_text("大家的手机")).to_have_count(0)
    assert worker.faults == []


FORGET_CHECK = """new Promise((done) => {
  indexedDB.open('qianshao').onsuccess = ({ target }) => {
    const tx = target.result.transaction('notes', 'readwrite');
    tx.objectStore('notes').delete('checked');
    tx.oncomplete = () => { target.result.close(); done(true); };
  };
})"""


def test_a_phone_that_has_heard_all_holds_what_it_should(
    town: Town, phone: Callable[[str], Phone], photo: Path
) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    for each, role in ((worker, "fulltime_worker"), (secretary, "community_secretary")):
        with each.page.expect_response("**/api/check") as first:
            sign_in(each, town, town.code(role))
        assert first.value.json() == {}
    report(worker.page, photo, "落石", NOTE)
    send(worker.page)
    worker.page.get_by_role("link", name="回首页").click()
    delivered(worker.page)
    worker.page.evaluate(FORGET_CHECK)
    with worker.page.expect_response("**/api/check") as again:
        worker.page.reload()
    areas = json.loads(again.value.request.post_data or "{}")["areas"]
    assert sum(count for count, _ in areas.values()) > 1
    assert again.value.json() == {}
    worker.page.goto(f"{town.url}/#/records/mine")
    worker.page.locator(".rec > a").first.click()
    expect(worker.page.get_by_text("服务器已收到")).to_be_visible()
    worker.shot("story-kept")
    assert worker.faults == []
