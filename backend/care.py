"""Care of photos: one that does not come is asked for, one that went missing is asked for again.

A photo is expected from its announcement on, verified once its bytes are on disk, overdue when they did not
come in time. Whoever sees the record hears that, so that every phone that has the bytes sends them. Bytes
that were verified and are not there any more, or are others, make their photo overdue too: what was put
away is searched first (backend/collect.py), then the phones are asked. A lost original is said to be here
no more, so that one that was asked for is sent again; lost renditions are drawn anew.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backend.access import tell
from backend.erase import ORIGINAL, SIZES, start_of
from backend.photos import Photos
from backend.ports import Attic, Bell, Blobs, Lane, Lanes, PhotoRow
from backend.problems import Refused
from backend.towns import Towns
from sync.kind import Kinds
from sync.register import Record, plain, present
from sync.settle import World

PAGE: Final = 200  # waiting photos looked at in one turn of a town: about 20 ms
READ: Final = 20  # photos whose bytes are read again in one turn: about 4 MB, 58,000 photos a day
EMERGENCY: Final = "emergency"  # the field that makes a report urgent (I13), see sync/guards.py
BEGIN: Final = (-1, "")  # before the first waiting photo


class Late(Struct, frozen=True):
    """How long a photo may be on its way."""

    after_ms: int
    urgent_ms: int  # of an emergency


def is_late(row: PhotoRow, records: Sequence[Record], kinds: Kinds, late: Late, now_ms: int) -> bool:
    """Tell whether a photo that some record shows should have come by now, and nobody was told so."""
    age_ms = now_ms - row.announced_ms
    if row.sha256 or row.overdue_ms or age_ms < late.urgent_ms:
        return False
    shown = [record for record in records if shows(record, row.key, kinds)]
    return bool(shown) and (age_ms >= late.after_ms or any(is_urgent(each, kinds) for each in shown))


def shows(record: Record, key: str, kinds: Kinds) -> bool:
    """Tell whether a record shows a photo now: one that was taken out of it is missed by nobody."""
    fields = kinds[record.kind].fields if record.kind in kinds else {}
    return any(
        key in present(cell)
        for name, cell in record.cells.items()
        if name in fields and fields[name].type == "photos"
    )


def is_urgent(record: Record, kinds: Kinds) -> bool:
    """Tell whether a record is an emergency's."""
    field = kinds[record.kind].fields.get(EMERGENCY) if record.kind in kinds else None
    cell = record.cells.get(EMERGENCY)
    return field is not None and cell is not None and plain(field.rule, cell) is True


def mark_late(lane: Lane, rows: Sequence[PhotoRow], world: World, late: Late, now_ms: int) -> int:
    """Make photos overdue that are, and tell everyone who sees them; gives how many."""
    marked = 0
    for row in lane.album.rows([row.key for row in rows]).values():
        records = list(lane.records(lane.album.referring(row.key)).values())
        if is_late(row, records, world.kinds, late, now_ms):
            lane.album.put(replace(row, overdue_ms=now_ms))
            tell(lane, row.key, world)
            marked += 1
    return marked


def mark_lost(lane: Lane, seen: PhotoRow, world: World, now_ms: int) -> bool:
    """Make a verified photo overdue whose bytes are not there; False if it is not as it was seen."""
    if lane.album.rows([seen.key]).get(seen.key) != seen:
        return False
    lane.album.put(
        replace(seen, sha256=b"", verified_ms=0, developed_ms=0, partial=0, overdue_ms=max(1, now_ms))
    )
    tell(lane, seen.key, world)
    return True


def mark_unsealed(lane: Lane, seen: PhotoRow, world: World) -> bool:
    """Say of a photo that its original is not here; False if it is not as it was seen."""
    if lane.album.rows([seen.key]).get(seen.key) != seen:
        return False
    lane.album.put(replace(seen, original=b""))
    tell(lane, seen.key, world)
    return True


def mark_undrawn(lane: Lane, seen: PhotoRow) -> bool:
    """Make a photo one that is still to be developed; False if it is not as it was seen."""
    if lane.album.rows([seen.key]).get(seen.key) != seen:
        return False
    lane.album.put(replace(seen, developed_ms=0))
    return True


class Places(Struct, frozen=True):
    """Where photos lie, and where bytes that were put away do."""

    lanes: Lanes
    blobs: Blobs
    attic: Attic
    photos: Photos


