"""Journey: one incident all the way round, through the hands of everybody it passes; then a task.

A worker reports without a network; the secretary sends it up; the officer on duty takes it and sends it in
one hop to a named person, who says no; the second no goes to the commander, whose word holds. That person
takes it on, asks the leader of the board for time, hands in with photo and conditions; the reporter says
it is not fixed, then that it is, and rates. At each stop the reporter reads a plain answer. What is urgent
waits for nobody. Taps and seconds are printed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, delivered, report, send, sign_in
from tests.whole.reading import can_be_read
from tests.whole.thumb import Thumb

POST, OTHER = 19, 21  # people of a post of the town and of a department
ROLES = {
    "worker": "fulltime_worker", "secretary": "community_secretary", "duty": "duty_officer",
    "board": "board_leader", "commander": "commander",
}  # fmt: skip
NOTE = "石头把排洪沟堵死了，水漫到路上"


class Hand:
    """A person with a phone whose taps are counted."""

    def __init__(self, phone: Phone) -> None:
        self.phone, self.page, self.thumb = phone, phone.page, Thumb()

    def tap(self, target: Locator) -> None:
        """Tap once."""
        self.thumb.tap(target)

    def button(self, word: str) -> None:
        """Tap a button by its word."""
        self.tap(self.page.get_by_role("button", name=word, exact=True))

    @contextmanager
    def does(self, what: str) -> Iterator[None]:
        """Count and print what a task took."""
        self.thumb = Thumb()
        yield
        self.thumb.told(what)

    def story(self, at: str) -> None:
        """Open the record; by its address, for each phone has a list of its own."""
        self.page.evaluate("at => { location.hash = at }", at)
        expect(self.page.locator("ol.tl").first).to_be_visible()

    def reads(self, words: str) -> None:
        """The screen says so, once it is heard."""
        expect(self.page.get_by_text(words).first).to_be_visible(timeout=30_000)


def from_queue(hand: Hand, place: str) -> None:
    """Find the case in what waits."""
    bar(hand.page, place)
    hand.tap(hand.page.locator("main .rec a").filter(has_text=NOTE[:6]).first)


def choose(hand: Hand, opener: str, words: str, name: str) -> None:
    """Choose a unit or a person in the sheet."""
    hand.tap(hand.page.get_by_role("button", name=opener, exact=True))
    sheet = hand.page.get_by_role("dialog", name=opener)
    sheet.get_by_role("searchbox").fill(words)
    hand.tap(sheet.get_by_role("button", name=name).first)
    expect(sheet).to_be_hidden()


def test_an_incident_goes_all_the_way_round(town: Town, phone: Callable[[str], Phone], photo: Path) -> None:
    codes = {"post": town.code_for(POST), "other": town.code_for(OTHER)}
    codes |= {name: town.code(role) for name, role in ROLES.items()}
    hands: dict[str, Hand] = {}

    def hand(name: str) -> Hand:
        """Give somebody their phone when the case first comes to them; they sign in and find it there."""
        if name not in hands:
            hands[name] = Hand(phone(name))
            sign_in(hands[name].phone, town, codes[name])
        return hands[name]

    worker = hand("worker")
    at = report_offline(worker, photo)
    go_up(hand("secretary"))
    worker.story(at)
    worker.reads("已经报到镇里，值班的人马上接")
    dispatch(hand("duty"), "彭国强")
    worker.reads("派给了责任单位，等他们接单")
    worker.reads("综合执法岗")
    worker.phone.shot("loop-worker-dispatched")
    say_no(hand("post"), "不是我们的职责")
    send_again(hand("duty"), at, "石明江")
    say_no(hand("other"), "没有这个执法权")
    worker.reads("指挥长来定")
    settle(hand("commander"), "彭国强")
    work(hand("post"), hand("board"), at)
    finish(hand("post"), at, photo)
    look_again(worker, at)
    finish(hand("post"), at, photo)
    close(worker, at)
    assert [each.phone.faults for each in hands.values()] == [[]] * len(hands)


def report_offline(worker: Hand, photo: Path) -> str:
    """Report without a network; gives the address of the story. It leaves by itself."""
    worker.phone.offline()
    with worker.does("report, offline"):
        report(worker.page, photo, "落石", NOTE)
        send(worker.page)
    at = delivers(worker)
    worker.reads("送到书记手里了")
    worker.phone.shot("loop-worker-in-review")
    return at


def delivers(worker: Hand) -> str:
    """Come back to a network with what was just saved, and open its story there; gives its address."""
    at = worker.page.url.split("#")[1].replace("/saved/", "/story/")
    worker.phone.offline(cut=False)
    worker.page.get_by_role("link", name="回首页").click()
    delivered(worker.page)
    worker.story(at)
    return at


def go_up(secretary: Hand) -> None:
    """Send it to the town, without a network: one way."""
    bar(secretary.page, "待审")
    secretary.reads(NOTE[:6])
    secretary.phone.offline()
    with secretary.does("send up, offline"):
        from_queue(secretary, "待审")
        secretary.button("报给镇里")
        secretary.phone.shot("loop-secretary-up")
        secretary.tap(secretary.page.get_by_role("button", name="报给镇里", exact=True).last)
    secretary.phone.offline(cut=False)


def dispatch(duty: Hand, name: str) -> None:
    """Take it up, and send it in one hop to a named person; the unit says itself."""
    bar(duty.page, "待办")
    duty.reads(NOTE[:6])
    duty.phone.shot("loop-duty-queue")
    with duty.does("take up and dispatch"):
        from_queue(duty, "待办")
        duty.reads("还剩")
        duty.phone.shot("loop-duty-accept")
        duty.button("接下")
        choose(duty, "选人", name, name)
        expect(duty.page.get_by_role("button", name="综合执法岗，换一个")).to_be_visible()
        duty.phone.shot("loop-duty-dispatch")
        can_be_read(duty.phone)
        duty.button("派给责任单位")
    duty.reads("派下去了，等回应")
    duty.phone.shot("loop-duty-dispatched")
    delivered(duty.page)


def send_again(duty: Hand, at: str, name: str) -> None:
    """Who said no is not proposed again: another is named."""
    duty.story(at)
    duty.reads("镇里接了，正在派")
    with duty.does("dispatch anew"):
        choose(duty, "选人", name, name)
        duty.button("派给责任单位")
    duty.reads("派下去了，等回应")
    delivered(duty.page)


def say_no(unit: Hand, why: str) -> None:
    """Say that it is not theirs; they saw this case and no other."""
    bar(unit.page, "待办")
    unit.reads(NOTE[:6])
    unit.phone.shot("loop-unit-queue")
    with unit.does("decline"):
        from_queue(unit, "待办")
        unit.reads("接单")
        unit.phone.shot("loop-unit-case")
        unit.button("不归我们管")
        unit.button(why)
        unit.phone.shot("loop-unit-decline")
        unit.tap(unit.page.locator(".foot .lamp"))
    unit.reads("不归我们管")
    delivered(unit.page)


def settle(commander: Hand, name: str) -> None:
    """Settle who does it."""
    commander.page.evaluate("location.hash = '#/queue'")
    commander.reads(NOTE[:6])
    with commander.does("settle"):
        commander.tap(commander.page.locator("main .rec a").filter(has_text=NOTE[:6]).first)
        choose(commander, "选人", name, name)
        commander.phone.shot("loop-commander")
        commander.button("定给谁办")
    commander.reads("派下去了，等回应")
    delivered(commander.page)


def work(unit: Hand, board: Hand, at: str) -> None:
    """Take it on, for it is binding now; say how it goes and ask for time, offline; the leader gives it."""
    unit.story(at)
    unit.reads("派下去了，等回应")
    expect(unit.page.get_by_role("button", name="不归我们管")).to_have_count(0)
    unit.phone.offline()
    with unit.does("take on, offline"):
        unit.button("接单")
    unit.reads("办好了，请复核")
    unit.phone.shot("loop-unit-at-work")
    with unit.does("say how it goes, offline"):
        more(unit, "报个进展")
        unit.page.get_by_label("进展").last.fill("挖机在路上，先拦了路")
        unit.tap(unit.page.locator(".foot .lamp"))
    unit.reads("挖机在路上，先拦了路")  # the step has folded away again
    with unit.does("ask for time, offline"):
        more(unit, "要求延期或停表")
        unit.page.get_by_label("为什么要延期或停表").fill("挖机下午才到")
        unit.tap(unit.page.get_by_text("还可以补").last)
        unit.page.get_by_label("多要多久").fill("6")
        unit.phone.shot("loop-unit-ask-time")
        unit.tap(unit.page.locator(".foot .lamp"))
    unit.phone.offline(cut=False)
    delivered(unit.page)
    board.story(at)
    board.reads("要求延期，等领导定")
    board.phone.shot("loop-board")
    with board.does("give time"):
        board.button("同意延期")
    board.reads("镇里在办")
    board.page.get_by_text("怎么算的").first.click()
    board.reads("加了6 小时")
    expect(board.page.locator(".foot .lamp")).to_have_count(0)
    delivered(board.page)
    board.phone.shot("loop-board-granted")


def more(hand: Hand, word: str) -> None:
    """Choose a step that is folded away."""
    button = hand.page.get_by_role("button", name=word, exact=True)
    fold = hand.page.locator("summary").filter(has_text="更多")
    expect(button.or_(fold).first).to_be_visible()
    if not button.is_visible():
        hand.tap(fold)
    hand.tap(button)


def finish(unit: Hand, at: str, photo: Path) -> None:
    """Hand it in: in words, with what has to be true, and a photo where the matter wants one."""
    unit.story(at)
    unit.reads("镇里在办")
    with unit.does("hand in"):
        unit.page.get_by_label("怎么处理的").fill("石头清了，沟通了")
        unit.phone.shot("loop-unit-finish")
        for each in unit.page.get_by_role("group", name="结案条件").get_by_role("button").all():
            if each.is_visible():  # what was ticked the first time is folded away
                unit.tap(each)
        unit.page.locator("input[type=file]").first.set_input_files(photo)
        unit.page.wait_for_timeout(500)
        unit.phone.shot("loop-unit-finish-filled")
        unit.tap(unit.page.locator(".foot .lamp"))
    unit.reads("办好了，等复核")
    delivered(unit.page)


def look_again(worker: Hand, at: str) -> None:
    """The reporter went and looked, without a network: it is not fixed."""
    worker.story(at)
    worker.reads("说是办好了，等没经手的人去看一眼")
    worker.phone.shot("loop-worker-handled")
    worker.phone.offline()
    with worker.does("say it is not fixed, offline"):
        worker.button("没弄好")
        worker.page.get_by_label("哪里没弄好").fill("沟口还有一块大的")
        worker.phone.shot("loop-worker-not-fixed")
        worker.tap(worker.page.locator(".foot .lamp"))
    worker.phone.offline(cut=False)
    worker.reads("责任单位接下了，正在办")
    delivered(worker.page)


def close(worker: Hand, at: str) -> None:
    """Now it is: closed at once, and rated."""
    worker.story(at)
    worker.reads("说是办好了")
    with worker.does("verify"):
        worker.button("去看过，好了")
    worker.reads("办结了，谢谢你报上来")
    worker.phone.shot("loop-worker-closed")
    with worker.does("rate"):
        worker.button("5")
        worker.phone.shot("loop-worker-rate")
        worker.button("打个分")
    expect(worker.page.get_by_text("办结了，谢谢你", exact=True).first).to_be_visible()
    delivered(worker.page)
    worker.phone.shot("loop-worker-rated")


URGENT = "电线垂到水里，有人要过去"


def test_an_emergency_is_with_the_town_at_once_and_nobody_can_hold_it(
    town: Town, phone: Callable[[str], Phone], photo: Path
) -> None:
    hands = {name: Hand(phone(name)) for name in ("worker", "secretary", "leader", "duty")}
    for name, role in (*ROLES.items(), ("leader", "grid_leader")):
        if name in hands:
            sign_in(hands[name].phone, town, town.code(role))
    worker, duty = hands["worker"], hands["duty"]
    worker.phone.offline()
    report(worker.page, photo, "电线", URGENT)
    with worker.does("mark it urgent, offline"):
        worker.button("很急")
        send(worker.page)
    worker.phone.shot("loop-urgent-saved")
    at = delivers(worker)
    worker.reads("急件直接到了镇里，书记和网格长同时知道了")
    worker.phone.shot("loop-urgent-worker")
    for name in ("secretary", "leader"):
        copied(hands[name], at)
    bar(duty.page, "待办")
    with duty.does("take up what is urgent and dispatch it"):
        duty.tap(duty.page.locator("main .rec a").filter(has_text=URGENT[:6]).first)
        duty.reads("急件，镇里马上接")
        duty.phone.shot("loop-urgent-duty")
        duty.button("接下")
        choose(duty, "选人", "彭国强", "彭国强")
        duty.button("派给责任单位")
    duty.reads("派下去了，等回应")
    delivered(duty.page)
    worker.reads("派给了责任单位，等他们接单")
    secretary = hands["secretary"]
    with secretary.does("look at it afterwards"):
        more(secretary, "看过了")
        if secretary.page.locator(".foot .lamp").count():
            secretary.tap(secretary.page.locator(".foot .lamp"))
    delivered(secretary.page)
    assert [each.phone.faults for each in hands.values()] == [[]] * len(hands)


def copied(hand: Hand, at: str) -> None:
    """Somebody hears of it at the same moment, and has nothing to approve, to send back or to turn away."""
    hand.story(at)
    hand.reads("急件，镇里马上接")
    hand.phone.shot(f"loop-urgent-{hand.phone.name}")
    for word in ("通过", "退回", "不受理"):
        expect(hand.page.get_by_role("button", name=word, exact=True)).to_have_count(0)


def test_a_task_outside_the_list_is_refused_and_one_done_after_all_counts(
    town: Town, phone: Callable[[str], Phone]
) -> None:
    worker, duty = Hand(phone("worker")), Hand(phone("duty"))
    sign_in(worker.phone, town, town.code("fulltime_worker"))
    sign_in(duty.phone, town, town.code("duty_officer"))
    with duty.does("give a task"):
        plan(duty)
        about(duty, "露天烧烤", "把烧烤摊赶走")
        duty.button("存好")
        duty.reads("不在网格清单上，也没有批件")  # the phone says so before the server has to
        duty.phone.shot("loop-task-refused")
        about(duty, "暴露垃圾", "桥头垃圾拍个照")
        at = given(duty)
    delivered(duty.page)
    bar(worker.page, "今日")
    worker.page.get_by_role("button", name="看全部").click()
    way = worker.page.locator("main a.tile").filter(has_text="桥头垃圾拍个照")
    worker.phone.shot("loop-task-today")
    way.click()
    worker.reads("看到了，我来")
    worker.phone.shot("loop-task-worker")
    worker.phone.offline()
    with worker.does("do a task, offline"):
        more(worker, "做完了，交")
        worker.page.get_by_label("做得怎么样").fill("收走了，扫干净了")
        worker.phone.shot("loop-task-submit")
        worker.tap(worker.page.locator(".foot .lamp"))
    duty.story(at)
    with duty.does("cancel a task"):
        more(duty, "不用做了")
        duty.page.get_by_label("为什么不用做了").fill("环卫已经去了")
        with duty.page.expect_response("**/api/exchange"):  # it is there before what was done offline
            duty.tap(duty.page.locator(".foot .lamp"))
    delivered(duty.page)
    worker.phone.offline(cut=False)
    worker.reads("撤销前就做完了")
    worker.reads("照样算数")
    worker.phone.shot("loop-task-kept")
    duty.reads("收走了，扫干净了")
    duty.phone.shot("loop-task-kept-duty")
    assert worker.phone.faults + duty.phone.faults == []


def plan(duty: Hand) -> None:
    """Begin a task for the first worker."""
    page = duty.page
    page.evaluate("location.hash = '#/new/task'")
    expect(page.get_by_role("heading", name="任务", exact=True)).to_be_visible()
    page.get_by_label("哪个网格").select_option(label="石桥村三网格")
    choose(duty, "选人", "陈素芬", "陈素芬")


def about(duty: Hand, matter: str, what: str) -> None:
    """Say what it is about."""
    page = duty.page
    chosen = page.get_by_role("button", name="露天烧烤")
    duty.tap(page.get_by_role("button", name="更多事项", exact=True).or_(chosen).first)
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("searchbox").fill(matter)
    duty.tap(sheet.get_by_role("button", name=matter).first)
    expect(sheet).to_be_hidden()
    page.get_by_label("要做什么").fill(what)


def given(duty: Hand) -> str:
    """Save the task; gives the address of its story."""
    page = duty.page
    duty.phone.shot("loop-task-form")
    duty.button("存好")
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    at = page.url.split("#")[1].replace("/saved/", "/story/")
    duty.story(at)
    return at
