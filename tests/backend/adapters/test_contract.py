"""One contract for both adapters of each port, spoken through the port only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from operator import attrgetter
from pathlib import Path

import pytest
from msgspec.structs import replace

from backend.adapters.disk import DiskBlobs
from backend.adapters.memory import MemoryBell, MemoryBlobs, MemoryPeople
from backend.adapters.sql_people import SqlPeople
from backend.adapters.sqlite import Sqlite
from backend.kinds import read_pages
from backend.ports import Bell, Blobs, Lane, Lanes, People, Person, PhotoRow, Unit
from backend.timers import elapse_due
from sync.clock import SERVER, Stamp
from sync.digest import ROOT
from sync.op import Op, StepTaken
from sync.permit import Actor, Grant
from sync.settle import Answer, Known, Settled, World, settle
from tests.backend.ticking import ALARM
from tests.backend.town import NORTH_ONE, NORTH_TWO, NOW, PEOPLE, TOWN, UNITS, WORKER

pytestmark = pytest.mark.anyio

DEVICE = "00000001aaaaaaaa"
OTHER = "00000002bbbbbbbb"
ACTOR = Actor(WORKER, (Grant("fulltime_worker", TOWN), Grant("grid_leader", TOWN)), DEVICE)
WORLD = World(
    {**read_pages((Path(__file__).parents[3] / "sync" / "kinds",)), "alarm": ALARM},
    {unit.id: unit.node for unit in UNITS},
)
HOUR_MS = 3_600_000
KEY, KEY_TWO = "A" * 22, "B" * 22


@pytest.fixture(params=["memory", "sql"])
async def people(request, tmp_path) -> AsyncIterator[People]:
    if request.param == "memory":
        yield MemoryPeople()
        return
    file = await Sqlite.open(tmp_path)
    yield SqlPeople(file)
    await file.close()


@pytest.fixture(params=["memory", "disk"])
def blobs(request, tmp_path) -> Blobs:
    return MemoryBlobs() if request.param == "memory" else DiskBlobs(tmp_path)


@pytest.fixture(params=["memory"])
def bell(request) -> Bell:
    return MemoryBell()


def made(n: int, matter: str = "wires", area: int = NORTH_ONE, device: str = DEVICE, wall_ms: int = 0) -> Op:
    """Make an op that makes an incident."""
    stamp = Stamp(wall_ms or NOW + n, 0, device)
    return Op(n, stamp, "incident", f"{device}.{n}", area, {"matter": matter})


def rung(n: int) -> Op:
    """Make an op that makes a record which goes up by itself after a day."""
    return Op(n, Stamp(NOW + n, 0, DEVICE), "alarm", f"{DEVICE}.{n}", NORTH_ONE, {"word": "x"})


def told(lane: Lane, *ops: Op, refs: dict[str, list[str]] | None = None, now_ms: int = NOW) -> Settled:
    """Settle and save ops as the exchange does."""
    actor = replace(ACTOR, device=ops[0].stamp.device)
    known = lane.load(actor.device, ops)
    settled = settle(known, ops, actor, WORLD, now_ms)
    lane.save(settled, refs or {})
    return settled


async def write(lanes: Lanes, *ops: Op, town: int = TOWN, **more) -> Settled:
    return await lanes.write(town, lambda lane: told(lane, *ops, **more))


class Hand:
    """Calls a lane's methods one by one, each as a piece of work of its own."""

    def __init__(self, run, town: int, path: str = "") -> None:
        self._run, self._town, self._path = run, town, path

    def __getattr__(self, name: str):
        def call(*args, **named):
            return self._run(self._town, lambda lane: attrgetter(self._path + name)(lane)(*args, **named))

        return Hand(self._run, self._town, "album.") if name == "album" else call


@asynccontextmanager
async def reading(lanes: Lanes, town: int) -> AsyncIterator[Hand]:
    yield Hand(lanes.read, town)


@asynccontextmanager
async def writing(lanes: Lanes, town: int) -> AsyncIterator[Hand]:
    yield Hand(lanes.write, town)


async def head(lanes: Lanes) -> int:
    async with reading(lanes, TOWN) as lane:
        return await lane.head()


