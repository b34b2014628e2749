"""Keys and chains of photos, in both albums: the first key counts, and each town has its own."""

import pytest
from msgspec.structs import replace

from backend.ports import PhotoRow

pytestmark = pytest.mark.anyio

TOWN, DEVICE, OTHER = 3, bytes.fromhex("00000001aaaaaaaa"), bytes.fromhex("00000001bbbbbbbb")
ROW = PhotoRow("A" * 22, 10, b"", device=DEVICE, link=2)


async def test_the_first_key_of_a_device_counts(lanes):
    assert await lanes.read(TOWN, lambda lane: lane.album.key_of(DEVICE)) == b""
    assert await lanes.write(TOWN, lambda lane: lane.album.enlist(DEVICE, b"one", 5)) == b"one"
    assert await lanes.write(TOWN, lambda lane: lane.album.enlist(DEVICE, b"two", 6)) == b"one"
    assert await lanes.write(TOWN, lambda lane: lane.album.enlist(OTHER, b"two", 6)) == b"two"
    assert await lanes.read(TOWN, lambda lane: lane.album.key_of(DEVICE)) == b"one"
    assert await lanes.read(TOWN + 1, lambda lane: lane.album.key_of(DEVICE)) == b""


async def test_a_key_told_in_work_that_failed_is_not_kept(lanes):
    def work(lane) -> None:
        lane.album.enlist(DEVICE, b"one", 5)
        raise LookupError

    with pytest.raises(LookupError):
        await lanes.write(TOWN, work)
    assert await lanes.read(TOWN, lambda lane: lane.album.key_of(DEVICE)) == b""


async def test_a_chain_is_told_in_its_order_and_without_what_is_in_none(lanes):
    rows = [
        ROW,
        replace(ROW, key="B" * 22, link=1),
        replace(ROW, key="C" * 22, link=0),
        replace(ROW, key="D" * 22, device=OTHER),
        replace(ROW, key="E" * 22, link=10),
    ]
    await lanes.write(TOWN, lambda lane: lane.album.announce(rows))
    chain = await lanes.read(TOWN, lambda lane: lane.album.chained(DEVICE))
    assert [row.link for row in chain] == [1, 2, 10]
    assert await lanes.read(TOWN + 1, lambda lane: lane.album.chained(DEVICE)) == []
