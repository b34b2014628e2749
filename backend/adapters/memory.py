"""Every port in memory: for tests that want a whole server in one process, and as the plain reading."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy

from backend.adapters.sql_shelf import last_change
from backend.ports import Device, PhotoRow, Unit
from backend.ports import Person as PersonRow
from backend.ranges import Ranges, add
from sync.clock import SERVER, Stamp
from sync.digest import ROOT
from sync.op import Op
from sync.register import Record
from sync.settle import Answer, Known, Logged, Settled


class MemoryLane:
    """One town's records and log, in dictionaries."""

    def __init__(self) -> None:
        self.kept: dict[str, Record] = {}
        self.log: tuple[Logged, ...] = ()
        self.answers: dict[tuple[str, int], Answer] = {}
        self.used: dict[str, frozenset[tuple[int, int]]] = {}
        self.state: tuple[int, Stamp, bytes] = (0, Stamp(0, 0, SERVER), ROOT)
        self.rows: dict[str, PhotoRow] = {}
        self.refs: dict[str, frozenset[str]] = {}

    def fork(self) -> "MemoryLane":
        """Copy what a request may change, so that one that fails leaves nothing behind."""
        other = copy(self)
        other.kept, other.answers, other.used = dict(self.kept), dict(self.answers), dict(self.used)
        other.rows, other.refs = dict(self.rows), dict(self.refs)
        return other

    async def load(self, device: str, ops: Sequence[Op]) -> Known:
        """Load what bears on a push."""
        answers = {op.n: self.answers[device, op.n] for op in ops if (device, op.n) in self.answers}
        records = await self.records([op.record for op in ops])
        return Known(
            records, answers, self.used.get(device, frozenset()), self.state[1], self.state[0], self.state[2]
        )

    async def records(self, ids: Sequence[str]) -> dict[str, Record]:
        """Load records by id."""
        return {each: self.kept[each] for each in ids if each in self.kept}

    async def save(self, settled: Settled, photo_refs: Mapping[str, Sequence[str]]) -> None:
        """Store what a push or a timer changed."""
        self.kept.update(settled.records)
        self.log = (*self.log, *settled.log)
        for row in settled.log:
            device = row.op.stamp.device
            if not row.person:  # the system's own steps carry no device numbers
                continue
            self.answers[device, row.op.n] = Answer(row.op, row.verdict)
            self.used[device] = self.used.get(device, frozenset()) | {(row.stamp.wall_ms, row.stamp.count)}
        for record, keys in photo_refs.items():
            for key in keys:
                self.refs[key] = self.refs.get(key, frozenset()) | {record}
        self.state = settled.seq, settled.clock, settled.head

    async def seen(self, device: str) -> Ranges:
        """Say which op numbers of a device the log holds."""
        return add([], [n for of, n in self.answers if of == device])

    async def head(self) -> int:
        """Say the last position taken."""
        return self.state[0]

    async def since(self, channels: Sequence[int], after: int, limit: int) -> list[tuple[int, Record]]:
        """List records of the channels changed after a position, oldest change first."""
        wanted = frozenset(channels)
        found = [
            (last_change(record), record)
            for record in self.kept.values()
            for channel in (record.area, -record.author)
            if channel in wanted and after < last_change(record)
        ]
        return sorted(found, key=lambda pair: (pair[0], pair[1].id))[:limit]

    async def due(self, now_ms: int, limit: int) -> list[Record]:
        """List records whose time has come."""
        ripe = [record for record in self.kept.values() if 0 < record.due_ms <= now_ms]
        return sorted(ripe, key=lambda record: record.due_ms)[:limit]

    async def announce(self, photos: Sequence[PhotoRow]) -> None:
        """Note photos a device speaks of."""
        for row in photos:
            self.rows.setdefault(row.key, row)

    async def photos(self, keys: Sequence[str]) -> dict[str, PhotoRow]:
        """Load what is known of photos by key."""
        return {key: self.rows[key] for key in keys if key in self.rows}

    async def verified(self, row: PhotoRow) -> None:
        """Note that the bytes of a photo are on disk and match their hash."""
        self.rows[row.key] = row

    async def referring(self, key: str) -> list[str]:
        """List the ids of the records that refer to a photo."""
        return sorted(self.refs.get(key, frozenset()))