async def ids_since(lanes: Lanes, channels: list[int], after: int = 0, limit: int = 100) -> list[str]:
    async with reading(lanes, TOWN) as lane:
        return [record.id for _, record in await lane.since(channels, after, limit)]


async def test_an_empty_lane_knows_nothing(lanes):
    async with reading(lanes, TOWN) as lane:
        assert await lane.load(DEVICE, [made(1)]) == Known({}, {}, frozenset(), Stamp(0, 0, SERVER), 0, ROOT)
        assert await lane.head() == 0
        assert await lane.seen(DEVICE) == []
        assert await lane.since([NORTH_ONE], 0, 10) == []
        assert await lane.due(NOW, 10) == []
    assert await lanes.towns() == []


async def test_what_was_saved_is_loaded_as_it_was(lanes):
    settled = await write(lanes, made(1), made(2, "rubbish"))
    async with reading(lanes, TOWN) as lane:
        assert await lane.records([f"{DEVICE}.1", f"{DEVICE}.2", f"{DEVICE}.3"]) == settled.records
        known = await lane.load(DEVICE, [made(1), made(3)])
        assert (known.clock, known.seq, known.head) == (settled.clock, settled.seq, settled.head)
        assert known.records == {f"{DEVICE}.1": settled.records[f"{DEVICE}.1"]}
        assert await lane.head() == settled.seq == 2
    assert await lanes.towns() == [TOWN]


async def test_every_op_has_its_first_answer(lanes):
    ops = [made(1), made(2, "nonsense"), made(3)]
    settled = await write(lanes, *ops)
    async with reading(lanes, TOWN) as lane:
        known = await lane.load(DEVICE, [*ops, made(4)])
        foreign = await lane.load(OTHER, ops)
    assert known.answers == {
        op.n: Answer(op, verdict) for op, verdict in zip(ops, settled.verdicts, strict=True)
    }
    assert known.answers[2].verdict.code == "bad_value"
    assert foreign.answers == {}


async def test_every_stamp_is_known_to_be_used(lanes):
    await write(lanes, made(1, wall_ms=NOW), made(2, wall_ms=NOW + 9))
    async with reading(lanes, TOWN) as lane:
        known = await lane.load(DEVICE, [made(3, wall_ms=NOW)])
        foreign = await lane.load(OTHER, [made(3, wall_ms=NOW)])
    assert (NOW, 0) in known.stamps
    assert foreign.stamps == frozenset()


async def test_a_record_id_that_is_none_loads_nothing(lanes):
    odd = ["", "x", "\0", "zz.1", f"{DEVICE.upper()}.1", f"{DEVICE}.0", f"{DEVICE}.{2**70}", f"{DEVICE}.-1"]
    await write(lanes, made(1))
    async with reading(lanes, TOWN) as lane:
        known = await lane.load(DEVICE, [replace(made(9), record=record) for record in odd])
    assert known.records == {}


async def test_seen_numbers_are_ranges_of_one_device(lanes):
    await write(lanes, made(1), made(2), made(5))
    await write(lanes, made(3), made(7, "nonsense"))
    await write(lanes, made(1, device=OTHER))
    async with reading(lanes, TOWN) as lane:
        assert [tuple(each) for each in await lane.seen(DEVICE)] == [(1, 3), (5, 5), (7, 7)]
        assert [tuple(each) for each in await lane.seen(OTHER)] == [(1, 1)]


async def test_the_feed_lists_what_changed_oldest_first(lanes):
    await write(lanes, made(1), made(2, area=NORTH_TWO), made(3))
    assert await ids_since(lanes, [NORTH_ONE]) == [f"{DEVICE}.1", f"{DEVICE}.3"]
    assert await ids_since(lanes, [NORTH_ONE, NORTH_TWO]) == [f"{DEVICE}.{n}" for n in (1, 2, 3)]
    assert await ids_since(lanes, [-WORKER]) == [f"{DEVICE}.{n}" for n in (1, 2, 3)]
    assert await ids_since(lanes, [-WORKER - 1, NORTH_ONE + 5000]) == []
    assert await ids_since(lanes, []) == []


