"""The server's store, in both engines, with a fault at any storage call; copied whole for backups.

Memory is the quick one; SQLite runs the real statements and the real group commit on a database in memory.
"""

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
from sqlalchemy import create_engine

from backend.adapters.group import together
from backend.adapters.memory import MemoryLane, MemoryLanes
from backend.adapters.sql_shelf import Shelf
from backend.adapters.tables import metadata
from backend.ports import Lane
from sync.op import Op, Verdict
from sync.register import Record
from tests.whole.fleet.disk import Crash, Full, Fuse
from tests.whole.fleet.town import TOWN

T = TypeVar("T")
_BODY = msgspec.json.Decoder(tuple[Op, Verdict])
_RECORD = msgspec.json.Decoder(Record)
_read = lru_cache(4_096)(_BODY.decode)  # every oracle reads the whole log


class Line(NamedTuple):
    """One row of the log, as the oracles read it."""

    seq: int
    person: int
    device: str
    wall_ms: int
    count: int
    body: bytes
    hash: bytes
    digest: bytes  # of a body that was erased, else empty

    def read(self) -> tuple[Op, Verdict]:
        return _read(self.body)


class Cabinet(Protocol):
    """A store of one town's lane."""

    fuse: Fuse

    def write(self, work: Callable[[Lane], T]) -> T:
        """Work on the lane: all or nothing; raises Crash or Full as the fuse says."""

    def read(self, work: Callable[[Lane], T]) -> T:
        """Look at the lane; nothing goes wrong here."""

    def copy(self) -> Any:
        """Give a backup of everything."""

    def put_back(self, copy: Any) -> None:
        """Go back to a backup."""

    def log(self, after: int = 0) -> list[Line]:
        """List the log after a position."""

    def records(self) -> dict[str, Record]:
        """List all records, without the places of removed ones."""


class Doors:
    """The lanes port over a cabinet: what only looks as if it waited."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    async def write(self, town: int, work: Callable[[Lane], T]) -> T:
        return self._cabinet.write(work)

    async def read(self, town: int, work: Callable[[Lane], T]) -> T:
        return self._cabinet.read(work)

    async def towns(self) -> list[int]:
        return [TOWN]


class Faulty:
    """A lane, or its album, whose every call may be the last."""

    def __init__(self, lane: Any, fuse: Fuse) -> None:
        self._lane, self._fuse = lane, fuse

    @property
    def album(self) -> Any:
        return Faulty(self._lane.album, self._fuse)

    def __getattr__(self, name: str) -> Any:
        done = getattr(self._lane, name)

        def call(*args: Any, **named: Any) -> Any:
            last = self._fuse.pull()
            result = done(*args, **named)
            if last:
                raise Crash
            return result

        return call


class MemoryCabinet:
    """The lane in dictionaries."""

    def __init__(self) -> None:
        self.fuse = Fuse()
        self._lanes = MemoryLanes()

    def write(self, work: Callable[[Lane], T]) -> T:
        if not self.fuse.sort:
            return self._lanes.now(TOWN, work)
        result = self._lanes.now(TOWN, lambda lane: work(Faulty(lane, self.fuse)))
        if self.fuse.pull():
            raise Crash
        return result

    def read(self, work: Callable[[Lane], T]) -> T:
        return work(self._lanes.lanes.get(TOWN) or MemoryLane())

    def copy(self) -> Any:
        return self.read(lambda lane: lane.fork())

    def put_back(self, copy: Any) -> None:
        self._lanes.lanes[TOWN] = copy.fork()

    def log(self, after: int = 0) -> list[Line]:
        rows = self.read(lambda lane: lane.log)
        return [
            Line(
                row.seq, row.person, row.op.stamp.device, row.stamp.wall_ms, row.stamp.count,
                row.body or msgspec.json.encode((row.op, row.verdict)), row.hash, b"" if row.body else b"-",
            )
            for row in rows
            if row.seq > after
        ]  # fmt: skip

    def records(self) -> dict[str, Record]:
        kept = self.read(lambda lane: lane.kept)
        return {name: record for name, record in kept.items() if record.kind}


class Wire:
    """A connection whose every statement may be the last."""

    def __init__(self, raw: sqlite3.Connection, fuse: Fuse) -> None:
        self._raw, self._fuse = raw, fuse

    def execute(self, *args: Any) -> Any:
        return self._call(self._raw.execute, args)

    def executemany(self, *args: Any) -> Any:
        return self._call(self._raw.executemany, args)

    @property
    def in_transaction(self) -> bool:
        return self._raw.in_transaction

    def _call(self, done: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        if args[0] == "ROLLBACK":
            return done(*args)
        try:
            last = self._fuse.pull()
        except Full as fault:
            raise sqlite3.OperationalError("database or disk is full") from fault
        result = done(*args)
        if last:
            raise Crash
        return result


def _template() -> bytes:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        raw: Any = connection.connection.dbapi_connection
        return raw.serialize()


class SqlCabinet:
    """The lane in SQLite, in memory."""

    TEMPLATE = b""

    def __init__(self) -> None:
        SqlCabinet.TEMPLATE = SqlCabinet.TEMPLATE or _template()
        self.fuse = Fuse()
        self._raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.put_back(SqlCabinet.TEMPLATE)

    def write(self, work: Callable[[Lane], T]) -> T:
        raw: Any = Wire(self._raw, self.fuse) if self.fuse.sort else self._raw
        try:
            ((result, fault),) = together(raw, [lambda on: work(Shelf(on, TOWN))])
        except Crash:
            if self._raw.in_transaction:  # as SQLite does for itself when it is opened again
                self._raw.execute("ROLLBACK")
            raise
        if isinstance(fault, sqlite3.OperationalError) and "full" in str(fault):
            raise Full from fault
        if fault is not None:
            raise fault
        return result

    def read(self, work: Callable[[Lane], T]) -> T:
        return work(Shelf(self._raw, TOWN))

    def copy(self) -> Any:
        return self._raw.serialize()

    def put_back(self, copy: Any) -> None:
        self._raw.deserialize(copy)

    def log(self, after: int = 0) -> list[Line]:
        rows = self._raw.execute(
            "SELECT seq, person, device, wall_ms, count, body, hash, digest FROM op WHERE seq > ? ORDER BY 1",
            (after,),
        )
        return [Line(seq, who, device.hex(), *rest) for seq, who, device, *rest in rows]

    def records(self) -> dict[str, Record]:
        rows = self._raw.execute("SELECT body FROM record WHERE kind != ''")
        return {record.id: record for (body,) in rows for record in [_RECORD.decode(body)]}

    def close(self) -> None:
        self._raw.close()
