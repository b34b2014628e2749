"""Web Push: a real browser could read it, and the push service is told all it must know of each message."""

import json
import time
from collections.abc import AsyncIterator

import pytest
from cryptography.exceptions import InvalidTag
from msgspec.structs import replace

from backend.adapters.pusher import SIGNED_S, WebPusher, judged
from backend.endpoint import Hosts
from backend.evidence import own_key, verify
from backend.push import BODY_MAX, KEY_FILE, Message, Sent
from tests.backend.pushing import HOST, Browser, Service, push_service, unspelled

pytestmark = pytest.mark.anyio
CALL = Message("有一件急事要你看".encode(), "t" * 32, 86_400, urgent=True)


@pytest.fixture
async def service(tmp_path) -> AsyncIterator[Service]:
    async with push_service(tmp_path) as service:
        yield service


@pytest.fixture
def pusher(service, tmp_path) -> WebPusher:
    return WebPusher(own_key(tmp_path / KEY_FILE), "duty@town.example", service.courier())


async def test_the_browser_reads_what_was_sent_and_no_other_does(service, pusher):
    browser, other = Browser(), Browser()
    assert await pusher.push(browser.subscription(), CALL) == Sent("sent")
    (request,) = service.requests
    assert browser.read(request.body) == CALL.body
    assert CALL.body not in request.body
    with pytest.raises(InvalidTag):
        other.read(request.body)


async def test_the_longest_body_is_read_and_a_longer_one_is_a_fault_of_ours(service, pusher):
    browser = Browser()
    await pusher.push(browser.subscription(), replace(CALL, body=b"x" * BODY_MAX))
    assert browser.read(service.requests[0].body) == b"x" * BODY_MAX
    with pytest.raises(AssertionError):
        await pusher.push(browser.subscription(), replace(CALL, body=b"x" * (BODY_MAX + 1)))
    with pytest.raises(AssertionError):
        await pusher.push(browser.subscription(), replace(CALL, ttl_s=0))
    assert len(service.requests) == 1


async def test_each_message_says_its_own_time_topic_and_urgency(service, pusher):
    plain = Message(b"{}", "u" * 32, 60, urgent=False)
    for call in (CALL, plain, CALL):
        await pusher.push(Browser().subscription(), call)
    said = [
        (each.headers["ttl"], each.headers["topic"], each.headers["urgency"]) for each in service.requests
    ]
    assert said == [("86400", "t" * 32, "high"), ("60", "u" * 32, "normal"), ("86400", "t" * 32, "high")]
    assert {each.headers["content-encoding"] for each in service.requests} == {"aes128gcm"}
    assert len({each.body[:16] for each in service.requests}) == 3  # a salt of its own


async def test_the_signature_is_of_the_key_that_browsers_were_given(service, pusher):
    await pusher.push(Browser().subscription(), CALL)
    scheme, _, rest = service.requests[0].headers["authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in rest.replace(" ", "").split(","))
    assert scheme == "vapid" and unspelled(parts["k"]) == pusher.key
    signed, _, signature = parts["t"].rpartition(".")
    head, claims = (json.loads(unspelled(part)) for part in signed.split("."))
    assert head["alg"] == "ES256" and verify(pusher.key, signed.encode(), unspelled(signature))
    assert (claims["aud"], claims["sub"]) == (f"https://{HOST}", "mailto:duty@town.example")
    assert 0 < claims["exp"] - time.time() <= SIGNED_S <= 86_400


async def test_the_key_stays_the_same_and_is_nobody_elses(service, pusher, tmp_path):
    again = WebPusher(own_key(tmp_path / KEY_FILE), "duty@town.example", service.courier())
    assert again.key == pusher.key
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("status", "want"),
    [(201, "sent"), (200, "sent"), (404, "dead"), (410, "dead"), (429, "later"), (500, "later"),
     (503, "later"), (400, "refused"), (401, "refused"), (403, "refused"), (413, "refused"),
     (307, "refused")],
)  # fmt: skip
async def test_what_the_service_answers_is_judged(service, pusher, status, want):
    service.answer(status, "retry-after: 7")
    sent = await pusher.push(Browser().subscription(), CALL)
    assert sent == Sent(want, 7 if want == "later" else 0) == judged(status, 7)


async def test_no_way_there_is_tried_again_and_a_barred_way_is_not(service, pusher, tmp_path):
    key = own_key(tmp_path / KEY_FILE)
    lost = WebPusher(key, "duty@town.example", service.courier("127.0.0.2"))
    assert await lost.push(Browser().subscription(), CALL) == Sent("later")
    barred = WebPusher(key, "duty@town.example", service.courier(inside=()))
    assert await barred.push(Browser().subscription(), CALL) == Sent("refused")
    assert service.requests == []
    assert pusher.may_go(Browser().endpoint) and not pusher.may_go("https://evil.example/a")
    assert Hosts((HOST,)).allow(HOST)
