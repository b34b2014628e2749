"""Poison isolation: one op that the server cannot answer never stops the ops beside it (I3).

A push that fails for a reason nobody foresaw is tried again op by op, each a piece of work of its own.
An op that still fails alone is parked as it came: its number is logged, so that it counts and a repeat
gets the same verdict, and its bytes are kept unread in a record for the secretary. A phone whose single
op fails again and again sends it by itself as bytes (docs/sync.md section 12), which are parked alike.
"""

import logging
import re
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from backend.ports import Lane, Lanes
from backend.problems import Refused
from sync.clock import Stamp, tick
from sync.kind import Kind
from sync.op import Op, Verdict, good_number, minted
from sync.park import ABOUT, ENTRY, REASON, keeper, kept
from sync.permit import Actor
from sync.register import Record
from sync.settle import Answer, Known, Settled, World, enter
from sync.value import is_record_id
from sync.workflow import Event

UNREADABLE: Final = "unreadable"  # detail of such a verdict, and why the record was kept
KEPT_MAX: Final = 2**16  # bytes of one entry kept unread; an honest one has a few hundred
DIGITS_MAX: Final = 16  # of an op number
INCARNATION: Final = re.compile("[0-9a-f]{8}")
NO_TIME: Final = -1  # ms; in a stamp, no time at all, so that no other op's stamp is used up
OPS_FAULTS: Final = (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.ProgrammingError)
_log: Final = logging.getLogger(__name__)
Take = Callable[[Lane, Op], Settled]  # settles and saves one op
Erased = Callable[[Lane, Op], bool]  # whether the record an op names was erased by law


class Case(msgspec.Struct, frozen=True):
    """Whose ops they are, and where they go."""

    lanes: Lanes
    town: int
    world: World
    actor: Actor
    now_ms: int


class Unread(msgspec.Struct, frozen=True):
    """An op nobody here can read: its number, its bytes, and the record it is about if that is known."""

    n: int
    whole: bytes
    about: str = ""
    erased: bool = False  # that record was erased by law: nothing of the op may be kept

    @property
    def fits(self) -> bool:
        """Tell whether it can be kept for the secretary."""
        return len(self.whole) <= KEPT_MAX and not self.erased


class Parted(msgspec.Struct, frozen=True):
    """What became of ops that were settled one by one."""

    verdicts: dict[int, Verdict]  # by number, of those parked
    news: bool  # whether others have something to hear


def read_name(incarnation: str, number: str) -> int:
    """Read the op number of an address; raises not_found where it, or the incarnation, can be none."""
    n = int(number) if number.isascii() and number.isdigit() and len(number) <= DIGITS_MAX else 0
    if not INCARNATION.fullmatch(incarnation) or not good_number(n):
        raise Refused("not_found")
    return n


def blames_an_op(fault: Exception) -> bool:
    """Tell a fault that one op may have caused from a refusal, and from a store or machine in trouble."""
    if isinstance(fault, sqlite3.DatabaseError):
        return isinstance(fault, OPS_FAULTS)
    return not isinstance(fault, Refused | OSError | MemoryError)


async def one_by_one(case: Case, ops: Sequence[Op], take: Take, erased: Erased) -> Parted:
    """Settle the ops of a push that failed as a whole, each by itself; park those that fail alone."""
    verdicts: dict[int, Verdict] = {}
    news = False
    for op in ops:
        try:
            settled = await case.lanes.write(case.town, lambda lane, op=op: take(lane, op))  # type: ignore[misc]
            news = news or bool(settled.records)
        except Exception as fault:
            if not blames_an_op(fault):
                raise
            _log.error("op %s of device %s is parked", op.n, case.actor.device, exc_info=fault)
            verdicts[op.n], new = await set_aside(case, await _unread(case, op, erased))
            news = news or new
    return Parted(verdicts, news)


async def _unread(case: Case, op: Op, erased: Erased) -> Unread:
    whole, about = msgspec.json.encode(op), op.record if is_record_id(op.record) else ""
    named = replace(_stand_in(case, op.n), record=about or op.record)
    by_law = await case.lanes.read(case.town, lambda lane: erased(lane, named)) if about else False
    return Unread(op.n, whole, about, by_law)


async def set_aside(case: Case, entry: Unread) -> tuple[Verdict, bool]:
    """Park what came under an op's number; a number used before has its first verdict again.

    Gives the verdict, and whether something was parked now. Raises Refused where there is nothing to
    keep, or no page that says how.
    """
    kind = keeper(case.world.kinds)
    if not entry.whole:
        raise Refused("malformed", "no bytes")
    if kind is None or not good_number(entry.n):
        raise Refused("busy")
    return await case.lanes.write(case.town, lambda lane: _park(lane, kind, case, entry))


def _park(lane: Lane, kind: Kind, case: Case, entry: Unread) -> tuple[Verdict, bool]:
    stand_in, actor, now_ms = _stand_in(case, entry.n), case.actor, case.now_ms
    known = lane.load(actor.device, [stand_in])
    if entry.n in known.answers:
        return known.answers[entry.n].verdict, False
    verdict = Verdict(entry.n, _code(entry), now_ms, UNREADABLE)
    clock = tick(known.clock, now_ms)
    settled = Settled({}, [], [verdict], clock, known.seq, known.head)
    settled = enter(settled, actor.person, stand_in.stamp, stand_in, verdict)
    if entry.fits:
        settled.records[stand_in.record] = _record(kind, case, entry, settled)
    lane.save(settled, {})
    return verdict, entry.fits


def _stand_in(case: Case, n: int) -> Op:
    """Give what is logged in an op's place: its number, and nothing that could trip anybody."""
    device = case.actor.device
    return Op(n, Stamp(NO_TIME, 0, device), "", minted(device, n), None, {})


def _code(entry: Unread) -> Literal["gone", "parked", "bad_value"]:
    if entry.fits:
        return "parked"
    # What is too long to be handed to the secretary is refused: it stays on the phone, with its reason.
    return "gone" if entry.erased else "bad_value"


def _record(kind: Kind, case: Case, entry: Unread, settled: Settled) -> Record:
    """Make the record, in the first unit the person works or lately worked in, else the town's own."""
    actor, units = case.actor, case.world.units
    wanted = [grant.unit for grant in (*actor.grants, *actor.once)]
    unit = next((each for each in wanted if each in units), case.town)
    clock = settled.clock
    event = Event(clock.wall_ms, clock.count, clock.device, settled.seq, "", case.now_ms)
    sets = {ENTRY: b64encode(entry.whole).decode(), REASON: UNREADABLE}
    sets |= {ABOUT: entry.about} if entry.about else {}
    return kept(kind, minted(actor.device, entry.n), unit, actor, event, sets)


def as_sent(known: Known, ops: Sequence[Op]) -> Known:
    """Let what comes under a number that was parked unread pass for what came first: nobody compares them."""
    unread = {n for n, first in known.answers.items() if first.verdict.detail == UNREADABLE}
    if not unread:
        return known
    again = {op.n: Answer(op, known.answers[op.n].verdict) for op in ops if op.n in unread}
    return replace(known, answers={**known.answers, **again})
