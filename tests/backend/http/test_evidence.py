"""A phone tells the key it seals with, over HTTP."""

import base64

import msgspec
import pytest

from backend.evidence import FILE
from tests.backend.sealing import notary_of
from tests.backend.town import NOW, TOWN, WORKER

pytestmark = pytest.mark.anyio

KEY = notary_of(7).public
OTHER = notary_of(8).public


def body(key: bytes = KEY, incarnation: str = "aaaaaaaa") -> bytes:
    return msgspec.json.encode({"incarnation": incarnation, "key": base64.b64encode(key).decode()})


async def post(phone, content: bytes, token: str = ""):
    headers = {"authorization": f"Bearer {token or phone.token}", "content-type": "application/json"}
    return await phone.client.post("/api/device/key", content=content, headers=headers)


async def kept(client, device: str) -> bytes:
    lanes = client.app.state.context.lanes
    return await lanes.read(TOWN, lambda lane: lane.album.key_of(bytes.fromhex(device)))


async def test_the_first_key_counts_and_telling_it_again_is_no_fault(client, enrol):
    worker = await enrol(WORKER)
    for key, said in ((KEY, True), (KEY, True), (OTHER, False)):
        answer = await post(worker, body(key))
        assert (answer.status_code, answer.json()) == (200, {"server_ms": NOW, "kept": said})
    assert await kept(client, worker.device) == KEY
    assert (await post(worker, body(OTHER, "bbbbbbbb"))).json()["kept"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"{}", b"\xff", body(KEY[:-1]), body(b"\4" + bytes(64)), body(b""),
        body(incarnation="aaaa"), body(incarnation="AAAAAAAA"), body(incarnation=""),
        b'{"incarnation": "aaaaaaaa", "key": "*"}', b'{"incarnation": 1, "key": "AA=="}',
    ],
)  # fmt: skip
async def test_what_is_no_key_is_malformed(client, enrol, content):
    worker = await enrol(WORKER)
    answer = await post(worker, content)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert await kept(client, worker.device) == b""


async def test_too_much_is_too_large_and_nobody_is_signed_out(enrol):
    worker = await enrol(WORKER)
    assert (await post(worker, b"x" * 513)).status_code == 413
    assert (await post(worker, body(), token="nobody")).status_code == 401


async def test_a_server_has_its_key_as_soon_as_it_runs(client):
    root = client.app.state.context.settings.root
    assert (root / FILE).stat().st_mode & 0o777 == 0o600
