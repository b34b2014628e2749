"""What is asked of an album of either make: what looks alike, what is to do, what a device took before."""

import sqlite3
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from backend.adapters.opening import FILE
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite
from backend.ports import Album, Lanes, PhotoRow
from tests.backend.town import TOWN

pytestmark = pytest.mark.anyio

PRINT, TURNED = bytes(range(16)), bytes(range(200, 216))  # two fingerprints that are far apart


async def put(lanes: Lanes, *rows: PhotoRow) -> None:
    def work(lane) -> None:
        for row in rows:
            lane.album.put(row)

    await lanes.write(TOWN, work)


async def asked(lanes: Lanes, ask: Callable[[Album], list[PhotoRow]], town: int = TOWN) -> list[PhotoRow]:
    return await lanes.read(town, lambda lane: ask(lane.album))


def printed(name: str, *flipped: int, wave: int = 0) -> PhotoRow:
    """Give a photo whose dHash differs from PRINT in some bits, and its pHash in the lowest `wave`."""
    dhash, phash = int.from_bytes(PRINT[:8], "big"), int.from_bytes(PRINT[8:], "big") ^ (2**wave - 1)
    for bit in flipped:
        dhash ^= 1 << bit
    prints = dhash.to_bytes(8, "big") + phash.to_bytes(8, "big")
    return PhotoRow(name * 22, 1, b"", sha256=b"s" * 32, verified_ms=1, prints=prints)


async def test_photos_are_found_by_what_they_look_like(lanes):
    same, close = printed("A"), printed("B", 0, 17, 33, 63)
    edge = printed("C", 0, 1, 16, 17, 32, 33, 48)  # seven: no quarter is the same, one is off by one
    far = printed("D", 0, 1, 16, 17, 32, 33, 48, 49)
    other_waves, blank = printed("E", 5, wave=11), replace(printed("F"), prints=b"")
    await put(lanes, far, edge, close, other_waves, same, blank, same)
    assert await asked(lanes, lambda album: album.near([PRINT], 9)) == [same, close, edge]
    assert await asked(lanes, lambda album: album.near([PRINT], 2)) == [same, close]
    turned = await asked(lanes, lambda album: album.near([TURNED, PRINT], 9))
    assert turned == [same], "held in another way only three bits may differ"
    assert await asked(lanes, lambda album: album.near([PRINT], 9), TOWN + 1) == []


async def test_a_photo_that_is_forgotten_is_found_no_more(lanes):
    same, close = printed("A"), printed("B", 1)
    await put(lanes, same, close)
    await lanes.write(TOWN, lambda lane: lane.album.forget([same.key]))
    assert await asked(lanes, lambda album: album.near([PRINT], 9)) == [close]
    await put(lanes, replace(same, prints=b""))
    assert await asked(lanes, lambda album: album.near([PRINT], 9)) == [close]


async def test_photos_to_be_developed_are_listed_the_newest_first(lanes):
    old, new, oldest = (
        replace(printed(name), verified_ms=at, prints=b"") for name, at in (("A", 2), ("B", 3), ("C", 1))
    )
    await put(lanes, old, new, oldest, PhotoRow("D" * 22, 1, b""), replace(printed("E"), developed_ms=9))
    assert await asked(lanes, lambda album: album.undeveloped(9)) == [new, old, oldest]
    assert await asked(lanes, lambda album: album.undeveloped(1)) == [new]


async def test_what_a_device_took_before_is_listed_the_latest_first(lanes):
    one, two, three = (
        PhotoRow(name * 22, 1, b"", announced_ms=at, device=b"d" * 8)
        for name, at in (("A", 1), ("B", 2), ("C", 3))
    )
    await put(lanes, three, one, two, PhotoRow("D" * 22, 1, b"", announced_ms=1, device=b"e" * 8))
    assert await asked(lanes, lambda album: album.earlier(three, 9)) == [two, one]
    assert await asked(lanes, lambda album: album.earlier(two, 9)) == [one]
    assert await asked(lanes, lambda album: album.earlier(three, 1)) == [two]
    assert await asked(lanes, lambda album: album.earlier(one, 9)) == []


async def test_nothing_is_left_of_the_fingerprint_of_a_photo_that_is_forgotten(tmp_path):
    file = await Sqlite.open(tmp_path)
    lanes, rows = SqlLanes(file), [printed("A"), printed("B", 63)]
    await put(lanes, *rows)
    await lanes.write(TOWN, lambda lane: lane.album.forget([row.key for row in rows]))
    await file.close()
    connection = sqlite3.connect(tmp_path / FILE)
    assert connection.execute("SELECT count(*) FROM fingerprint").fetchone() == (0,)
    connection.close()
