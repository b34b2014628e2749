"""Every port in memory: for tests that want a whole server in one process, and as the plain reading."""

import asyncio
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from hashlib import sha256
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from backend.adapters.claims import Claims
from backend.adapters.memory_album import MemoryAlbum
from backend.adapters.numbers import number_for
from backend.feed import feed_of, tombstone
from backend.ports import Device, Lane, Reported, Unit
from backend.ports import Person as PersonRow
from backend.ranges import Ranges, add
from sync.clock import SERVER, Stamp
from sync.digest import ROOT
from sync.links import newest_first
from sync.op import Op
from sync.park import emptied
from sync.register import Record
from sync.settle import Answer, Known, Logged, Settled

T = TypeVar("T")


class MemoryLane:
    """One town's records and log, in dictionaries."""

    def __init__(self) -> None:
        self.kept: dict[str, Record] = {}
        self.log: tuple[Logged, ...] = ()
        self.answers: dict[tuple[str, int], Answer] = {}
        self.used: dict[str, frozenset[tuple[int, int]]] = {}
        self.state: tuple[int, Stamp, bytes] = (0, Stamp(0, 0, SERVER), ROOT)
        self.album = MemoryAlbum()
        self.tombs: dict[str, tuple[int, int, bool]] = {}  # seq, at_ms, erased
        self.lowest = 0
        self.tops: dict[str, int] = {}
        self._feeds: dict[str, tuple[Record, dict[int, int]]] = {}  # rows of records, as each was then

    def fork(self) -> "MemoryLane":
        """Copy what a request may change, so that one that fails leaves nothing behind."""
        other = copy(self)
        other.kept, other.answers, other.used = dict(self.kept), dict(self.answers), dict(self.used)
        other.tombs, other.tops = dict(self.tombs), dict(self.tops)
        other.album = self.album.fork()
        return other

    def load(self, device: str, ops: Sequence[Op]) -> Known:
        """Load what bears on a push."""
        answers = {op.n: self.answers[device, op.n] for op in ops if (device, op.n) in self.answers}
        named = self.records([op.record for op in ops])
        records = {name: record for name, record in named.items() if record.kind}
        lacking = [op.record for op in ops if op.record not in records]
        gone = {name: self.tombs[name][2] for name in lacking if name in self.tombs}
        seq, clock, head = self.state
        return Known(records, answers, self.used.get(device, frozenset()), clock, seq, head, gone)

    def records(self, ids: Sequence[str]) -> dict[str, Record]:
        """Load records by id."""
        return {each: self.kept[each] for each in ids if each in self.kept}

    def save(self, settled: Settled, photo_refs: Mapping[str, Sequence[str]]) -> None:
        """Store what a push or a timer changed."""
        self.kept.update(settled.records)
        self.log = (*self.log, *settled.log)
        for row in settled.log:
            device = row.op.stamp.device
            if not row.person:  # the system's own steps carry no device numbers
                continue
            self.answers[device, row.op.n] = Answer(row.op, row.verdict)
            self.used[device] = self.used.get(device, frozenset()) | {(row.stamp.wall_ms, row.stamp.count)}
        self.album.refer(photo_refs)
        self.state = settled.seq, settled.clock, settled.head

    def seen(self, device: str) -> Ranges:
        """Say which op numbers of a device the log holds."""
        return add([], [n for of, n in self.answers if of == device])

    def claim(self, device: str, top: int) -> None:
        """Note the highest op number a device says it made."""
        self.tops[device] = max(top, self.tops.get(device, 0))

    def claimed(self, device: str) -> int:
        """Give the highest op number a device was noted to have made."""
        return self.tops.get(device, 0)

    def numbers(self) -> dict[str, tuple[Ranges, int]]:
        """Say of every device id which numbers the log holds, and the highest it claimed."""
        devices = {device for device, _ in self.answers} | self.tops.keys()
        return {device: (self.seen(device), self.tops.get(device, 0)) for device in devices}

    def head(self) -> int:
        """Say the last position taken."""
        return self.state[0]

    def floor(self) -> int:
        """Say the position below which what was removed is no longer told."""
        return self.lowest

    def mark(self, seq: int) -> bytes:
        """Give the hash of the log up to a position."""
        return next((row.hash for row in reversed(self.log) if row.seq <= seq), ROOT)

    def since(
        self,
        channels: Sequence[int],
        after: int,
        limit: int,
        at_hand: Mapping[str, Record] | None = None,  # noqa: ARG002 - nothing is read from anywhere here
    ) -> list[tuple[int, Record]]:
        """List records of the channels changed after a position, oldest change first."""
        wanted = frozenset(channels)
        found = [
            (seq, record)
            for record in self.kept.values()
            for channel, seq in self._feed(record).items()
            if after < seq and channel in wanted
        ]
        return sorted(found, key=lambda pair: (pair[0], pair[1].id))[:limit]

    def _feed(self, record: Record) -> dict[int, int]:
        """Give the rows of a record; worked out once, whichever copy of the lane asks."""
        known = self._feeds.get(record.id)
        if known is None or known[0] is not record:
            known = self._feeds[record.id] = record, feed_of(record)
        return known[1]

    def due(self, now_ms: int, limit: int) -> list[Record]:
        """List records whose time has come."""
        ripe = [record for record in self.kept.values() if 0 < record.due_ms <= now_ms]
        return sorted(ripe, key=lambda record: record.due_ms)[:limit]

    def remove(self, record: str, seq: int, now_ms: int, *, erased: bool) -> None:
        """Put a tombstone in place of a record; of an erased one the log forgets the content too."""
        if record in self.kept:
            self.kept[record] = tombstone(self.kept[record], seq)
            self.album.release(record)
        self.tombs[record] = seq, now_ms, erased
        if not erased:
            return
        self.log = tuple(self._forgotten(row) if row.op.record == record else row for row in self.log)
        for name, answer in list(self.answers.items()):
            if answer.op.record == record:
                self.answers[name] = replace(answer, op=emptied(answer.op))

    @staticmethod
    def _forgotten(row: Logged) -> Logged:
        return replace(row, op=emptied(row.op), body=b"")

    def sweep(self, before_ms: int, limit: int) -> int:
        """Throw tombstones set before a time away and raise the floor."""
        old = sorted(
            (seq, name)
            for name, (seq, at_ms, _) in self.tombs.items()
            if at_ms < before_ms and seq > self.lowest
        )[:limit]
        for seq, name in old:
            self.kept.pop(name, None)
            self.lowest = seq
        return len(old)

    def names(self) -> Iterator[str]:
        """List the ids of all records there are, were, or were ever spoken of."""
        yield from {*self.kept, *self.tombs, *(row.op.record for row in self.log)}

    def naming(self, record: str) -> list[Record]:
        """List the other records in which a record is named."""
        whole = re.compile(re.escape(record.encode()) + rb"(?!\d)")
        others = (each for name, each in self.kept.items() if name != record)
        return [each for each in others if whole.search(msgspec.json.encode(each))]

    def linking(self, named: Mapping[str, Collection[str]], limit: int) -> list[Record]:
        """List the records that name others in a ref field, by the name of the field."""
        found: dict[str, Record] = {}
        for name, targets in named.items():
            for target in targets:
                hits = [each for each in self.kept.values() if each.refs.get(name) == target]
                hits.sort(key=newest_first)
                found |= {each.id: each for each in hits[:limit]}
        return list(found.values())


