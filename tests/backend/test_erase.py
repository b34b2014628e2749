"""What is erased by law is gone here, and stays gone whatever is restored or offered again."""

import hashlib

import pytest

from backend.adapters.disk import DiskBlobs
from backend.adapters.ledger import FileLedger, MemoryLedger
from backend.adapters.memory import MemoryBlobs, MemoryLanes
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite
from backend.erase import NotErased, Store, erase, replay
from backend.exchange import Town, exchange
from backend.ledger import FILE
from backend.manifest import faults_in
from backend.ports import PhotoRow
from media.intake import key_of
from sync.park import ABOUT, ENTRY
from sync.register import Record
from sync.wire import Push, pack
from tests.backend.kept import (
    ACTOR,
    BODIES,
    DESK,
    DEVICE,
    SECRET,
    WORLD,
    blob_of,
    bring,
    incident,
    record,
    take_away,
    told,
    write,
)
from tests.backend.town import KINDS, NOW, TOWN

pytestmark = pytest.mark.anyio
OTHER_TOWN = TOWN + 1


@pytest.fixture(params=["memory", "sql"])
async def store(request, tmp_path) -> Store:
    if request.param == "memory":
        yield Store(MemoryLanes(), MemoryBlobs(), MemoryLedger())
        return
    file = await Sqlite.open(tmp_path)
    yield Store(SqlLanes(file), DiskBlobs(tmp_path / "photos"), FileLedger(tmp_path / FILE))
    await file.close()


def key(body: bytes) -> str:
    return key_of(hashlib.sha256(body).digest())


async def kept(store: Store, n: int) -> Record | None:
    """What the town holds of a record; None of one that is gone."""
    found = (await store.lanes.read(TOWN, lambda lane: lane.records([record(n)]))).get(record(n))
    return found if found is not None and found.kind else None


async def offered(store: Store, *ops, photos=()) -> dict[int, str]:
    """Offer ops as a phone does; gives the verdicts that are not simply applied."""
    town = Town(TOWN, WORLD, "00000000", "11111111", ledger=store.ledger)
    packed = pack(ops, KINDS, NOW)
    push = Push(1, "00000000", DEVICE[8:], NOW, "", ops[-1].n, 1, packed, list(photos))
    receipt, _ = await exchange(store.lanes, town, ACTOR, push, NOW)
    return {verdict.n: verdict.code for verdict in receipt.verdicts}


async def test_a_record_is_erased_with_its_photos_and_nothing_else(store):
    for body in BODIES[:2]:
        await bring(store.lanes, store.blobs, body)
    await write(
        store.lanes, incident(1, SECRET, BODIES[0]), incident(2, "路灯", BODIES[1]), incident(3, about=1)
    )
    erased = await erase(store, TOWN, record(1), KINDS, NOW)
    assert (erased.records, erased.photos, erased.naming) == ([record(1)], 1, [])
    assert await kept(store, 1) is None
    assert await kept(store, 2) is not None
    names = [hashlib.sha256(body).hexdigest() for body in BODIES[:2]]
    assert [await store.blobs.get(names[0] + size) for size in ("", ".thumb", ".medium")] == [None] * 3
    assert await store.blobs.get(names[1]) == BODIES[1]
    rows = await store.lanes.read(TOWN, lambda lane: lane.album.rows([key(BODIES[0]), key(BODIES[1])]))
    assert list(rows) == [key(BODIES[1])]


async def test_who_erased_what_and_when_stays_in_the_log(store):
    await write(store.lanes, incident(1, SECRET))
    before = await store.lanes.read(TOWN, lambda lane: lane.head())
    await erase(store, TOWN, record(1), KINDS, NOW)
    head = await store.lanes.read(TOWN, lambda lane: lane.head())
    assert head == before + 1
    await erase(store, TOWN, record(1), KINDS, NOW)
    assert await store.lanes.read(TOWN, lambda lane: lane.head()) == head, "a repeat is nothing new"


async def test_a_photo_that_another_record_or_town_shows_stays(store):
    for body in BODIES[:2]:
        await bring(store.lanes, store.blobs, body)
    await write(
        store.lanes,
        incident(1, SECRET, BODIES[0]),
        incident(2, "同一张", BODIES[0]),
        incident(3, "", BODIES[1]),
    )
    digest = hashlib.sha256(BODIES[1]).digest()
    row = PhotoRow(key(BODIES[1]), 1, b"", digest, "image/jpeg")

    def settle_in(lane) -> None:
        told(lane, incident(1, "别的镇"))
        lane.album.put(row)

    await store.lanes.write(OTHER_TOWN, settle_in)
    assert (await erase(store, TOWN, record(1), KINDS, NOW)).photos == 0
    assert (await erase(store, TOWN, record(3), KINDS, NOW)).photos == 1, "this town's row goes"
    assert await store.blobs.get(hashlib.sha256(BODIES[0]).hexdigest()) == BODIES[0]
    assert await store.blobs.get(digest.hex()) == BODIES[1], "the bytes are another town's too"


async def park(store: Store) -> str:
    """Keep back an entry on record 1, which was removed; gives the entry's record."""
    await write(store.lanes, incident(1, "旧的"))
    await store.lanes.write(TOWN, lambda lane: take_away(lane, record(1)))
    assert await offered(store, incident(2, SECRET, about=1)) == {2: "gone"}
    entry = await kept(store, 2)
    assert entry.cells[ABOUT][0] == record(1) and SECRET in entry.cells[ENTRY][0]
    return entry.id


