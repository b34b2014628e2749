"""Corrections that another office answers for: letters to it, and what it answers (docs/approvals.md).

1. Whatever is in the state `sent_out` of a page that mends is put into the office's out-box, once.
2. What the office answers is taken as the step that ends it, in the name of whoever sent it out: judged and
   logged like any step, and written into the record in the same transaction (sync/mend.py).

How letters travel is the port's business; that of files is backend/adapters/mailbox.py. Nothing is thrown
away for want of an answer: the correction stays open, and its own clock asks again.
"""

import logging
from functools import partial
from typing import Any, Final, Protocol

from msgspec import Struct

from backend.neighbours import keep, surround
from backend.ports import Bell, Lane, Lanes
from backend.towns import Towns
from sync.around import told
from sync.clock import SERVER, tick
from sync.correct import ABOUT, PLACE, SORT, TARGET, VALUES
from sync.kind import Kind, Step
from sync.op import Op, StepTaken
from sync.permit import Actor, live
from sync.register import Record
from sync.settle import World, settle

OUTSIDE: Final = "sent_out"  # state: it is for another office to answer
PAGE: Final = 200  # records read at a time
_log: Final = logging.getLogger(__name__)


class Letter(Struct, frozen=True):
    """What an office is asked to put right, or to say why not."""

    town: int
    correction: str  # its id, to be named in the answer
    record: str  # what it is about
    field: str
    says: str  # what should stand there: JSON, or latitude and longitude in 1e-7 degrees
    said: dict[str, Any]  # the other filled fields of the correction that are open to its decider


class Answer(Struct, frozen=True):
    """What an office says."""

    town: int
    correction: str
    agreed: bool
    note: str = ""


class Office(Protocol):
    """The way to other offices."""

    async def post(self, letter: Letter) -> None:
        """Send a letter; one that was sent before changes nothing."""

    async def answers(self) -> list[Answer]:
        """List what was answered and not yet dealt with."""

    async def dealt(self, answer: Answer, word: str) -> None:
        """Put an answer away with what became of it: `applied`, or a refusal of docs/kinds.md."""


class Outward:
    """Looks for letters to send and for answers, now and then."""

    def __init__(self, lanes: Lanes, towns: Towns, bell: Bell, office: Office | None) -> None:
        self._lanes, self._towns, self._bell, self._office = lanes, towns, bell, office
        self._after: dict[int, int] = {}  # by town: how far the log was looked through since the start

    async def turn(self, now_ms: int) -> None:
        """Send what is to be sent, and take what was answered."""
        if self._office is None:
            return
        for town in await self._lanes.towns():
            world = (await self._towns.town(town)).world
            look = partial(letters, world=world, town=town, after=self._after.get(town, 0))
            self._after[town], found = await self._lanes.read(town, look)
            for letter in found:
                await self._office.post(letter)
        for answer in await self._office.answers():
            await self._take(self._office, answer, now_ms)

    async def _take(self, office: Office, answer: Answer, now_ms: int) -> None:
        world = (await self._towns.town(answer.town)).world
        word = await self._lanes.write(answer.town, lambda lane: taken(lane, world, answer, now_ms))
        if word not in ("applied", "amended"):
            _log.warning("the answer on %s was not taken: %s", answer.correction, word)
        self._bell.ring(answer.town)
        await office.dealt(answer, word)


def letters(lane: Lane, world: World, town: int, after: int) -> tuple[int, list[Letter]]:
    """Give the position reached, and the letters for what came to be `sent_out` after a position."""
    found: dict[str, Record] = {}
    while rows := lane.since(list(world.units), after, PAGE):
        found |= {record.id: record for _, record in rows}
        after = rows[-1][0]
    waiting = [each for each in found.values() if each.state == OUTSIDE and _mends(world, each)]
    return after, [_letter(world.kinds[each.kind], each, town) for each in waiting]


def _mends(world: World, record: Record) -> bool:
    kind = world.kinds.get(record.kind)
    return kind is not None and any(step.mends for step in kind.workflow.steps)


def _letter(kind: Kind, record: Record, town: int) -> Letter:
    values = {name: told(kind, record, name) for name in kind.fields}
    says = values[VALUES.get(str(values[SORT]), "")] if values[SORT] in VALUES else None
    place = values[PLACE]
    text = says if isinstance(says, str) else ",".join(map(str, place[:2])) if isinstance(place, list) else ""
    known = {TARGET, ABOUT, PLACE, *VALUES.values()}
    said = {
        name: value
        for name, value in values.items()
        if value not in (None, [], "") and name not in known and kind.fields[name].type in ("text", "choice")
    }
    return Letter(town, record.id, str(values[TARGET]), str(values[ABOUT]), text, said)


def taken(lane: Lane, world: World, answer: Answer, now_ms: int) -> str:
    """Take the step an office's answer comes to; gives the verdict's code."""
    record = lane.records([answer.correction]).get(answer.correction)
    if record is None or not _mends(world, record):
        return "not_found"
    kind = world.kinds[record.kind]
    step = _ending(kind, agreed=answer.agreed)
    sender = next((each.person for each in reversed(record.story) if each.to == OUTSIDE), 0)
    if step is None or record.state != OUTSIDE:
        return "wrong_state"
    stand = lane.load(SERVER, [])
    sets = {} if answer.agreed else _reasons(kind, step, answer.note)
    taken = StepTaken(step.name, OUTSIDE)
    op = Op(stand.seq + 1, tick(stand.clock, now_ms), kind.name, record.id, None, sets, taken)
    known = surround(lane.load(SERVER, [op]), lane, [op], world)
    actor = Actor(sender, live(world.grants.get(sender, ()), now_ms), SERVER)
    settled = settle(known, [op], actor, world, now_ms)
    keep(lane, settled, known.records, world, now_ms)
    return settled.verdicts[0].code


def _ending(kind: Kind, *, agreed: bool) -> Step | None:
    """Find the step by which somebody ends it as the office says."""
    ways = (step for step in kind.workflow.steps if OUTSIDE in step.start and step.by and step.to != OUTSIDE)
    return next((step for step in ways if step.mends == agreed), None)


def _reasons(kind: Kind, step: Step, note: str) -> dict[str, Any]:
    """Fill what a refusal must carry: the first reason of its choice, and the office's words."""
    needed = {
        name: kind.fields[name].options[0].value for name in step.needs if kind.fields[name].type == "choice"
    }
    texts = [name for name in (*step.needs, *step.takes) if kind.fields[name].type == "text"]
    said = {name: note[: kind.fields[name].high or len(note)] for name in texts[:1] if note}
    return {**needed, **said}
