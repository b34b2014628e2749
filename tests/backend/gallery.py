"""A town whose photos are cared for, of either make, and a phone that announces and sends."""

import hashlib
from pathlib import Path

from backend.adapters.attic import DiskAttic, MemoryAttic
from backend.adapters.disk import DiskBlobs
from backend.adapters.ledger import MemoryLedger
from backend.adapters.memory import MemoryBell, MemoryBlobs, MemoryLanes, MemoryPeople
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite
from backend.care import Care, Late, Places
from backend.collect import PARTS, Collected, Collector, Needed
from backend.exchange import Town, exchange
from backend.photos import Photos
from backend.ports import PhotoRow
from backend.towns import Towns
from sync.clock import Stamp
from sync.op import Op
from sync.permit import Actor, Grant
from sync.settle import World
from sync.wire import Push, Receipt, pack
from tests.backend.picture import jpeg, named
from tests.backend.town import BUILT_IN, HOUR_MS, KINDS, NORTH_ONE, NOW, TOWN, UNITS, WORKER

WORLD = World(KINDS, {unit.id: unit.node for unit in UNITS})
ACTOR = Actor(WORKER, (Grant("fulltime_worker", NORTH_ONE),), "00000001aaaaaaaa")
KEEP_DAYS = 120
LATE = Late(24 * HOUR_MS, HOUR_MS)


class Darkroom:
    """No rendition is ever made, which holds up nothing."""

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1

    async def now(self, town: int, key: str) -> bool:
        return True


class Gallery:
    """The town; `now_ms` and `steady_ms` are its clocks."""

    def __init__(self, directory: Path, file: Sqlite | None) -> None:
        self.now_ms, self.steady_ms, self.n, self.cursor = NOW, 0, 0, ""
        self.lanes = SqlLanes(file) if file else MemoryLanes()
        self.blobs = DiskBlobs(directory / "photos") if file else MemoryBlobs()
        self.attic = DiskAttic(directory) if file else MemoryAttic(self.blobs)
        self.ledger, self.bell = MemoryLedger(), MemoryBell()
        self.open: set[str] = set()  # SHA-256, in hex, of open uploads
        towns = Towns(MemoryPeople(), BUILT_IN, lambda: self.now_ms)
        self.darkroom = Darkroom()
        self.photos = Photos(self.lanes, self.blobs, self.darkroom, lambda: self.now_ms)
        self.care = Care(Places(self.lanes, self.blobs, self.attic, self.photos), towns, self.bell, LATE)
        self.collector = self.begin()

    def begin(self) -> Collector:
        """Begin collecting, as a process that has just started does."""

        async def claimed() -> set[str]:
            return self.open

        needed = Needed(self.lanes, self.blobs, self.attic, self.ledger, claimed)
        self.collector = Collector(needed, KEEP_DAYS, lambda: self.steady_ms)
        return self.collector

    async def exchange(self, *ops: Op, photos: tuple[list, ...] = ()) -> Receipt:
        packed = pack(ops, KINDS, self.now_ms) if ops else None
        push = Push(1, "00000000", "aaaaaaaa", self.now_ms, self.cursor, self.n, 1, packed, list(photos))
        town = Town(TOWN, WORLD, "00000000", "11111111", ledger=self.ledger)
        receipt, _ = await exchange(self.lanes, town, ACTOR, push, self.now_ms)
        self.cursor = receipt.cursor
        return receipt

    async def report(self, *bodies: bytes, emergency: bool = False) -> str:
        """Report with photos that are only announced."""
        self.n += 1
        sets = {"photos": {"add": [named(body) for body in bodies]}, "emergency": emergency}
        name = f"{ACTOR.device}.{self.n}"
        op = Op(self.n, Stamp(self.now_ms + self.n, 0, ACTOR.device), "incident", name, NORTH_ONE, sets)
        await self.exchange(op, photos=tuple([named(body), len(body), ""] for body in bodies))
        return name

    async def send(self, body: bytes) -> bool:
        """Send a photo; whether it was new."""
        sent = await self.photos.accept(TOWN, named(body), hashlib.sha256(body).digest(), body, ACTOR, WORLD)
        return sent.new

    async def row(self, body: bytes) -> PhotoRow | None:
        return (await self.lanes.read(TOWN, lambda lane: lane.album.rows([named(body)]))).get(named(body))

    async def told(self) -> dict[str, int]:
        """Hear what is new of photos: by key, the place of the state."""
        return {key: state for key, state, *_ in (await self.exchange()).photos}

    async def pass_time(self, ms: int) -> int:
        """Let both clocks go on, then look after the photos; gives how many changed."""
        self.now_ms, self.steady_ms = self.now_ms + ms, self.steady_ms + ms
        return await self.care.look(TOWN, self.now_ms)

    async def collect(self) -> Collected:
        return await self.collector.collect(PARTS, self.now_ms)


def picture(n: int) -> bytes:
    """Make one of many photos."""
    return jpeg(tail=b"%d" % n)


def name_of(body: bytes) -> str:
    """Say under which name the bytes of a photo lie."""
    return hashlib.sha256(body).hexdigest()
