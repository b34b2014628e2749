"""Anything at all as a push: never an error of ours, and the next honest exchange works.

The server is driven through its ASGI door in the test's own loop, because a fuzzer wants thousands of
requests; what HTTP itself may be sent is in test_sockets.py.
"""

import asyncio
import json
import shutil
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.msgpack import Ext

from backend.app import build, opened
from backend.config import Settings
from backend.http.body import PACKED
from backend.people import enrol, new_code
from sync.kind import Kind
from tests.backend.town import KINDS, NORTH_ONE, NOW, WORKER, Heard, Phone, push_bytes
from tests.hostile.sender import envelope, good, raw, spelled

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
NUMBERS = st.one_of(
    st.integers(-3, 20),
    st.integers(),
    st.sampled_from([2**53, 2**63, -(2**63) - 1, 2**70, NOW, NORTH_ONE, 1.5, -0.0]),
    st.floats(allow_nan=False, allow_infinity=False),
)
NAMES = sorted({name for kind in KINDS.values() for name in (kind.name, *kind.fields, *kind.workflow.states)})
WORDS = st.one_of(
    st.text(max_size=8),
    st.sampled_from([*NAMES, "c", "r", "t", "n", "raw", "is", "add", "drop", "over", "\0", ""]),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=9), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=40,
)


class Door:
    """A server without a network, a loop that stays, a phone that is odd and one that is honest."""

    def __init__(self, settings: Settings) -> None:
        self.app, self.loop, self.opened = build(settings), asyncio.new_event_loop(), opened(settings)
        self.parts = self.app.state.context = self.loop.run_until_complete(self.opened.__aenter__())
        self.parts.towns.now_ms = lambda: NOW
        self.odd, self.honest = (self.loop.run_until_complete(self._phone()) for _ in range(2))

    async def _phone(self) -> Phone:
        code = await new_code(self.parts.people, WORKER, NOW, 24)
        token, device = await enrol(self.parts.people, code, "", NOW)
        return Phone(None, f"{device.number:08x}", token, KINDS, self.parts.towns.pages.version)

    def renew(self) -> Phone:
        """Give the odd phone a new incarnation, so that no example knows of another."""
        number = int(self.odd.device[8:], 16) + 1
        self.odd.device, self.odd.n, self.odd.wall = f"{self.odd.device[:8]}{number:08x}", 0, NOW
        return self.odd

    def post(self, phone: Phone, body: bytes, form: str = "application/json") -> tuple[int, bytes]:
        """Post to the exchange; gives status and body."""
        return self.loop.run_until_complete(self._post(phone.token, body, form))

    async def _post(self, token: str, body: bytes, form: str) -> tuple[int, bytes]:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/api/exchange",
            "raw_path": b"/api/exchange",
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"authorization", f"Bearer {token}".encode()),
                (b"host", b"a"),
                (b"content-type", form.encode()),
            ],
            "client": ("test", 1),
            "server": ("test", 80),
            "state": {},
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return sent[0]["status"], b"".join(each.get("body", b"") for each in sent)

    def check(self, body: bytes, form: str = "application/json") -> int:
        """Send something strange, and then something honest; gives the status of the strange."""
        status, told = self.post(self.odd, body, form)
        assert status == 200 or 400 <= status < 500, (status, told)
        if status != 200:
            assert set(json.loads(told)) >= {"type", "title", "status", "code"}
        phone, op = self.honest, good(self.honest)
        answered, told = self.post(phone, push_bytes(phone.push([op])))
        assert answered == 200, told
        heard = Heard(json.loads(told))
        phone.cursor = heard.cursor
        assert (heard.codes, heard.acks) == ({}, [[1, op.n]])
        return status

    def close(self) -> None:
        self.loop.run_until_complete(self.opened.__aexit__(None, None, None))
        self.loop.close()


@pytest.fixture(scope="module")
def door(template, tmp_path_factory) -> Iterator[Door]:
    data = shutil.copytree(template, tmp_path_factory.mktemp("fuzz") / "data")
    door = Door(Settings(data=str(data)))
    yield door
    door.close()


@FUZZ
@given(body=st.binary(max_size=300))
def test_any_bytes_are_answered(door, body):
    assert door.check(body) == 400


