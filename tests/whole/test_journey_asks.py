"""Journeys: a question is asked once, and answered for everybody; what is open changes hands by name.

A worker without a network finds nothing, and asks; a telephone number she typed is noticed before it
leaves. The advisor answers, she says that it helps, the editor writes it up in the week's review and signs
it off. Somebody in another community, without a network too, is shown the answer while typing the same
question, and need not ask.
A leader hands a worker's work over to another, two things of it; each is taken over by itself.
"""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, delivered, sign_in
from tests.whole.reading import can_be_read
from tests.whole.thumb import Thumb

ASKED = "有人在村道边放蜂箱，蜜蜂蜇人，该找谁管"
ANSWER = "先请大家绕开，再找养蜂人挪到离路五十米外，不肯挪的报村里。"
GIVER, RECEIVER = "陈素芬", "罗小军"
RECEIVER_NUMBER = 2


def test_a_question_is_answered_once_and_found_by_all(town: Town, phone: Callable[[str], Phone]) -> None:
    worker, advisor, editor, other = (phone(name) for name in ("worker", "advisor", "editor", "other"))
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(advisor, town, town.code("grid_advisor"))
    asks(worker)
    answers(advisor)
    says_it_helps(worker)
    sign_in(editor, town, town.code("knowledge_editor"))
    writes_it_up(editor)
    sign_in(other, town, town.code("aux_force"))
    finds_it(other)
    assert [each.faults for each in (worker, advisor, editor, other)] == [[], [], [], []]


def asks(worker: Phone) -> None:
    """Look it up without a network, in two taps; find nothing, and ask."""
    page, thumb = worker.page, Thumb()
    worker.offline()
    bar(page, "上报")
    worker.shot("asks-home")
    link = page.get_by_role("link", name="查答案、查做法")
    for todo in (page.locator("main a.todo"), page.locator("main div.todo")):
        expect(todo).to_have_count(1)  # something waits, and something is to be read
    assert above_the_bar(page, link)
    thumb.tap(link)
    assert thumb.told("to look something up") <= 2
    page.get_by_label("想查什么").fill("蜂箱蜇人")
    expect(page.get_by_text("没有找到")).to_be_visible()
    worker.shot("asks-nothing")
    page.get_by_role("link", name="没有答案，问一句").click()
    box = page.get_by_label("想问什么")
    box.fill(f"{ASKED}，他电话13812345678")
    page.get_by_role("button", name="存好").click()
    expect(page.get_by_role("alert")).to_contain_text("“想问什么”里有手机号 13812345678")
    worker.shot("asks-number")
    box.fill(ASKED)
    page.get_by_role("button", name="存好").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    worker.offline(cut=False)
    page.get_by_role("link", name="回首页").click()
    delivered(page)


def above_the_bar(page: Page, target: Locator) -> bool:
    """Tell whether something is seen whole without scrolling."""
    low, bar_ = target.bounding_box(), page.locator("nav.bar").bounding_box()
    return low is not None and bar_ is not None and low["y"] + low["height"] <= bar_["y"]


def opened(phone: Phone, state: str) -> Page:
    """Hear what is new, and open the question from the list of those in a state."""
    page = phone.page
    page.reload()
    delivered(page)
    page.goto(f"{page.url.split('#')[0]}#/list/question/{state}")
    page.locator("main .rec a").filter(has_text=ASKED[:6]).first.click()
    return page


def answers(advisor: Phone) -> None:
    """Answer it from the list of what was asked."""
    page = opened(advisor, "asked")
    page.get_by_label("回答").fill(ANSWER)
    page.get_by_role("button", name="回答", exact=True).click()
    expect(page.get_by_text(ANSWER).first).to_be_visible()
    delivered(page)


def says_it_helps(worker: Phone) -> None:
    """Hear the answer, and say that it helps."""
    page = opened(worker, "answered")
    expect(page.get_by_text(ANSWER).first).to_be_visible()
    worker.shot("asks-answered")
    page.get_by_role("button", name="管用", exact=True).click()
    delivered(page)


def writes_it_up(editor: Phone) -> None:
    """From the week's review to a guide that all read; then the week is signed off."""
    page = editor.page
    page.locator("main a[href='#/find/week']").click()
    expect(page.get_by_text(ASKED).first).to_be_visible()
    editor.shot("asks-week")
    can_be_read(editor)
    row = page.locator("main li.rec").filter(has_text=ASKED)
    row.locator("xpath=following-sibling::li[1]").get_by_role("link", name="写成指引").click()
    expect(page.get_by_label("一句话说是什么")).to_have_value(ASKED)
    expect(page.get_by_label("怎么做")).to_have_value(ANSWER)
    editor.shot("asks-guide")
    page.get_by_role("button", name="存好").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    page.goto(page.url.replace("/saved/", "/story/"))
    page.get_by_role("button", name="发给大家").click()
    delivered(page)
    page.goto(f"{page.url.split('#')[0]}#/find/week")
    expect(page.get_by_text(ASKED)).to_have_count(0)
    page.get_by_role("button", name="这周看过了，签字").click()
    expect(page.get_by_text("今天已经签过字")).to_be_visible()
    delivered(page)