class Care:
    """Walks round all photos, a little at a turn, as long as the server runs."""

    def __init__(self, places: Places, towns: Towns, bell: Bell, late: Late) -> None:
        self._places = places
        self._towns = towns
        self._bell = bell
        self._late = late
        self._waited: dict[int, tuple[int, str]] = {}  # by town: the last waiting photo looked at
        self._read: dict[int, str] = {}  # by town: the last photo whose bytes were read again

    async def turn(self, now_ms: int) -> None:
        """Look after some photos of every town."""
        amiss = amiss_in(await self._places.attic.told())
        for town in await self._places.lanes.towns():
            if await self._again(town, amiss, now_ms) + await self.look(town, now_ms):
                self._bell.ring(town)

    async def look(self, town: int, now_ms: int) -> int:
        """Look after some photos of one town; gives how many changed."""
        world = (await self._towns.town(town)).world
        return await self._wait(town, world, now_ms) + await self._scrub(town, world, now_ms)

    async def _wait(self, town: int, world: World, now_ms: int) -> int:
        """Find photos that wait among what was put away; ask the phones for those that are late."""
        after = self._waited.get(town, BEGIN)
        rows = await self._places.lanes.read(town, lambda lane: lane.album.waiting(after, PAGE))
        self._waited[town] = (rows[-1].announced_ms, rows[-1].key) if len(rows) == PAGE else BEGIN
        back = [row.key for row in rows if await self._bring_back(town, row, world)]
        old = [row for row in rows if not row.overdue_ms and row.key not in back]
        old = [row for row in old if now_ms - row.announced_ms >= self._late.urgent_ms]
        if not old:
            return len(back)
        return len(back) + await self._mark(town, old, world, now_ms)

    async def _mark(self, town: int, rows: Sequence[PhotoRow], world: World, now_ms: int) -> int:
        def late(lane: Lane) -> bool:
            found = (lane.records(lane.album.referring(row.key)).values() for row in rows)
            return any(
                is_late(row, list(records), world.kinds, self._late, now_ms)
                for row, records in zip(rows, found, strict=True)
            )

        if not await self._places.lanes.read(town, late):  # most turns: nothing to write
            return 0
        return await self._places.lanes.write(
            town, lambda lane: mark_late(lane, rows, world, self._late, now_ms)
        )

    async def _scrub(self, town: int, world: World, now_ms: int) -> int:
        """Read some photos again, on from where the last turn ended."""
        after = self._read.get(town, "")
        rows = await self._places.lanes.read(town, lambda lane: lane.album.verified(after, READ))
        self._read[town] = rows[-1].key if len(rows) == READ else ""
        return await self.prove(town, rows, world, now_ms)

    async def _again(self, town: int, keys: Sequence[str], now_ms: int) -> int:
        """Read the photos again that a check found amiss."""
        if not keys:
            return 0
        found = await self._places.lanes.read(town, lambda lane: lane.album.rows(keys))
        world = (await self._towns.town(town)).world
        return await self.prove(town, [row for row in found.values() if row.sha256], world, now_ms)

    async def prove(self, town: int, rows: Sequence[PhotoRow], world: World, now_ms: int) -> int:
        """Read the bytes of photos; those that are not theirs are put away, and the photo asked for."""
        lost = 0
        for row in rows:
            name = row.sha256.hex()
            claims = self._places.blobs.claims()
            found = await self._places.blobs.hash(name)
            if found == name:
                lost += await self._beside(town, row, world)
                continue
            # Put away first, for a name that is there is never written over; not while an upload has it.
            if found and not await self._places.blobs.bury(name, claims):
                continue
            lost += await self._places.lanes.write(town, self._losing(row, world, now_ms))
            await self._bring_back(town, row, world)
        return lost

    async def _beside(self, town: int, row: PhotoRow, world: World) -> bool:
        """Look for a photo's original and renditions, too; True if somebody is to hear of it."""
        blobs, lanes = self._places.blobs, self._places.lanes
        drawn = row.developed_ms and row.prints  # without prints nothing could be drawn
        names = [f"{row.sha256.hex()}{size}" for size in SIZES[1:]] if drawn else []
        if not all([await blobs.hash(name) for name in names]):
            if await lanes.write(town, lambda lane: mark_undrawn(lane, row)):
                self._places.photos.redraw()
            return False  # the next round looks at its original
        sealed, claims = row.original.hex() + ORIGINAL, blobs.claims()
        found = await blobs.hash(sealed) if row.original else ""
        if found == row.original.hex() or (found and not await blobs.bury(sealed, claims)):
            return False
        return await lanes.write(town, lambda lane: mark_unsealed(lane, row, world))

    @staticmethod
    def _losing(row: PhotoRow, world: World, now_ms: int) -> Callable[[Lane], bool]:
        return lambda lane: mark_lost(lane, row, world, now_ms)

    async def _bring_back(self, town: int, row: PhotoRow, world: World) -> bool:
        """Take a photo out of what was put away, if its bytes lie there."""
        body = await self._places.attic.find(start_of(row.key))
        if body is None:
            return False
        try:
            return await self._places.photos.bring_back(town, row.key, body, world)
        except Refused:  # developing is busy, or the disk is full: the next round finds it again
            return False


def amiss_in(content: bytes) -> list[str]:
    """Read the keys of photos that a check found missing or damaged; none of what is no such list."""
    try:
        return msgspec.json.decode(content, type=list[str])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []
