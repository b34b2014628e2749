"""Collecting: never early, never what is wanted, whatever is killed, raced or wrong about the time."""

import asyncio
import random

import msgspec
import pytest

from backend.adapters.sqlite import Sqlite
from backend.ageing import DAY_MS
from backend.collect import PARTS, Memo, digest_of, read_memo
from backend.erase import Store, drop_bytes, erase
from backend.ports import PhotoRow
from backend.problems import Refused
from media.intake import key_of
from tests.backend.gallery import KEEP_DAYS, Gallery, name_of, picture
from tests.backend.picture import named
from tests.backend.town import KINDS, NOW, TOWN

pytestmark = pytest.mark.anyio
LONG_MS = KEEP_DAYS * DAY_MS
YEAR_MS = 365 * DAY_MS


def pass_time(town: Gallery, ms: int) -> None:
    town.now_ms, town.steady_ms = town.now_ms + ms, town.steady_ms + ms


async def there(town: Gallery, name: str) -> str:
    """Say where bytes are."""
    if await town.blobs.get(name) is not None:
        return "kept"
    return "trash" if name in await town.attic.trash() else "gone"


async def test_what_nothing_refers_to_lies_long_then_in_the_trash_then_is_gone(town):
    name = name_of(picture(1))
    await town.collect()
    pass_time(town, 2 * LONG_MS)  # what came before is no age of its own
    for end in ("", ".thumb"):
        await town.blobs.put(name + end, picture(1))
    assert (await town.collect()).loose == 2
    pass_time(town, LONG_MS - 1)
    assert (await town.collect()).buried == 0
    pass_time(town, 1)
    assert (await town.collect()).buried == 2
    assert await there(town, name) == "trash"
    pass_time(town, LONG_MS - 1)
    assert (await town.collect()).burnt == 0
    pass_time(town, 1)
    assert (await town.collect()).burnt == 2
    assert await there(town, name) == await there(town, f"{name}.thumb") == "gone"


async def test_what_a_row_names_is_never_collected(town):
    """Verified, only announced, or the original of one."""
    verified, announced, original = picture(1), picture(2), picture(3)
    await town.report(verified, announced)
    await town.send(verified)
    await town.blobs.put(name_of(announced), announced)
    await town.blobs.put(f"{name_of(original)}.original", original)
    row = PhotoRow("A" * 22, 1, b"", original=bytes.fromhex(name_of(original)))
    await town.lanes.write(TOWN, lambda lane: lane.album.put(row))
    for _ in range(3):
        assert await town.collect() == type(await town.collect())()
        pass_time(town, 2 * LONG_MS)


async def test_what_another_town_names_is_not_collected(town):
    body = picture(1)
    await town.blobs.put(name_of(body), body)
    row = PhotoRow(named(body), 1, b"", bytes.fromhex(name_of(body)))
    await town.lanes.write(TOWN, lambda lane: lane.album.put(row))
    await town.report(picture(2))
    await town.collect()
    pass_time(town, 2 * LONG_MS)
    assert (await town.collect()).buried == 0


async def test_what_an_open_upload_will_bring_is_not_collected_and_its_age_begins_anew(town):
    body = picture(1)
    await town.blobs.put(name_of(body), body)
    await town.collect()
    town.open.add(name_of(body))
    pass_time(town, 2 * LONG_MS)
    assert (await town.collect()).buried == 0
    town.open.clear()
    assert (await town.collect()).buried == 0, "it was wanted a moment ago"
    pass_time(town, LONG_MS)
    assert (await town.collect()).buried == 1


async def test_what_is_announced_at_last_is_no_longer_loose(town):
    body = picture(1)
    await town.blobs.put(name_of(body), body)
    await town.collect()
    pass_time(town, LONG_MS)
    await town.report(body)
    assert (await town.collect()).buried == 0
    assert await town.pass_time(1) == 1, "and it is taken as it lies there"


async def test_an_upload_under_way_keeps_its_bytes_from_the_trash(town):
    """The bytes are there, their row is not: a repeated upload finds the name and writes nothing."""
    body = picture(1)
    await town.blobs.put(name_of(body), body)
    await town.collect()
    pass_time(town, LONG_MS)
    with town.blobs.claim(name_of(body)):
        assert (await town.collect()).buried == 0
    claims = town.blobs.claims()
    with town.blobs.claim(name_of(body)):
        pass  # it began and ended after the rows were looked at
    assert not await town.blobs.bury(name_of(body), claims)
    assert (await town.collect()).buried == 1


async def test_what_was_erased_is_taken_away_at_once(town):
    """An upload that ended with the server's life between its bytes and its row."""
    body = picture(1)
    town.ledger.add(TOWN, [key_of(bytes.fromhex(name_of(body)))])
    await town.report(picture(2))
    await town.blobs.put(name_of(body), body)
    assert (await town.collect()).erased == 1
    assert await there(town, name_of(body)) == "gone"


