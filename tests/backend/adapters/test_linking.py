"""Which records name which: one contract for both adapters of the lane, spoken through the port only."""

import pytest

from backend.ports import Lanes
from sync.clock import SERVER, Stamp
from sync.digest import ROOT
from sync.register import Held, Record
from sync.settle import Settled
from tests.backend.town import NORTH_ONE, NOW, TOWN, WORKER

pytestmark = pytest.mark.anyio

DEVICE, OTHER = "00000001aaaaaaaa", "00000002bbbbbbbb"


def naming(n: int, area: int = NORTH_ONE, made_ms: int = NOW, **refs: str) -> Record:
    """Make a record that names others."""
    held = Held(n, "", 0)
    return Record(f"{OTHER}.{n}", "incident", area, WORKER, made_ms, NOW, "reported", held, {}, {}, refs=refs)


async def keep(lanes: Lanes, *records: Record, town: int = TOWN) -> None:
    """Save records as they are."""
    settled = Settled({each.id: each for each in records}, [], [], Stamp(NOW, 0, SERVER), 9, ROOT)
    await lanes.write(town, lambda lane: lane.save(settled, {}))


async def namers(lanes: Lanes, limit: int = 10, **named: list[str]) -> list[str]:
    return sorted(each.id for each in await lanes.read(TOWN, lambda lane: lane.linking(named, limit)))


async def test_records_are_found_by_what_they_name_and_in_which_field(lanes):
    one, two = f"{DEVICE}.1", f"{DEVICE}.2"
    await keep(lanes, naming(1, parent=one), naming(2, parent=two), naming(3, merged_into=one))
    await keep(lanes, naming(4, parent=one), town=TOWN + 1)
    assert await namers(lanes, parent=[one]) == [f"{OTHER}.1"]
    assert await namers(lanes, parent=[one, two]) == [f"{OTHER}.1", f"{OTHER}.2"]
    assert await namers(lanes, merged_into=[one], parent=[two]) == [f"{OTHER}.2", f"{OTHER}.3"]
    assert await namers(lanes, other=[one]) == []
    assert await namers(lanes, parent=[]) == []
    assert await namers(lanes) == []


async def test_of_those_that_name_one_record_so_many_are_found_and_always_the_same(lanes):
    one, two = f"{DEVICE}.1", f"{DEVICE}.2"
    await keep(lanes, *(naming(n, parent=one) for n in (12, 2, 1, 30)), naming(40, parent=two))
    assert await namers(lanes, 2, parent=[one, two]) == [f"{OTHER}.1", f"{OTHER}.2", f"{OTHER}.40"]


async def test_of_many_that_name_one_record_those_made_last_are_found(lanes):
    one, two = f"{DEVICE}.1", f"{DEVICE}.2"
    old = [naming(n, parent=one) for n in range(1, 251)]
    new = [naming(n, made_ms=NOW + 1, parent=one) for n in (300, 260, 280)]
    await keep(lanes, *old, *new, naming(400, made_ms=NOW - 1, parent=two))
    assert await namers(lanes, 3, parent=[one, two]) == [f"{OTHER}.{n}" for n in (260, 280, 300, 400)]
    assert await namers(lanes, 4, parent=[one]) == sorted(f"{OTHER}.{n}" for n in (1, 260, 280, 300))
    assert len(await namers(lanes, 253, parent=[one])) == 253


async def test_a_reference_that_moves_is_cleared_or_removed_is_found_no_more(lanes):
    one, two = f"{DEVICE}.1", f"{DEVICE}.2"
    await keep(lanes, naming(1, parent=one), naming(2, parent=one), naming(3, parent=one))
    await keep(lanes, naming(1, parent=two), naming(2, parent=""))
    await lanes.write(TOWN, lambda lane: lane.remove(f"{OTHER}.3", 10, NOW, erased=False))
    assert await namers(lanes, parent=[one]) == []
    assert await namers(lanes, parent=[two]) == [f"{OTHER}.1"]
