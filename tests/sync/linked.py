"""Two kinds that name each other: mishaps that merge and split, and the jobs they are split into."""

import tomllib
from typing import Any

from sync.clock import SERVER, Stamp
from sync.digest import ROOT
from sync.kind import gather, parse
from sync.op import Op, StepTaken, minted
from sync.permit import Actor, Grant, OrgUnit
from sync.register import Record
from sync.ripple import asked_by, ripple
from sync.settle import Known, Settled, World, settle

TOWN, NORTH, SOUTH = 3, 31, 32
NOW = 1_763_750_000_000
DAY_MS = 86_400_000
OFFICER, WORKER, STRANGER = 10, 7, 11

MISHAP = """
name = "mishap"
identity = "device"
tier = 5
label = { zh = "事", en = "Mishap" }
create = ["fulltime_worker", "duty_officer"]
read = ["author", "fulltime_worker", "duty_officer"]
write = ["author", "duty_officer"]
[fields.note]
type = "text"
label = { zh = "情况", en = "Note" }
[fields.contact]
type = "text"
sensitivity = 2
see = ["author", "duty_officer"]
label = { zh = "联系人", en = "Contact" }
[fields.merged_into]
type = "ref"
refers = "mishap"
write = []
label = { zh = "并到", en = "Merged into" }
[fields.result]
type = "text"
write = []
label = { zh = "结果", en = "Result" }
[fields.after]
type = "photos"
rule = "union"
write = []
label = { zh = "照片", en = "Photos" }
[workflow]
begin = "open"
[workflow.states]
open = { label = { zh = "在办", en = "Open" } }
merged = { label = { zh = "已合并", en = "Merged" } }
split = { label = { zh = "分办", en = "Split" } }
done = { label = { zh = "办结", en = "Done" }, final = true, tone = "done" }
refused = { label = { zh = "不办", en = "Refused" }, final = true, tone = "act" }
[[workflow.steps]]
name = "merge"
start = ["open"]
to = "merged"
by = ["duty_officer"]
needs = ["merged_into"]
guards = ["target_open"]
label = { zh = "合并", en = "Merge" }
[[workflow.steps]]
name = "unmerge"
start = ["merged"]
to = "open"
by = ["duty_officer"]
guards = ["within_days_7"]
label = { zh = "拆开", en = "Unmerge" }
[[workflow.steps]]
name = "follow"
start = ["merged"]
to = "done"
auto = true
guards = ["original_closed"]
via = "merged_into"
copies = ["result", "after"]
[[workflow.steps]]
name = "split"
start = ["open"]
to = "split"
by = ["duty_officer"]
label = { zh = "分办", en = "Split" }
[[workflow.steps]]
name = "joined"
start = ["split"]
to = "open"
auto = true
guards = ["has_parts", "parts_done"]
[[workflow.steps]]
name = "finish"
start = ["open"]
to = "done"
by = ["duty_officer"]
needs = ["result"]
takes = ["after"]
label = { zh = "办结", en = "Finish" }
"""
JOB = """
name = "job"
identity = "device"
tier = 5
label = { zh = "活", en = "Job" }
create = ["duty_officer"]
read = ["author", "fulltime_worker", "duty_officer"]
write = ["author"]
[fields.parent]
type = "ref"
refers = "mishap"
label = { zh = "属于", en = "Part of" }
[workflow]
begin = "doing"
[workflow.states]
doing = { label = { zh = "在做", en = "Doing" } }
done = { label = { zh = "做完", en = "Done" }, final = true }
[[workflow.steps]]
name = "finish"
start = ["doing"]
to = "done"
by = ["fulltime_worker", "duty_officer"]
label = { zh = "做完", en = "Finish" }
"""
KINDS = gather([parse(tomllib.loads(page)) for page in (MISHAP, JOB)])
UNITS = {TOWN: OrgUnit(3, 0), 30: OrgUnit(4, TOWN), NORTH: OrgUnit(5, 30), SOUTH: OrgUnit(5, 30)}
WORLD = World(KINDS, UNITS)


class Hand:
    """A person with a phone, who numbers ops."""

    def __init__(self, number: int, person: int, role: str, unit: int) -> None:
        self.device = f"{number:08x}aaaaaaaa"
        self.actor = Actor(person, (Grant(role, unit),), self.device)
        self.n = 0

    def op(self, kind: str, sets: dict[str, Any], record: str = "", step: tuple[str, str] | None = None,
           area: int | None = None, at_ms: int = 0) -> Op:  # fmt: skip
        """Word the next op; without a record it makes one."""
        self.n += 1
        stamp = Stamp(NOW + at_ms + self.n, 0, self.device)
        named = record or minted(self.device, self.n)
        return Op(
            self.n,
            stamp,
            kind,
            named,
            None if record else area or NORTH,
            sets,
            StepTaken(*step) if step else None,
        )


def officer() -> Hand:
    """Give the duty officer."""
    return Hand(1, OFFICER, "duty_officer", TOWN)


def worker() -> Hand:
    """Give a worker of the north."""
    return Hand(2, WORKER, "fulltime_worker", NORTH)


class Town:
    """Records as the server keeps them, in a dictionary."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.settled = Settled({}, [], [], Stamp(0, 0, SERVER), 0, ROOT)
        self.looked: list[Any] = []  # what was looked up, for those who count

    def look(self, around: Any) -> list[Record]:
        """Look records up."""
        self.looked.append(around)
        found = [self.records[name] for name in around.records if name in self.records]
        return found + [
            each for name, targets in around.linking.items() for each in self.records.values()
            if each.refs.get(name) in targets
        ]  # fmt: skip

    def push(self, who: Hand, *ops: Op, now_ms: int = NOW) -> Settled:
        """Settle ops as the exchange does, and what follows from them."""
        last = self.settled
        named = {op.record: self.records[op.record] for op in ops if op.record in self.records}
        around = asked_by(ops, named, KINDS)
        near = tuple(each for each in self.look(around) if each.id not in named) if around else ()
        known = Known(named, {}, frozenset(), last.clock, last.seq, last.head, near=near)
        settled = settle(known, ops, who.actor, WORLD, now_ms)
        self.settled = ripple(settled, named, self.look, WORLD, now_ms)
        self.records |= self.settled.records
        return self.settled

    def state(self, op: Op) -> str:
        """Give the state of the record that an op made."""
        return self.records[op.record].state
