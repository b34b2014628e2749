"""A worker's whole day without a network, a killed phone, and the days confirmed in one tap.

Taps, seconds and bytes are printed, not asserted on a clock: `pytest -s` shows them.
"""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, delivered, sign_in
from tests.whole.reading import can_be_read
from tests.whole.thumb import Thumb

VISIT_TAPS = 2
FINE_TAPS = 2  # the tile of the place, and that all is fine
PATROL_TAPS = 2  # the tile of the route, and that all is fine
HAZARD_TAPS = 4  # the tile, what is wrong, what the owner was told, save
SHEET_TAPS = 8
DAY_BYTES = 1_536  # of bodies sent for a whole day without photos
SENT = """async () => {
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((ok) => { const r = indexedDB.open(name); r.onsuccess = () => ok(r.result) })
    const notes = db.objectStoreNames.contains("notes") && await new Promise((ok) => {
      const r = db.transaction("notes").objectStore("notes").get("meter"); r.onsuccess = () => ok(r.result) })
    db.close()
    if (notes) return Object.values(notes.value).reduce((sum, [up]) => sum + up, 0)
  }
  return 0 }"""

OPS = """async (kind) => {
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((ok) => { const r = indexedDB.open(name); r.onsuccess = () => ok(r.result) })
    const rows = db.objectStoreNames.contains("outbox") && await new Promise((ok) => {
      const r = db.transaction("outbox").objectStore("outbox").getAll(); r.onsuccess = () => ok(r.result) })
    db.close()
    if (rows) return rows.map((row) => row.op).filter((op) => op.kind === kind).pop()
  }
  return null }"""


def test_a_day_is_done_offline_and_confirmed_in_one_tap(town: Town, phone: Callable[[str], Phone]) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    before = worker.page.evaluate(SENT)
    worker.offline()
    bar(worker.page, "今日")
    worker.shot("day-begun")
    assert visit_one(worker) == VISIT_TAPS
    assert check_one(worker) == FINE_TAPS
    assert walk_one(worker) == PATROL_TAPS
    assert find_hazard(worker) == HAZARD_TAPS
    assert fill_in(worker) <= SHEET_TAPS
    worker.kill()
    worker.open(offline=True)
    worker.page.goto(f"{town.url}/#/today")
    expect(worker.page.get_by_text("今天的：交了")).to_be_visible()
    worker.offline(cut=False)
    worker.page.goto(f"{town.url}/#/report")
    delivered(worker.page)
    sent = worker.page.evaluate(SENT) - before
    print(f"sent for the whole day: {sent} bytes")
    assert 0 < sent <= DAY_BYTES
    confirm(secretary)
    worker.page.goto(f"{town.url}/#/today")
    expect(worker.page.get_by_text("今天的：看过了")).to_be_visible()
    worker.shot("day-confirmed")
    assert worker.faults == []
    assert secretary.faults == []


def test_nobody_answers_and_the_leader_hears(town: Town, phone: Callable[[str], Phone]) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    page = worker.page
    worker.offline()
    stop = tile(page, "visit").get_attribute("href") or ""
    for time_ in range(1, 4):
        page.goto(f"{town.url}/{stop}")
        expect(page.get_by_role("heading", name="走访")).to_be_visible()
        expect(page.get_by_text(f"连着 {time_ - 1} 次没人应")).to_have_count(min(1, time_ - 1))
        page.get_by_role("button", name="电话").click()
        page.get_by_role("button", name="没人应").click()
        expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    page.goto(f"{town.url}/{stop}")
    expect(page.get_by_text("连着 3 次没人应")).to_be_visible()
    worker.shot("visit-missed")
    worker.offline(cut=False)
    page.goto(f"{town.url}/#/report")
    delivered(page)
    bar(secretary.page, "待审")
    others = secretary.page.locator("main details").filter(has_text="也能办，在别人手上")
    others.locator("summary").click()  # it is the leader's to find them, and she may as well
    expect(others.get_by_text("叫不应，要找人").first).to_be_visible()
    secretary.shot("visit-unreached")
    can_be_read(secretary)
    assert worker.faults == []
    assert secretary.faults == []