async def test_the_feed_is_read_from_a_position_and_in_pages(lanes):
    await write(lanes, *(made(n) for n in range(1, 8)))
    async with reading(lanes, TOWN) as lane:
        first = await lane.since([NORTH_ONE], 0, 3)
        second = await lane.since([NORTH_ONE], first[-1][0], 3)
        last = await lane.since([NORTH_ONE], second[-1][0], 3)
    positions = [at for at, _ in first + second + last]
    assert [len(first), len(second), len(last)] == [3, 3, 1]
    assert positions == sorted(set(positions)) == list(range(1, 8))


async def test_a_record_that_changes_moves_to_the_end_of_the_feed(lanes):
    await write(lanes, made(1), made(2))
    again = Op(3, Stamp(NOW + 3, 0, DEVICE), "incident", f"{DEVICE}.1", None, {"matter": "rubbish"})
    await write(lanes, again)
    assert await ids_since(lanes, [NORTH_ONE]) == [f"{DEVICE}.2", f"{DEVICE}.1"]
    assert await ids_since(lanes, [NORTH_ONE], after=2) == [f"{DEVICE}.1"]


async def test_a_record_is_listed_once_for_each_channel_asked(lanes):
    await write(lanes, made(1))
    assert await ids_since(lanes, [NORTH_ONE, -WORKER]) == [f"{DEVICE}.1"] * 2


async def test_lists_longer_than_a_statement_takes_are_asked_in_parts(lanes):
    await write(lanes, made(1), made(2, area=NORTH_TWO))
    many = [10_000 + n for n in range(1_200)]
    assert await ids_since(lanes, [NORTH_TWO, *many, NORTH_ONE]) == [f"{DEVICE}.1", f"{DEVICE}.2"]
    async with reading(lanes, TOWN) as lane:
        found = await lane.records([f"{DEVICE}.{n}" for n in range(1, 1_300)])
    assert sorted(found) == [f"{DEVICE}.1", f"{DEVICE}.2"]


async def test_due_records_are_listed_when_their_time_has_come(lanes):
    await write(lanes, rung(2), now_ms=NOW + HOUR_MS)
    await write(lanes, rung(1), now_ms=NOW)
    await write(lanes, Op(3, Stamp(NOW + 3, 0, DEVICE), "visit", f"{DEVICE}.3", NORTH_ONE, {"result": "ok"}))
    day = 24 * HOUR_MS
    async with reading(lanes, TOWN) as lane:
        assert await lane.due(NOW + day - 1, 10) == []
        assert [each.id for each in await lane.due(NOW + day, 10)] == [f"{DEVICE}.1"]
        both = await lane.due(NOW + 2 * day, 10)
        assert [each.id for each in both] == [f"{DEVICE}.1", f"{DEVICE}.2"]
        assert [each.id for each in await lane.due(NOW + 2 * day, 1)] == [f"{DEVICE}.1"]


async def test_a_photo_keeps_what_is_known_of_it(lanes):
    row, other = PhotoRow(KEY, 10, b"first"), PhotoRow(KEY_TWO, 20, b"")
    async with writing(lanes, TOWN) as lane:
        await lane.album.announce([row, other])
        await lane.album.announce([PhotoRow(KEY, 99, b"second")])
        await lane.album.announce([])
    async with reading(lanes, TOWN) as lane:
        assert await lane.album.rows([KEY, KEY_TWO, "C" * 22]) == {KEY: row, KEY_TWO: other}
    verified = replace(row, sha256=b"\1" * 32, media_type="image/jpeg", size=11)
    async with writing(lanes, TOWN) as lane:
        await lane.album.put(verified)
        await lane.album.announce([row])
    async with reading(lanes, TOWN) as lane:
        assert await lane.album.rows([KEY]) == {KEY: verified}
        assert await lane.album.rows([]) == {}
    async with reading(lanes, TOWN + 1) as lane:
        assert await lane.album.rows([KEY]) == {}, "a photo belongs to one town"


async def test_photos_lead_to_the_records_that_refer_to_them(lanes):
    refs = {f"{DEVICE}.1": [KEY, KEY_TWO], f"{DEVICE}.2": [KEY]}
    await write(lanes, made(1), made(2), refs=refs)
    await write(lanes, made(3), refs={f"{DEVICE}.1": [KEY]})
    async with reading(lanes, TOWN) as lane:
        assert sorted(await lane.album.referring(KEY)) == [f"{DEVICE}.1", f"{DEVICE}.2"]
        assert await lane.album.referring(KEY_TWO) == [f"{DEVICE}.1"]
        assert await lane.album.referring("C" * 22) == []


async def test_towns_do_not_know_of_each_other(lanes):
    await write(lanes, made(1))
    await write(lanes, made(1, "rubbish"), town=TOWN + 1)
    assert sorted(await lanes.towns()) == [TOWN, TOWN + 1]
    async with reading(lanes, TOWN + 1) as lane:
        (record,) = (await lane.records([f"{DEVICE}.1"])).values()
        assert record.cells["matter"][0] == "rubbish"
        assert await lane.head() == 1


async def test_the_system_steps_of_two_towns_do_not_clash(lanes):
    for town in (TOWN, TOWN + 1):
        await write(lanes, rung(1), town=town)
        assert await lanes.write(town, lambda lane: elapse_due(lane, WORLD, NOW + 24 * HOUR_MS)) == 1
        async with reading(lanes, town) as lane:
            assert await lane.seen(SERVER) == []
    async with reading(lanes, TOWN + 1) as lane:
        (record,) = (await lane.records([f"{DEVICE}.1"])).values()
    assert record.state == "at_center"


def failing(lane: Lane, n: int = 2) -> None:
    """Do a whole piece of work, and fail at its end."""
    told(lane, made(n), refs={f"{DEVICE}.{n}": [KEY]})
    lane.album.announce([PhotoRow(KEY, 10, b"")])
    raise ZeroDivisionError


async def test_a_failed_request_leaves_nothing(lanes):
    await write(lanes, made(1))
    with pytest.raises(ZeroDivisionError):
        await lanes.write(TOWN, failing)
    async with reading(lanes, TOWN) as lane:
        assert await lane.head() == 1
        assert [tuple(each) for each in await lane.seen(DEVICE)] == [(1, 1)]
        assert await lane.album.rows([KEY]) == {}
        assert await lane.album.referring(KEY) == []
        assert await lane.records([f"{DEVICE}.2"]) == {}
        assert (await lane.load(DEVICE, [made(2)])).answers == {}
    assert (await write(lanes, made(2))).verdicts[0].code == "applied"


async def test_a_failed_request_does_not_disturb_those_beside_it(lanes):
    works = [write(lanes, made(1)), lanes.write(TOWN, failing), write(lanes, made(3))]
    first, failed, last = await asyncio.gather(*works, return_exceptions=True)
    assert isinstance(failed, ZeroDivisionError)
    assert (first.seq, last.seq) == (1, 2), "each goes on from what was kept, not from what was undone"
    assert await ids_since(lanes, [NORTH_ONE]) == [f"{DEVICE}.1", f"{DEVICE}.3"]
    async with reading(lanes, TOWN) as lane:
        assert await lane.head() == 2
        assert await lane.album.rows([KEY]) == {}


async def test_pieces_of_work_run_whole_one_after_another(lanes):
    order: list[str] = []

    def work(lane: Lane, name: str, n: int) -> int:
        order.append(f"{name} in")
        told(lane, made(n))
        order.append(f"{name} out")
        return lane.head()

    heads = await asyncio.gather(
        *(lanes.write(TOWN, partial(work, name=name, n=n)) for n, name in enumerate("abc", 1))
    )
    assert order == ["a in", "a out", "b in", "b out", "c in", "c out"]
    assert heads == [1, 2, 3], "each sees the work before it and not the work after"
    assert await ids_since(lanes, [NORTH_ONE]) == [f"{DEVICE}.{n}" for n in (1, 2, 3)]


async def test_a_writer_sees_what_it_has_written_and_a_reader_what_was_finished(lanes):
    await write(lanes, made(1))

    def work(lane: Lane) -> list[str]:
        told(lane, made(2))
        return [record.id for _, record in lane.since([NORTH_ONE], 0, 9)]

    read, written = await asyncio.gather(ids_since(lanes, [NORTH_ONE]), lanes.write(TOWN, work))
    assert written == [f"{DEVICE}.1", f"{DEVICE}.2"]
    assert read in ([f"{DEVICE}.1"], written)
    assert await ids_since(lanes, [NORTH_ONE]) == written


