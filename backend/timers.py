"""Steps that time takes: what waited too long goes on by itself, and is logged like any other step."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from backend.neighbours import keep
from backend.ports import Bell, Lane, Lanes
from backend.towns import Towns
from sync.clock import tick
from sync.elapse import elapse, next_ms, timed
from sync.op import Op, StepTaken, Verdict
from sync.register import Record
from sync.settle import SYSTEM, Settled, World, enter

EVERY_S: Final = 30.0  # limits are hours; half a minute late is on time
_log: Final = logging.getLogger(__name__)
Chore = Callable[[int], Awaitable[None]]  # something else to be done now and then; told the time, ms
BATCH: Final = 100  # records of one transaction, so that reports never wait long behind it


def elapse_due(lane: Lane, world: World, now_ms: int) -> int:
    """Take the timed steps that are due, at most a batch; gives how many records moved."""
    due = lane.due(now_ms, BATCH)
    if not due:
        return 0
    known = lane.load("", [])
    settled = Settled({}, [], [], known.clock, known.seq, known.head)
    for record in due:
        settled = _one(settled, record, world, now_ms)
    before = {record.id: record for record in due}
    return len(keep(lane, settled, before, world, now_ms).records)


def _one(settled: Settled, record: Record, world: World, now_ms: int) -> Settled:
    kind = world.kinds.get(record.kind)
    step = timed(kind, record, world.calendar, now_ms) if kind else None
    if kind is None or step is None:  # its page or the calendar changed: it is due at another time, or never
        later = next_ms(kind, record, world.calendar) if kind else 0
        settled.records[record.id] = msgspec.structs.replace(record, due_ms=later)
        return settled
    clock, seq = tick(settled.clock, now_ms), settled.seq + 1
    moved = elapse(record, kind, world.calendar, clock, seq, now_ms)
    if moved is None:
        return settled
    op = Op(seq, clock, record.kind, record.id, None, {}, StepTaken(step.name, record.state))
    settled.records[record.id] = moved
    entered = enter(settled, SYSTEM, clock, op, Verdict(seq, "applied", now_ms))
    return msgspec.structs.replace(entered, clock=clock)


class Timers:
    """Looks for due records of all towns, as long as the server runs."""

    def __init__(self, lanes: Lanes, bell: Bell, *chores: Chore) -> None:
        self._lanes = lanes
        self._bell = bell
        self._chores = chores
        self._task: asyncio.Task[None] | None = None

    def start(self, towns: Towns) -> None:
        """Begin looking."""
        self._task = asyncio.create_task(self._run(towns))

    async def stop(self) -> None:
        """Stop looking; a batch under way is finished or undone whole."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, towns: Towns) -> None:
        while True:
            try:
                for town in await self._lanes.towns():
                    await self.once(town, towns)
                for chore in self._chores:
                    await chore(towns.now_ms())
            except Exception:  # noqa: BLE001 - one bad look must not end all later ones
                _log.exception("timers")
            await asyncio.sleep(EVERY_S)

    async def once(self, town: int, towns: Towns) -> int:
        """Take what is due in one town now."""
        now_ms = towns.now_ms()
        if not await self._lanes.read(town, lambda lane: lane.due(now_ms, 1)):
            return 0
        world = (await towns.town(town)).world
        moved = await self._lanes.write(town, lambda lane: elapse_due(lane, world, now_ms))
        if moved:
            self._bell.ring(town)
        return moved