@FUZZ
@given(body=st.binary(max_size=300))
def test_any_bytes_that_say_they_are_packed_are_answered(door, body):
    assert door.check(body, PACKED) == 400


@FUZZ
@given(value=ANY_JSON)
def test_any_json_is_answered(door, value):
    door.check(spelled(value))


@FUZZ
@given(place=st.integers(0, 8), value=ANY_JSON)
def test_any_part_of_the_envelope_is_answered(door, place, value):
    parts = envelope(door.renew(), [raw(good(door.odd))])
    parts[place] = value
    door.check(spelled(parts))


@FUZZ
@given(packed=st.one_of(ANY_JSON, st.lists(ANY_JSON, max_size=4), st.fixed_dictionaries({"c": ANY_JSON})))
def test_any_ops_are_answered(door, packed):
    door.check(spelled(envelope(door.renew(), packed)))


COLUMN = st.one_of(st.lists(NUMBERS, max_size=4), ANY_JSON)


@FUZZ
@given(
    fixed=st.lists(COLUMN, min_size=8, max_size=8),
    fields=st.lists(st.lists(ANY_JSON, min_size=4, max_size=4), max_size=3),
)
def test_any_columns_are_answered(door, fixed, fields):
    door.check(spelled(envelope(door.renew(), {"c": [*fixed, fields]})))


RAW_OP = st.tuples(
    st.one_of(st.integers(1, 60), NUMBERS),
    st.one_of(ANY_JSON, st.tuples(NUMBERS, NUMBERS, WORDS)),
    WORDS,
    WORDS,
    SCALARS,
    st.dictionaries(WORDS, ANY_JSON, max_size=4),
    ANY_JSON,
)


@FUZZ
@given(op=RAW_OP)
def test_any_raw_op_is_answered(door, op):
    door.check(spelled(envelope(door.renew(), [{"raw": op}])))


FIELDS: list[tuple[Kind, int]] = [
    (kind, place) for kind in KINDS.values() for place in range(len(kind.fields))
]


@FUZZ
@given(st.data())
def test_any_value_of_any_field_is_answered_beside_a_good_op(door, data):
    kind, place = data.draw(st.sampled_from(FIELDS))
    value = data.draw(ANY_JSON)
    phone = door.renew()
    before, between, after = good(phone), good(phone), good(phone)
    made = [list(KINDS).index(kind.name), between.n, NOW - between.stamp.wall_ms, 0, 0, NORTH_ONE, 0, 0]
    ops = [raw(before), [*made, place, value], raw(after)]
    status, told = door.post(phone, spelled(envelope(phone, ops)))
    assert status == 200, told
    assert {before.n, after.n}.isdisjoint(Heard(json.loads(told)).codes)


ANY_PACKED = st.recursive(
    st.one_of(
        SCALARS.filter(lambda each: not isinstance(each, int) or -(2**63) <= each < 2**64),
        st.floats(),
        st.binary(max_size=20),
        st.builds(Ext, st.integers(-128, 127), st.binary(max_size=20)),
        st.datetimes(timezones=st.just(UTC)),
    ),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.integers(-9, 9) | WORDS, each, max_size=4),
    max_leaves=8,
)


@FUZZ
@given(place=st.integers(0, 8), value=ANY_PACKED)
def test_any_part_of_a_packed_envelope_is_answered(door, place, value):
    parts = envelope(door.renew(), [raw(good(door.odd))])
    parts[place] = value
    door.check(msgspec.msgpack.encode(parts), PACKED)


@FUZZ
@given(st.data())
def test_any_packed_value_of_any_field_is_answered_beside_a_good_op(door, data):
    kind, place = data.draw(st.sampled_from(FIELDS))
    phone = door.renew()
    before, between, after = good(phone), good(phone), good(phone)
    made = [list(KINDS).index(kind.name), between.n, NOW - between.stamp.wall_ms, 0, 0, NORTH_ONE, 0, 0]
    ops = [raw(before), [*made, place, data.draw(ANY_PACKED)], raw(after)]
    status, told = door.post(phone, msgspec.msgpack.encode(envelope(phone, ops)), PACKED)
    assert status == 200 or json.loads(told)["code"] == "malformed", told
    if status == 200:
        assert {before.n, after.n}.isdisjoint(Heard(json.loads(told)).codes)
