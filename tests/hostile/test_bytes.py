"""Bodies of every wrong kind: each is refused with its code, quickly, and leaves the server as it was."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from backend.cursor import Cursor, Heard, Scope, spell
from backend.http.body import INFLATED_MAX, WIRE_MAX
from backend.view import _sealed
from sync.permit import Actor
from sync.wire import OPS_MAX
from tests.backend.town import NORTH_ONE, NOW, TOWN, UNITS, WORKER
from tests.hostile.sender import assert_refused, assert_well, envelope, good, hear, raw, spelled

pytestmark = pytest.mark.anyio

GIB = 2**30
MIB = 2**20
GROWTH_MAX = 64 * MIB  # of the whole process, whatever it is sent


def resident() -> int:
    """Give the memory this process holds, bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def bomb(wbits: int) -> bytes:
    """Squeeze a GiB of zeros, without ever holding them: the same megabyte a thousand times."""
    head = zlib.compressobj(9, zlib.DEFLATED, wbits).flush()[: 10 if wbits > zlib.MAX_WBITS else 2]
    machine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = machine.compress(bytes(MIB)) + machine.flush(zlib.Z_FULL_FLUSH)
    return head + block * (GIB // MIB)


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "no json": b"hello",
    "half": b'[1,"68eaabab"',
    "more behind": b"[1][2]",
    "an object": b'{"version":1}',
    "a number": b"1",
    "null": b"null",
    "an empty list": b"[]",
    "too short": b'[1,"a"]',
    "a hundred thousand brackets": b"[" * 100_000,
    "a hundred thousand brackets, closed": b"[" * 100_000 + b"]" * 100_000,
    "a hundred thousand objects": b'{"a":' * 100_000,
    "brackets in the ops": b'[1,"k","aaaaaaaa",1,"",0,1,' + b"[" * 100_000,
    "invalid utf-8": b'[1,"\xff\xfe"]',
    "overlong utf-8": b'[1,"\xc0\x80"]',
    "a surrogate in utf-8": b'[1,"\xed\xa0\x80"]',
    "a surrogate escaped": b'[1,"\\ud800"]',
    "surrogates the wrong way round": b'[1,"\\udc00\\ud800"]',
    "utf-16": "[1]".encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf[1]",
    "NUL": b"\0",
    "NaN": b"[NaN]",
    "infinity": b"[1e999]",
    "a comment": b"[1/**/]",
    "single quotes": b"['1']",
    "a trailing comma": b"[1,]",
    "a number of 5,000 digits": b"[" + b"9" * 5_000 + b"]",
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_what_is_no_push_is_malformed(enrol, name):
    worker = await enrol(WORKER)
    assert assert_refused(await worker.post(MALFORMED[name])) == "malformed"
    squeezed = await worker.post(zlib.compress(MALFORMED[name]), **{"content-encoding": "deflate"})
    assert assert_refused(squeezed) == "malformed"
    await assert_well(worker)


ENVELOPES: dict[str, tuple[dict[str, Any], str]] = {
    "another version": ({"version": 2}, "wrong_version"),
    "version zero": ({"version": 0}, "wrong_version"),
    "version beyond 2^70": ({"version": 2**70}, "wrong_version"),
    "version of text": ({"version": "1"}, "malformed"),
    "version true": ({"version": True}, "malformed"),
    "version with a fraction": ({"version": 1.5}, "malformed"),
    "other kinds": ({"kinds": "00000000"}, "kinds_changed"),
    "kinds with NUL": ({"kinds": "\0"}, "kinds_changed"),
    "kinds of a number": ({"kinds": 5}, "malformed"),
    "incarnation too short": ({"incarnation": "aaaaaaa"}, "malformed"),
    "incarnation in capitals": ({"incarnation": "AAAAAAAA"}, "malformed"),
    "incarnation no hex": ({"incarnation": "ghijklmn"}, "malformed"),
    "incarnation of other digits": ({"incarnation": "٣" * 8}, "malformed"),
    "incarnation of newlines": ({"incarnation": "aaaaaaa\n"}, "malformed"),
    "negative clock": ({"device_ms": -1}, "malformed"),
    "clock beyond all years": ({"device_ms": 2**53}, "malformed"),
    "clock beyond 2^63": ({"device_ms": 2**63}, "malformed"),
    "clock beyond 2^70": ({"device_ms": 2**70}, "malformed"),
    "clock with a fraction": ({"device_ms": 1.5}, "malformed"),
    "clock true": ({"device_ms": True}, "malformed"),
    "cursor of a number": ({"cursor": 5}, "malformed"),
    "cursor null": ({"cursor": None}, "malformed"),
    "negative top": ({"top": -1}, "malformed"),
    "top beyond 2^53": ({"top": 2**53}, "malformed"),
    "top beyond 2^70": ({"top": 2**70}, "malformed"),
    "low with a fraction": ({"low": 0.5}, "malformed"),
    "low beyond 2^63": ({"low": 2**63}, "malformed"),
    "ops of text": ({"ops": "x"}, "malformed"),
    "ops of a number": ({"ops": 7}, "malformed"),
    "ops of true": ({"ops": True}, "malformed"),
    "ops without columns": ({"ops": {"r": []}}, "malformed"),
    "an op of null": ({"ops": [None]}, "malformed"),
    "an op without a number": ({"ops": [{"raw": []}]}, "malformed"),
    "an op of another name": ({"ops": [{"op": [1]}]}, "malformed"),
    "an op whose number is beyond 2^53": ({"ops": [[0, 2**53, 0, 0, 0, 0, 0, 0]]}, "malformed"),
    "an op whose number is beyond 2^70": ({"ops": [{"raw": [2**70]}]}, "malformed"),
    "an op whose number is a fraction": ({"ops": [{"raw": [1.5]}]}, "malformed"),
    "photos of text": ({"photos": "x"}, "malformed"),
    "a photo too short": ({"photos": [["A" * 22, 5]]}, "malformed"),
}


@pytest.mark.parametrize("name", ENVELOPES)
async def test_a_wrong_envelope_is_refused_as_a_whole(enrol, name):
    changes, code = ENVELOPES[name]
    worker = await enrol(WORKER)
    assert assert_refused(await worker.post(spelled(envelope(worker, **changes)))) == code
    await assert_well(worker)


async def test_parts_of_a_later_version_are_not_read(enrol):
    worker = await enrol(WORKER)
    op = good(worker)
    parts = [*envelope(worker, ops=[raw(op)]), {"is_admin": True}, 7]
    assert (await hear(worker, spelled(parts))).acks == [[1, 1]]


@pytest.mark.parametrize(
    "cursor", ["x", "-" * 9_999, "\0", "68eaabab", "aaaabbbbb1-zzzzzzzzzzzzz.0.0", "a.b.c-" * 90_000]
)
async def test_a_cursor_that_is_none_hears_all_again(enrol, cursor):
    worker = await enrol(WORKER)
    await worker.exchange(good(worker))
    heard = await hear(worker, spelled(envelope(worker, cursor=cursor)))
    assert heard.anew
    assert len(heard.records) == 1


async def test_a_cursor_of_a_thousand_scopes_is_answered(enrol):
    worker = await enrol(WORKER)
    await worker.exchange(good(worker))
    heard = {Scope(unit, "0f3a"): Heard(1, 1) for unit in range(10_000, 11_600)}
    lanes = worker.client.app.state.context.lanes
    actor, units = Actor(WORKER, (), worker.device), {unit.id: unit.node for unit in UNITS}
    cursor = spell(await lanes.read(TOWN, lambda lane: _sealed(Cursor("aaaa", 1, heard), actor, units, lane)))
    assert not (await hear(worker, spelled(envelope(worker, cursor=cursor)))).anew


async def test_the_largest_body_is_taken_and_one_byte_more_is_not(enrol):
    worker = await enrol(WORKER)
    body = spelled(envelope(worker))
    await hear(worker, body.ljust(WIRE_MAX))
    answer = await worker.post(body.ljust(WIRE_MAX + 1))
    assert (answer.status_code, assert_refused(answer)) == (413, "too_large")
    await assert_well(worker)


@pytest.mark.parametrize(
    ("length", "code"),
    [
        (str(WIRE_MAX + 1), "too_large"),
        ("9" * 40, "too_large"),
        ("9" * 5_000, "too_large"),
        ("-1", "malformed"),
        ("many", "malformed"),
        ("1e3", "malformed"),
        ("\xb2", "malformed"),
        ("+5", "malformed"),
    ],
)
async def test_a_length_that_lies_is_not_believed(enrol, length, code):
    worker = await enrol(WORKER)
    answer = await worker.post(spelled(envelope(worker)), **{"content-length": length.encode("latin-1")})
    assert assert_refused(answer) == code
    await assert_well(worker)


async def test_five_hundred_ops_are_taken_and_one_more_is_not(enrol):
    worker = await enrol(WORKER)
    ops = [worker.op("visit", {"mode": "door"}, area=NORTH_ONE) for _ in range(OPS_MAX + 1)]
    for batch in ([raw(op) for op in ops], {"c": [[3], [1] * 501, *[[0]] * 6, []]}):
        answer = await worker.post(spelled(envelope(worker, batch)))
        assert (answer.status_code, assert_refused(answer)) == (413, "too_many_ops")
    heard = await worker.exchange(*ops[:-1])
    assert heard.codes == {}
    assert heard.acks == [[1, OPS_MAX]]
    assert heard.more
    await assert_well(worker)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "deflate, gzip", "compress", "x" * 5_000])
async def test_codings_nobody_agreed_on_are_refused(enrol, encoding):
    worker = await enrol(WORKER)
    body = gzip.compress(gzip.compress(spelled(envelope(worker))))
    answer = await worker.post(body, **{"content-encoding": encoding})
    assert (answer.status_code, assert_refused(answer)) == (415, "wrong_encoding")
    await assert_well(worker)


@pytest.mark.parametrize("squeeze", [zlib.compress, gzip.compress])
async def test_what_is_squeezed_twice_is_malformed(enrol, squeeze):
    worker = await enrol(WORKER)
    encoding = {"content-encoding": "gzip" if squeeze is gzip.compress else "deflate"}
    once = squeeze(spelled(envelope(worker)))
    for body in (squeeze(once), once[:-1], once[: len(once) // 2], once + b"\0", once + once, b"x" * 99):
        assert assert_refused(await worker.post(body, **encoding)) == "malformed"
    await hear(worker, once, **encoding)
    await assert_well(worker)


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15)])
async def test_a_bomb_is_refused_and_costs_no_memory(enrol, encoding, wbits):
    worker = await enrol(WORKER)
    body = bomb(wbits)[:WIRE_MAX]
    assert len(zlib.decompressobj(wbits).decompress(body, 32 * MIB)) == 32 * MIB
    await worker.post(zlib.compress(bytes(INFLATED_MAX)), **{"content-encoding": "deflate"})
    before = resident()
    answer = await worker.post(body, **{"content-encoding": encoding})
    assert (answer.status_code, assert_refused(answer)) == (413, "too_large")
    assert resident() - before < GROWTH_MAX
    await assert_well(worker)


