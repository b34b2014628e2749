"""The courier: to the addresses that were looked at, once, and nothing an answer says leads further."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest

from backend.adapters import courier
from backend.adapters.courier import Barred, Courier, resolved, retry_s
from backend.endpoint import Hosts
from tests.backend.pushing import HOST, Browser, Service, push_service

pytestmark = pytest.mark.anyio
ENDPOINT = Browser().endpoint


@pytest.fixture
async def service(tmp_path) -> AsyncIterator[Service]:
    async with push_service(tmp_path) as service:
        yield service


async def test_a_post_arrives_as_it_was_given(service):
    assert await service.courier().post(ENDPOINT, {"ttl": "5"}, b"body") == (201, 0)
    (request,) = service.requests
    assert (request.line, request.body) == ("POST /send/one HTTP/1.1", b"body")
    assert request.headers == {"host": HOST, "connection": "close", "content-length": "4", "ttl": "5"}


async def test_a_listed_name_that_leads_inside_is_not_followed(service):
    for address in ("127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1"):
        with pytest.raises(Barred):
            await service.courier(address, inside=()).post(ENDPOINT, {}, b"")
    assert service.connections == 0


async def test_one_private_address_among_public_ones_is_enough(service):
    async def resolve(_host: str) -> list[str]:
        return ["8.8.8.8", "127.0.0.1"]

    with pytest.raises(Barred):
        await Courier(Hosts((HOST,)), resolve, service.tls, service.port).post(ENDPOINT, {}, b"")
    assert service.connections == 0


async def test_a_host_that_is_not_listed_is_not_even_looked_up():
    async def resolve(_host: str) -> list[str]:
        raise AssertionError("looked up")

    for endpoint in ("https://evil.example/a", "http://push.test/a", "https://127.0.0.1/a", "nothing"):
        with pytest.raises(Barred):
            await Courier(Hosts((HOST,)), resolve).post(endpoint, {}, b"")


async def test_a_redirect_is_an_answer_like_any_other(service):
    service.answer(307, f"location: https://{HOST}:{service.port}/elsewhere")
    assert await service.courier().post(ENDPOINT, {}, b"") == (307, 0)
    assert service.connections == 1


async def test_an_answer_that_is_none_is_a_fault_of_the_network(service):
    service.answers = [b"SSH-2.0-x\r\n\r\n", b"", b"HTTP/1.1 200 So\r\n" + b"x: y\r\n" * 30_000]
    for _ in range(3):
        with pytest.raises(ConnectionError):
            await service.courier().post(ENDPOINT, {}, b"")


async def test_a_stranger_with_another_certificate_is_not_spoken_to(service):
    service.tls = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError):
        await service.courier().post(ENDPOINT, {}, b"secret")
    assert service.requests == []


async def test_a_service_that_says_nothing_is_left(monkeypatch):
    monkeypatch.setattr(courier, "WITHIN_S", 0.05)

    async def resolve(_host: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(TimeoutError):
        await Courier(Hosts((HOST,)), resolve).post(ENDPOINT, {}, b"")


async def test_a_host_without_an_address_is_a_fault_of_the_network(service):
    with pytest.raises(ConnectionError):
        await service.courier("127.0.0.2").post(ENDPOINT, {}, b"")
    assert "127.0.0.1" in await resolved("localhost")


@pytest.mark.parametrize(
    ("text", "want"),
    [("", 0), ("120", 120), ("9" * 400, 86_400), ("-5", 0), ("soon", 0), ("٣", 0),
     ("Thu, 01 Jan 1970 00:02:00 GMT", 20), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
     ("Sat, 01 Jan 2050 00:00:00 GMT", 86_400)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_and_bounded(text, want):
    assert retry_s(text, 100.0) == want
