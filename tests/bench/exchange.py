"""Exchanges a second, 35 ops each, against bare sqlite3 inserting the very same rows in the same run.

Three figures: over HTTP to a server process; the merge and store alone, in this process; and the floor,
plain sqlite3 with the same schema and pragmas, one transaction an exchange, synchronous=FULL.
"""

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

from backend.adapters.opening import FILE, PRAGMAS
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sql_people import SqlPeople
from backend.adapters.sqlite import Sqlite
from backend.app import opened
from backend.config import Settings
from backend.cursor import Cursor, Heard, sealed, spell
from backend.exchange import Town, exchange, told
from backend.http.body import PACKED
from backend.kinds import read_pages
from backend.people import hashed
from backend.ports import Lane, Person, Unit
from backend.view import Tree, scopes, whom
from sync.clock import Stamp
from sync.kind import version
from sync.op import Op, StepTaken
from sync.permit import Actor, Grant
from sync.settle import Settled, World
from sync.wire import Push, pack
from tests.backend.town import SOUTH, TOWN, settle_in
from tests.bench.reports import NOW, day
from tests.bench.wire import travels

ROUNDS = 3
GRID = 1_000  # first number of the grids and of the workers
EXCHANGES = 200
OPS = 35
LINES = 4  # connections at a time
TABLES = ("op", "record", "feed", "seen", "lane")


def ops_of(device: str, seed: int, person: int, grid: int) -> list[Op]:
    """Write a worker's day of 35 ops: 10 reports and visits, their follow-ups, the sheet."""
    ops: list[Op] = []
    for report in day(seed, 10, "easy"):
        n = len(ops) + 1
        ops.append(Op(n, Stamp(NOW - 10**6 + n, 0, device), "incident", f"{device}.{n}", grid, report.sets))
        ops.extend(
            Op(n + 1 + i, Stamp(NOW - 10**6 + n + 1 + i, 0, device), "incident", f"{device}.{n}", None,
               {"progress": text})
            for i, text in enumerate(("去看过了，还在。", "拉了警戒带。"))
        )  # fmt: skip
    sheet = f"ffffffff{person:08x}.{100_000_000 + 20000101 + seed % 28}"
    for i, item in enumerate(("patrol_visit", "key_person_care", "key_place_check", "publicity")):
        n = len(ops) + 1
        ops.append(Op(n, Stamp(NOW - 10**5 + n, 0, device), "day_sheet", sheet, grid if i == 0 else None,
                      {item: "ok"}))  # fmt: skip
    n = len(ops) + 1
    ops.append(
        Op(n, Stamp(NOW - 10**5 + n, 0, device), "day_sheet", sheet, None, {}, StepTaken("submit", "open"))
    )
    return ops[:OPS]


class Prepared(NamedTuple):
    """One phone with its day packed."""

    token: str
    actor: Actor
    push: Push


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def begin(lane: Lane) -> bytes:
    """Take the first position, so that there is something to have heard; gives the hash of the log there."""
    known = lane.load("", [])
    lane.save(Settled({}, [], [], known.clock, 1, known.head), {})
    return lane.mark(1)


async def prepare(root: Path) -> list[Prepared]:
    """Make a town in which every worker has a grid and a phone that has heard everything so far."""
    found = []
    async with opened(Settings(data=str(root))) as parts:
        await settle_in(parts.people)
        kinds, kinds_version = parts.towns.pages.kinds, parts.towns.pages.version
        await parts.people.put_units(TOWN, [Unit(GRID + i, 5, SOUTH, f"网格{i}") for i in range(EXCHANGES)])
        mark = await parts.lanes.write(TOWN, begin)
        town = await parts.towns.town(TOWN)
        for index in range(EXCHANGES):
            person = Person(GRID + index, TOWN, "网格员", "", [Grant("fulltime_worker", GRID + index)])
            await parts.people.put_person(person)
            token = f"token-{index}"
            device = await parts.people.bind(person, "bench", hashed(token), NOW)
            name = f"{device.number:08x}aaaaaaaa"
            packed = pack(ops_of(name, index, person.id, GRID + index), kinds, NOW)
            actor = Actor(person.id, tuple(person.grants), name)
            heard = {scope: Heard(1, 1) for scope in scopes(actor)}
            cursor = sealed(Cursor(told(town), 1, heard), whom(name, heard, town.world.units), mark)
            push = Push(1, kinds_version, "aaaaaaaa", NOW, spell(cursor), OPS, 1, packed)
            found.append(Prepared(token, actor, push))
    return found


