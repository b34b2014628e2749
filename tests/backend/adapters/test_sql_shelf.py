"""What lies on disk: after an erasure no byte of the text is left, and the chain still verifies."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from backend.adapters.opening import FILE
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite
from backend.ports import Lane
from sync.clock import Stamp
from sync.digest import ROOT, chain, sealed
from sync.op import Op
from sync.permit import Actor, Grant
from sync.settle import Settled, World, settle
from tests.backend.town import KINDS, NORTH_ONE, NOW, TOWN, UNITS, WORKER

pytestmark = pytest.mark.anyio

DEVICE = "00000001aaaaaaaa"
ACTOR = Actor(WORKER, (Grant("fulltime_worker", NORTH_ONE),), DEVICE)
WORLD = World(KINDS, {unit.id: unit.node for unit in UNITS})
SECRET, OPEN = "王秀英家里只有她一个人", "落石占了半边路"
RECORDS = 60  # enough for pages to be split and moved


def op(n: int, text: str, record: int = 0) -> Op:
    name = f"{DEVICE}.{record or n}"
    sets = {"progress": text} if record else {"note": {"is": text}}
    return Op(n, Stamp(NOW + n, 0, DEVICE), "incident", name, None if record else NORTH_ONE, sets)


def save(lane: Lane, *ops: Op) -> Settled:
    settled = settle(lane.load(DEVICE, ops), ops, ACTOR, WORLD, NOW)
    lane.save(settled, {})
    return settled


async def filled(lanes: SqlLanes) -> int:
    """Write many records, and the secret on one of them, again and again; gives its number."""
    secret = RECORDS // 2
    await lanes.write(TOWN, lambda lane: save(lane, *(op(n, OPEN * (n % 9)) for n in range(1, secret))))
    await lanes.write(TOWN, lambda lane: save(lane, op(secret, SECRET)))
    for n in range(secret + 1, 3 * RECORDS):
        each = op(n, f"{SECRET}{n}", secret) if n % 3 == 0 else op(n, OPEN * (n % 9 + 1))
        assert [
            v.code for v in (await lanes.write(TOWN, lambda lane, each=each: save(lane, each))).verdicts
        ] == ["applied"]
    return secret


def remove(lane: Lane, record: str) -> None:
    known = lane.load("", [])
    lane.remove(record, known.seq + 1, NOW, erased=True)
    lane.save(Settled({}, [], [], known.clock, known.seq + 1, known.head), {})


def verify(root: Path) -> int:
    """Walk the chain as it lies on disk; gives how many rows were erased."""
    connection, head, erased = sqlite3.connect(root / FILE), ROOT, 0
    for seq, person, wall_ms, count, body, kept, digest in connection.execute(
        "SELECT seq, person, wall_ms, count, body, hash, digest FROM op ORDER BY seq"
    ):
        head = chain(head, digest or sealed(seq, person, wall_ms, count, body))
        assert kept == head, seq
        erased += bool(digest)
    assert connection.execute("SELECT head FROM lane").fetchall() == [(head,)]
    connection.close()
    return erased


def bytes_of(root: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(root.iterdir()))


async def test_of_what_was_erased_no_byte_is_left_and_the_chain_verifies(tmp_path):
    file = await Sqlite.open(tmp_path)
    lanes = SqlLanes(file)
    record = f"{DEVICE}.{await filled(lanes)}"
    await file.writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
    assert SECRET.encode() in bytes_of(tmp_path)
    await lanes.write(TOWN, lambda lane: remove(lane, record))
    late = op(3 * RECORDS, SECRET, RECORDS // 2)
    settled = await lanes.write(TOWN, lambda lane: save(lane, late))
    assert [verdict.code for verdict in settled.verdicts] == ["gone"]
    await file.writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
    left = bytes_of(tmp_path)
    await file.close()
    assert SECRET.encode() not in left
    assert OPEN.encode() in left, "and nothing else is missing"
    assert verify(tmp_path) > RECORDS // 2


async def test_a_row_that_was_changed_or_dropped_shows_in_the_chain(tmp_path):
    file = await Sqlite.open(tmp_path)
    await SqlLanes(file).write(TOWN, lambda lane: save(lane, *(op(n, OPEN) for n in range(1, 9))))
    await file.close()
    assert verify(tmp_path) == 0
    for change in (
        "UPDATE op SET body = CAST(replace(body, '落石', '落叶') AS BLOB) WHERE seq = 3",
        "UPDATE op SET person = 8 WHERE seq = 3",
        "UPDATE op SET wall_ms = wall_ms + 1 WHERE seq = 3",
        "DELETE FROM op WHERE seq = 3",
        "DELETE FROM op WHERE seq = 8",
    ):
        root = tmp_path / "changed"
        root.mkdir(exist_ok=True)
        shutil.copy(tmp_path / FILE, root)
        connection = sqlite3.connect(root / FILE)
        assert connection.execute(change).rowcount == 1
        connection.commit()
        connection.close()
        with pytest.raises(AssertionError):
            verify(root)
