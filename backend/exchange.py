"""The exchange: one round trip pushes and pulls (design section 4).

Decode -> recognise repeats -> authorise -> merge -> store -> respond; all that decides is in sync/.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backend.cursor import parse, spell
from backend.ports import Lane, Lanes, PhotoRow
from backend.problems import Refused
from backend.ranges import clip, missing
from backend.view import News, news, photo_keys
from media.preview import check_preview
from sync.clock import Stamp
from sync.op import Op, Verdict, minted
from sync.permit import Actor
from sync.settle import Settled, World, settle
from sync.value import INSTANT_MAX, INT_MAX, is_int, is_photo
from sync.wire import OPS_MAX, PHOTOS_MAX, VERSION, Push, Receipt, TooManyOps, WireError, unpack

SIZE_MAX: Final = 20 * 2**20  # bytes of one announced photo
DEPTH_MAX: Final = 8  # levels of one change; the deepest rule, union, needs five
NO_TIME: Final = -1  # ms; in a stamp, no time at all: refused as bad_stamp
NO_VALUE: Final[list[Any]] = []  # a change no field and no rule takes: refused as bad_value


class Town(Struct, frozen=True):
    """What one exchange needs to know of the town."""

    id: int
    world: World
    kinds_version: str
    directory_version: str


async def exchange(lanes: Lanes, town: Town, actor: Actor, push: Push, now_ms: int) -> tuple[Receipt, bool]:
    """Settle what a device pushes and give what it has not heard; True if others have news now."""
    _check(push, town)
    ops = _ops(push, town, actor)
    photos = [_photo(each) for each in push.photos]
    async with lanes.write(town.id) if ops or photos else lanes.read(town.id) as lane:
        known = await lane.load(actor.device, ops)
        settled = settle(known, ops, actor, town.world, now_ms)
        if settled.log or photos:
            await lane.announce(photos)
            await lane.save(settled, _refs(settled, town.world))
        fresh = await news(lane, parse(push.cursor), actor, town.world, town.directory_version)
        receipt = await _receipt(lane, push, settled.verdicts, fresh, actor, now_ms)
    return receipt, bool(settled.records)


def _check(push: Push, town: Town) -> None:
    if push.version != VERSION:
        raise Refused("wrong_version")
    if push.kinds != town.kinds_version:
        raise Refused("kinds_changed", town.kinds_version)
    if len(push.photos) > PHOTOS_MAX:
        raise Refused("too_many_ops")
    if not is_int(push.top, 0) or not is_int(push.low, 0) or not is_int(push.device_ms, 0, INSTANT_MAX):
        raise Refused("malformed", "numbers out of range")


def _ops(push: Push, town: Town, actor: Actor) -> list[Op]:
    kinds = town.world.kinds

    def unread(row: Any) -> Op:
        return _unread(row, next(iter(kinds), ""), actor.device)

    try:
        ops = unpack(push.ops, kinds, actor.device, push.device_ms, unread)
    except TooManyOps as fault:
        raise Refused("too_many_ops") from fault
    except WireError as fault:
        raise Refused("malformed", str(fault)[:200]) from fault
    return [_kept(op, actor.device) for op in ops]


def _unread(row: Any, kind: str, device: str) -> Op:
    """Give a row that is no op as one that settle refuses, as long as its number can be read."""
    n = row["raw"][0] if isinstance(row, dict) else row[1]
    if not is_int(n, 1):
        raise WireError("an op without a number")
    return Op(n, Stamp(NO_TIME, 0, device), kind, minted(device, n), None, {})


def _kept(op: Op, device: str) -> Op:
    """Give an op as the log can keep it, so that settle refuses what is wrong with it and nothing else.

    Kept as it came, a stamp of another device would use up that device's number, and a value nested
    too deep or a number too long would break the log for the ops beside it.
    """
    if op.stamp.device != device:
        op = replace(op, stamp=Stamp(NO_TIME, 0, device))
    flawed = {name: NO_VALUE for name, change in op.sets.items() if not _plain(change)}
    return replace(op, sets=op.sets | flawed) if flawed else op


def _plain(change: Any) -> bool:
    """Tell whether a change holds only text and whole numbers, nested no deeper than any rule needs."""
    level = [change]
    for _ in range(DEPTH_MAX):
        if any(isinstance(each, int) and abs(each) > INT_MAX for each in level):
            return False
        if any(isinstance(each, float) for each in level):
            return False
        inner = [each for each in level if isinstance(each, list | dict)]
        level = [part for each in inner for part in (each.values() if isinstance(each, dict) else each)]
        if not level:
            return True
    return False


def _photo(announced: tuple[str, int, str]) -> PhotoRow:
    """Read a photo announcement; a preview that is none is left out, the photo is not."""
    key, size, text = announced
    if not is_photo(key) or not is_int(size, 1, SIZE_MAX):
        raise Refused("malformed", "photo key or size")
    try:
        preview = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        preview = b""
    return PhotoRow(key, size, b"" if isinstance(check_preview(preview), str) else preview)


def _refs(settled: Settled, world: World) -> dict[str, list[str]]:
    refs = {record.id: photo_keys(world.kinds, record, record.cells) for record in settled.records.values()}
    return {record: keys for record, keys in refs.items() if keys}


async def _receipt(
    lane: Lane, push: Push, verdicts: Sequence[Verdict], fresh: News, actor: Actor, now_ms: int
) -> Receipt:
    seen = await lane.seen(actor.device) if push.top else []
    rows = await lane.photos(fresh.photo_keys)
    heard = parse(push.cursor).directory
    return Receipt(
        server_ms=now_ms,
        cursor=spell(fresh.cursor),
        more=fresh.more,
        acks=clip(seen, push.low),
        missing=missing(seen, push.top)[:OPS_MAX],
        verdicts=[each for each in verdicts if each.code != "applied" or each.received_ms != now_ms],
        records=fresh.records,
        photos=[_told(row) for row in rows.values()],
        gone=fresh.gone,
        directory=fresh.cursor.directory if fresh.cursor.directory != heard else "",
    )


def _told(row: PhotoRow) -> tuple[str, int, str]:
    return row.key, int(bool(row.sha256)), base64.b64encode(row.preview).decode()


def read_push(body: bytes) -> Push:
    """Decode a push; every way the bytes can be wrong is one code, and none is an error of ours."""
    try:
        push = msgspec.json.decode(body, type=Push)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, OverflowError) as fault:
        raise Refused("malformed", str(fault)[:200]) from fault
    if len(push.incarnation) != 8 or any(digit not in "0123456789abcdef" for digit in push.incarnation):
        raise Refused("malformed", "incarnation")
    return push
