"""Ten changes pulled out of ten thousand stored records, and out of a million or ten: the same time.

The stores are written by plain SQL, row for row what the exchange would have stored, log and feed too; the
changes and the pulls go through the exchange. `BENCH_RECORDS=10000000` makes the large store ten million.
"""

import asyncio
import os
import sqlite3
import statistics
import struct
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from backend.adapters.memory import MemoryLane
from backend.adapters.opening import FILE, migrate
from backend.adapters.sql_album import blob_of
from backend.app import opened
from backend.config import Settings
from backend.context import Context
from backend.cursor import Cursor, Heard, sealed, spell
from backend.exchange import exchange, told
from backend.view import scopes, whom
from sync.clock import Stamp
from sync.op import Op
from sync.permit import Actor, Grant
from sync.register import Record
from sync.settle import World, settle
from sync.wire import Push, pack, trimmed
from tests.backend.town import KINDS, NORTH_ONE, TOWN, UNITS, WORKER, settle_in
from tests.bench.reports import NOW

SMALL = 10_000
LARGE = int(os.environ.get("BENCH_RECORDS", "1000000"))
CHANGES = 10
ROUNDS = 300
EACH = 1_000  # records of one phone
BUDGET = 1.5  # the large store's pull over the small one's
WRITER, READER = "0000000a1b2c3d4e", "0000000b1b2c3d4e"
FIRST = 16  # number of the first phone that made the stored records
HASH = bytes(32)
NUMBER = f"i % {EACH} + 1"
NAME = f"printf('%08x1b2c3d4e.%d', {FIRST} + i / {EACH}, {NUMBER})"
FEED = "feed (town_id, channel, record, seq)"
FILL = (
    ("record (town_id, id, kind, state, area, author, due_ms, body)",
     f":town, blob(i), :kind, :state, :area, :author, :due, CAST(replace(:body, :name, {NAME}) AS BLOB)"),
    (FEED, ":town, -:author, blob(i), i + 1"),
    (FEED, ":town, :area, blob(i), i + 1"),
    ("op (town_id, seq, device, n, wall_ms, count, person, record, body, hash)",
     f":town, i + 1, substr(blob(i), 1, 8), {NUMBER}, :wall, 0, :author, CAST({NAME} AS BLOB), :log, :hash"),
)  # fmt: skip
LANE = "INSERT INTO lane (town_id, seq, wall_ms, count, head) VALUES (:town, :count, :wall, 0, :hash)"
EVERY = "WITH RECURSIVE every(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM every WHERE i + 1 < :count)"


class Pull(NamedTuple):
    """One store, and what a phone that heard all but the ten changes asks it."""

    parts: Context
    actor: Actor
    push: Push


def name_of(index: int) -> str:
    """Name the stored record of an index."""
    return f"{FIRST + index // EACH:08x}1b2c3d4e.{index % EACH + 1}"