class MemoryLanes:
    """All lanes, each with its one writer."""

    def __init__(self) -> None:
        self.lanes: dict[int, MemoryLane] = {}
        self._turns: dict[int, asyncio.Lock] = {}

    @asynccontextmanager
    async def write(self, town: int) -> AsyncIterator[MemoryLane]:
        """Hold a lane for writing."""
        async with self._turns.setdefault(town, asyncio.Lock()):
            lane = self.lanes.get(town, MemoryLane()).fork()
            yield lane
            self.lanes[town] = lane

    @asynccontextmanager
    async def read(self, town: int) -> AsyncIterator[MemoryLane]:
        """Hold a lane for reading."""
        yield self.lanes.get(town, MemoryLane())

    async def towns(self) -> list[int]:
        """List the towns that have a lane."""
        return sorted(self.lanes)


class MemoryPeople:
    """Units, persons, codes and devices in dictionaries."""

    def __init__(self) -> None:
        self._units: dict[int, dict[int, Unit]] = {}
        self._people: dict[int, PersonRow] = {}
        self._codes: dict[bytes, tuple[int, int]] = {}  # person, expires_ms; (0, 0) once used
        self._devices: dict[bytes, Device] = {}
        self._revoked: set[int] = set()

    async def units(self, town: int) -> list[Unit]:
        """List a town's units."""
        return [unit for _, unit in sorted(self._units.get(town, {}).items())]

    async def people(self, town: int) -> list[PersonRow]:
        """List a town's persons with all their grants."""
        return [person for _, person in sorted(self._people.items()) if person.town == town]

    async def person(self, person: int) -> PersonRow | None:
        """Load one person with all grants."""
        return self._people.get(person)

    async def put_units(self, town: int, units: Sequence[Unit]) -> None:
        """Add or change units."""
        self._units.setdefault(town, {}).update({unit.id: unit for unit in units})

    async def put_person(self, person: PersonRow) -> None:
        """Add or change a person and replace the grants."""
        self._people[person.id] = person

    async def put_code(self, code_hash: bytes, person: int, expires_ms: int) -> None:
        """Keep the hash of a one-time enrolment code."""
        self._codes[code_hash] = person, expires_ms

    async def spend_code(self, code_hash: bytes, now_ms: int) -> int | None:
        """Use a code up."""
        if code_hash not in self._codes:
            return None
        person, expires_ms = self._codes[code_hash]
        self._codes[code_hash] = 0, 0
        return person if now_ms < expires_ms else 0

    async def bind(self, person: PersonRow, name: str, token_hash: bytes, now_ms: int) -> Device:  # noqa: ARG002
        """Give a new device its number and bind a token to it."""
        device = Device(len(self._devices) + 1, person.id, person.town)
        self._devices[token_hash] = device
        return device

    async def device(self, token_hash: bytes) -> Device | None:
        """Find the device a token is bound to."""
        device = self._devices.get(token_hash)
        return None if device is None or device.number in self._revoked else device

    async def devices(self, town: int) -> list[Device]:
        """List a town's devices."""
        return [device for device in self._devices.values() if device.town == town]

    async def revoke(self, number: int, now_ms: int) -> None:  # noqa: ARG002
        """End a device's token."""
        self._revoked.add(number)


class MemoryBlobs:
    """Bytes by name."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    async def put(self, name: str, content: bytes) -> None:
        """Store bytes under a name."""
        self._kept[name] = content

    async def get(self, name: str) -> bytes | None:
        """Load bytes, or None."""
        return self._kept.get(name)


class MemoryBell:
    """Wakes the listeners of this process: the embedded deployment has but one."""

    def __init__(self) -> None:
        self._rung: dict[int, int] = {}
        self._waiting: dict[int, set[asyncio.Event]] = {}

    def ring(self, town: int) -> None:
        """Wake everyone who listens."""
        self._rung[town] = self.rung(town) + 1
        for event in self._waiting.get(town, set()):
            event.set()

    def rung(self, town: int) -> int:
        """Say how often the town's bell was rung."""
        return self._rung.get(town, 0)

    async def wait(self, town: int, heard: int, timeout_s: float) -> bool:
        """Wait until it was rung more often than `heard`; False when the time is up first."""
        if self.rung(town) > heard:
            return True
        event = asyncio.Event()
        listeners = self._waiting.setdefault(town, set())
        listeners.add(event)
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            listeners.discard(event)
        return True
