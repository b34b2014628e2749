"""Our own engine on the same work: phones over HTTP to a server, merges in memory, the pull from disk."""

import asyncio
import socket
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.adapters.memory import MemoryLanes
from backend.app import opened
from backend.config import Settings
from backend.exchange import Town, exchange, read_push
from backend.people import hashed
from backend.ports import Lane
from sync.clock import Stamp
from sync.kind import version
from sync.op import Op
from sync.permit import Actor
from sync.register import plain, rivals
from sync.settle import World, settle
from sync.wire import Push, pack, trimmed, unpack
from tests.backend.town import KINDS, PEOPLE, SECRETARY, TOWN, UNITS, WORKER, settle_in
from tests.bench.peers.library import PULLS, UPLOAD
from tests.bench.peers.tally import Link, clashes, rate
from tests.bench.peers.workload import DEVICES, Edit, changes, device, edits, one_phone, reports
from tests.bench.reports import NOW
from tests.bench.serving import running

PAGES = version(KINDS)
WORLD = World(KINDS, {unit.id: unit.node for unit in UNITS})
ACTORS = {person.id: tuple(person.grants) for person in PEOPLE}
KEEPS_BOTH = frozenset(name for name, field in KINDS["incident"].fields.items() if field.rule == "keep_both")


def body_of(push: Push) -> bytes:
    """Write a push as it travels; without ops it ends at its numbers."""
    parts = [getattr(push, name) for name in Push.__struct_fields__]
    return msgspec.json.encode(parts[: 8 if push.ops else 7])


class Phone:
    """A phone that numbers its ops, keeps its cursor and remembers what it was told."""

    def __init__(self, index: int, person: int) -> None:
        self.name, self.person, self.token = device(index), person, f"token-{index}"
        self.n, self.acked, self.cursor = 0, 0, ""
        self.cells: dict[str, dict[str, Any]] = {}

    @property
    def actor(self) -> Actor:
        """Give who the server takes this phone for."""
        return Actor(self.person, ACTORS[self.person], self.name)

    def push(self, ops: Sequence[Op] = ()) -> Push:
        """Put a push together."""
        self.n = max([self.n, *(op.n for op in ops)])
        packed = pack(ops, KINDS, NOW) if ops else None
        return Push(
            1, PAGES, self.name[8:], NOW, self.cursor, self.n, self.acked + 1 if self.n else 0, packed
        )

    def hear(self, answer: bytes) -> bool:
        """Keep what a receipt brings; True if there is more."""
        _, self.cursor, *rest = msgspec.json.decode(answer)
        more, acks, _, verdicts, records = [*rest, *([], [], [], [], [])[len(rest) :]][:5]
        assert all(code == "applied" for _, code, *_ in verdicts), verdicts
        assert acks == ([[self.acked + 1, self.n]] if self.n > self.acked else []) or not self.n
        self.acked = self.n
        for record, *_, cells, _ in records:
            self.cells.setdefault(record, {}).update(cells)
        return bool(more)


