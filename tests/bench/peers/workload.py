"""The work every peer is given: the reports of 500 phones, edits on two sides, ten changes to hear of.

Ours takes the ops; a peer takes the same as plain records, one JSON file for all of them.
"""

import json
import random
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from sync.clock import Stamp
from sync.op import Op
from tests.bench.reports import NOW, day

DEVICES = 500
EACH = 20  # reports of one phone
BULK = 25  # phones whose reports make the 500 of the bulk upload, the merges and the edits
PAIRS = 200  # records edited on both sides at once; every other pair on one and the same field
CHANGES = 10
FIELDS = (("note", "note"), ("note", "count"), ("count", "count"), ("address", "contact"))


class Edit(NamedTuple):
    """One field of one record, written anew."""

    record: str
    field: str
    value: Any


def device(index: int) -> str:
    """Name the phone of an index."""
    return f"{index + 1:08x}1b2c3d4e"


def reports(index: int, profile: str = "easy", count: int = EACH) -> list[Op]:
    """Write the reports of one phone, numbered from 1."""
    name = device(index)
    return [
        replace(op, n=n, stamp=Stamp(op.stamp.wall_ms, 0, name), record=f"{name}.{n}")
        for n, op in enumerate(day(index, count, profile), 1)
    ]


def one_phone() -> list[Op]:
    """Write 500 reports as one phone that was long away from any signal."""
    return reports(DEVICES, count=BULK * EACH)


def edits() -> tuple[list[Edit], list[Edit]]:
    """Write what two sides do to the same records of `one_phone` without seeing each other."""
    rnd = random.Random(3)
    sides: tuple[list[Edit], list[Edit]] = [], []
    for at, op in enumerate(rnd.sample(one_phone(), PAIRS)):
        for side, field in enumerate(FIELDS[at % len(FIELDS)]):
            number = 1000 + 2 * at + side
            value = number if field == "count" else f"又去看过，第{number}次记录，现场还没有恢复。"
            sides[side].append(Edit(op.record, field, value))
    return sides


def changes() -> list[Edit]:
    """Write ten changes to records of ten phones."""
    return [Edit(f"{device(40 * at)}.{at + 1}", "count", 5000 + at) for at in range(CHANGES)]


def plain(op: Op) -> tuple[str, dict[str, Any]]:
    """Give a report as a peer keeps it: an id, and twelve fields of values beside the kind."""
    fields = {name: change.get("is", change.get("add")) if isinstance(change, dict) else change
              for name, change in op.sets.items()}  # fmt: skip
    return op.record, {"kind": op.kind, "area": op.area, **fields}


def write(path: Path) -> None:
    """Write the peers' file."""
    made = {
        "now_ms": NOW,
        "phones": [[plain(op) for op in reports(at)] for at in range(DEVICES)],
        "hard": [plain(op) for op in reports(0, "hard")],
        "bulk": [plain(op) for op in one_phone()],
        "edits": edits(),
        "changes": changes(),
    }
    path.write_text(json.dumps(made, ensure_ascii=False))
