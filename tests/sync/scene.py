"""A small town to try the built-in pages in: a server that takes ops one by one, and people with phones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from backend.kinds import read_pages
from sync.clock import SERVER, Stamp
from sync.deadline import Calendar
from sync.digest import ROOT
from sync.elapse import elapse
from sync.kind import Field
from sync.op import Op, StepTaken, Verdict, minted
from sync.permit import Actor, Grant, OrgUnit
from sync.register import Record, plain
from sync.ripple import ripple
from sync.settle import Known, World, settle

KINDS = read_pages((Path(__file__).parents[2] / "sync/kinds",))
DISTRICT, TOWN, COMMUNITY, GRID, OTHER_GRID, WATER, BOARD, POST, FIRE_POST = (
    2,
    3,
    31,
    311,
    312,
    21,
    37,
    371,
    36,
)
SISTER_POST = 372
UNITS = {
    1: OrgUnit(1, 0), DISTRICT: OrgUnit(2, 1), TOWN: OrgUnit(3, DISTRICT), COMMUNITY: OrgUnit(4, TOWN),
    GRID: OrgUnit(5, COMMUNITY), OTHER_GRID: OrgUnit(5, COMMUNITY),
    WATER: OrgUnit(2, DISTRICT), FIRE_POST: OrgUnit(3, TOWN),
    BOARD: OrgUnit(3, TOWN), POST: OrgUnit(3, BOARD), SISTER_POST: OrgUnit(3, BOARD),
}  # fmt: skip
WORLD = World(KINDS, UNITS)
NOON = 1_795_400_000_000
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
PHOTO = "A" * 22

ROLES = {
    "worker": ("fulltime_worker", GRID), "colleague": ("fulltime_worker", GRID),
    "stranger": ("fulltime_worker", OTHER_GRID), "leader": ("grid_leader", GRID),
    "secretary": ("community_secretary", COMMUNITY), "officer": ("duty_officer", TOWN),
    "board": ("board_leader", BOARD), "commander": ("commander", TOWN),
    "operator": ("platform_operator", TOWN),
    "water": ("dept_member", WATER), "post": ("post_member", POST), "fire": ("post_member", FIRE_POST),
    "district": ("district_center", DISTRICT), "helper": ("aux_force", COMMUNITY),
    "editor": ("knowledge_editor", TOWN), "sister": ("post_member", SISTER_POST),
}  # fmt: skip
PEOPLE = {name: number for number, name in enumerate(ROLES, 1)}


def actor_of(who: str) -> Actor:
    """Give somebody with what they may, on their phone."""
    return Actor(PEOPLE[who], (Grant(*ROLES[who]),), f"{PEOPLE[who]:016x}")


def sample_of(each: Field, rng: Random) -> Any:
    """Give a change that a field takes; units and people are those of the town."""
    plain_values = {
        "text": "字", "int": each.low or 1, "flag": False, "day": 20261130, "instant": NOON,
        "person": PEOPLE["post"], "unit": rng.choice([POST, FIRE_POST, WATER]), "place": [0] * 6,
        "ref": "0" * 15 + "1.1", "photos": PHOTO,
    }  # fmt: skip
    value = plain_values.get(each.type) or (rng.choice(each.options).value if each.options else False)
    if each.rule == "union":
        return {"add": [option.value for option in each.options] or [value]}
    return {"is": value} if each.rule in ("keep_both", "authority") else value


@dataclass
class Town:
    """The server's side: what is stored, and the time of day."""

    now_ms: int = NOON
    seq: int = 0
    records: dict[str, Record] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    world: World = WORLD

    def write(
        self,
        who: str,
        kind: str,
        sets: Mapping[str, Any],
        record: str = "",
        step: tuple[str, str] | None = None,
        area: int = GRID,
    ) -> tuple[Op, Actor]:
        """Let somebody write something on their phone; nobody else hears of it yet."""
        actor = actor_of(who)
        self.counts[who] = n = self.counts.get(who, 0) + 1
        self.now_ms += 1_000
        taken = StepTaken(*step) if step else None
        stamp = Stamp(self.now_ms, 0, actor.device)
        op = Op(
            n, stamp, kind, record or minted(actor.device, n), None if record else area, dict(sets), taken
        )
        return op, actor

    def hear(self, written: tuple[Op, Actor]) -> Verdict:
        """Let the server hear it, with what follows in other records."""
        op, actor = written
        self.now_ms += 1_000
        known = {op.record: self.records[op.record]} if op.record in self.records else {}
        near = tuple(each for each in self.records.values() if each.id not in known)
        stand = Known(known, {}, frozenset(), Stamp(0, 0, SERVER), self.seq, ROOT, near=near)
        done = settle(stand, [op], actor, self.world, self.now_ms)
        done = ripple(done, known, lambda _: self.records.values(), self.world, self.now_ms)
        self.records |= done.records
        self.seq = done.seq
        return done.verdicts[0]

    def make(self, who: str, kind: str = "incident", **sets: Any) -> str:
        """Make a record; gives its id."""
        written = self.write(who, kind, sets)
        assert self.hear(written).code == "applied"
        return written[0].record

    def make_at(self, who: str, area: int, kind: str, **sets: Any) -> str:
        """Make a record somewhere else than in the grid; gives its id."""
        written = self.write(who, kind, sets, area=area)
        assert self.hear(written).code == "applied"
        return written[0].record

    def grant(self, asked: str, until: int) -> None:
        """Take an out-of-list request through to its grant."""
        sets = dict.fromkeys(("reason", "legal_basis", "funding", "handbook", "scope"), "有")
        assert (
            self.take("water", asked, "submit", sort="look", matter="rubbish", hours=2, until=until, **sets)
            == "applied"
        )
        assert self.take("operator", asked, "check", load=2) == "applied"
        assert self.take("commander", asked, "approve") == "applied"

    def take(self, who: str, record: str, step: str, saw: str = "", **sets: Any) -> str:
        """Take a step, having seen the state as it is unless another is said; gives the verdict's code."""
        found = self.records[record]
        return self.hear(self.write(who, found.kind, sets, record, (step, saw or found.state))).code

    def wait(self, ms: int) -> None:
        """Let time pass; what time does is done, as often as it is due."""
        self.now_ms += ms
        for name in list(self.records):
            while (after := self._elapsed(self.records[name])) is not None:
                self.records[name] = after

    def _elapsed(self, record: Record) -> Record | None:
        stamp = Stamp(self.now_ms, 0, SERVER)
        return elapse(record, KINDS[record.kind], Calendar(), stamp, self.seq + 1, self.now_ms)

    def state(self, record: str) -> str:
        """Give the state a record is in."""
        return self.records[record].state

    def value(self, record: str, name: str) -> Any:
        """Give what people see of a field."""
        found = self.records[record]
        return plain(KINDS[found.kind].fields[name].rule, found.cells[name]) if name in found.cells else None

    def told(self, record: str) -> list[tuple[str, str]]:
        """List the steps of a record's story with their outcomes."""
        return [(entry.step, entry.outcome) for entry in self.records[record].story if entry.step]

    def copy(self) -> "Town":
        """Give the same town once more, to let something else happen in it."""
        return Town(self.now_ms, self.seq, dict(self.records), dict(self.counts), self.world)
