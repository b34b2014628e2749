"""What the town knows of its phones: what each made, what of it is here, and why the rest is not (I10)."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backend.care import BEGIN, shows
from backend.causes import Cause, Loss, Phone, Report, causes
from backend.people import Session
from backend.ports import Lane, Lanes, People, Person, Reported
from backend.problems import Refused
from backend.ranges import Ranges, missing
from sync.kind import Kinds
from sync.permit import live, supervised
from sync.settle import World

FLUSH_MS: Final = 60_000  # contact times are kept to the minute: one write for all phones of it
RANGES_MAX: Final = 32  # ranges told of one incarnation: a page for people
PHOTOS_MAX: Final = 5_000  # missing photos counted in one look at the phones of a town: about 0.3 s
NUMBER_BYTES: Final = 4  # of a device id: its number
Numbers = Mapping[str, tuple[Ranges, int]]  # by device id: what the log holds, the highest claimed


class Said(Struct, frozen=True):
    """What is kept of a report."""

    report: Report = Report()
    behind_ms: int = 0  # since when its version or kinds are not the server's; 0: they are


class Incarnation(Struct, frozen=True):
    """One life of a phone's store."""

    incarnation: str
    made: int
    held: int
    missing: Ranges  # at most RANGES_MAX


class Missing(Struct, frozen=True):
    """Photos of one phone that are announced and not here."""

    count: int = 0
    partial: int = 0  # of these: part of them is here
    overdue: int = 0  # of these: did not come in time
    oldest_ms: int = 0  # when the oldest was announced, 0 if there is none
    overdue_ms: int = 0  # when the oldest overdue one was


class Row(Struct, frozen=True):
    """One phone, as a supervisor's page shows it."""

    device: int
    name: str
    person: int
    who: str
    tel: str  # to call them on; "" if not known
    out: bool  # signed out
    heard_ms: int
    made: int
    held: int
    waiting: int  # by its last report
    oldest_ms: int
    ids: list[Incarnation]
    lost: list[Loss]
    causes: list[Cause]
    photos: Missing = Missing()


def read_report(body: bytes) -> Report:
    """Decode what a phone says of itself; parts a later version adds are not read."""
    try:
        return msgspec.json.decode(body, type=Report)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise Refused("malformed", str(fault)[:200]) from fault


def _said(report: bytes) -> Said:
    return msgspec.json.decode(report, type=Said) if report else Said()


async def keep_report(
    people: People, session: Session, report: Report, current: tuple[str, str], now_ms: int
) -> None:
    """Keep a report; `current` are the version of the app and of the kind pages here."""
    rows = await people.reported(session.person.town)
    before = next((_said(row.report) for row in rows if row.device == session.device), Said())
    same = all(mine in ("", now) for mine, now in zip((report.version, report.kinds), current, strict=True))
    said = Said(report, 0 if same else before.behind_ms or now_ms)
    await people.report(session.device.number, msgspec.json.encode(said), now_ms)


class Contacts:
    """When each phone last spoke, and what it said it made but has not sent: noted in memory at every
    exchange, written down once a minute. No quiet exchange waits for a write.
    """

    def __init__(self, people: People, lanes: Lanes) -> None:
        self._people = people
        self._lanes = lanes
        self._times: dict[int, int] = {}
        self._claims: dict[tuple[int, str], int] = {}  # by town and device id
        self._flushed_ms = 0
        self._latest: dict[int, int] = {}  # as _times, but never emptied
        self._open: Counter[int] = Counter()  # news lines by device

    def note(self, device: int, now_ms: int) -> None:
        """Note a contact."""
        self._times[device] = self._latest[device] = now_ms

    @contextlib.contextmanager
    def listening(self, device: int) -> Iterator[None]:
        """Note that a phone's app is open and in sight, for as long as its news line is."""
        self._open[device] += 1
        try:
            yield
        finally:
            self._open[device] -= 1

    def listens(self, device: int) -> bool:
        """Tell whether a phone's news line is open; one that fell into a hole may still seem so."""
        return self._open[device] > 0

    def spoke(self, device: int) -> int:
        """Say when a phone last spoke since the server started, 0 if it did not."""
        return self._latest.get(device, 0)

    def claim(self, town: int, device: str, top: int) -> None:
        """Note the highest number a device made but has not sent."""
        self._claims[town, device] = max(top, self._claims.get((town, device), 0))

    async def write_claims(self) -> None:
        """Write down what was claimed; a store in trouble is tried again the next time."""
        with contextlib.suppress(sqlite3.OperationalError):
            for (town, device), top in list(self._claims.items()):
                await self._write_claim(town, device, top)
                self._claims.pop((town, device), None)

    async def _write_claim(self, town: int, device: str, top: int) -> None:
        if await self._lanes.read(town, lambda lane: lane.claimed(device)) < top:
            await self._lanes.write(town, lambda lane: lane.claim(device, top))

    def last(self, row: Reported) -> int:
        """Say when a phone last spoke, noted or written."""
        return max(row.heard_ms, self._times.get(row.device.number, 0))

    async def flush(self, now_ms: int) -> None:
        """Write down what was noted, if the last time is a minute ago."""
        if not self._times or abs(now_ms - self._flushed_ms) < FLUSH_MS:
            return
        await self.write_claims()
        times, self._times, self._flushed_ms = self._times, {}, now_ms
        try:
            await self._people.heard(times)
        except Exception:
            self._times = times | self._times
            raise