def answer(page: Page) -> Locator:
    """Open the answer among what was found, if it is not the only one and open already."""
    found = page.locator("main details").filter(has_text=ASKED)
    expect(found).to_be_visible()
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    expect(found.get_by_text(ANSWER)).to_be_visible()
    return found


def finds_it(other: Phone) -> None:
    """Without a network: by looking it up, and while asking the same in other words."""
    page = other.page
    page.goto(f"{page.url.split('#')[0]}#/find")
    page.get_by_label("想查什么").fill("蜜蜂蜇人")
    answer(page)  # it has arrived
    other.offline()
    page.reload()
    page.get_by_label("想查什么").fill("蜜蜂蜇人")
    found = answer(page)
    other.shot("asks-found")
    can_be_read(other)
    page.get_by_role("link", name="没有答案，问一句").click()
    page.get_by_label("想问什么").fill("村口有蜂箱，蜜蜂蜇了人，找谁")
    page.get_by_role("button", name="火患", exact=True).click()  # so it is sent on before it can be ended
    found = answer(page)
    other.shot("asks-before")
    found.get_by_role("button", name="这个管用，不问了").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    page.goto(page.url.replace("/saved/", "/story/"))
    expect(page.get_by_text("自己找到了，不用答").first).to_be_visible()
    other.offline(cut=False)
    delivered(page)
    expect(page.get_by_text("自己找到答案了").first).to_be_visible()
    other.shot("asks-solved")


def test_what_is_open_is_taken_over_thing_by_thing(town: Town, phone: Callable[[str], Phone]) -> None:
    giver, leader, receiver = (phone(name) for name in ("giver", "leader", "receiver"))
    code = town.code_for(RECEIVER_NUMBER)
    sign_in(giver, town, town.code("fulltime_worker"))
    sign_in(leader, town, town.code("grid_leader"))
    hands_over(leader)
    sign_in(receiver, town, code)
    takes_over(receiver)
    assert [each.faults for each in (giver, leader, receiver)] == [[], [], []]


def hands_over(leader: Phone) -> None:
    """The form proposes what she has in hand; all but two things are unticked."""
    page = leader.page
    page.goto(f"{page.url.split('#')[0]}#/new/handover")
    choose(page, "谁交", GIVER)
    choose(page, "交给谁", RECEIVER)
    page.get_by_role("button", name="请假").click()
    page.get_by_label("从哪天起").fill("2026-11-23")
    expect(page.get_by_text(f"{GIVER}的手机都送到了")).to_be_visible()
    ticks = page.locator("main section.field button.chip[aria-pressed=true]")
    assert ticks.count() > 2
    page.get_by_role("heading", name=re.compile("手上的事")).scroll_into_view_if_needed()
    leader.shot("hands-over")
    can_be_read(leader)
    while ticks.count() > 2:
        ticks.last.click()
    page.get_by_role("button", name="存好").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    page.get_by_role("link", name="回首页").click()
    delivered(page)


def choose(page: Page, field: str, name: str) -> None:
    """Choose a person from the sheet of a field."""
    page.locator(".field").filter(has=page.get_by_role("heading", name=re.compile(field))).get_by_role(
        "button"
    ).click()
    sheet = page.locator("dialog")
    sheet.get_by_role("searchbox").fill(name)
    sheet.get_by_role("button", name=re.compile(name)).first.click()
    expect(sheet).to_have_count(0)


def takes_over(receiver: Phone) -> None:
    """Take each thing, then all of it."""
    page = receiver.page
    page.goto(f"{page.url.split('#')[0]}#/list/handover")
    page.locator("main .rec a").first.click()
    expect(page.get_by_text("一共交 2 件，还有 2 件没接")).to_be_visible()
    receiver.shot("takes-over")
    can_be_read(receiver)
    for left in (1, 0):
        page.get_by_role("button", name="这件我接").first.click()
        expect(page.get_by_text(f"还有 {left} 件没接")).to_be_visible()
    page.get_by_role("button", name="都清楚了，我接").click()
    delivered(page)
    expect(page.get_by_text("接过来了").first).to_be_visible()
    receiver.shot("taken-over")
