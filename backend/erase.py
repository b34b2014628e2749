"""Erasing a record by law: its content, its photos and what was kept back about it, here and after a restore.

The ledger is written first, so that whatever happens next the erasure is done again where it is missing:
at every start, before anything is accepted. Photos go before the record, for the record leads to them.
"""

from base64 import b64decode, urlsafe_b64decode
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from backend.announce import shot_of
from backend.ports import Attic, Blobs, Lane, Lanes, Ledger, PhotoRow
from media.intake import key_of
from sync.clock import SERVER, Stamp, tick
from sync.kind import Kinds
from sync.op import Op, Verdict
from sync.park import ABOUT, keeper
from sync.register import Record, plain
from sync.settle import SYSTEM, Settled, enter
from sync.value import is_record_id

SIZES: Final = ("", ".thumb", ".medium")  # what ends the names under which the bytes of a photo lie
ORIGINAL: Final = ".original"  # and that of the file it was made from, sealed, by its own SHA-256


class NotErased(ValueError):
    """A record cannot be erased; the text says why."""


class Erased(Struct, frozen=True):
    """What was erased, and what still names it."""

    records: list[str]  # itself, then the entries kept back about it
    photos: int
    naming: list[str]  # other records that name it: what they say of it stays


class Store(Struct, frozen=True):
    """Where what is erased lies."""

    lanes: Lanes
    blobs: Blobs
    ledger: Ledger
    attic: Attic | None = None


async def erase(store: Store, town: int, record: str, kinds: Kinds, now_ms: int) -> Erased:
    """Erase a record for good; safe to repeat. Raises NotErased where there is none of its own."""
    if not is_record_id(record):
        raise NotErased(f"{record} is no record id")
    found, naming, photos = await store.lanes.read(town, lambda lane: _looked_up(lane, town, record, kinds))
    store.ledger.add(town, [*found, *(key for row in photos for key in _keys(row))])
    await _carry_out(store, town, found, now_ms)
    return Erased(found, len(photos), naming)


async def replay(store: Store, kinds: Kinds, now_ms: int) -> int:
    """Erase again what a restored database brought back; gives how many records."""
    return sum([await _replay_town(store, town, kinds, now_ms) for town in await store.lanes.towns()])


async def _replay_town(store: Store, town: int, kinds: Kinds, now_ms: int) -> int:
    found = await store.lanes.read(town, lambda lane: _come_back(lane, store.ledger, town, kinds))
    if found:
        store.ledger.add(town, found)
        await _carry_out(store, town, found, now_ms)
    return len(found)


def _looked_up(
    lane: Lane, town: int, record: str, kinds: Kinds
) -> tuple[list[str], list[str], list[PhotoRow]]:
    """Find what is erased with a record, what else names it, and the photos that go."""
    known = lane.records([record]).get(record)
    if known is None and record not in lane.names():
        raise NotErased(f"there is no record {record} in town {town}")
    about = _about(known, kinds)
    if known is not None and about not in ("", record):
        raise NotErased(f"{record} keeps an entry on {about}: erase that, and this goes with it")
    naming = lane.naming(record)
    kept_back = [each.id for each in naming if _about(each, kinds) == record]
    others = [each.id for each in naming if each.id not in kept_back]
    return [record, *kept_back], others, lane.album.alone([record, *kept_back])


def _about(record: Record | None, kinds: Kinds) -> str:
    """Say which record an entry that was kept back is about; "" of any other record."""
    kind = keeper(kinds)
    if record is None or kind is None or record.kind != kind.name or ABOUT not in record.cells:
        return ""
    return str(plain(kind.fields[ABOUT].rule, record.cells[ABOUT]))


def _come_back(lane: Lane, ledger: Ledger, town: int, kinds: Kinds) -> list[str]:
    """List the records of a lane that are in the ledger but not erased, and the entries about them."""
    held = {name for name in lane.names() if ledger.holds(town, name)}
    back = sorted(name for name in held if not _is_erased(lane, name))
    about = [each.id for name in back for each in lane.naming(name) if _about(each, kinds) == name]
    return list(dict.fromkeys([*back, *about]))


def _is_erased(lane: Lane, record: str) -> bool:
    probe = Op(1, Stamp(0, 0, SERVER), "", record, None, {})
    return lane.load(SERVER, [probe]).gone.get(record, False)


async def _carry_out(store: Store, town: int, records: Sequence[str], now_ms: int) -> None:
    """Take photos, content and records away, in this order.

    The bytes a second time at the end: an upload may have brought some between the first and the rows. One
    that ends later finds no row, and takes its bytes away itself (backend/photos.py).
    """
    photos = await store.lanes.read(town, lambda lane: lane.album.alone(records))
    for row in photos:
        await drop_bytes(store.lanes, store.blobs, town, row)
        await _empty_attic(store.attic, row)

    def remove(lane: Lane) -> list[PhotoRow]:
        last = lane.album.alone(records)
        _remove(lane, records, [row.key for row in last], now_ms)
        return last

    for row in await store.lanes.write(town, remove):
        await drop_bytes(store.lanes, store.blobs, town, row)


async def drop_bytes(lanes: Lanes, blobs: Blobs, town: int, photo: PhotoRow) -> None:
    """Take the bytes of a photo away for good, unless another town has the same one."""
    if await _shown_elsewhere(lanes, town, photo):
        return
    for size in SIZES if photo.sha256 else ():
        await blobs.drop(f"{photo.sha256.hex()}{size}")
    if photo.original:
        await blobs.drop(f"{photo.original.hex()}{ORIGINAL}")


def _keys(photo: PhotoRow) -> list[str]:
    """Name a photo and the file it was made from: bytes of either may be on their way."""
    original = b64decode(shot_of(photo).original)
    return [photo.key, key_of(original)] if original else [photo.key]


async def _empty_attic(attic: Attic | None, photo: PhotoRow) -> None:
    """Take what the trash holds of a photo away; folders that restores left are the operator's to delete."""
    if attic is None:
        return
    for name in await attic.trash():
        if name.startswith((start_of(photo.key), photo.original.hex() or start_of(photo.key))):
            await attic.burn(name)


def start_of(key: str) -> str:
    """Say how the name under which a photo's bytes lie begins: the key is half of their SHA-256."""
    return urlsafe_b64decode(key + "==").hex()


async def _shown_elsewhere(lanes: Lanes, town: int, photo: PhotoRow) -> bool:
    """Tell whether another town has the same photo: the bytes are kept once for all."""
    for other in await lanes.towns():
        rows = {} if other == town else await lanes.read(other, lambda lane: lane.album.rows([photo.key]))
        if any(row.sha256 == photo.sha256 for row in rows.values()):
            return True
    return False


def _remove(lane: Lane, records: Sequence[str], keys: Sequence[str], now_ms: int) -> None:
    """Put tombstones, and a row of the log that says that each was erased, never what it said."""
    lane.album.forget(keys)
    for record in records:
        if _is_erased(lane, record):
            continue
        state, known = lane.load("", []), lane.records([record]).get(record)
        clock, seq = tick(state.clock, now_ms), state.seq + 1
        op = Op(seq, clock, known.kind if known is not None else "", record, None, {})
        settled = Settled({}, [], [], clock, state.seq, state.head)
        lane.save(enter(settled, SYSTEM, clock, op, Verdict(seq, "gone", now_ms)), {})
        lane.remove(record, seq, now_ms, erased=True)
