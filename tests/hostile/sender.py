"""What hostile and broken phones send: bytes of any kind, beside ops that are good."""

import json
from typing import Any

from backend.problems import CODES, PROBLEMS
from sync.op import Op
from tests.backend.town import NORTH_ONE, NOW, SECRETARY, Heard, Phone

GOOD_VERDICTS = {"applied", "amended", "overtaken"}


def envelope(phone: Phone, ops: Any = None, **other: Any) -> list[Any]:
    """Give the parts of a push, some of them replaced."""
    parts = {
        "version": 1, "kinds": phone.version, "incarnation": phone.device[8:], "device_ms": NOW,
        "cursor": phone.cursor, "top": phone.n, "low": phone.low, "ops": ops, "photos": [],
    }  # fmt: skip
    return list((parts | other).values())


def spelled(parts: Any) -> bytes:
    return json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")


def raw(op: Op) -> dict[str, Any]:
    """Give an op as it travels where the pages cannot code it."""
    step = list(step_of(op)) if op.step else None
    return {"raw": [op.n, [*op_stamp(op)], op.kind, op.record, op.area, op.sets, step]}


def op_stamp(op: Op) -> tuple[int, int, str]:
    return op.stamp.wall_ms, op.stamp.count, op.stamp.device


def step_of(op: Op) -> tuple[str, str]:
    return (op.step.name, op.step.saw) if op.step else ("", "")


def good(phone: Phone) -> Op:
    return phone.op("incident", {"matter": "wires"}, area=NORTH_ONE)


def assert_refused(answer: Any) -> str:
    """Check that an answer is a problem document that is the sender's fault; gives its code."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["code"] in CODES
    assert body["status"] == answer.status_code == PROBLEMS[body["code"]].status
    return str(body["code"])


async def hear(phone: Phone, body: bytes, **headers: str) -> Heard:
    """Post bytes that must be taken, and hear the answer."""
    answer = await phone.post(body, **headers)
    assert answer.status_code == 200, answer.text
    heard = Heard(answer.json())
    phone.cursor = heard.cursor
    return heard


async def assert_well(phone: Phone) -> None:
    """Check that an honest exchange works as if nothing had been."""
    op = good(phone)
    heard = await phone.exchange(op)
    assert op.n not in heard.codes
    assert any(first <= op.n <= last for first, last in heard.acks)


async def assert_arrived(enrol: Any, *ops: Op) -> None:
    """Check that somebody else hears of the records these ops made."""
    secretary, found = await enrol(SECRETARY), set()
    while True:
        heard = await secretary.exchange()
        found |= {record[0] for record in heard.records}
        if not heard.more:
            break
    assert {op.record for op in ops} <= found
