"""Subscriptions that are none, lead inside, or are somebody else's: refused in words, and nothing is sent."""

import asyncio
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.adapters.courier import Courier
from backend.adapters.memory_push import MemoryPusher
from backend.adapters.pusher import WebPusher
from backend.config import Settings
from backend.endpoint import Hosts, names
from tests.backend.pushing import Browser, spelled
from tests.backend.test_endpoint import BAD, GOOD
from tests.backend.town import SECRETARY, TOWN, WORKER, Phone
from tests.hostile.sender import assert_refused, assert_well

pytestmark = pytest.mark.anyio


@pytest.fixture
async def phone(client, enrol) -> Phone:
    """A phone of a server that would call; nothing it sends would leave this machine unnoticed."""
    courier = Courier(Hosts(names(Settings().push_hosts)), nowhere)
    calling = client.app.state.context.calling
    calling._pusher = WebPusher(ec.generate_private_key(ec.SECP256R1()), "a@b.example", courier)
    return await enrol(WORKER)


async def nowhere(host: str) -> list[str]:
    raise AssertionError(f"{host} was looked up")


async def post(phone: Phone, body: bytes, token: str = "") -> Any:
    head = {"authorization": f"Bearer {token or phone.token}", "content-type": "application/json"}
    return await phone.client.post("/api/push", content=body, headers=head)


def asked(**other: Any) -> bytes:
    return json.dumps({**json.loads(Browser().asked()), "endpoint": GOOD[0], **other}).encode()


async def kept(phone: Phone) -> list[Any]:
    return await phone.client.app.state.context.calling.subscriptions.listed(TOWN)


@pytest.mark.parametrize("endpoint", [each for each in BAD if len(each) < 200])
async def test_an_endpoint_that_leads_elsewhere_is_not_kept(phone, endpoint):
    answer = await post(phone, asked(endpoint=endpoint))
    assert (answer.status_code, assert_refused(answer)) == (422, "push_elsewhere")
    assert await kept(phone) == []


KEYS = [
    {"p256dh": ""},
    {"p256dh": spelled(b"\4" + b"\0" * 64)},
    {"p256dh": spelled(b"\4" + b"\xff" * 64)},
    {"p256dh": spelled(Browser().public[:33])},
    {"p256dh": spelled(b"\2" + Browser().public[1:33])},
    {"p256dh": "照" * 87},
    {"p256dh": "A" * 87 + "\n"},
    {"p256dh": "\ud800"},
    {"auth": ""},
    {"auth": spelled(b"a" * 15)},
    {"auth": spelled(b"a" * 17)},
    {"auth": 5},
    {"auth": None},
    {"endpoint": None},
    {"endpoint": ["https://fcm.googleapis.com/a"]},
    {"language": "fr"},
    {"person": SECRETARY},
    {"device": 2},
    {"expirationTime": None},
]


@pytest.mark.parametrize("other", KEYS)
async def test_bad_keys_and_other_peoples_names_are_not_understood(phone, other):
    assert assert_refused(await post(phone, asked(**other))) == "malformed"
    assert await kept(phone) == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'"x"', b"[" * 2_000, b"\xff", b"{}", b"\0" * 99]
)
async def test_what_is_no_subscription_is_not_understood(phone, body):
    assert assert_refused(await post(phone, body)) == "malformed"


async def test_too_much_is_too_much(phone):
    assert (
        assert_refused(await post(phone, asked(endpoint="https://fcm.googleapis.com/" + "a" * 9_000)))
        == "too_large"
    )
    assert assert_refused(await post(phone, b" " * 3_000_000)) == "too_large"


async def test_nobody_asks_without_a_sign_in(phone):
    for method in ("GET", "POST", "DELETE"):
        head = {"authorization": "Bearer another"}
        answer = await phone.client.request(method, "/api/push", headers=head)
        assert (answer.status_code, assert_refused(answer)) == (401, "signed_out")


async def test_nobody_ends_anothers(phone, enrol):
    other = await enrol(SECRETARY)
    await post(other, asked())
    head = {"authorization": f"Bearer {phone.token}"}
    assert (await phone.client.delete("/api/push", headers=head)).status_code == 200
    (row,) = await kept(phone)
    assert row.person == SECRETARY
    listing = await phone.client.get("/api/push", headers=head)
    assert set(listing.json()) == {"key"}  # nobody is told who can be called


async def test_a_phone_keeps_one_however_often_it_asks(phone):
    calling = phone.client.app.state.context.calling
    calling._pusher = MemoryPusher()
    await asyncio.gather(*(post(phone, asked(endpoint=f"https://push.test/{n}")) for n in range(20)))
    assert len(await kept(phone)) == 1
    await assert_well(phone)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    endpoint=st.text(max_size=300)
    | st.sampled_from(BAD).map(lambda each: each + "?https://fcm.googleapis.com/a")
)
async def test_whatever_is_asked_is_answered_and_leads_nowhere(phone, endpoint):
    answer = await post(phone, json.dumps({**json.loads(asked()), "endpoint": endpoint}).encode())
    assert assert_refused(answer) in ("push_elsewhere", "malformed", "too_large")
