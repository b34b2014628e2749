"""Kinds with clocks, and records of one, for tests of what time does; no page of the house is meant."""

import tomllib

from backend.adapters.memory import MemoryLanes
from backend.ports import Lane
from sync.clock import Stamp
from sync.kind import parse
from sync.op import Op
from sync.permit import Actor, Grant
from sync.settle import World, settle
from tests.backend.town import NORTH_ONE, TOWN, UNITS, WORKER

PAGE = """
name = "watch"
identity = "device"
label = { zh = "钟", en = "Watch" }
create = ["fulltime_worker"]
read = ["fulltime_worker"]
write = ["author"]
[fields.word]
type = "text"
label = { zh = "话", en = "Word" }
[workflow]
begin = "open"
[workflow.clocks]
wait = { limit = "1 work_day" }
[workflow.states]
open = { label = { zh = "开", en = "Open" }, clock = "wait" }
shut = { label = { zh = "关", en = "Shut" }, final = true }
[[workflow.steps]]
name = "warn"
start = ["open"]
timed = { share = 500 }
label = { zh = "快到了", en = "Soon" }
[[workflow.steps]]
name = "late"
start = ["open"]
timed = {}
label = { zh = "到了", en = "Due" }
[[workflow.steps]]
name = "shut"
start = ["open"]
to = "shut"
timed = { past = "30 minute" }
label = { zh = "关", en = "Shut" }
"""
ALARM_PAGE = """
name = "alarm"
identity = "device"
label = { zh = "警", en = "Alarm" }
create = ["fulltime_worker"]
read = ["fulltime_worker", "community_secretary", "duty_officer"]
write = ["author"]
[fields.word]
type = "text"
label = { zh = "话", en = "Word" }
[workflow]
begin = "in_review"
steps = [
  { name = "unanswered", start = ["returned"], to = "in_review", timed = {} },
  { name = "overdue", start = ["in_review"], to = "at_center", timed = {} },
  { name = "return", start = ["in_review"], to = "returned", by = ["community_secretary"] },
  { name = "approve", start = ["in_review"], to = "handling", by = ["community_secretary"] },
]
[workflow.clocks]
review = { limit = "24 hour" }
answer = { limit = "24 hour" }
[workflow.states]
in_review = { label = { zh = "审", en = "In review" }, clock = "review" }
returned = { label = { zh = "退", en = "Returned" }, clock = "answer" }
handling = { label = { zh = "办", en = "Handled" }, final = true }
at_center = { label = { zh = "镇", en = "At the centre" }, final = true }
"""
ALARM = parse(tomllib.loads(ALARM_PAGE))
WATCH = parse(tomllib.loads(PAGE))
DEVICE = "00000001aaaaaaaa"
ACTOR = Actor(WORKER, (Grant("fulltime_worker", NORTH_ONE),), DEVICE)
NODES = {unit.id: unit.node for unit in UNITS}
WORLD = World({"watch": WATCH}, NODES)


async def make(lanes: MemoryLanes, count: int, now_ms: int, world: World = WORLD) -> list[str]:
    """Make so many records of the kind; gives their ids."""
    ops = [
        Op(n, Stamp(now_ms, n, DEVICE), "watch", f"{DEVICE}.{n}", NORTH_ONE, {"word": "x"})
        for n in range(1, count + 1)
    ]

    def work(lane: Lane) -> None:
        lane.save(settle(lane.load(DEVICE, ops), ops, ACTOR, world, now_ms), {})

    await lanes.write(TOWN, work)
    return [op.record for op in ops]