async def test_what_was_kept_back_about_it_goes_along(store):
    entry = await park(store)
    assert (await erase(store, TOWN, record(1), KINDS, NOW)).records == [record(1), entry]
    assert await kept(store, 2) is None


async def test_an_entry_goes_with_the_record_it_is_about(store):
    entry = await park(store)
    with pytest.raises(NotErased, match=f"on {record(1)}: erase that"):
        await erase(store, TOWN, entry, KINDS, NOW)
    assert await kept(store, 2) is not None


async def test_records_that_name_it_are_told(store):
    await write(
        store.lanes, incident(1, SECRET), incident(2, f"同 {record(1)}"), incident(3, f"不是 {record(12)}")
    )
    assert (await erase(store, TOWN, record(1), KINDS, NOW)).naming == [record(2)]


@pytest.mark.parametrize("name", ["x", "00000001aaaaaaaa.99", "", "00000001aaaaaaaa."])
async def test_what_is_no_record_is_not_erased(store, name):
    await write(store.lanes, incident(1, SECRET))
    with pytest.raises(NotErased):
        await erase(store, TOWN, name, KINDS, NOW)
    assert not store.ledger.holds(TOWN, name)


async def test_what_is_offered_again_is_not_taken(store):
    """The store was restored from before the record was made: nothing but the ledger knows of it."""
    store.ledger.add(TOWN, [record(1), key(BODIES[0])])
    photo = key(BODIES[0]), len(BODIES[0]), ""
    ops = incident(1, SECRET, BODIES[0]), incident(2, "别的"), incident(3, SECRET, about=1)
    assert await offered(store, *ops, photos=[photo]) == {1: "gone", 3: "gone"}
    assert await kept(store, 1) is None and await kept(store, 3) is None
    assert await kept(store, 2) is not None
    assert await store.lanes.read(TOWN, lambda lane: lane.album.rows([key(BODIES[0])])) == {}
    assert await offered(store, *ops) == {1: "gone", 3: "gone"}, "the first verdict is repeated"
    if isinstance(store.lanes, MemoryLanes):
        assert SECRET.encode() not in b"".join(row.body for row in store.lanes.lanes[TOWN].log)


async def test_a_restored_store_is_erased_from_again(store):
    await bring(store.lanes, store.blobs, BODIES[0])
    await write(store.lanes, incident(1, SECRET, BODIES[0]), incident(2, "别的"))
    store.ledger.add(TOWN, [record(1)])
    assert await replay(store, KINDS, NOW) == 1
    assert await kept(store, 1) is None
    assert await kept(store, 2) is not None
    assert await store.blobs.get(hashlib.sha256(BODIES[0]).hexdigest()) is None
    assert await replay(store, KINDS, NOW) == 0


async def test_a_restored_entry_about_the_erased_goes_too(store):
    entry = await park(store)
    store.ledger.add(TOWN, [record(1)])
    assert await replay(store, KINDS, NOW) == 2
    assert await kept(store, 2) is None
    assert store.ledger.holds(TOWN, entry)


async def test_an_op_refused_before_its_record_came_is_emptied_too(store):
    await write(store.lanes, incident(2, SECRET, about=1), incident(1, "后到的"))
    await erase(store, TOWN, record(1), KINDS, NOW)
    if isinstance(store.lanes, MemoryLanes):
        assert SECRET.encode() not in b"".join(row.body for row in store.lanes.lanes[TOWN].log)


async def test_nothing_of_it_is_left_in_the_files(tmp_path):
    file = await Sqlite.open(tmp_path)
    store = Store(SqlLanes(file), DiskBlobs(tmp_path / "photos"), FileLedger(tmp_path / FILE))
    await bring(store.lanes, store.blobs, BODIES[0])
    await write(store.lanes, incident(2, SECRET, about=1), incident(1, SECRET, BODIES[0]))
    for n in range(3, 150):  # so many that pages of the file are freed and used again
        await write(store.lanes, incident(n, SECRET * 20, about=1))
    await write(store.lanes, incident(150, "别的"))
    await erase(store, TOWN, record(1), KINDS, NOW)
    await file.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(SECRET.encode() not in path.read_bytes() for path in files)
    assert all(b"preview of " + BODIES[0] not in path.read_bytes() for path in files)
    assert not blob_of(BODIES[0], tmp_path).exists()
    assert list(faults_in(DESK, tmp_path)) == [], "and the log still verifies"


async def test_an_erasure_that_broke_off_is_done_at_the_next_start(store, monkeypatch):
    await bring(store.lanes, store.blobs, BODIES[0])
    await write(store.lanes, incident(1, SECRET, BODIES[0]))

    async def fail(*_) -> None:
        raise OSError("the power went")

    monkeypatch.setattr(type(store.lanes), "write", fail)
    with pytest.raises(OSError, match="power"):
        await erase(store, TOWN, record(1), KINDS, NOW)
    monkeypatch.undo()
    assert await kept(store, 1) is not None
    assert await replay(store, KINDS, NOW) == 1
    assert await kept(store, 1) is None
    rows = await store.lanes.read(TOWN, lambda lane: lane.album.rows([key(BODIES[0])]))
    assert rows == {}