def request(port: int, token: str, push: Push) -> bytes:
    """Write one request as a phone sends it."""
    body = travels(push)  # 35 ops: always compressed
    return (
        f"POST /api/exchange HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {token}\r\n"
        f"content-type: {PACKED}\r\ncontent-encoding: deflate\r\naccept-encoding: gzip\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode() + body


async def line(port: int, requests: list[bytes], waits: list[float]) -> None:
    """Send requests one after another on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for each in requests:
        started = time.perf_counter()
        writer.write(each)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        size = next(int(row[15:]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length"))
        await reader.readexactly(size)
        waits.append(time.perf_counter() - started)
    writer.close()


def over_http(root: Path, prepared: list[Prepared]) -> dict[str, float]:
    """Measure against a server process."""
    port = free_port()
    env = {**os.environ, "QIANSHAO_DATA": str(root), "QIANSHAO_PORT": str(port)}
    server = subprocess.Popen([sys.executable, "-m", "backend", "serve"], env=env)
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health").read()
                break
            except OSError:
                time.sleep(0.05)
        requests = [request(port, token, push) for token, _, push in prepared]
        waits: list[float] = []

        async def all_lines() -> None:
            await asyncio.gather(*(line(port, requests[at::LINES], waits) for at in range(LINES)))

        started = time.perf_counter()
        asyncio.run(all_lines())
        spent = time.perf_counter() - started
    finally:
        server.terminate()
        server.wait()
    return {"per_s": EXCHANGES / spent, "p99_ms": sorted(waits)[int(len(waits) * 0.99)] * 1000}


async def in_process(root: Path, prepared: list[Prepared]) -> float:
    """Measure settle and store without HTTP."""
    file = await Sqlite.open(root)
    lanes, people = SqlLanes(file), SqlPeople(file)
    kinds = read_pages((Path("sync/kinds"),))
    world = World(kinds, Tree({unit.id: unit.node for unit in await people.units(TOWN)}))
    town = Town(TOWN, world, version(kinds), "00000000")
    started = time.perf_counter()
    for _, actor, push in prepared:
        receipt, _ = await exchange(lanes, town, actor, push, NOW)
        assert receipt.acks == [(1, OPS)]
    spent = time.perf_counter() - started
    await file.close()
    return EXCHANGES / spent


def floor(full: Path, empty: Path) -> float:
    """Measure bare sqlite3 inserting what the exchanges stored, in as many transactions."""
    source = sqlite3.connect(full / FILE)
    wanted: list[list[tuple[str, tuple[Any, ...]]]] = [[] for _ in range(EXCHANGES)]
    order = {row[0]: at for at, row in enumerate(source.execute("SELECT device FROM seen ORDER BY device"))}
    for row in source.execute("SELECT * FROM op"):
        wanted[order[row[2]]].append(("op", row))
    for table, column in (("record", 1), ("feed", 2)):
        for index, row in enumerate(source.execute(f"SELECT * FROM {table}")):
            wanted[order.get(row[column][:8], index % EXCHANGES)].append((table, row))
    for index, row in enumerate(source.execute("SELECT * FROM seen")):
        wanted[index].append(("seen", row))
    lane_row = source.execute("SELECT * FROM lane").fetchone()
    target = sqlite3.connect(empty / FILE, isolation_level=None)
    for pragma in PRAGMAS:
        target.execute(pragma)
    started = time.perf_counter()
    for rows in wanted:
        target.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            part = [row for name, row in rows if name == table] or ([lane_row] if table == "lane" else [])
            if part:
                marks = ", ".join("?" * len(part[0]))
                target.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", part)
        target.execute("COMMIT")
    spent = time.perf_counter() - started
    target.close()
    return EXCHANGES / spent


def run() -> dict[str, Any]:
    """Measure in turn, several rounds, and give medians and ratios."""
    http, alone, bare, slowest = [], [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            roots = [Path(folder) / name for name in ("http", "alone", "bare")]
            prepared = asyncio.run(prepare(roots[0]))
            for other in roots[1:]:
                shutil.copytree(roots[0], other)
            result = over_http(roots[0], prepared)
            http.append(result["per_s"])
            slowest.append(result["p99_ms"])
            alone.append(asyncio.run(in_process(roots[1], prepared)))
            bare.append(floor(roots[0], roots[2]))
    return {
        "ops_each": OPS,
        "http_per_s": round(statistics.median(http), 1),
        "http_p99_ms": round(statistics.median(slowest), 1),
        "alone_per_s": round(statistics.median(alone), 1),
        "bare_sqlite_per_s": round(statistics.median(bare), 1),
        "http_to_bare": round(statistics.median(a / b for a, b in zip(http, bare, strict=True)), 2),
        "alone_to_bare": round(statistics.median(a / b for a, b in zip(alone, bare, strict=True)), 2),
        "budget": {"http_to_bare": 0.5, "alone_to_bare": 1.0},
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
