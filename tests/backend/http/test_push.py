"""Asking to be called over HTTP, and no longer."""

import shutil
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from backend import app
from backend.adapters.memory_push import MemoryPusher
from backend.app import build
from backend.config import Settings
from backend.http.push import BODY_MAX
from backend.push import KEY_FILE
from tests.backend.pushing import Browser, unspelled
from tests.backend.town import NOW, SECRETARY, TOWN, Phone, enrolled

pytestmark = pytest.mark.anyio


@pytest.fixture
def calling(client) -> AsyncTestClient:
    """A server that calls people, as far as a list in memory."""
    client.app.state.context.calling._pusher = MemoryPusher()
    return client


async def phone_of(client: AsyncTestClient, person: int) -> Phone:
    return await enrolled(client, client.app.state.context.people, person)


async def ask(phone: Phone, method: str, body: bytes = b"") -> Any:
    head = {"authorization": f"Bearer {phone.token}", "content-type": "application/json"}
    return await phone.client.request(method, "/api/push", content=body or None, headers=head)


async def listed(client: AsyncTestClient) -> list[Any]:
    return await client.app.state.context.calling.subscriptions.listed(TOWN)


async def test_the_key_is_given_as_browsers_take_it(calling):
    key = (await ask(await phone_of(calling, SECRETARY), "GET")).json()["key"]
    assert unspelled(key) == calling.app.state.context.calling.key and "=" not in key


async def test_asking_again_renews_and_ending_ends(calling):
    phone = await phone_of(calling, SECRETARY)
    for language in ("zh", "en"):
        await ask(phone, "POST", Browser().asked(language=language))
    (kept,) = await listed(calling)
    assert (kept.language, kept.person, kept.device) == ("en", SECRETARY, int(phone.device[:8], 16))
    for _ in range(2):
        assert (await ask(phone, "DELETE")).status_code == 200
    assert await listed(calling) == []


async def test_signing_out_ends_it(calling):
    phone = await phone_of(calling, SECRETARY)
    await ask(phone, "POST", Browser().asked())
    head = {"authorization": f"Bearer {phone.token}"}
    assert (await calling.delete("/api/session", headers=head)).status_code == 204
    assert await listed(calling) == []


async def test_a_body_is_bounded_before_it_is_read(calling):
    phone = await phone_of(calling, SECRETARY)
    answer = await ask(phone, "POST", Browser().asked().ljust(BODY_MAX + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert (await ask(phone, "POST", Browser().asked().ljust(BODY_MAX))).status_code == 200


@pytest.mark.parametrize("settings", [{}, {"push_contact": "a@b.example", "push": False}])
async def test_where_nobody_is_called_there_is_no_key_and_no_file_of_one(tmp_path, template, settings):
    data = shutil.copytree(template, tmp_path / "data")
    async with AsyncTestClient(build(Settings(data=str(data), **settings))) as client:
        client.app.state.context.towns.now_ms = lambda: NOW
        phone = await phone_of(client, SECRETARY)
        for method, body in (("GET", b""), ("POST", Browser().asked())):
            answer = await ask(phone, method, body)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await ask(phone, "DELETE")).status_code == 200
    assert not (data / KEY_FILE).exists()


def test_a_contact_makes_the_way_and_the_lists_are_the_settings(tmp_path):
    settings = Settings(
        data=str(tmp_path), push_contact="mailto:duty@town.example", push_inside="push.town.example"
    )
    pusher = app.pusher_of(settings)
    assert pusher is not None and (tmp_path / KEY_FILE).exists()
    assert pusher.may_go("https://push.town.example/a") and pusher.may_go("https://fcm.googleapis.com/a")
    assert not pusher.may_go("https://push.test/a")
