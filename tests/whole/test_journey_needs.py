"""Journey (d): a refused entry is sent on and answered; a clash is settled; a step that came late is told."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Route, expect

from sync.dense import dense, loose
from tests.whole.conftest import Phone, Town
from tests.whole.doing import decide, delivered, edit, report, send, sign_in, visit
from tests.whole.reading import can_be_read

WORKER, SECRETARY = 1, 8
NOTE = "涵洞堵了，水漫上路面。"
PLEASE = "水一直涨，请帮我报上去"
REPLY = "我叫人去掏了"
AT_HOME, WITH_SON = "在家，药够吃到月底", "和儿子同住，上周回来的"
PLAIN = "delete window.CompressionStream"  # so that the test can read what is sent


def spoil(route: Route) -> None:
    """Let the words of a report grow past what its page allows: the server must refuse it."""
    push = loose(route.request.post_data_buffer or b"\x90")
    text = json.dumps(push, ensure_ascii=False).replace(NOTE, NOTE * 60)
    route.continue_(post_data=dense(json.loads(text)))


def test_a_refused_entry_is_sent_on_and_answered(
    town: Town, phone: Callable[[str], Phone], photo: Path
) -> None:
    worker, secretary = phone("worker"), phone("secretary")
    worker.context.add_init_script(PLAIN)
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    page = worker.page
    worker.context.route("**/api/exchange", spoil)
    report(page, photo, "积水", NOTE)
    send(page)
    page.get_by_role("link", name="回首页").click()
    expect(page.get_by_text("有 1 件要你看看")).to_be_visible()
    worker.context.unroute("**/api/exchange")
    worker.shot("needs-home")
    send_on_offline(worker)
    worker.offline(cut=False)
    delivered(page)
    answer(secretary)
    expect(page.get_by_text(REPLY)).to_be_visible()
    worker.shot("needs-answered")
    page.get_by_role("button", name="知道了").click()
    expect(page.get_by_text("没有要你看的")).to_be_visible()
    worker.shot("needs-none")
    assert worker.faults == []
    assert secretary.faults == []


def send_on_offline(worker: Phone) -> None:
    """Read why it was refused, and send it on without a network."""
    page = worker.page
    page.get_by_text("有 1 件要你看看").click()
    expect(page.get_by_text("有一项填得不对")).to_be_visible()
    expect(page.get_by_text(NOTE)).to_be_visible()
    worker.shot("needs-refused")
    can_be_read(worker)
    worker.offline()
    page.get_by_role("button", name="转给书记").click()
    page.get_by_label("写一句给书记").fill(PLEASE)
    worker.shot("needs-ask")
    page.get_by_role("button", name="转给书记").click()
    expect(page.get_by_text("已转给书记")).to_be_visible()
    worker.shot("needs-sent")


def answer(secretary: Phone) -> None:
    """Find the note in the queue, with the entry spelled out and its photo, and answer it."""
    page = secretary.page
    page.get_by_text(PLEASE).first.click()
    expect(page.get_by_text(f"情况：{NOTE}")).to_be_visible()
    secretary.wait_js("[...document.images].some(i => i.naturalWidth > 50)")
    secretary.shot("note-story")
    page.get_by_role("textbox").first.fill(REPLY)
    page.get_by_role("button", name="回话").last.click()
    delivered(page)


def test_a_clash_is_settled_from_the_list(town: Town, phone: Callable[[str], Phone]) -> None:
    second_code = town.code_for(WORKER)
    one, other = phone("one"), phone("other")
    sign_in(one, town, town.code("fulltime_worker"))
    sign_in(other, town, second_code)
    story = visit(one)
    other.page.goto(story)
    expect(other.page.get_by_text("上门").first).to_be_visible()
    for each, words in ((one, AT_HOME), (other, WITH_SON)):
        each.offline()
        edit(each.page, story, "说一句", words)
    for each in (one, other):
        each.page.goto(f"{town.url}/#/report")
        each.offline(cut=False)
        delivered(each.page)
    for each in (one, other):
        each.page.get_by_text("有 1 件要你看看").click()
        expect(each.page.get_by_text(AT_HOME)).to_be_visible()
        expect(each.page.get_by_text(WITH_SON)).to_be_visible()
    one.shot("needs-clash")
    can_be_read(one)
    one.page.get_by_role("button", name="问书记").click()
    one.page.get_by_role("button", name="转给书记").click()
    expect(one.page.get_by_text("已转给书记")).to_be_visible()
    one.shot("needs-clash-asked")
    one.page.get_by_role("button", name="用我的").click()
    for each in (one, other):
        expect(each.page.get_by_text("没有要你看的")).to_be_visible()
        assert each.faults == []


def test_a_step_that_came_late_is_told_and_put_away(town: Town, phone: Callable[[str], Phone]) -> None:
    second_code = town.code_for(SECRETARY)
    late, first = phone("late"), phone("first")
    sign_in(late, town, town.code("community_secretary"))
    sign_in(first, town, second_code)
    late.page.get_by_text("老鹰岩路口").first.click()
    expect(late.page.get_by_role("button", name="通过")).to_be_visible()
    first.page.goto(late.page.url)
    late.offline()
    decide(late.page, "通过")
    first.page.get_by_text("位置不清").click()
    decide(first.page, "退回")
    first.page.goto(f"{town.url}/#/queue")
    delivered(first.page)
    late.page.goto(f"{town.url}/#/queue")
    late.offline(cut=False)
    delivered(late.page)
    late.page.get_by_text("有 1 件要你看看").click()
    expect(late.page.get_by_text("你点的“通过”没算数")).to_be_visible()
    late.shot("needs-overtaken")
    can_be_read(late)
    late.page.get_by_role("button", name="知道了").click()
    expect(late.page.get_by_text("没有要你看的")).to_be_visible()
    late.page.reload()
    expect(late.page.get_by_text("没有要你看的")).to_be_visible()
    assert late.faults == []