async def test_a_reader_sees_one_moment(lanes):
    def look(lane: Lane) -> tuple[int, int, int]:
        before = lane.head()
        return before, len(lane.since([NORTH_ONE], 0, 99)), lane.head()

    writes = [write(lanes, made(n)) for n in range(1, 21)]
    reads = [lanes.read(TOWN, look) for _ in range(20)]
    mixed = [work for pair in zip(writes, reads, strict=True) for work in pair]
    for before, listed, after in (await asyncio.gather(*mixed))[1::2]:
        assert before == listed == after


@pytest.mark.parametrize("turns", range(8))
async def test_a_writer_that_is_cancelled_leaves_the_lane_free(lanes, turns):
    task = asyncio.create_task(write(lanes, made(1)))
    beside = asyncio.create_task(write(lanes, made(3)))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5):
        settled = await write(lanes, made(2))
    assert settled.verdicts[0].code == (await beside).verdicts[0].code == "applied"
    assert len(await ids_since(lanes, [NORTH_ONE])) == await head(lanes), "all of the first one or nothing"


async def test_a_step_and_its_history_survive_the_store(lanes):
    await write(lanes, made(1))
    secretary = Actor(8, (Grant("community_secretary", TOWN),), OTHER)
    step = Op(1, Stamp(NOW + 5, 0, OTHER), "incident", f"{DEVICE}.1", None, {"return_field": "place"},
              StepTaken("return", "in_review"))  # fmt: skip
    async with writing(lanes, TOWN) as lane:
        settled = settle(await lane.load(OTHER, [step]), [step], secretary, WORLD, NOW)
        await lane.save(settled, {})
    async with reading(lanes, TOWN) as lane:
        (record,) = (await lane.records([f"{DEVICE}.1"])).values()
    assert record == settled.records[f"{DEVICE}.1"]
    assert [entry.step for entry in record.story] == ["", "route_review", "return"]


async def removed(lanes: Lanes, record: str, *, erased: bool, at_ms: int = NOW) -> int:
    """Remove a record at a position of its own; gives the position."""

    def work(lane: Lane) -> int:
        known = lane.load("", [])
        seq = known.seq + 1
        lane.remove(record, seq, at_ms, erased=erased)
        lane.save(Settled({}, [], [], known.clock, seq, known.head), {})
        return seq

    return await lanes.write(TOWN, work)


@pytest.mark.parametrize("erased", [False, True])
async def test_a_removed_record_is_known_to_be_gone(lanes, erased):
    await write(lanes, made(1), made(2), refs={f"{DEVICE}.1": [KEY], f"{DEVICE}.2": [KEY]})
    seq = await removed(lanes, f"{DEVICE}.1", erased=erased)
    async with reading(lanes, TOWN) as lane:
        known = await lane.load(OTHER, [replace(made(9), record=f"{DEVICE}.{n}") for n in (1, 2, 3)])
        assert (list(known.records), known.gone) == ([f"{DEVICE}.2"], {f"{DEVICE}.1": erased})
        found = await lane.since([NORTH_ONE], 0, 9)
        assert [(at, record.id, record.kind) for at, record in found] == [
            (2, f"{DEVICE}.2", "incident"), (seq, f"{DEVICE}.1", ""),
        ]  # fmt: skip
        (left,) = (await lane.records([f"{DEVICE}.1"])).values()
        assert (left.cells, left.story, left.state, left.due_ms) == ({}, (), "", 0)
        assert await lane.album.referring(KEY) == [f"{DEVICE}.2"]
        assert [record.id for record in await lane.due(NOW + 10**9, 9)] == [f"{DEVICE}.2"]
        assert [tuple(each) for each in await lane.seen(DEVICE)] == [(1, 2)], "its number was used"


@pytest.mark.parametrize("erased", [False, True])
async def test_of_an_erased_record_the_log_keeps_only_that_it_was_written(lanes, erased):
    more = Op(2, Stamp(NOW + 2, 0, DEVICE), "incident", f"{DEVICE}.1", None, {"progress": "x"})
    elsewhere = replace(made(3), sets={"note": {"is": "x"}})
    settled = await write(lanes, made(1), more, elsewhere)
    await removed(lanes, f"{DEVICE}.1", erased=erased)
    async with reading(lanes, TOWN) as lane:
        known = await lane.load(DEVICE, [made(1), more, elsewhere])
    left = [replace(op, sets={}) if erased else op for op in (made(1), more)]
    assert [known.answers[n].op for n in (1, 2, 3)] == [*left, elsewhere]
    assert [known.answers[n].verdict for n in (1, 2, 3)] == settled.verdicts
    assert known.head == settled.head
    again = await write(lanes, made(1), more)
    assert again.verdicts == settled.verdicts[:2], "a repeat is recognised by what is left"
    assert again.log == []


