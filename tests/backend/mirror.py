"""A phone that keeps what it hears, for tests of what a view delivers: no HTTP, a lane in memory."""

from typing import Any

import msgspec
from msgspec.structs import replace

from backend.adapters.memory import MemoryLanes
from backend.exchange import Town, exchange
from sync.clock import SERVER, Stamp
from sync.digest import ROOT
from sync.op import Op, StepTaken
from sync.permit import Actor, Grant, may_read, may_see
from sync.register import Entry, Held, Record
from sync.settle import Known, World, settle
from sync.wire import Delta, Push, Receipt, pack
from tests.backend.town import KINDS, NOW, PEOPLE, TOWN, UNITS

SHAPES = {unit.id: unit.shape for unit in UNITS}
GRANTS = {person.id: tuple(person.grants) for person in PEOPLE}
WORLD = World(KINDS, {unit.id: unit.node for unit in UNITS}, shapes=SHAPES, grants=GRANTS)
SPACE = Town(TOWN, WORLD, "00000000", "11111111")
NEVER = Held(0, "", 0)


class Mirror:
    """One phone of one person."""

    def __init__(self, device: int, person: int, *grants: Grant) -> None:
        self.actor = Actor(person, grants, f"{device:08x}aaaaaaaa")
        self.cursor, self.n, self.wall = "", 0, NOW
        self.kept: dict[str, Record] = {}
        self.era = 0  # how often all was told anew
        self.eras: dict[str, int] = {}  # by record: the era it was last told or written in
        self.told: dict[str, int] = {}  # by record: the era it was last told in
        self.waiting: list[Op] = []  # not acknowledged; they go along with the next

    def op(self, kind: str, sets: dict[str, Any], record: str = "", area: int | None = None,
           step: tuple[str, str] | None = None) -> Op:  # fmt: skip
        """Make the next op; without a record it makes one."""
        self.n, self.wall = self.n + 1, self.wall + 1
        stamp = Stamp(self.wall, 0, self.actor.device)
        name = record or f"{self.actor.device}.{self.n}"
        return Op(self.n, stamp, kind, name, area, sets, StepTaken(*step) if step else None)

    async def exchange(self, lanes: MemoryLanes, *ops: Op) -> Receipt:
        """Send ops and keep the answer."""
        ops = (*self.waiting, *ops)
        packed = pack(ops, KINDS, NOW) if ops else None
        push = Push(1, "00000000", "aaaaaaaa", NOW, self.cursor, self.n, 1, packed)
        receipt, _ = await exchange(lanes, SPACE, self.actor, push, NOW)
        self.era += receipt.anew
        told = {verdict.n for verdict in receipt.verdicts}
        held = [op for op in ops if any(first <= op.n <= last for first, last in receipt.acks)]
        self.waiting = [op for op in ops if op not in held and op.n not in told]
        for op in held:
            if op.n not in told:  # applied: fold it, as the server did
                known = Known(self.kept, {}, frozenset(), Stamp(0, 0, SERVER), 0, ROOT, blind=True)
                self._keep(settle(known, [op], self.actor, WORLD, NOW).records)
        for delta in receipt.records:
            mine = self.kept.get(delta.id) if self.told.get(delta.id) == self.era else None
            # What an older era told may never have been: the first that a new one tells stands alone.
            self._keep({delta.id: folded(mine if self.era else self.kept.get(delta.id), delta)})
            self.told[delta.id] = self.era
        for gone in receipt.gone:
            self.kept.pop(gone, None)
        if not receipt.more:  # what an older era told and this one did not is no longer there
            self.kept = {name: each for name, each in self.kept.items() if self.eras[name] == self.era}
        self.cursor = receipt.cursor
        return receipt

    def _keep(self, records: dict[str, Record]) -> None:
        self.kept |= records
        self.eras |= dict.fromkeys(records, self.era)

    async def hear_all(self, lanes: MemoryLanes) -> int:
        """Exchange until there is no more; gives the number of round trips."""
        for trips in range(1, 1_000):
            if not (await self.exchange(lanes)).more and not self.waiting:
                return trips
        raise AssertionError("there is always more")


def folded(mine: Record | None, delta: Delta) -> Record:
    """Fold what was told of a record into what is kept of it."""
    mine = mine or Record(
        delta.id, delta.kind, delta.area, delta.author, delta.made_ms, delta.received_ms, "", NEVER, {}, {}
    )
    cells = {name: cell for name, cell in {**mine.cells, **delta.cells}.items() if cell is not None}
    lines = (*mine.story, *msgspec.convert(delta.story, tuple[Entry, ...]))
    story = {(line.stamp, line.step): line for line in lines}
    return replace(
        mine, area=delta.area, cells=cells, held=dict.fromkeys(cells, NEVER), state=delta.state or mine.state,
        story=tuple(story.values()),
    )  # fmt: skip


def at_odds(phone: Mirror, lanes: MemoryLanes) -> dict[str, Any]:
    """Give what a phone has otherwise than the person may read it in the town now; empty if all is well.

    Of the history every line of the town's must be there: the phone's own fold may have more, where it
    did not know what others had done meanwhile.
    """
    records = lanes.lanes[TOWN].kept if TOWN in lanes.lanes else {}
    readable = {
        name: record
        for name, record in records.items()
        if record.kind and may_read(KINDS[record.kind], phone.actor, record, WORLD.units)
    }
    odds: dict[str, Any] = dict.fromkeys(readable.keys() ^ phone.kept.keys(), "one of them lacks it")
    for name in readable.keys() & phone.kept.keys():
        mine, theirs = phone.kept[name], readable[name]
        kind = KINDS[theirs.kind]
        seen = [
            each
            for each in theirs.cells
            if may_see(kind, kind.fields[each], phone.actor, theirs, WORLD.units)
        ]
        told = theirs.state, {each: theirs.cells[each] for each in seen}
        if (mine.state, mine.cells) != told or not _lines(theirs).items() <= _lines(mine).items():
            odds[name] = (mine, theirs)
    return odds


def _lines(record: Record) -> dict[Any, Any]:
    return {
        (line.stamp, line.step): (line.start, line.to, line.outcome, line.person) for line in record.story
    }
