"""Devices that write offline and pull with cursors end alike: `fresh` never keeps a foreign change from them.

The exchange in miniature: a lane, some phones with their own copies and cursors, and nothing else. A phone
folds its accepted ops into its copy by the same code, so the server need not send them back.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sync.clock import Stamp, tick
from sync.deadline import HOUR_MS
from sync.digest import ROOT
from sync.elapse import elapse
from sync.op import Op, StepTaken
from sync.permit import Actor
from sync.register import Record, fresh, merge
from sync.settle import Known, World, settle
from sync.workflow import offers
from tests.sync.vectors import resolve, typed

WORLD = typed(resolve({"$": "world"}), World)
REPORT, CALL = (typed(resolve({"$": name}), Record) for name in ("report", "missed_call"))
ACTORS = [
    typed(resolve({"$": name}), Actor) for name in ("worker", "worker_other_phone", "colleague", "secretary")
]
SECRETARY = ACTORS[-1].person
START_MS, BETWEEN_MS = 10_000_000, 3000
SERVER = Stamp(4000, 0, "0" * 16)


def _known(record: Record, clock: Stamp = SERVER, seq: int = 0) -> Known:
    return Known({record.id: record}, {}, frozenset(), clock, seq, ROOT)


@dataclass
class Phone:
    """One device: its copy of the record, how far it has heard, and what it has not sent."""

    actor: Actor
    copy: Record
    ahead_ms: int = 0  # of the server
    heard: int = 0
    made: int = 2
    clock: Stamp = field(init=False)
    unsent: list[Op] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Stamp(0, 0, self.actor.device)

    def folded(self, ops: list[Op], now_ms: int) -> Record:
        """Give the copy with some of its own ops settled into it, as the server would."""
        settled = settle(_known(self.copy), ops, self.actor, WORLD, now_ms + self.ahead_ms)
        return settled.records.get(self.copy.id, self.copy)

    def write(self, sets: dict[str, Any], step: str, now_ms: int) -> None:
        """Write offline: some facts, and a step if the record as it is seen offers it."""
        seen = self.folded(self.unsent, now_ms)
        offered = offers(WORLD.kinds[seen.kind], seen, self.actor, WORLD.units)
        taken = StepTaken(step, seen.state) if step in offered else None
        needed = {"reason": "x"} if step == "send_back" and taken else {}
        self.made += 1
        self.clock = tick(self.clock, now_ms + self.ahead_ms)
        self.unsent.append(Op(self.made, self.clock, seen.kind, seen.id, 111, {**sets, **needed}, taken))

    def hear(self, record: Record, seq: int, applied: set[int], now_ms: int) -> None:
        """Fold in its own ops that were applied as sent, then what the server has that is fresh."""
        copy = self.folded([op for op in self.unsent if op.n in applied], now_ms)
        device, since = self.actor.device, self.heard
        cells = {name: cell for name, cell in record.cells.items() if fresh(record.held[name], device, since)}
        # The state goes along with any fresh cell: the phone predicted without knowing that cell.
        moved = bool(cells) or fresh(record.head, device, since)
        merged = merge(copy.cells, cells, WORLD.kinds[record.kind].rules)
        self.copy = replace(copy, cells=merged, state=record.state if moved else copy.state)
        self.heard, self.unsent = seq, []


@dataclass
class Lane:
    """The server: one record, a clock and a position."""

    record: Record
    clock: Stamp = SERVER
    seq: int = 11
    now_ms: int = START_MS

    def exchange(self, phone: Phone) -> None:
        """Settle what a phone has not sent, and tell it what it has not heard."""
        known = _known(self.record, self.clock, self.seq)
        settled = settle(known, phone.unsent, phone.actor, WORLD, self.now_ms)
        self.record = settled.records.get(self.record.id, self.record)
        self.clock, self.seq = settled.clock, settled.seq
        applied = {verdict.n for verdict in settled.verdicts if verdict.code == "applied"}
        phone.hear(self.record, self.seq, applied, self.now_ms)

    def wait(self, hours: int) -> None:
        """Let time pass, and take the step it takes."""
        self.now_ms += hours * HOUR_MS
        stamp = tick(self.clock, self.now_ms)
        after = elapse(
            self.record, WORLD.kinds[self.record.kind], WORLD.calendar, stamp, self.seq + 1, self.now_ms
        )
        if after is not None:
            self.record, self.clock, self.seq = after, stamp, self.seq + 1


REPORTED: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["mud", "rock"]),
    "proof": st.sampled_from(["seen", "heard"]),
    "grave": st.sampled_from(["low", "mid", "high"]),
    "emergency": st.sampled_from([True, False]),
    "tags": st.sampled_from([{"add": ["x"]}, {"add": ["y"]}, {"drop": [[[4000, 0, "a" * 16], "x"]]}]),
    "diary": st.sampled_from(["came", "went"]),
    "heads": st.integers(1, 3),
    "words": st.sampled_from([{"is": "deep"}, {"is": "wide", "over": [[4000, 0, "a" * 16]]}]),
    "opinion": st.sampled_from([{"is": "open"}, {"is": "shut"}]),
}
CALLED: dict[str, st.SearchStrategy[Any]] = {"result": st.sampled_from(["ok", "no_answer"])}
SECRETARYS = ("diary", "opinion")  # what of a report a secretary may write


def _acts(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[list[Any]]:
    """Make what happens, in order: a phone writes, a phone and the server exchange, hours pass."""
    who = st.integers(0, len(ACTORS) - 1)
    step = st.sampled_from(["", "send_back", "answer", "close"])
    write = st.tuples(st.just("write"), who, st.fixed_dictionaries({}, optional=fields), step)
    exchange = st.tuples(st.just("exchange"), who)
    wait = st.tuples(st.just("wait"), st.sampled_from([0, 0, 25, 49]))
    return st.lists(st.one_of(write, exchange, write, wait), max_size=20)


def _played(record: Record, acts: list[Any], ahead: list[int]) -> tuple[Lane, list[Phone]]:
    """Play what happens; at the end every phone comes into signal twice."""
    lane = Lane(record)
    phones = [Phone(actor, record, seconds * 1000) for actor, seconds in zip(ACTORS, ahead, strict=True)]
    for act, *rest in acts:
        lane.now_ms += BETWEEN_MS
        match act:
            case "write":
                phone, sets, step = phones[rest[0]], *rest[1:]
                if phone.actor.person == SECRETARY:
                    sets = {name: sets[name] for name in SECRETARYS if name in sets}
                phone.write(sets, step, lane.now_ms)
            case "exchange":
                lane.exchange(phones[rest[0]])
            case _:
                lane.wait(rest[0])
    for phone in [*phones, *phones]:
        lane.exchange(phone)
    return lane, phones


AHEAD = st.lists(st.sampled_from([-600, 0, 0, 30, 600]), min_size=4, max_size=4)  # seconds


@pytest.mark.parametrize(("record", "fields"), [(REPORT, REPORTED), (CALL, CALLED)], ids=["report", "call"])
@given(data=st.data())
def test_every_phone_ends_with_all_cells_and_the_state(
    record: Record, fields: Any, data: st.DataObject
) -> None:
    lane, phones = _played(record, data.draw(_acts(fields)), data.draw(AHEAD))
    for phone in phones:
        assert phone.copy.cells == lane.record.cells, phone.actor
        assert phone.copy.state == lane.record.state, phone.actor


@given(_acts(REPORTED))
def test_a_phone_alone_never_hears_its_own_writes_again(acts: list[Any]) -> None:
    alone = [act for act in acts if act[0] != "wait" and act[1] == 0]
    lane, phones = _played(REPORT, alone, [0, 0, 0, 0])
    device = phones[0].actor.device
    assert not [name for name, held in lane.record.held.items() if fresh(held, device, 1)]
    assert not fresh(lane.record.head, device, 1)