class MemoryLanes:
    """All lanes, each with its one writer."""

    def __init__(self) -> None:
        self.lanes: dict[int, MemoryLane] = {}

    def now(self, town: int, work: Callable[[Lane], T]) -> T:
        """Work on a lane without waiting for anything: all or nothing."""
        lane = (self.lanes.get(town) or MemoryLane()).fork()
        result = work(lane)
        self.lanes[town] = lane
        return result

    async def write(self, town: int, work: Callable[[Lane], T]) -> T:
        """Work on a lane."""
        return self.now(town, work)

    async def read(self, town: int, work: Callable[[Lane], T]) -> T:
        """Read a lane."""
        return work(self.lanes.get(town) or MemoryLane())

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
        self._names: dict[int, str] = {}
        self._heard: dict[int, int] = {}  # ms
        self._reports: dict[int, bytes] = {}
        self._made = 0  # changes of any of that

    async def changes(self, _: int) -> tuple[int, ...]:
        """Give what differs whenever units, persons, grants or the list of devices may have changed."""
        return (self._made,)

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
        self._made += 1

    async def put_person(self, person: PersonRow) -> None:
        """Add or change a person and replace the grants."""
        self._people[person.id] = person
        self._made += 1

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

    async def bind(
        self,
        person: PersonRow,
        name: str,
        token_hash: bytes,
        now_ms: int,
        wanted: int = 0,
    ) -> Device:
        """Bind a token to a device: the number wanted if it may have it, else a new one."""
        owners = {device.number: device.person for device in self._devices.values()}
        number = number_for(person.id, wanted, owners.get(wanted), max(owners, default=0))
        self._devices = {key: each for key, each in self._devices.items() if each.number != number}
        self._revoked.discard(number)
        device = Device(number, person.id, person.town)
        self._devices[token_hash] = device
        self._names[number], self._heard[number], self._reports[number] = name, now_ms, b""
        self._made += 1
        return device

    async def bearer(self, token_hash: bytes) -> tuple[Device, PersonRow] | None:
        """Find the device a token is bound to, and whose it is."""
        device = self._devices.get(token_hash)
        if device is None or device.number in self._revoked or device.person not in self._people:
            return None
        return device, self._people[device.person]

    async def devices(self, town: int) -> list[Device]:
        """List a town's devices."""
        return [device for device in self._devices.values() if device.town == town]

    async def revoke(self, number: int, now_ms: int) -> None:  # noqa: ARG002
        """End a device's token."""
        self._revoked.add(number)

    async def report(self, number: int, report: bytes, now_ms: int) -> None:
        """Keep what a device says of itself."""
        self._reports[number] = report
        await self.heard({number: now_ms})

    async def heard(self, times: Mapping[int, int]) -> None:
        """Note when devices last spoke."""
        for number, at_ms in times.items():
            self._heard[number] = max(at_ms, self._heard.get(number, 0))

    async def reported(self, town: int) -> list[Reported]:
        """List a town's devices with what they said of themselves."""
        return [
            Reported(device, self._names[n], n in self._revoked, self._heard[n], self._reports[n])
            for device in sorted(await self.devices(town), key=lambda each: each.number)
            for n in [device.number]
        ]


class MemoryBlobs:
    """Bytes by name."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self._claims = Claims()
        self.buried: dict[str, bytes] = {}

    async def put(self, name: str, content: bytes) -> None:
        """Store bytes under a name."""
        self.kept[name] = content

    async def get(self, name: str) -> bytes | None:
        """Load bytes, or None."""
        return self.kept.get(name)

    async def drop(self, name: str) -> None:
        """Take bytes away for good."""
        self.kept.pop(name, None)

    async def listed(self, start: str) -> list[str]:
        """List the names that begin with two characters."""
        return sorted(name for name in self.kept if name.startswith(start))

    async def hash(self, name: str) -> str:
        """Give the SHA-256 of what lies under a name now."""
        return sha256(self.kept[name]).hexdigest() if name in self.kept else ""

    def claim(self, name: str) -> AbstractContextManager[None]:
        """Keep a name from being buried meanwhile."""
        return self._claims.claim(name)

    def claims(self) -> int:
        """Say how many claims have begun so far."""
        return self._claims.begun

    async def bury(self, name: str, claims: int) -> bool:
        """Put bytes into the trash."""
        if self._claims.bar(name, claims) or name not in self.kept:
            return False
        self.buried[name] = self.kept.pop(name)
        return True


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