async def test_half_a_file_that_a_kill_left_goes_with_the_rest(tmp_path):
    file = await Sqlite.open(tmp_path)
    town = Gallery(tmp_path, file)
    folder = tmp_path / "photos" / "ab"
    folder.mkdir(parents=True)
    (folder / ".abcd.1234").write_bytes(b"ha")
    await town.collect()
    pass_time(town, LONG_MS)
    await town.collect()
    pass_time(town, LONG_MS)
    await town.collect()
    assert list(folder.iterdir()) == []
    assert await town.attic.trash() == []
    await file.close()


@pytest.mark.parametrize("off_ms", [YEAR_MS, -YEAR_MS])
async def test_a_clock_a_year_off_collects_nothing_early(town, off_ms):
    """While it runs the wall does not count; across a restart it is believed for a day, once."""
    name = name_of(picture(1))
    await town.blobs.put(name, picture(1))
    await town.collect()
    town.now_ms += off_ms
    assert (await town.collect()).buried == 0
    for _ in range(20):
        town.begin()
        town.steady_ms = 0
        town.now_ms += off_ms
        assert (await town.collect()).buried == 0
        town.now_ms -= off_ms
        assert (await town.collect()).buried == 0
    assert await there(town, name) == "kept"


async def test_time_while_it_was_down_counts_for_a_day_at_most(town):
    await town.blobs.put(name_of(picture(1)), picture(1))
    await town.collect()
    for day in range(KEEP_DAYS + 1):
        town.begin()
        town.steady_ms = 0
        town.now_ms += 3 * DAY_MS
        assert (await town.collect()).buried == (day == KEEP_DAYS - 1)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"loose": 3}', b"\xff"])
def test_a_memory_that_cannot_be_read_begins_every_age_anew(content):
    assert read_memo(content) == Memo()


@pytest.mark.parametrize("name", ["", "ab", ".ab.cd", "g" * 64, "a" * 63, "a" * 65])
def test_a_name_that_is_no_hash_has_none(name):
    assert digest_of(name) == b""


class Killed(BaseException):
    """The process is gone; what was done before stays."""


class Doomed:
    """A port whose n-th call never happens, or never returns."""

    def __init__(self, port: object, left: list[int], *, after: bool) -> None:
        self._port, self._left, self._after = port, left, after

    def __getattr__(self, name: str):
        method = getattr(self._port, name)
        if not asyncio.iscoroutinefunction(method):
            return method

        async def call(*words):
            self._left[0] -= 1
            if self._left[0] == 0 and not self._after:
                raise Killed
            result = await method(*words)
            if self._left[0] == 0:
                raise Killed
            return result

        return call


@pytest.mark.parametrize("after", [False, True])
async def test_a_kill_at_any_step_loses_nothing_and_the_next_run_goes_on(town, after):
    """Two that are wanted, one by a row and one from the trash by an announcement; one that nobody wants."""
    steps = 0
    for step in range(1, 400):
        wanted, late, litter = (picture(1000 * step + n) for n in range(3))
        parts = sorted({name_of(each)[:2] for each in (wanted, late, litter)})
        await town.report(wanted)
        await town.send(wanted)
        for body in (late, litter):
            await town.blobs.put(name_of(body), body)
        await town.collector.collect(parts, town.now_ms)
        pass_time(town, LONG_MS)
        finished = await killed_once(town, parts, step, after=after)
        await town.report(late)
        while await town.care.look(TOWN, town.now_ms):
            pass
        assert (await town.row(late)).sha256, "found where it lies, whatever was killed"
        for body in (wanted, late):
            assert await town.blobs.hash(name_of(body)) == name_of(body)
        await town.collector.collect(parts, town.now_ms)
        pass_time(town, LONG_MS)
        await town.collector.collect(parts, town.now_ms)
        pass_time(town, LONG_MS)
        await town.collector.collect(parts, town.now_ms)
        assert await there(town, name_of(litter)) == "gone"
        steps += 1
        if finished:
            break
    assert steps > 5


async def killed_once(town: Gallery, parts: list[str], step: int, *, after: bool) -> bool:
    """Collect until the n-th call, then begin anew as a new process; True if it came to its end before."""
    left, blobs, attic = [step], town.blobs, town.attic
    town.blobs, town.attic = (Doomed(each, left, after=after) for each in (blobs, attic))
    memo = town.collector._memo
    collector = town.begin()
    collector._memo = msgspec.convert(msgspec.to_builtins(memo), Memo)
    try:
        await collector.collect(parts, town.now_ms)
        return True
    except Killed:
        return False
    finally:
        town.blobs, town.attic = blobs, attic
        town.begin()