async def test_a_record_nobody_has_seen_can_be_gone_before_it_comes(lanes):
    await removed(lanes, f"{DEVICE}.1", erased=True)
    settled = await write(lanes, made(1))
    assert [verdict.code for verdict in settled.verdicts] == ["gone"]
    assert await ids_since(lanes, [NORTH_ONE]) == []


async def test_old_removals_are_swept_in_their_order_and_stay_known(lanes):
    await write(lanes, *(made(n) for n in range(1, 6)))
    for n, at_ms in ((4, NOW), (2, NOW + 1), (5, NOW + 2)):
        await removed(lanes, f"{DEVICE}.{n}", erased=False, at_ms=at_ms)
    async with writing(lanes, TOWN) as lane:
        assert await lane.floor() == 0
        assert [await lane.sweep(NOW, 9), await lane.floor()] == [0, 0]
        assert [await lane.sweep(NOW + 2, 1), await lane.floor()] == [1, 6]
        assert [await lane.sweep(NOW + 2, 9), await lane.floor()] == [1, 7]
        assert [await lane.sweep(NOW + 2, 9), await lane.floor()] == [0, 7]
        assert list(await lane.records([f"{DEVICE}.2", f"{DEVICE}.4", f"{DEVICE}.5"])) == [f"{DEVICE}.5"]
        known = await lane.load(DEVICE, [replace(made(9), record=f"{DEVICE}.{n}") for n in (2, 4, 5)])
        assert known.gone == {f"{DEVICE}.{n}": False for n in (2, 4, 5)}
    assert await ids_since(lanes, [NORTH_ONE]) == [f"{DEVICE}.{n}" for n in (1, 3, 5)]
    await write(lanes, made(7))
    async with reading(lanes, TOWN) as lane:
        assert await lane.floor() == 7, "a push leaves the floor where it is"


async def test_the_log_has_a_hash_at_every_position(lanes):
    settled = await write(lanes, made(1), made(2))
    await removed(lanes, f"{DEVICE}.1", erased=True)
    later = await write(lanes, made(4))
    one, two, four = (row.hash for row in (*settled.log, *later.log))
    async with reading(lanes, TOWN) as lane:
        assert [await lane.mark(seq) for seq in range(6)] == [ROOT, one, two, two, four, four]
    async with reading(lanes, TOWN + 1) as lane:
        assert await lane.mark(9) == ROOT


async def test_units_are_added_and_changed(people):
    await people.put_units(TOWN, UNITS)
    assert await people.units(TOWN) == UNITS
    await people.put_units(TOWN, [Unit(NORTH_ONE, 5, 31, "改名")])
    named = {unit.id: unit for unit in await people.units(TOWN)}
    assert named[NORTH_ONE] == Unit(NORTH_ONE, 5, 31, "改名")
    assert len(named) == len(UNITS)
    assert await people.units(TOWN + 1) == []


async def test_a_person_has_the_grants_put_last(people):
    for person in PEOPLE:
        await people.put_person(person)
    assert await people.people(TOWN) == PEOPLE
    grants = [
        Grant("community_staff", 31, 5, 9),
        Grant("fulltime_worker", NORTH_ONE),
        Grant("grid_leader", 312),
    ]
    moved = Person(WORKER, TOWN, "陈素芬", "1", grants)
    await people.put_person(moved)
    assert await people.person(WORKER) == moved
    await people.put_person(replace(moved, grants=[]))
    assert await people.person(WORKER) == replace(moved, grants=[])
    assert await people.person(999) is None
    assert await people.people(TOWN + 1) == []


async def test_a_code_is_spent_once(people):
    await people.put_code(b"hash", WORKER, NOW + 100)
    assert await people.spend_code(b"hash", NOW) == WORKER
    assert await people.spend_code(b"hash", NOW) == 0
    assert await people.spend_code(b"hash", NOW) == 0


