"""The worked bytes of docs/sync.md are true: what they say is what the code reads."""

import json
import re
import zlib
from pathlib import Path

from backend.exchange import read_push
from backend.kinds import read_pages
from sync.clock import Stamp
from sync.dense import dense
from sync.op import Op, StepTaken
from sync.wire import pack, unpack
from tests.whole.stranger_fold import GUARDS, TOLD

PAGE = Path("docs/sync.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```json\n(.*?)\n```", PAGE, re.DOTALL)
HEX = PAGE.partition("As MessagePack, in hex:")[2].partition("```text\n")[2].partition("```")[0]
KINDS = read_pages((Path("sync/kinds"),))
DEVICE, NOW = "0000000a1b2c3d4e", 1_763_750_000_000
REPORT = {
    "matter": "manhole",
    "note": {"is": "井盖松了"},
    "photos": {"add": ["9bFlIkpYt5HfavHYMD5hzQ"]},
    "place": [293_661_898, 1_062_145_405, 1200, 3000, 0, 0],
    "captured_ms": NOW - 65_000,
    "source": "camera",
}


def test_each_guard_of_an_automatic_step_is_told_and_the_stranger_knows_it() -> None:
    steps = [step for kind in KINDS.values() for step in kind.workflow.steps if step.auto]
    asked = {name for step in steps for name in step.guards}
    assert asked <= {*GUARDS, *TOLD}
    rows = PAGE.partition("| guard of an automatic step |")[2].partition("**Neighbours.**")[0]
    told = {
        name
        for row in rows.splitlines()[2:]
        for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    }
    assert told == {*GUARDS, *TOLD}


def test_the_push_reads_as_the_page_says() -> None:
    push = read_push(BLOCKS[0].encode())
    assert unpack(push.ops, KINDS, DEVICE, NOW) == [
        Op(41, Stamp(NOW - 60_000, 0, DEVICE), "incident", f"{DEVICE}.41", 311, REPORT),
        Op(42, Stamp(NOW - 30_000, 0, DEVICE), "incident", "0000000b00c0ffee.7", None,
           {"return_field": "place"}, StepTaken("return", "in_review")),
    ]  # fmt: skip
    assert len(BLOCKS[0].encode()) == 288
    assert len(zlib.compress(BLOCKS[0].encode(), 6)) == 210
    packed = dense(json.loads(BLOCKS[0]))
    assert read_push(packed, packed=True) == push
    assert (len(packed), len(zlib.compress(packed, 6))) == (183, 176)
    assert packed == bytes.fromhex(HEX), "as the page spells it"


def test_the_receipt_is_json_of_the_length_the_page_gives() -> None:
    receipt = json.loads(BLOCKS[1])
    assert receipt[3] == [[41, 42]]
    assert receipt[6][0][8][0][6] == "overtaken"
    assert receipt[10:] == [False, 6394], "anew and head; backed is left out"


def test_the_columns_read_as_the_page_says() -> None:
    packed = json.loads(BLOCKS[2])
    ops = unpack(packed, KINDS, DEVICE, NOW)
    assert [(op.n, op.stamp.wall_ms - NOW) for op in ops] == [(41, -60_000), (42, -59_000), (43, -58_000)]
    assert all(op.sets == {"matter": "manhole", "note": {"is": "井盖松了"}} for op in ops)
    assert pack(ops, KINDS, NOW) == packed