@pytest.mark.parametrize("seed", range(12))
async def test_collecting_beside_pushes_uploads_and_erasures_loses_nothing_that_is_wanted(town, seed):
    """Everything at once in an order drawn at random; at the end what a record shows is there, whole."""
    chance = random.Random(seed)
    bodies = [picture(100 * seed + n) for n in range(12)]
    parts = sorted({name_of(body)[:2] for body in bodies})
    for body in bodies:  # all were killed between bytes and row before, and are old by now
        await town.blobs.put(name_of(body), body)
    await town.collector.collect(parts, town.now_ms)
    pass_time(town, LONG_MS)
    records = {body: await town.report(body) for body in bodies[:4]}

    async def soon(work) -> None:
        for _ in range(chance.randrange(30)):
            await asyncio.sleep(0)
        await work

    async def whole(body: bytes) -> None:
        if body not in records:
            records[body] = await town.report(body)
        try:
            await town.send(body)
        except Refused as refused:
            assert refused.code == "not_found"

    async def away(body: bytes) -> None:
        await erase(Store(town.lanes, town.blobs, town.ledger, town.attic), TOWN, records[body], KINDS, NOW)

    erased = bodies[:2]
    await asyncio.gather(
        *(soon(whole(body)) for body in bodies[:8]),
        *(soon(away(body)) for body in erased),
        *(soon(town.collector.collect(parts, town.now_ms)) for _ in range(3)),
    )
    for _ in range(2):
        await town.care.look(TOWN, town.now_ms)
        await town.collector.collect(parts, town.now_ms)
    await all_well(town, bodies[2:8], erased)


async def all_well(town: Gallery, wanted: list[bytes], erased: list[bytes]) -> None:
    for body in wanted:
        assert (await town.row(body)).sha256
        assert await town.blobs.get(name_of(body)) == body
    for body in erased:
        assert await town.row(body) is None
        assert await there(town, name_of(body)) == "gone", "an upload must not bring back what was erased"


async def test_an_upload_that_ends_after_the_erasure_takes_its_bytes_away(town):
    """The erasure falls between its bytes and its row."""
    body = picture(1)
    record, put = await town.report(body), town.blobs.put
    store = Store(town.lanes, town.blobs, town.ledger, town.attic)

    async def slow(name: str, content: bytes) -> None:
        await put(name, content)
        await erase(store, TOWN, record, KINDS, NOW)

    town.blobs.put = slow
    with pytest.raises(Refused, match="not_found"):
        await town.send(body)
    assert await there(town, name_of(body)) == "gone"
    assert await town.row(body) is None


async def test_an_upload_that_ends_while_it_is_erased_leaves_nothing(town):
    """Its bytes and its row come between the first look of the erasure and its own rows."""
    body = picture(1)
    record = await town.report(body)

    class Between:
        """The lanes, with an upload that ends before the first thing is written."""

        def __init__(self) -> None:
            self.sent = False

        def __getattr__(self, name: str):
            return getattr(town.lanes, name)

        async def write(self, of: int, work):
            if not self.sent:
                self.sent = await town.send(body)
            return await town.lanes.write(of, work)

    await erase(Store(Between(), town.blobs, town.ledger, town.attic), TOWN, record, KINDS, NOW)
    assert await town.row(body) is None
    assert await there(town, name_of(body)) == "gone"


async def test_erasing_empties_the_trash_of_the_photo_too(town):
    body = picture(1)
    record = await town.report(body)
    await town.send(body)
    await town.blobs.put(f"{name_of(body)}.medium", b"medium")
    await town.blobs.bury(name_of(body), town.blobs.claims())
    await town.blobs.put(name_of(body), body)
    await erase(Store(town.lanes, town.blobs, town.ledger, town.attic), TOWN, record, KINDS, NOW)
    assert await town.attic.trash() == []
    for end in ("", ".medium"):
        assert await there(town, name_of(body) + end) == "gone"


async def test_bytes_another_town_shows_stay(town):
    body = picture(1)
    row = PhotoRow(named(body), 1, b"", bytes.fromhex(name_of(body)))
    await town.report(picture(2))
    await town.blobs.put(name_of(body), body)
    await town.lanes.write(TOWN, lambda lane: lane.album.put(row))
    await drop_bytes(town.lanes, town.blobs, TOWN + 1, row)
    assert await there(town, name_of(body)) == "kept"


async def test_a_turn_is_one_part_and_all_parts_have_their_turn(town):
    names = [f"{part}{'0' * 62}" for part in PARTS[:3]]
    for name in names:
        await town.blobs.put(name, b"x")
    for _ in names:
        await town.collector.turn(town.now_ms)
    pass_time(town, LONG_MS)
    await town.collector.turn(town.now_ms)
    assert [await there(town, name) for name in names] == ["kept"] * 3, "their part has its turn later"
    for _ in range(len(PARTS)):
        await town.collector.turn(town.now_ms)
    assert [await there(town, name) for name in names] == ["trash"] * 3
