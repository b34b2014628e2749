"""Sign-in over HTTP: a code once, and no guessing."""

import pytest

from backend.people import ALPHABET, TRIES_MAX, new_code
from tests.backend.town import HOUR_MS, NOW, WORKER

pytestmark = pytest.mark.anyio

WRONG = ALPHABET[:12]


async def sign_in(client, code: object, **headers: str):
    return await client.post("/api/session", json={"code": code, "device_name": "手机"}, headers=headers)


async def fresh(client) -> str:
    return await new_code(client.app.state.context.people, WORKER, NOW, 24)


async def test_a_code_is_good_once(client):
    code = await fresh(client)
    answer = await sign_in(client, code)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {"token": answer.json()["token"], "device": "00000001", "person": WORKER}
    again = await sign_in(client, code)
    assert (again.status_code, again.json()["code"]) == (410, "code_used")


async def test_an_expired_code_is_gone(client):
    code = await fresh(client)
    client.app.state.context.towns.now_ms = lambda: NOW + 24 * HOUR_MS
    answer = await sign_in(client, code)
    assert (answer.status_code, answer.json()["code"]) == (410, "code_used")


async def test_a_wrong_code_is_not_found(client):
    answer = await sign_in(client, WRONG)
    assert (answer.status_code, answer.json()["code"]) == (404, "code_unknown")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_eleventh_wrong_try_is_one_too_many(client):
    codes = [(await sign_in(client, WRONG)).json()["code"] for _ in range(TRIES_MAX + 1)]
    assert codes == ["code_unknown"] * TRIES_MAX + ["too_many_tries"]
    right = await sign_in(client, await fresh(client))
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) == 600
    client.app.state.context.towns.now_ms = lambda: NOW + 600_000
    assert (await sign_in(client, await fresh(client))).status_code == 201


async def test_right_codes_are_never_too_many(client):
    for _ in range(2 * TRIES_MAX):
        assert (await sign_in(client, await fresh(client))).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{}", b'{"code":5}', b'{"code":"a","admin":true}', b'{"code":"\xff"}',
        b'{"code":"\\ud800"}', b'{"code":' + b"[" * 900, b'{"code":"a","device_name":2}', b"\xef\xbb\xbf{}",
    ],
)  # fmt: skip
async def test_what_is_no_enrolment_is_malformed(client, body):
    answer = await client.post("/api/session", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_a_long_enrolment_is_too_large(client):
    answer = await sign_in(client, "a" * 2_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("code", ["", "\0", "照" * 100, "-" * 500])
async def test_an_odd_code_is_just_a_wrong_one(client, code):
    assert (await sign_in(client, code)).json()["code"] == "code_unknown"


async def test_signing_out_ends_the_token_and_no_other(client, enrol):
    one, two = await enrol(WORKER), await enrol(WORKER)
    out = await client.delete("/api/session", headers={"authorization": f"Bearer {one.token}"})
    assert out.status_code == 204
    assert out.content == b""
    refused = await one.post(b"[]")
    assert (refused.status_code, refused.json()["code"]) == (401, "signed_out")
    again = await client.delete("/api/session", headers={"authorization": f"Bearer {one.token}"})
    assert again.status_code == 401
    assert (await two.exchange()).cursor


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic {}", "bearer  {}", "Bearer {}x", "{}"])
async def test_only_the_whole_token_signs_in(client, enrol, header):
    phone = await enrol(WORKER)
    answer = await client.get("/api/directory", headers={"authorization": header.format(phone.token)})
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


async def test_the_scheme_may_be_written_in_any_case(client, enrol):
    phone = await enrol(WORKER)
    answer = await client.get("/api/directory", headers={"authorization": f"bearer {phone.token}"})
    assert answer.status_code == 200


async def test_another_address_is_not_slowed_down(town_server):
    server, codes = town_server
    async with server.client("127.0.0.2") as guesser, server.client("127.0.0.3") as worker:
        answers = [await sign_in(guesser, WRONG, **{"x-forwarded-for": f"10.0.0.{n}"}) for n in range(11)]
        assert [answer.status_code for answer in answers] == [404] * 10 + [429]
        assert (await sign_in(worker, codes.pop())).status_code == 201
