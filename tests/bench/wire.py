"""Bytes of a request body against the budget of the design: one report 260, twenty 2,600, quiet 120."""

import json
import statistics
import zlib
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import astuple

from backend.kinds import read_pages
from sync.dense import dense
from sync.kind import version
from sync.op import Op
from sync.wire import Push, Receipt, pack, row, trimmed
from tests.bench.reports import NOW, day

BUDGET = {"one": 260, "twenty": 2600, "quiet_both_ways": 120}
WINDOWS = 50
CURSOR = "mB7qX0e-a4xk-_7-8n.3fa1"  # a worker of one grid who has heard some 6,000 changes


def sent(parts: list[Any]) -> bytes:
    """Write a push as the phone does: MessagePack, and through zlib at level 6 where that is shorter."""
    plain = dense(msgspec.to_builtins(parts))
    return min(plain, zlib.compress(plain, 6), key=len)


def travels(push: Push) -> bytes:
    """Write a push without the empty parts at its end."""
    parts = list(astuple(push))
    while not parts[-1]:
        parts.pop()
    return sent(parts)


def body(ops: list[Op]) -> bytes:
    """Write the push a phone would send."""
    kinds = read_pages((Path("sync/kinds"),))
    return travels(Push(1, version(kinds), "1b2c3d4e", NOW, CURSOR, 60, 41, pack(ops, kinds, NOW)))


def run() -> dict[str, Any]:
    """Measure medians over windows, and what the alternatives would cost."""
    kinds = read_pages((Path("sync/kinds"),))
    found: dict[str, Any] = {"budget": BUDGET}
    for profile in ("easy", "hard"):
        one = [len(body(day(seed, 1, profile))) for seed in range(WINDOWS)]
        twenty = [len(body(day(seed, 20, profile))) for seed in range(WINDOWS)]
        ops = day(1, 20, profile)
        rows = zlib.compress(msgspec.json.encode([row(op, kinds, NOW) for op in ops]), 6)
        plain = zlib.compress(json.dumps(msgspec.to_builtins(ops), ensure_ascii=False).encode(), 6)
        found[profile] = {
            "one": statistics.median(one),
            "twenty": statistics.median(twenty),
            "twenty_as_json": len(zlib.compress(msgspec.json.encode(pack(ops, kinds, NOW)), 6)),
            "twenty_as_rows": len(rows),
            "twenty_as_named_json": len(plain),
        }
    quiet = Push(1, version(kinds), "1b2c3d4e", NOW, CURSOR, 60, 61)
    parts = [getattr(quiet, name) for name in Push.__struct_fields__][:7]
    answer = msgspec.json.encode(trimmed(Receipt(NOW, CURSOR)))
    found["quiet_both_ways"] = len(sent(parts)) + len(answer)
    return found