def test_a_problem_goes_on_to_a_report_from_the_same_form(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    sign_in(worker, town, town.code("fulltime_worker"))
    page = worker.page
    worker.offline()
    tile(page, "place_check").click()
    page.get_by_role("button", name="电线插座").click()
    page.get_by_role("button", name="说不听").click()
    page.get_by_role("button", name="存好接着上报").click()
    can_be_read(worker)
    page.get_by_role("button", name="存好", exact=True).click()
    expect(page.get_by_role("heading", name="上报")).to_be_visible()
    worker.shot("check-report")
    page.get_by_role("button", name="上报").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    report, check = page.evaluate(OPS, "incident"), page.evaluate(OPS, "place_check")
    assert report["sets"]["found_at"] == check["record"]
    assert worker.faults == []


def test_what_is_found_on_a_patrol_is_reported_and_people_are_told_why_they_are_asked(
    town: Town, phone: Callable[[str], Phone]
) -> None:
    worker = phone("worker")
    sign_in(worker, town, town.code("fulltime_worker"))
    page = worker.page
    worker.offline()
    tile(page, "patrol").click()
    points = page.locator("li.duty")
    points.nth(1).get_by_role("button", name="走到了").click()
    points.nth(0).get_by_role("button", name="有情况").click()
    expect(page.get_by_text("还有 1 处没点")).to_be_visible()
    can_be_read(worker)
    name = points.nth(0).locator(".nm").inner_text().split("\n")[0]
    page.get_by_role("button", name="存好", exact=True).click()
    expect(page.get_by_role("heading", name="上报")).to_be_visible()
    expect(page.get_by_placeholder("写两句")).to_have_value(re.compile(f"{name}$"))
    worker.shot("patrol-report")
    page.get_by_role("button", name="上报").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    report, patrol = page.evaluate(OPS, "incident"), page.evaluate(OPS, "patrol")
    assert report["sets"]["found_at"] == patrol["record"]
    assert len(patrol["sets"]["seen"]["add"]) == 2
    assert len(patrol["sets"]["found"]["add"]) == 1
    page.evaluate("location.hash = '#/new/household'")
    page.get_by_role("button", name="要多照看").click()
    expect(page.get_by_text("照看得勤一点")).to_be_visible()
    can_be_read(worker)
    page.get_by_role("button", name="给住户看").click()
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("陈素芬")
    expect(card).to_contain_text("个人信息保护法")
    expect(card.get_by_text("走访时多问一句")).to_be_visible()
    worker.shot("notice-card")
    can_be_read(worker)
    card.get_by_role("button", name="收起来").click()
    expect(card).to_be_hidden()
    assert worker.faults == []


def test_a_place_is_put_off_three_times_at_most(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    sign_in(worker, town, town.code("fulltime_worker"))
    page = worker.page
    href = tile(page, "place_check").get_attribute("href") or ""
    for _ in range(3):
        page.goto(f"{town.url}/{href}")
        page.get_by_role("button", name="改天再去").click()
        page.get_by_role("button", name="明天").click()
        expect(page.get_by_role("heading", name="今日")).to_be_visible()
    expect(page.locator(f"main a.tile[href='{href}']")).to_have_count(0)
    page.goto(f"{town.url}/{href}")
    expect(page.get_by_role("button", name="全部没问题")).to_be_visible()
    expect(page.get_by_role("button", name="改天再去")).to_have_count(0)
    can_be_read(worker)
    assert worker.faults == []


def tile(page: Page, kind: str) -> Locator:
    """Find the nearest stop of a kind."""
    bar(page, "今日")
    more = page.get_by_role("button", name="看全部")
    if more.count():
        more.click()
    return page.locator(f"main a.tile[href*='/new/{kind}/']").first


def saved(page: Page) -> None:
    """See that it is saved, and go home."""
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    page.get_by_role("link", name="回首页").click()


def visit_one(worker: Phone) -> int:
    """Visit who is nearest, in two taps; then the duty is ticked by itself."""
    page = worker.page
    tile(page, "visit").click()
    expect(page.get_by_role("heading", name="走访")).to_be_visible()
    worker.shot("day-visit")
    thumb = Thumb()
    thumb.tap(page.get_by_role("button", name="上门"))
    thumb.tap(page.get_by_role("button", name="平安"))
    taps = thumb.told("a visit")
    saved(page)
    bar(page, "今日")
    expect(row(page, "日常巡查")).to_contain_text(re.compile("正常|有情况"))
    expect(row(page, "日常巡查")).not_to_contain_text("自己勾的")
    return taps


def row(page: Page, duty: str) -> Locator:
    """Find a duty of the list."""
    return page.locator("li.duty").filter(has_text=duty)


def all_fine(worker: Phone, kind: str, word: str, what: str) -> int:
    """Open the nearest stop of a kind, and say in one tap that all is fine there; gives the taps."""
    page = worker.page
    stop = tile(page, kind)
    thumb = Thumb()
    thumb.tap(stop)
    lamp = page.get_by_role("button", name=word)
    expect(lamp).to_be_visible()
    worker.shot(f"day-{kind}")
    thumb.tap(lamp)
    taps = thumb.told(f"a {what}, all fine")
    saved(page)
    return taps


def check_one(worker: Phone) -> int:
    """Check the nearest place: all is fine."""
    return all_fine(worker, "place_check", "全部没问题", "place")


def walk_one(worker: Phone) -> int:
    """Walk the route: all is fine; every point was passed, and it says where that was saved."""
    page = worker.page
    taps = all_fine(worker, "patrol", "都正常", "patrol")
    said = page.evaluate(OPS, "patrol")["sets"]
    assert len(said["seen"]["add"]) == len(set(said["seen"]["add"])) == 3
    assert "place" in said
    assert "found" not in said
    assert page.evaluate(OPS, "patrol_route")["step"]["name"] == "walk"
    bar(page, "今日")
    expect(page.locator("main a.tile[href*='/new/patrol/']")).to_have_count(0)
    return taps


def find_hazard(worker: Phone) -> int:
    """Check the next place and find a hazard there; the duty says that something was found."""
    page = worker.page
    place = tile(page, "place_check")
    thumb = Thumb()
    thumb.tap(place)
    thumb.tap(page.get_by_role("button", name="灭火器"))
    thumb.tap(page.get_by_role("button", name="限期改"))
    expect(page.get_by_text("复查")).to_be_visible()
    worker.shot("day-hazard")
    thumb.tap(page.get_by_role("button", name="存好", exact=True))
    taps = thumb.told("a place with a hazard")
    saved(page)
    bar(page, "今日")
    expect(row(page, "重点场所")).to_contain_text("有情况")
    return taps


def fill_in(worker: Phone) -> int:
    """Say that nothing happened, take the rest from the day before, and hand in."""
    page = worker.page
    thumb = Thumb()
    thumb.tap(row(page, "突发事件").locator(".nm"))
    thumb.tap(row(page, "突发事件").get_by_role("button", name="没有"))
    worker.shot("day-half")
    thumb.tap(page.get_by_role("button", name=re.compile("和昨天")))
    expect(page.get_by_text("刚才记了")).to_be_visible()
    rest = page.get_by_role("button", name="其余全部正常")
    if rest.count():
        thumb.tap(rest)
    expect(page.get_by_text("都做完了")).to_be_visible()
    worker.shot("day-filled")
    thumb.tap(page.get_by_role("button", name="交今天的"))
    expect(page.get_by_text("今天的：交了")).to_be_visible()
    return thumb.told("the day's list")


def confirm(secretary: Phone) -> None:
    """Look over the days with the network cut, and confirm those chosen in one tap."""
    page = secretary.page
    bar(page, "今日")
    mine = page.locator("li.rec").filter(has_text="陈素芬").first
    expect(mine).to_contain_text("重点场所")
    expect(mine).to_contain_text("和前一天一样")
    secretary.shot("day-team")
    can_be_read(secretary)
    secretary.offline()
    mine.get_by_role("button", name="选中").click()
    thumb = Thumb()
    thumb.tap(page.get_by_role("button", name="确认选中的"))
    expect(mine.get_by_role("button", name="选中")).to_have_count(0)
    thumb.told("the days of the village")
    secretary.offline(cut=False)
    delivered(page)
    expect(mine).to_contain_text("看过了")
    secretary.shot("day-team-confirmed")