async def test_a_code_sent_many_times_at_once_is_spent_once(people):
    await people.put_code(b"hash", WORKER, NOW + 100)
    answers = await asyncio.gather(*(people.spend_code(b"hash", NOW) for _ in range(8)))
    assert sorted(answers) == [0] * 7 + [WORKER]


@pytest.mark.parametrize("late_ms", [0, 1, 10**9])
async def test_an_expired_code_is_not_spent(people, late_ms):
    await people.put_code(b"hash", WORKER, NOW)
    assert await people.spend_code(b"hash", NOW + late_ms) == 0
    assert await people.spend_code(b"other", NOW) is None


async def test_a_device_has_a_number_of_its_own_until_it_is_revoked(people):
    worker, other = PEOPLE[:2]
    for person in (worker, other):
        await people.put_person(person)
    one, two = [await people.bind(worker, "phone", token, NOW) for token in (b"one", b"two")]
    assert (one.person, one.town, two.number) == (WORKER, TOWN, one.number + 1)
    assert await people.bearer(b"one") == (one, worker)
    assert await people.bearer(b"none") is None
    await people.revoke(one.number, NOW)
    await people.revoke(one.number, NOW + 1)
    assert await people.bearer(b"one") is None
    assert await people.bearer(b"two") == (two, worker)
    three = await people.bind(other, "phone", b"three", NOW)
    assert three.number == two.number + 1, "a number is never given twice"


async def test_a_phone_that_signs_in_again_keeps_its_number(people):
    worker, other = PEOPLE[:2]
    for person in (worker, other):
        await people.put_person(person)
    one = await people.bind(worker, "phone", b"one", NOW)
    again = await people.bind(worker, "phone", b"again", NOW, one.number)
    assert again.number == one.number
    assert await people.bearer(b"one") is None, "the old token is no longer its own"
    assert await people.bearer(b"again") == (again, worker)
    await people.revoke(one.number, NOW)
    assert (await people.bind(worker, "phone", b"third", NOW, one.number)).number == one.number
    assert await people.bearer(b"third") == (again, worker), "a fresh code makes good a revoked phone"
    stranger = await people.bind(other, "phone", b"other", NOW, one.number)
    assert stranger.number != one.number, "a number is one person's"


async def test_after_a_restore_a_phone_keeps_the_number_nobody_has(people):
    worker, other = PEOPLE[:2]
    for person in (worker, other):
        await people.put_person(person)
    assert (await people.bind(worker, "phone", b"one", NOW, 41)).number == 41
    assert (await people.bind(other, "phone", b"two", NOW)).number == 42
    assert (await people.bind(other, "phone", b"far", NOW, 0xFFFFFFFE)).number == 43, "nor so far ahead"


async def test_phones_enrolled_at_once_get_different_numbers(people):
    devices = await asyncio.gather(
        *(people.bind(PEOPLE[0], "phone", bytes([token]), NOW) for token in range(8))
    )
    assert len({device.number for device in devices}) == 8


async def test_blobs_are_found_by_name(blobs):
    await blobs.put("abcd", b"bytes")
    await blobs.put("abce", b"")
    await blobs.put("abcd", b"bytes")
    assert await blobs.get("abcd") == b"bytes"
    assert await blobs.get("abce") == b""
    assert await blobs.get("none") is None


async def test_one_blob_stored_many_times_at_once_is_whole(blobs):
    content = bytes(range(256)) * 4_000
    await asyncio.gather(*(blobs.put("abcd", content) for _ in range(12)))
    assert await blobs.get("abcd") == content


async def test_the_bell_wakes_all_listeners_of_its_town(bell):
    waits = [asyncio.create_task(bell.wait(town, 0, 5)) for town in (TOWN, TOWN)]
    deaf = asyncio.create_task(bell.wait(TOWN + 1, 0, 0.05))
    await asyncio.sleep(0)
    bell.ring(TOWN)
    assert await asyncio.gather(*waits) == [True, True]
    assert await deaf is False


async def test_a_ring_while_nobody_waited_is_not_missed(bell):
    heard = bell.rung(TOWN)
    bell.ring(TOWN)
    assert await bell.wait(TOWN, heard, 0) is True
    assert await bell.wait(TOWN, bell.rung(TOWN), 0.01) is False