async def test_whatever_depth_can_be_read_is_judged_by_itself_and_again_alike(enrol):
    worker, statuses = await enrol(WORKER), set()
    for depth in range(930, 1_010):  # about where the parser gives up
        op = raw(good(worker))
        op["raw"][5] = {"note": {"is": 777}}
        body = spelled(envelope(worker, [op])).replace(b"777", b"[" * depth + b"]" * depth)
        first, again = await worker.post(body), await worker.post(body)
        assert first.status_code == again.status_code
        if first.status_code == 200:
            assert first.json()[5] == again.json()[5]
            assert first.json()[5][0][1] == "bad_value"
        else:
            assert assert_refused(first) == assert_refused(again)
        statuses.add(first.status_code)
    assert statuses == {200, 400}
    await assert_well(worker)


async def test_eight_megabytes_of_empty_ops_are_too_many(enrol):
    worker = await enrol(WORKER)
    many = (INFLATED_MAX - 500) // 3
    head = json.dumps(envelope(worker, 0)).encode()
    for filler in (b"[]", b"{}"):
        body = head.replace(b", 0, []", b", [" + b",".join([filler] * many) + b"], []")
        answer = await worker.post(zlib.compress(body, 1), **{"content-encoding": "deflate"})
        assert assert_refused(answer) == "too_many_ops"
    await assert_well(worker)


async def test_a_phone_of_1970_and_one_of_2099_can_work(enrol):
    worker = await enrol(WORKER)
    for device_ms in (0, 4_000_000_000_000):
        assert (await hear(worker, spelled(envelope(worker, device_ms=device_ms)))).server_ms == NOW