class Line:
    """Connections to a server, which count what passes."""

    def __init__(self, url: str) -> None:
        self.port = int(url.rpartition(":")[2])
        self.link = Link()
        self.wire = {"up_on_wire": 0, "down_on_wire": 0}

    def exchange(self, phone: Phone, ops: Sequence[Op] = ()) -> bool:
        """Make one exchange, as a browser writes it; True if there is more to hear."""
        body = body_of(phone.push(ops))
        self.link.begin()
        self.link.send("up", body)
        head, answer = self._post(phone.token, zlib.compress(body, 6))
        assert head.startswith(b"HTTP/1.1 200"), (head, answer)
        squeezed = b"content-encoding: gzip" in head.lower()
        text = zlib.decompress(answer, zlib.MAX_WBITS | 16) if squeezed else answer
        self.link.send("down", text)
        return phone.hear(text)

    def _post(self, token: str, body: bytes) -> tuple[bytes, bytes]:
        request = (
            f"POST /api/exchange HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\nauthorization: Bearer {token}\r\n"
            "content-type: application/json\r\ncontent-encoding: deflate\r\naccept-encoding: gzip\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        ).encode() + body
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(request)
            answer = b"".join(iter(lambda: line.recv(65536), b""))
        self.wire["up_on_wire"] += len(request)
        self.wire["down_on_wire"] += len(answer)
        head, _, text = answer.partition(b"\r\n\r\n")
        return head, text

    def told(self) -> dict[str, Any]:
        """Give the figures."""
        return {**self.link.told(), **self.wire}


def put(ops: Sequence[Op], now_ms: int, lane: Lane) -> None:
    """Settle and store ops of one of the worker's phones: one piece of work on the lane."""
    name = ops[0].stamp.device
    actor = Actor(WORKER, ACTORS[WORKER], name)
    lane.save(settle(lane.load(name, ops), ops, actor, WORLD, now_ms), {})


async def prepare(root: Path, phones: Sequence[Phone], stored: Sequence[Sequence[Op]]) -> None:
    """Make the town with these phones bound, the first first, and these reports stored."""
    async with opened(Settings(data=str(root))) as parts:
        await settle_in(parts.people)
        people = {person.id: person for person in PEOPLE}
        for phone in phones:
            bound = await parts.people.bind(people[phone.person], "bench", hashed(phone.token), NOW)
            assert phone.name.startswith(f"{bound.number:08x}")
        for ops in stored:
            # Received now: what was received long ago would be overdue, and timers would move it meanwhile.
            await parts.lanes.write(TOWN, partial(put, ops, parts.towns.now_ms()))


@contextmanager
def town(
    persons: Sequence[int], stored: Sequence[Sequence[Op]] = ()
) -> Iterator[tuple[list[Phone], str, Path]]:
    """Serve a town of its own; gives a phone for each of the persons, the address and the data."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        phones = [Phone(index, person) for index, person in enumerate(persons)]
        asyncio.run(prepare(root, phones, stored))
        with running(root) as url:
            yield phones, url, root


def owned(phone: Phone, ops: Sequence[Op]) -> list[Op]:
    """Give ops as this phone's own."""
    return [
        replace(op, stamp=Stamp(op.stamp.wall_ms, 0, phone.name), record=f"{phone.name}.{op.n}") for op in ops
    ]


def written(name: str, rows: Sequence[Edit]) -> list[Op]:
    """Write a phone's edits as ops; a text replaces the one its author saw."""
    seen = {op.record: [op.stamp.wall_ms, op.stamp.count, op.stamp.device] for op in one_phone()}
    ops = []
    for n, row in enumerate(rows, 1):
        both = row.field in KEEPS_BOTH
        change = {"is": row.value, "over": [seen[row.record]]} if both else row.value
        stamp = Stamp(NOW - 10**4 + n, 0, name)
        ops.append(Op(n, stamp, "incident", row.record, None, {row.field: change}))
    return ops


def upload(ops: Sequence[Op], *, enrolled: bool = True) -> dict[str, Any]:
    """Push a phone's reports to a town that holds one report of another's, which an enrolled phone has heard.

    One that has heard nothing is told all there is, its own reports too.
    """
    with town([WORKER] * 2, [reports(0)[:1]]) as ((_, phone), url, _):
        if enrolled:
            pull_all(Line(url), phone)
        line = Line(url)
        line.exchange(phone, owned(phone, ops))
        return line.told()


def pull_all(line: Line, phone: Phone) -> None:
    """Hear everything there is."""
    while line.exchange(phone):
        pass


def offered(cells: dict[str, Any]) -> dict[str, list[Any]]:
    """Give all values a record offers by field, the one that is shown first."""
    fields = KINDS["incident"].fields
    return {
        name: [plain(fields[name].rule, cell),
               *(value for _, value in (rivals(cell) if name in KEEPS_BOTH else ()))]
        for name, cell in cells.items()
    }  # fmt: skip


def both_sides() -> dict[str, Any]:
    """Sync two phones of one worker that edited the same records: the first, the second, the first again."""
    with town([WORKER] * (DEVICES + 3) + [SECRETARY], [one_phone(), reports(0)]) as (phones, url, _):
        first, second, reader = phones[-3:]
        setup = Line(url)
        for phone in (first, second):
            pull_all(setup, phone)
        mine, theirs = (
            written(phone.name, rows) for phone, rows in zip((first, second), edits(), strict=True)
        )
        line = Line(url)
        line.exchange(first, mine)
        line.exchange(second, theirs)
        line.exchange(first)
        pull_all(Line(url), reader)
    found = clashes(edits(), lambda record: offered(reader.cells[record]))
    return {**line.told(), **found}


def merge(lanes: MemoryLanes, actor: Actor, body: bytes) -> None:
    """Read a push, settle it and keep it in memory: what a peer's merge does, permission and workflow too."""
    push = read_push(body)
    ops = unpack(push.ops, KINDS, actor.device, push.device_ms)
    lanes.now(TOWN, lambda lane: lane.save(settle(lane.load(actor.device, ops), ops, actor, WORLD, NOW), {}))


async def whole(lanes: MemoryLanes, actor: Actor, body: bytes) -> bytes:
    """Make a whole exchange: as `merge`, and news and receipt besides."""
    receipt, _ = await exchange(lanes, Town(TOWN, WORLD, PAGES, ""), actor, read_push(body), NOW)
    return msgspec.json.encode(trimmed(receipt))


async def talk(lanes: MemoryLanes, phones: Sequence[Phone], parts: Sequence[Sequence[Op]]) -> list[bytes]:
    """Upload in turns, each phone having heard everything before; gives the bodies, which repeat the talk."""
    for phone in phones:
        while phone.hear(await whole(lanes, phone.actor, body_of(phone.push()))):
            pass
    bodies = []
    for phone, part in zip(phones, parts, strict=True):
        bodies.append(body_of(phone.push(part)))
        phone.hear(await whole(lanes, phone.actor, bodies[-1]))
    return bodies


async def again(lanes: MemoryLanes, phones: Sequence[Phone], bodies: Sequence[bytes]) -> None:
    """Upload the same bodies once more."""
    for phone, body in zip(phones, bodies, strict=True):
        await whole(lanes, phone.actor, body)


def merging(phones: Sequence[Phone], parts: Sequence[Sequence[Op]], base: Sequence[Op]) -> dict[str, Any]:
    """Time the server's side of uploads: settled and stored alone, and as whole exchanges."""

    def lanes() -> MemoryLanes:
        made = MemoryLanes()
        made.now(TOWN, partial(put, base, NOW))
        return made

    bodies = asyncio.run(talk(lanes(), phones, parts))

    def alone() -> Callable[[], object]:
        made = lanes()
        pairs = [(phone.actor, body) for phone, body in zip(phones, bodies, strict=True)]
        return lambda: [merge(made, actor, body) for actor, body in pairs]

    def entire() -> Callable[[], object]:
        made = lanes()
        return lambda: asyncio.run(again(made, phones, bodies))

    count = sum(map(len, parts))
    return {**rate(alone, count, 5), "whole_exchange": rate(entire, count, 5)}


async def served_pull(root: Path, phone: Phone, push: Push) -> dict[str, Any]:
    """Time the pull alone, from a store just opened and from one that is warm."""
    started = time.process_time()
    async with opened(Settings(data=str(root))) as parts:
        spent = []
        for _ in range(PULLS + 1):
            place = await parts.towns.town(TOWN)
            receipt, _ = await exchange(parts.lanes, place, phone.actor, push, NOW)
            msgspec.json.encode(trimmed(receipt))
            spent.append(time.process_time() - started)
            started = time.process_time()
    warm = sorted(spent[1:])[PULLS // 2]
    return {"server_cpu_us": round(warm * 1e6, 1), "server_cold_cpu_us": round(spent[0] * 1e6)}


def pull() -> dict[str, Any]:
    """Hear of ten changes in a store of 500 phones' reports."""
    stored = [reports(index) for index in range(DEVICES)]
    with town([WORKER] * (DEVICES + 1) + [SECRETARY], stored) as (phones, url, root):
        writer, reader = phones[-2:]
        setup = Line(url)
        pull_all(setup, reader)
        assert len(reader.cells) == sum(map(len, stored))
        edits_of = written(writer.name, [*changes()[:1], *changes()])
        setup.exchange(writer, edits_of[:1])
        pull_all(setup, reader)
        setup.exchange(writer, edits_of[1:])
        push, line = reader.push(), Line(url)
        line.exchange(reader)
    assert all(reader.cells[row.record][row.field][0] == row.value for row in changes())
    return {**line.told(), **asyncio.run(served_pull(root, reader, push))}


def measure() -> dict[str, Any]:
    """Measure everything."""
    bulk = one_phone()
    one, first, second = (Phone(DEVICES + index, WORKER) for index in range(3))
    uploads = [bulk[at : at + UPLOAD] for at in range(0, len(bulk), UPLOAD)]
    sides = [(phone, written(phone.name, rows)) for phone, rows in zip((first, second), edits(), strict=True)]
    turns = [(phone, ops[at : at + UPLOAD]) for phone, ops in sides for at in range(0, len(ops), UPLOAD)]
    return {
        "what": "HTTP; merges with lanes in memory, the pull from SQLite on disk",
        "twenty": upload(reports(0)),
        "twenty_at_first_contact": upload(reports(0), enrolled=False),
        "twenty_hard": upload(reports(0, "hard")),
        "five_hundred": upload(bulk),
        "edits": both_sides(),
        "merge_reports": merging([one] * len(uploads), uploads, reports(0)),
        "merge_edits": merging([phone for phone, _ in turns], [ops for _, ops in turns], bulk),
        "pull": pull(),
    }
