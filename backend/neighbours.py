"""Records around those a push changes: looked up for the guards that look there, and moved on with them.

What was erased by law is not among them: it goes from a restored store before anything is accepted.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from backend.ports import Lane
from backend.view import photo_keys
from sync.earn import earn
from sync.links import LINKING_MAX, Wanted
from sync.mend import mend
from sync.op import Op
from sync.register import Record
from sync.ripple import asked_by, ripple
from sync.settle import Known, Settled, World


def surround(known: Known, lane: Lane, ops: Sequence[Op], world: World) -> Known:
    """Add to what is known the records that the guards of the ops' steps look at; nothing if none looks."""
    around = asked_by(ops, known.records, world.kinds)
    if not around:
        return known
    near = tuple(each for each in _looker(lane)(around) if each.id not in known.records)
    return replace(known, near=near)


def keep(lane: Lane, settled: Settled, before: Mapping[str, Record], world: World, now_ms: int) -> Settled:
    """Take the steps that follow in other records, and store all that changed; gives that."""
    if settled.records:
        settled = mend(settled, before, _looker(lane), world, now_ms)
        settled = ripple(settled, before, _looker(lane), world, now_ms)
        settled = earn(settled, _looker(lane), world, now_ms)
    shown = {each.id: photo_keys(world.kinds, each, each.cells) for each in settled.records.values()}
    lane.save(settled, {record: keys for record, keys in shown.items() if keys})
    return settled


def _looker(lane: Lane) -> Callable[[Wanted], list[Record]]:
    def look(around: Wanted) -> list[Record]:
        named = lane.records(sorted(around.records)) if around.records else {}
        linking = lane.linking(around.linking, LINKING_MAX) if around.linking else []
        return [each for each in (*named.values(), *linking) if each.kind]

    return look
