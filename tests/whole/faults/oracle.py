"""What must hold of a data directory nobody serves, whatever happened to it: looked at in a copy.

A copy, because opening the database repairs it, and the server is to do that itself. Nothing here is
shared with the server but the names of tables: the chain is hashed anew.
"""

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import msgspec

from backend.adapters.opening import FILE
from tests.whole.faults.reporter import Reporter

LOG = "SELECT town_id, seq, person, wall_ms, count, body, hash, device, n FROM op ORDER BY town_id, seq"


def examine(root: Path, scratch: Path, reporters: Iterable[Reporter]) -> None:
    """Check the database, its log and what each reporter was told of it."""
    copy = Path(shutil.copytree(root, scratch))
    with closing(sqlite3.connect(copy / FILE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        logged = _log(database)
        _seen(database, logged)
        kept = dict(database.execute("SELECT key, sha256 FROM photo"))
    for reporter in reporters:
        mine = logged[reporter.phone.device]
        assert reporter.held <= set(mine), f"acknowledged and lost: {sorted(reporter.held - set(mine))}"
        sent = {op.n: json.loads(msgspec.json.encode(op)) for op in reporter.ops}
        assert {n: op for n, op in mine.items() if op != sent[n]} == {}
        for key, body in reporter.photos.items():
            assert kept[key] == sha256(body).digest()
            assert any(path.read_bytes() == body for path in copy.rglob(kept[key].hex()))
    shutil.rmtree(copy)


def _log(database: sqlite3.Connection) -> dict[str, dict[int, object]]:
    """Walk each lane's log along its hashes; gives the ops by device and number."""
    ops: dict[str, dict[int, object]] = defaultdict(dict)
    heads: dict[int, tuple[int, bytes]] = defaultdict(lambda: (0, bytes(32)))
    for town, seq, person, wall_ms, count, body, kept, device, n in database.execute(LOG):
        last, head = heads[town]
        row = sha256(b"%d %d %d %d " % (seq, person, wall_ms, count) + body).digest()
        assert last < seq and kept == sha256(head + row).digest()
        heads[town] = seq, kept
        assert n not in ops[device.hex()]
        ops[device.hex()][n] = json.loads(body)[0]
    for town, seq, head in database.execute("SELECT town_id, seq, head FROM lane"):
        last, hashed = heads[town]
        assert last <= seq and hashed == head  # a photo that arrives takes a position, and is not logged
    return ops


def _seen(database: sqlite3.Connection, logged: dict[str, dict[int, object]]) -> None:
    """Check that the numbers the server says it holds are those in its log."""
    for device, ranges in database.execute("SELECT device, ranges FROM seen"):
        told = {n for first, last in json.loads(ranges) for n in range(first, last + 1)}
        assert told == set(logged[device.hex()])
