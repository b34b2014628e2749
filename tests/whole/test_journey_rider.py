"""Journey: a rider reports in two taps, hears what became of it, helps on the way, is thanked, rests."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.whole.conftest import SHOTS, Phone, Town
from tests.whole.doing import bar, decide, delivered, sign_in
from tests.whole.reading import can_be_read
from tests.whole.thumb import Thumb

RIDER = "代小强"
SECRETARY = 9  # of the village in which the rider stands
ANSWER = "村里接下了，正在办"
ERRAND, OTHER = "围挡", "防诈骗"
BEFORE, GIVEN = 5, 1  # points
LOOKS = """window.looks = 0;
for (const name of ["getCurrentPosition", "watchPosition"]) {
  const plain = navigator.geolocation[name].bind(navigator.geolocation);
  navigator.geolocation[name] = (...args) => { window.looks += 1; return plain(...args); };
}"""  # counts how often the page asks where the phone is
KEPT_FROM_RIDERS = ("household", "resident", "visit", "dispute", "day_sheet", "key_place", "place_check")


def section(page: Page, title: str) -> Locator:
    """Find the part of the first screen with a title."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_a_rider_reports_hears_helps_and_rests(
    town: Town, phone: Callable[[str], Phone], photo: Path
) -> None:
    code = town.code_for(SECRETARY)
    rider, secretary, officer = phone("rider"), phone("secretary"), phone("officer")
    rider.context.add_init_script(LOOKS)
    sign_in(rider, town, town.code("parttime_worker"))
    sign_in(secretary, town, code)
    sign_in(officer, town, town.code("duty_officer"))
    first_screen(rider)
    nothing_of_residents(rider)
    assert rider.page.evaluate("looks") == 0, "nobody asks where a rider is"
    rider.offline()
    report_in_two_taps(rider, photo)
    story = found_after_a_kill(rider, town)
    rider.offline(cut=False)
    delivered(rider.page)
    answer(secretary, town, story)
    reads_the_answer(rider, town)
    errand = helps_on_the_way(rider)
    thank(officer, town, errand)
    thanked(rider)
    rests(rider)
    assert not rider.faults + secretary.faults + officer.faults


def first_screen(rider: Phone) -> None:
    """The camera first, then what became of the reports, what is near by, and thanks."""
    page = rider.page
    expect(page.get_by_text("拍照上报")).to_be_visible()
    expect(section(page, "你报的").locator("li")).to_have_count(2)
    expect(section(page, "顺手做").get_by_role("button", name="我顺路，我来")).to_have_count(2)
    expect(page.get_by_text(f"到现在一共 {BEFORE} 分")).to_be_visible()
    rider.shot("rider-home")
    page.screenshot(path=SHOTS / "rider-home-whole.png", full_page=True)
    can_be_read(rider)


def nothing_of_residents(rider: Phone) -> None:
    """No way on the phone leads to people, their homes, their quarrels or a list of the day."""
    page = rider.page
    expect(page.locator("nav.bar a")).to_have_count(3)
    bar(page, "记录")
    expect(page.get_by_role("heading", name="记录")).to_be_visible()
    rider.shot("rider-records")
    page.screenshot(path=SHOTS / "rider-records-whole.png", full_page=True)
    for kind in KEPT_FROM_RIDERS:
        expect(page.locator(f"a[href*='{kind}']")).to_have_count(0)
    bar(page, "上报")


def report_in_two_taps(rider: Phone, photo: Path) -> None:
    """After the shutter: what it is, and send."""
    page = rider.page
    with page.expect_file_chooser() as chooser:
        page.get_by_text("拍照上报").tap()
    chooser.value.set_files(photo)
    expect(page.get_by_role("heading", name="上报")).to_be_visible()
    thumb = Thumb()
    thumb.tap(page.get_by_role("button", name="井盖", exact=True))
    rider.shot("rider-draft")
    thumb.tap(page.get_by_role("button", name="上报"))
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    assert page.evaluate("looks") > 0
    assert thumb.told("report, after the shutter") == 2


def found_after_a_kill(rider: Phone, town: Town) -> str:
    """The browser is killed and opened again without a network: the report is on the first screen."""
    rider.kill()
    rider.open(offline=True)
    page = rider.page
    page.goto(f"{town.url}/#/report")
    first = section(page, "你报的").locator("li").first
    expect(first).to_contain_text("井盖")
    expect(first).to_contain_text("存在手机上了，有网就送")
    rider.shot("rider-offline")
    return str(first.locator("a").get_attribute("href"))


def answer(secretary: Phone, town: Town, story: str) -> None:
    """The secretary sees the report, and takes it on."""
    page = secretary.page
    delivered(page)
    page.goto(f"{town.url}/{story.replace('story', 'review')}")
    expect(page.get_by_text("井盖").first).to_be_visible(timeout=30_000)
    decide(page, "通过")
    page.goto(f"{town.url}/#/queue")
    delivered(page)


def reads_the_answer(rider: Phone, town: Town) -> None:
    """What was done about it stands on the first screen, in words."""
    page = rider.page
    page.goto(f"{town.url}/#/report")
    expect(section(page, "你报的").locator("li").first).to_contain_text(ANSWER, timeout=30_000)
    rider.shot("rider-answered")


def helps_on_the_way(rider: Phone) -> str:
    """Take on what is near in one tap, and say it is done in another."""
    page = rider.page
    near = section(page, "顺手做").locator("li").filter(has_text=ERRAND)
    thumb = Thumb()
    thumb.tap(near.get_by_role("button", name="我顺路，我来"))
    mine = section(page, "你接的").locator("li").filter(has_text=ERRAND)
    expect(mine).to_be_visible()
    assert thumb.told("take on an errand") == 1
    rider.shot("rider-taken")
    thumb.tap(mine.get_by_role("button", name="做好了"))
    expect(mine).to_contain_text("做了，等人看一眼")
    assert thumb.told("take on an errand and say it is done") == 2
    delivered(page)
    return str(mine.locator("a").get_attribute("href"))


def thank(officer: Phone, town: Town, errand: str) -> None:
    """The desk looks at what was done; the points come by themselves."""
    page = officer.page
    page.goto(f"{town.url}/{errand}")
    page.get_by_role("button", name="看过，好了").click()
    delivered(page)


def thanked(rider: Phone) -> None:
    """The points have come, quietly."""
    page = rider.page
    expect(page.get_by_text("谢谢，做好了")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(f"到现在一共 {BEFORE + GIVEN} 分")).to_be_visible(timeout=30_000)
    rider.shot("rider-thanked")


def rests(rider: Phone) -> None:
    """A tap and nothing is offered, though the camera stays; another tap, and it is again."""
    page = rider.page
    page.get_by_role("button", name="歇一会儿").tap()
    expect(page.get_by_text("你在歇着")).to_be_visible()
    expect(page.get_by_role("button", name="我顺路，我来")).to_have_count(0)
    expect(page.get_by_text("拍照上报")).to_be_visible()
    rider.shot("rider-resting")
    can_be_read(rider)
    bar(page, "记录")
    expect(page.get_by_role("heading", name="记录")).to_be_visible()
    expect(page.locator(".rec").filter(has_text=OTHER)).to_have_count(0)
    bar(page, "上报")
    page.get_by_role("button", name="接着干").tap()
    expect(section(page, "顺手做")).to_be_visible()
