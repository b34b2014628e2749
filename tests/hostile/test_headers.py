"""Headers put to wrong use: signed out, refused or ignored, and never an error of ours."""

import pytest

from tests.backend.town import WORKER
from tests.hostile.sender import assert_refused, assert_well, envelope, spelled

pytestmark = pytest.mark.anyio

ODD = [
    "\0",
    "\xff\xfe",
    "照片".encode().decode("latin-1"),
    "a" * 60_000,
    "'; DROP TABLE op; --",
    "%00",
    "../../x",
    ",,,",
    ";q=",
    "\t",
]


@pytest.mark.parametrize("value", ODD)
async def test_an_odd_token_is_nobodys(client, value):
    for header in (value, f"Bearer {value}", f"Bearer {value} {value}"):
        for method, path in (
            ("POST", "/api/exchange"),
            ("GET", "/api/directory"),
            ("DELETE", "/api/session"),
        ):
            head = {"authorization": header.encode("latin-1")}
            answer = await client.request(method, path, headers=head)
            assert (answer.status_code, assert_refused(answer)) == (401, "signed_out")


NAMES = [
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "cookie",
    "if-none-match",
    "origin",
    "range",
    "referer",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-host",
    "forwarded",
    "expect",
    "te",
    "via",
]


@pytest.mark.parametrize("value", ODD)
async def test_odd_headers_change_nothing(client, value):
    for name in NAMES:
        head = {name: value.encode("latin-1")}
        assert (await client.get("/api/kinds", headers=head)).status_code == 200
        assert assert_refused(await client.get("/api/nothing", headers=head)) == "no_such_page"


async def test_an_honest_exchange_with_odd_headers_is_honest(enrol):
    worker = await enrol(WORKER)
    head = {
        "content-type": "text/html",
        "accept": "image/png",
        "accept-encoding": "*;q=0",
        "cookie": "a=b",
        "origin": "https://evil.example",
        "x-forwarded-for": "8.8.8.8",
        "accept-language": "xx",
    }
    answer = await worker.post(spelled(envelope(worker)), **head)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers
    await assert_well(worker)


async def test_a_method_cannot_be_changed_by_a_header(enrol):
    worker = await enrol(WORKER)
    await worker.post(spelled(envelope(worker)), **{"x-http-method-override": "DELETE"})
    await assert_well(worker)


@pytest.mark.parametrize("encoding", ODD)
async def test_an_odd_coding_is_refused(enrol, encoding):
    worker = await enrol(WORKER)
    answer = await worker.post(spelled(envelope(worker)), **{"content-encoding": encoding.encode("latin-1")})
    if encoding.strip():
        assert assert_refused(answer) == "wrong_encoding"
    await assert_well(worker)
