"""Due times noted anew: after a change of the calendar, or of the pages, open records are due at other times.

A due time follows from a record, its page and the calendar; what the store keeps of it only says when to
look. So nothing is logged and nobody is told: phones count for themselves. Every start looks once.
"""

from typing import Final

from msgspec.structs import replace

from backend.calendar import told
from backend.ports import Lane, Lanes
from backend.towns import Towns
from sync.digest import short
from sync.elapse import next_ms
from sync.register import Record
from sync.settle import Settled, World

BATCH: Final = 200  # records of one piece of work, so that reports never wait long behind it
BATCHES: Final = 25  # pieces of one turn


def stale(lane: Lane, ids: list[str], world: World) -> dict[str, Record]:
    """List those of these records that are due at another time than was noted, as they should be."""
    found = {}
    for name, record in lane.records(ids).items():
        kind = world.kinds.get(record.kind)
        due_ms = next_ms(kind, record, world.calendar) if kind else 0
        if due_ms != record.due_ms:
            found[name] = replace(record, due_ms=due_ms)
    return found


def note(lane: Lane, ids: list[str], world: World) -> int:
    """Note when these records are due; gives how many were noted otherwise."""
    records, known = stale(lane, ids, world), lane.load("", [])
    lane.save(Settled(records, [], [], known.clock, known.seq, known.head), {})
    return len(records)


class Recount:
    """Walks through all records of all towns once the calendar or the pages changed."""

    def __init__(self, lanes: Lanes, towns: Towns) -> None:
        self._lanes = lanes
        self._towns = towns
        self._basis: dict[int, str] = {}  # by town: what its due times were last counted by
        self._left: dict[int, list[str]] = {}  # by town: ids still to look at

    async def turn(self, _now_ms: int) -> None:
        """Look whether something changed, and go on a little."""
        for town in await self._lanes.towns():
            known = await self._towns.town(town)
            basis = short([told(known.world.calendar), known.kinds_version])
            if self._basis.get(town) != basis:
                self._left[town] = await self._lanes.read(town, lambda lane: sorted({*lane.names()}))
                self._basis[town] = basis
            for _ in range(BATCHES):
                if not await self._piece(town, known.world):
                    break

    async def _piece(self, town: int, world: World) -> bool:
        """Look at a batch; writers are only made to wait where something is to be noted."""
        ids, self._left[town] = self._left[town][:BATCH], self._left[town][BATCH:]
        found = await self._lanes.read(town, lambda lane: stale(lane, ids, world)) if ids else {}
        if found:
            await self._lanes.write(town, lambda lane: note(lane, ids, world))
        return bool(ids)