async def listed(
    people: People, lanes: Lanes, contacts: Contacts, session: Session, world: World, now_ms: int
) -> list[Row]:
    """List the phones of the people a supervisor looks after; raises not_found for anybody else."""
    reach = supervised(session.grants, world.units)
    if not reach:
        raise Refused("not_found")
    town = session.person.town
    await contacts.write_claims()
    persons = {person.id: person for person in await people.people(town) if _within(person, reach)}
    numbers, photos = await lanes.read(town, lambda lane: (lane.numbers(), missing_photos(lane, world.kinds)))
    found = [
        _row(
            replace(each, heard_ms=contacts.last(each)),
            persons[each.device.person],
            numbers,
            photos.get(each.device.number, Missing()),
            now_ms,
        )
        for each in await people.reported(town)
        if each.device.person in persons
    ]
    rows = [row for row in found if _concerns(row, persons[row.person], now_ms)]
    return sorted(rows, key=lambda row: (row.held - row.made, row.heard_ms))


def _within(person: Person, reach: frozenset[int]) -> bool:
    """Tell whether somebody works or worked in one of the units."""
    return any(grant.unit in reach for grant in person.grants)


def _concerns(row: Row, person: Person, now_ms: int) -> bool:
    """Tell whether a phone is in use, or out of use with something of it amiss."""
    in_use = not row.out and live(person.grants, now_ms)
    return bool(in_use or row.waiting or row.lost or row.made > row.held or row.photos.overdue)


def missing_photos(lane: Lane, kinds: Kinds) -> dict[int, Missing]:
    """Count what is announced and not here, by the number of the phone that spoke of it first.

    Only what a record still shows counts, and of a town that lacks very many the oldest.
    """
    found: dict[int, Missing] = {}
    for row in lane.album.waiting(BEGIN, PHOTOS_MAX):
        records = lane.records(lane.album.referring(row.key)).values()
        if not any(shows(record, row.key, kinds) for record in records):
            continue
        number = int.from_bytes(row.device[:NUMBER_BYTES], "big")
        known = found.get(number, Missing())
        found[number] = Missing(
            known.count + 1,
            known.partial + bool(row.partial),
            known.overdue + bool(row.overdue_ms),
            known.oldest_ms or row.announced_ms,  # they come in the order of their announcement
            known.overdue_ms or (row.announced_ms if row.overdue_ms else 0),
        )
    return found


def _row(of: Reported, person: Person, numbers: Numbers, photos: Missing, now_ms: int) -> Row:
    said = _said(of.report)
    report, prefix = said.report, f"{of.device.number:08x}"
    mine = {device[8:]: each for device, each in numbers.items() if device.startswith(prefix)}
    if report.incarnation:
        ranges, top = mine.get(report.incarnation, ([], 0))
        mine[report.incarnation] = ranges, max(top, report.top)
    ids = [_incarnation(name, *mine[name]) for name in sorted(mine)]
    made, held = sum(each.made for each in ids), sum(each.held for each in ids)
    phone = Phone(report, of.heard_ms, said.behind_ms, _lacking(ids, report), of.revoked, photos.overdue_ms)
    short = [replace(each, missing=each.missing[:RANGES_MAX]) for each in ids]
    return Row(
        of.device.number, of.name, person.id, person.name, person.phone, of.revoked, of.heard_ms, made, held,
        report.waiting, report.oldest_ms, short, list(report.lost), causes(phone, now_ms), photos,
    )  # fmt: skip


def _incarnation(name: str, ranges: Ranges, claimed: int) -> Incarnation:
    made = max(claimed, ranges[-1][1] if ranges else 0)
    return Incarnation(name, made, _count(ranges), missing(ranges, made))


def _lacking(ids: Sequence[Incarnation], report: Report) -> int:
    """Count the numbers made by the last report that are not here: it said nothing of later ones."""
    told = {report.incarnation: report.top}
    spans = [(span, told.get(each.incarnation, each.made)) for each in ids for span in each.missing]
    return _count([(first, min(last, top)) for (first, last), top in spans if first <= top])


def _count(ranges: Sequence[tuple[int, int]]) -> int:
    return sum(last - first + 1 for first, last in ranges)
