"""The exchange: one round trip pushes and pulls (design section 4).

Decode -> recognise repeats -> authorise -> merge -> store -> respond; all that decides is in sync/.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backend.access import doubts_told, original_told
from backend.announce import announced, spoken
from backend.cursor import TOLD_DIGITS, parse, spell
from backend.ledger import allowed, recall
from backend.neighbours import keep, surround
from backend.poison import Case, as_sent, blames_an_op, one_by_one
from backend.ports import Lane, Lanes, Ledger, PhotoRow
from backend.problems import Refused
from backend.ranges import clip, missing
from backend.view import News, believes, news, retold
from sync.clock import Stamp
from sync.dense import loose
from sync.digest import token
from sync.kind import Kinds
from sync.op import Op, Verdict, minted
from sync.permit import Actor
from sync.settle import Settled, World, settle
from sync.value import INSTANT_MAX, INT_MAX, is_int
from sync.wire import OPS_MAX, PHOTOS_MAX, VERSION, Push, Receipt, TooManyOps, WireError, unpack

DEPTH_MAX: Final = 8  # levels of one change; the deepest rule, union, needs five
NO_TIME: Final = -1  # ms; in a stamp, no time at all: refused as bad_stamp
NO_VALUE: Final[list[Any]] = []  # a change no field and no rule takes: refused as bad_value
_PUSH: Final = msgspec.json.Decoder(Push)


class Town(Struct, frozen=True):
    """What one exchange needs to know of the town."""

    id: int
    world: World
    kinds_version: str
    directory_version: str
    backed: int = 0  # position of the log up to which a verified backup exists
    ledger: Ledger | None = None  # what was erased by law


class Load(Struct, frozen=True):
    """What a push carries, read and bounded."""

    push: Push
    ops: list[Op]
    photos: list[PhotoRow]


async def exchange(lanes: Lanes, town: Town, actor: Actor, push: Push, now_ms: int) -> tuple[Receipt, bool]:
    """Settle what a device pushes and give what it has not heard; True if others have news now."""
    load = read_load(push, town, actor, now_ms)
    hold = lanes.write if load.ops or load.photos else lanes.read
    try:
        receipt, fresh = await hold(town.id, lambda lane: answer(lane, load, town, actor, now_ms))
    except Exception as fault:
        if not load.ops or not blames_an_op(fault):
            raise
        receipt, fresh = await _part(lanes, load, town, actor, now_ms)
    return receipt, fresh


async def _part(lanes: Lanes, load: Load, town: Town, actor: Actor, now_ms: int) -> tuple[Receipt, bool]:
    """Answer a push that cannot be settled whole: op by op, those at fault parked."""

    def alone(lane: Lane, op: Op) -> Settled:
        return take(lane, replace(load, ops=[op], photos=[]), town, actor, now_ms)

    def erased(lane: Lane, op: Op) -> bool:
        return recall(town.ledger, town.id, lane.load(actor.device, [op]), [op]).gone.get(op.record, False)

    parted = await one_by_one(Case(lanes, town.id, town.world, actor, now_ms), load.ops, alone, erased)
    rest = replace(load, ops=[op for op in load.ops if op.n not in parted.verdicts])
    receipt, _ = await lanes.write(town.id, lambda lane: answer(lane, rest, town, actor, now_ms))
    verdicts = [*receipt.verdicts, *parted.verdicts.values()]
    return replace(receipt, verdicts=sorted(verdicts, key=lambda each: each.n)), parted.news


def read_load(push: Push, town: Town, actor: Actor, now_ms: int) -> Load:
    """Read what a push carries; raises Refused if it is no push of ours."""
    _check(push, town)
    return Load(push, _ops(push, town, actor), [announced(each, actor, now_ms) for each in push.photos])


def answer(lane: Lane, load: Load, town: Town, actor: Actor, now_ms: int) -> tuple[Receipt, bool]:
    """Settle and store what a push carries, and write the receipt: one piece of work on the lane.

    Not if its cursor is of another log: what this one has lost must come before what builds on it, or that
    would be refused for good. The phone hears what is missing, and sends all of it.
    """
    if not load.ops and not load.photos:
        heard = news(lane, load.push.cursor, actor, town.world, told(town))
        return _receipt(lane, load, [], heard, town, actor, now_ms), False
    untaken = bool(load.ops) and not believes(lane, load.push.cursor, actor, town.world.units)
    if untaken:
        load = replace(load, ops=[])
    settled = take(lane, load, town, actor, now_ms)
    fresh = news(lane, load.push.cursor, actor, town.world, told(town), settled.records)
    fresh = retold(fresh, lane, _unsure(load.ops, settled, town.world.kinds), actor, town.world)
    receipt = _receipt(lane, load, settled.verdicts, fresh, town, actor, now_ms)
    if load.ops and receipt.missing:
        lane.claim(actor.device, load.push.top)
    if untaken:  # numbers of ops pushed now are no answer to them: a copy of the store may have used them
        receipt = replace(receipt, acks=[])
    return receipt, bool(settled.records)


def take(lane: Lane, load: Load, town: Town, actor: Actor, now_ms: int) -> Settled:
    """Settle and store what a push carries."""
    known = recall(town.ledger, town.id, as_sent(lane.load(actor.device, load.ops), load.ops), load.ops)
    known = surround(known, lane, load.ops, town.world)
    settled = settle(known, load.ops, actor, town.world, now_ms)
    photos = allowed(town.ledger, town.id, load.photos)
    if settled.log or photos:
        lane.album.announce(photos)
        settled = keep(lane, settled, known.records, town.world, now_ms)
    return settled


def _unsure(ops: Sequence[Op], settled: Settled, kinds: Kinds) -> list[str]:
    """List the records that the phone cannot fold an applied op into by itself.

    Either the answer is repeated, as the first was lost, and its copy may hold parts of what came later; or
    the op was weighed, under grants the phone need not have heard of.
    """
    new = {row.op.n for row in settled.log}
    applied = {verdict.n for verdict in settled.verdicts if verdict.code == "applied"}
    return [op.record for op in ops if op.n in applied and (op.n not in new or _weighed(op, kinds))]


def _weighed(op: Op, kinds: Kinds) -> bool:
    return any(kinds[op.kind].fields[name].own for name in op.sets)


def told(town: Town) -> str:
    """Name in a few digits what a device is told beside its records: the directory, the backups."""
    return token(b"", f"{town.directory_version} {town.backed}", TOLD_DIGITS)


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


def _plain(change: Any, depth: int = DEPTH_MAX) -> bool:
    """Tell whether a change holds only text and whole numbers, nested no deeper than any rule needs."""
    if isinstance(change, int):
        return depth > 0 and -INT_MAX <= change <= INT_MAX
    if isinstance(change, (list, dict)):
        parts = change.values() if isinstance(change, dict) else change
        return depth > 0 and all(_plain(each, depth - 1) for each in parts)
    return depth > 0 and not isinstance(change, float)


def _receipt(
    lane: Lane, load: Load, verdicts: Sequence[Verdict], fresh: News, town: Town, actor: Actor, now_ms: int
) -> Receipt:
    push = load.push
    # Even of a phone that has made nothing: numbers beyond its own tell it that its store is a copy.
    seen = lane.seen(actor.device)
    rows = lane.album.rows(fresh.photo_keys)
    heard = parse(push.cursor)
    changed = heard is None or heard.told != fresh.cursor.told
    placed = bool(load.ops) or fresh.anew
    return Receipt(
        server_ms=now_ms,
        cursor=spell(fresh.cursor),
        more=fresh.more,
        acks=clip(seen, push.low),
        missing=missing(seen, push.top)[:OPS_MAX],
        verdicts=[each for each in verdicts if each.code != "applied" or each.received_ms != now_ms],
        records=fresh.records,
        photos=[_photo(lane, row, actor, town.world) for row in rows.values()],
        gone=fresh.gone,
        directory=town.directory_version if changed else "",
        anew=fresh.anew,
        head=fresh.cursor.head if placed else 0,
        backed=town.backed if placed or changed else 0,
    )


def _photo(lane: Lane, row: PhotoRow, actor: Actor, world: World) -> list[Any]:
    return spoken(row, doubts_told(lane, row, actor, world), original_told(lane, row, actor, world))


def read_push(body: bytes, *, packed: bool = False) -> Push:
    """Decode a push, JSON or `packed` (sync/dense.py); however wrong the bytes are, it is one code, not ours.

    By way of JSON, so that nothing comes in that JSON cannot say: bytes, NaN, names that are numbers.
    """
    try:
        push = _PUSH.decode(msgspec.json.encode(loose(body)) if packed else body)
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError, OverflowError) as fault:
        raise Refused("malformed", str(fault)[:200]) from fault
    if len(push.incarnation) != 8 or any(digit not in "0123456789abcdef" for digit in push.incarnation):
        raise Refused("malformed", "incarnation")
    return push