def blob(index: int) -> bytes:
    """Give the stored form of its id."""
    return struct.pack(">IIQ", FIRST + index // EACH, 0x1B2C3D4E, index % EACH + 1)


def sample(now_ms: int) -> Record:
    """Settle one small report, as all the stored ones are."""
    device, _, _ = name_of(0).partition(".")
    sets = {"matter": "manhole", "note": {"is": "井盖松了"}, "count": 1}
    op = Op(1, Stamp(NOW, 0, device), "incident", name_of(0), NORTH_ONE, sets)
    world = World(KINDS, {unit.id: unit.node for unit in UNITS})
    actor = Actor(WORKER, (Grant("fulltime_worker", NORTH_ONE),), device)
    return settle(MemoryLane().load(device, [op]), [op], actor, world, now_ms).records[op.record]


def fill(root: Path, count: int) -> float:
    """Write a store of so many records; gives the seconds it took."""
    started = time.perf_counter()
    root.mkdir()
    migrate(root)
    record = sample(time.time_ns() // 10**6)
    assert blob(EACH + 1) == blob_of(name_of(EACH + 1))
    store = sqlite3.connect(root / FILE, isolation_level=None)
    store.create_function("blob", 1, blob, deterministic=True)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-262144"):
        store.execute(f"PRAGMA {pragma}")
    values = {
        "town": TOWN, "kind": record.kind, "state": record.state, "area": record.area, "name": record.id,
        "author": record.author, "due": record.due_ms, "body": msgspec.json.encode(record).decode(),
        "wall": NOW, "hash": HASH, "count": count, "log": b"[]",
    }  # fmt: skip
    for table, row in FILL:
        store.execute(f"INSERT INTO {table} {EVERY} SELECT {row} FROM every", values)
    store.execute(LANE, values)
    store.close()
    return time.perf_counter() - started


async def change(parts: Context, count: int) -> Pull:
    """Change ten records spread over the store; gives the pull of a phone that had heard the rest."""
    await settle_in(parts.people)
    town = await parts.towns.town(TOWN)
    grants = (Grant("fulltime_worker", NORTH_ONE),)
    reader = Actor(WORKER, grants, READER)
    heard = Cursor(told(town), count, {scope: Heard(count, count) for scope in scopes(reader)})
    cursor = spell(sealed(heard, whom(READER, heard.heard, town.world.units), HASH))
    ops = [
        Op(n, Stamp(NOW + n, 0, WRITER), "incident", name_of(n * count // (CHANGES + 1)), None, {"count": n})
        for n in range(1, CHANGES + 1)
    ]
    push = Push(1, town.kinds_version, WRITER[8:], NOW, "", CHANGES, 1, pack(ops, town.world.kinds, NOW))
    receipt, _ = await exchange(parts.lanes, town, Actor(WORKER, grants, WRITER), push, parts.towns.now_ms())
    assert receipt.acks == [(1, CHANGES)]
    return Pull(parts, reader, Push(1, town.kinds_version, READER[8:], NOW, cursor, 0, 0))


async def pulled_ms(pull: Pull) -> float:
    """Make one pull; gives its milliseconds, the receipt's bytes included."""
    started = time.perf_counter()
    town = await pull.parts.towns.town(TOWN)
    receipt, _ = await exchange(pull.parts.lanes, town, pull.actor, pull.push, pull.parts.towns.now_ms())
    msgspec.json.encode(trimmed(receipt))
    assert len(receipt.records) == CHANGES and not receipt.more and not receipt.anew
    assert all(set(record.cells) == {"count"} for record in receipt.records)
    return (time.perf_counter() - started) * 1000


async def measured(roots: dict[int, Path]) -> dict[int, list[float]]:
    """Pull from all stores in turn, so that what else the machine does falls on all of them."""
    async with AsyncExitStack() as stack:
        pulls = {}
        for count, root in roots.items():
            parts = await stack.enter_async_context(opened(Settings(data=str(root))))
            pulls[count] = await change(parts, count)
        found: dict[int, list[float]] = {count: [] for count in roots}
        for _ in range(ROUNDS):
            for count, pull in pulls.items():
                found[count].append(await pulled_ms(pull))
    return found


def run() -> dict[str, Any]:
    """Build both stores, measure both, give the ratio of the medians."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        roots = {count: Path(folder) / str(count) for count in (SMALL, LARGE)}
        built = {count: fill(root, count) for count, root in roots.items()}
        sizes = {count: (root / FILE).stat().st_size for count, root in roots.items()}
        found = asyncio.run(measured(roots))
    stores = {
        str(count): {
            "median_ms": round(statistics.median(spent), 3),
            "p95_ms": round(sorted(spent)[int(ROUNDS * 0.95)], 3),
            "built_s": round(built[count], 1),
            "size_mb": round(sizes[count] / 1e6),
        }
        for count, spent in found.items()
    }
    ratio = statistics.median(found[LARGE]) / statistics.median(found[SMALL])
    return {"changes": CHANGES, "stores": stores, "large_to_small": round(ratio, 2), "budget": BUDGET}
