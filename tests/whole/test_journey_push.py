"""Journey (p): somebody asks to be called, a call comes, and a tap opens what it is about."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.whole.conftest import PATIENCE_MS, Phone, Town
from tests.whole.doing import bar, delivered, sign_in, write
from tests.whole.reading import can_be_read

GATEWAY = "push.invalid"  # RFC 6761: leads nowhere
# What a browser's push service would give: Chromium's own is not to be reached from here.
SUBSCRIBED = f"""
const key = new Uint8Array(65);
const kept = () => ({{
  options: {{ applicationServerKey: key.buffer }},
  toJSON: () => ({{ endpoint: 'https://{GATEWAY}/a', keys: {{
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg' }} }}),
  unsubscribe: async () => {{ localStorage.removeItem('pushed'); return true; }},
}});
PushManager.prototype.getSubscription = async () => (localStorage.getItem('pushed') ? kept() : null);
PushManager.prototype.subscribe = async ({{ applicationServerKey }}) => {{
  localStorage.setItem('pushed', applicationServerKey);
  return kept();
}};
"""
CLICK = """async () => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
}"""
DELIVERIES = 3
SOON_MS = 10_000
READY = """navigator.serviceWorker.ready.then(({ active }) =>
  active.state === 'activated' && Notification.permission === 'granted')"""
SHOWN = """navigator.serviceWorker.ready.then((shell) => shell.getNotifications())
  .then((all) => all.length && all.map((one) => [one.title, one.body, one.tag, one.requireInteraction]))"""


@pytest.fixture
def contact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server call people."""
    monkeypatch.setenv("QIANSHAO_PUSH_CONTACT", "duty@town.example")
    monkeypatch.setenv("QIANSHAO_PUSH_HOSTS", GATEWAY)


def deliver(phone: Phone, town: Town, text: str) -> None:
    """Hand a message to the worker, as the browser does when its push service brings one.

    Once more if nothing comes of it: on a loaded machine Chromium was seen to drop one of the first (1 of 8).
    """
    phone.wait_js(READY)
    cdp, found = phone.context.new_cdp_session(phone.page), []
    cdp.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    cdp.send("ServiceWorker.enable")
    end = time.monotonic() + PATIENCE_MS / 1000
    while not found and time.monotonic() < end:
        phone.page.wait_for_timeout(50)
    number = next(each["registrationId"] for each in found if each["scopeURL"].startswith(town.url))
    sent = {"origin": town.url, "registrationId": number, "data": text}
    for _ in range(DELIVERIES):
        cdp.send("ServiceWorker.deliverPushMessage", sent)
        with suppress(AssertionError):
            phone.wait_js(SHOWN, SOON_MS)
            return


def called(**other: Any) -> str:
    """Write a message as the server does (backend/reach.py)."""
    return json.dumps(
        {"title": "前哨", "body": "事件：等书记看", "record": "", "urgent": False, **other}
    ).ljust(512)


def test_a_call_is_shown_and_a_tap_opens_the_record(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    worker.context.grant_permissions(["geolocation", "notifications"], origin=town.url)
    sign_in(worker, town, town.code("fulltime_worker"))
    write(worker.page, "垃圾堆在路口。")
    delivered(worker.page)
    bar(worker.page, "记录")
    link = worker.page.locator(".rec > a").first
    record = str(link.get_attribute("href")).removeprefix("#/story/")
    worker.page.goto(f"{town.url}/#/me")
    deliver(worker, town, called(record=record, urgent=True))
    assert worker.wait_js(SHOWN) == [["前哨", "事件：等书记看", record, True]]
    worker.context.service_workers[0].evaluate(CLICK)
    worker.page.wait_for_url(f"**/#/story/{record}")
    expect(worker.page.get_by_text("服务器已收到")).to_be_visible()
    assert worker.faults == []


def test_what_cannot_be_read_is_shown_all_the_same(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    worker.context.grant_permissions(["geolocation", "notifications"], origin=town.url)
    sign_in(worker, town, town.code("fulltime_worker"))
    deliver(worker, town, "no call of ours")
    assert worker.wait_js(SHOWN)[0] == ["前哨", "", "", False]


@pytest.mark.usefixtures("contact")
def test_a_person_asks_to_be_called_and_takes_it_back(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    worker.context.grant_permissions(["geolocation", "notifications"], origin=town.url)
    worker.context.add_init_script(SUBSCRIBED)
    sign_in(worker, town, town.code("fulltime_worker"))
    worker.page.goto(f"{town.url}/#/me")
    part = worker.page.get_by_role("region", name="有事叫我")
    expect(part).to_contain_text("Chrome 常收不到")
    with worker.page.expect_response(
        lambda answer: answer.request.method == "POST" and "/api/push" in answer.url
    ) as told:
        part.get_by_role("button", name="叫我").click()
    assert told.value.status == 200
    expect(part.get_by_role("button", name="叫我")).to_have_attribute("aria-pressed", "true")
    part.scroll_into_view_if_needed()
    worker.shot("me-reach")
    can_be_read(worker)
    with worker.page.expect_response(lambda answer: answer.request.method == "DELETE") as ended:
        part.get_by_role("button", name="不用").click()
    assert ended.value.status == 200
    expect(part.get_by_role("button", name="不用")).to_have_attribute("aria-pressed", "true")
    assert worker.faults == []


def test_where_the_server_calls_nobody_it_is_said(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    worker.context.grant_permissions(["geolocation", "notifications"], origin=town.url)
    sign_in(worker, town, town.code("fulltime_worker"))
    worker.page.goto(f"{town.url}/#/me")
    part = worker.page.get_by_role("region", name="有事叫我")
    expect(part).to_contain_text("这里的服务器没开通知")
    expect(part.get_by_role("button")).to_have_count(0)
