"""Photos that do not come are asked for, and those that went missing asked for again."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from backend.adapters.sqlite import Sqlite
from backend.care import PAGE, READ, amiss_in
from backend.erase import ORIGINAL, SIZES
from backend.ports import PhotoRow
from sync.clock import Stamp
from sync.op import Op
from sync.wire import STATES
from tests.backend.gallery import ACTOR, Gallery, name_of, picture
from tests.backend.picture import named
from tests.backend.town import HOUR_MS, NOW, TOWN

pytestmark = pytest.mark.anyio
EXPECTED, VERIFIED, OVERDUE = (STATES.index(state) for state in ("expected", "verified", "overdue"))
DAY_MS = 24 * HOUR_MS


async def spoil(town: Gallery, name: str, body: bytes | None) -> None:
    """Put other bytes of the same length under a name, or none, as a disk does."""
    root = getattr(town.blobs, "_root", None)
    if root is None:
        town.blobs.kept.pop(name, None) if body is None else town.blobs.kept.update({name: body})
        return
    path: Path = root / name[:2] / name
    path.unlink() if body is None else path.write_bytes(body)


async def test_a_photo_that_does_not_come_in_a_day_is_asked_for_once(town):
    body = picture(1)
    record = await town.report(body)
    assert await town.told() == {}
    assert await town.pass_time(DAY_MS - 1) == 0
    assert await town.pass_time(1) == 1
    heard = await town.exchange()
    assert [each[:2] for each in heard.photos] == [[named(body), OVERDUE]]
    assert [each.id for each in heard.records] == [record]
    assert (await town.row(body)).overdue_ms == NOW + DAY_MS
    assert await town.pass_time(DAY_MS) == 0
    assert await town.told() == {}


async def test_one_of_an_emergency_is_asked_for_after_an_hour(town):
    calm, urgent = picture(1), picture(2)
    await town.report(calm)
    await town.report(urgent, emergency=True)
    await town.exchange()
    assert await town.pass_time(HOUR_MS - 1) == 0
    assert await town.pass_time(1) == 1
    assert await town.told() == {named(urgent): OVERDUE}


async def test_one_that_is_asked_for_and_comes_is_verified_and_told(town):
    body = picture(1)
    await town.report(body)
    await town.pass_time(DAY_MS)
    await town.exchange()
    assert await town.send(body)
    assert await town.told() == {named(body): VERIFIED}
    assert (await town.row(body)).overdue_ms == 0
    assert await town.pass_time(30 * DAY_MS) == 0


async def test_one_that_no_record_shows_any_more_is_missed_by_nobody(town):
    body = picture(1)
    record = await town.report(body)
    add = [[NOW + 1, 0, ACTOR.device], named(body)]
    town.n += 1
    stamp = Stamp(NOW + town.n, 0, ACTOR.device)
    receipt = await town.exchange(Op(town.n, stamp, "incident", record, None, {"photos": {"drop": [add]}}))
    assert not [each for each in receipt.verdicts if each.code != "applied"]
    assert await town.pass_time(DAY_MS) == 0


async def test_one_nothing_refers_to_is_left_alone(town):
    await town.exchange(photos=([named(picture(1)), 10, ""],))
    assert await town.pass_time(10 * DAY_MS) == 0


async def test_many_that_are_late_take_several_turns(town):
    bodies = [picture(n) for n in range(PAGE + 10)]
    for at in range(0, len(bodies), 60):
        await town.report(*bodies[at : at + 60])
    assert await town.pass_time(DAY_MS) == PAGE
    assert await town.pass_time(1) == 10
    assert await town.pass_time(1) == 0
    assert all([(await town.row(body)).overdue_ms for body in bodies])


@pytest.mark.parametrize("missing", [True, False])
async def test_bytes_that_went_missing_or_bad_are_asked_for_and_taken_again(town, missing):
    body = picture(1)
    await town.report(body)
    await town.send(body)
    await town.exchange()
    await spoil(town, name_of(body), None if missing else b"\0" + body[1:])
    assert await town.pass_time(1) == 1
    row = await town.row(body)
    assert (row.sha256, row.verified_ms, row.overdue_ms) == (b"", 0, NOW + 1)
    assert await town.told() == {named(body): OVERDUE}
    assert await town.send(body), "a damaged file of the same length must not be taken for this one"
    assert await town.blobs.get(name_of(body)) == body
    assert await town.told() == {named(body): VERIFIED}
    assert await town.pass_time(1) == 0


async def kept(town: Gallery, **known: object) -> bytes:
    """Report and send a photo, and note more of it."""
    body = picture(1)
    await town.report(body)
    await town.send(body)
    row = msgspec.structs.replace(await town.row(body), **known)
    await town.lanes.write(TOWN, lambda lane: lane.album.put(row))
    await town.exchange()
    return body


@pytest.mark.parametrize("spoilt", [None, b"\0riginal"])
async def test_an_original_that_went_missing_or_bad_is_said_to_be_here_no_more(town, spoilt):
    whole = b"original"
    digest = hashlib.sha256(whole).digest()
    body = await kept(town, original=digest)
    await town.blobs.put(digest.hex() + ORIGINAL, whole)
    assert await town.pass_time(1) == 0
    await spoil(town, digest.hex() + ORIGINAL, spoilt)
    assert await town.pass_time(1) == 1
    assert (await town.row(body)).original == b""
    assert await town.told() == {named(body): VERIFIED}, "whoever has it hears that it is not here"
    assert await town.blobs.hash(digest.hex() + ORIGINAL) == "", "or its own bytes could not take its place"
    assert await town.pass_time(1) == 0


@pytest.mark.parametrize("size", SIZES[1:])
async def test_a_rendition_that_went_missing_is_drawn_anew(town, size):
    body = await kept(town, developed_ms=NOW, prints=b"p" * 16)
    for each in SIZES[1:]:
        await town.blobs.put(name_of(body) + each, b"drawn")
    await town.pass_time(1)
    assert (await town.row(body)).developed_ms == NOW
    await spoil(town, name_of(body) + size, None)
    woken = town.darkroom.woken
    await town.pass_time(1)
    assert ((await town.row(body)).developed_ms, town.darkroom.woken) == (0, woken + 1)


async def test_what_could_not_be_drawn_is_not_tried_for_ever(town):
    body = await kept(town, developed_ms=NOW)
    await town.pass_time(1)
    assert (await town.row(body)).developed_ms == NOW


async def test_all_are_read_again_a_little_at_a_time(town):
    bodies = [picture(n) for n in range(READ + 5)]
    await town.report(*bodies)
    for body in bodies:
        await town.send(body)
        await spoil(town, name_of(body), None)
    assert await town.pass_time(1) == READ
    assert await town.pass_time(1) == 5


async def test_what_a_check_found_is_looked_at_first(town):
    bodies = sorted((picture(n) for n in range(READ + 5)), key=named)
    await town.report(*bodies)
    for body in bodies:
        await town.send(body)
    last = bodies[-1]
    await spoil(town, name_of(last), None)
    told = msgspec.json.encode([named(last), named(bodies[0]), "of nobody"])
    if hasattr(town.attic, "amiss"):
        town.attic.amiss = told
    else:
        (town.attic._root / "amiss.json").write_bytes(told)
    rung = town.bell.rung(TOWN)
    await town.care.turn(town.now_ms)
    assert (await town.row(last)).overdue_ms
    assert (await town.row(bodies[0])).sha256
    assert town.bell.rung(TOWN) == rung + 1
    assert await town.attic.told() == b"", "told once"


async def test_what_was_put_away_is_found_without_asking_anybody(town):
    body = picture(1)
    await town.report(body)
    await town.blobs.put(name_of(body), body)
    assert await town.blobs.bury(name_of(body), town.blobs.claims())
    assert await town.pass_time(1) == 1
    assert (await town.row(body)).sha256.hex() == name_of(body)
    assert await town.blobs.get(name_of(body)) == body


async def test_a_row_that_was_never_written_is_made_good(town):
    """An upload killed between its bytes and its row: the bytes are here, and nobody need send them."""
    body = picture(1)
    await town.report(body)
    await town.blobs.put(name_of(body), body)
    assert await town.pass_time(1) == 1
    assert await town.told() == {named(body): VERIFIED}


async def test_a_photo_newer_than_the_restored_backup_is_found_in_what_was_put_aside(tmp_path):
    file = await Sqlite.open(tmp_path)
    town, body = Gallery(tmp_path, file), picture(1)
    await town.report(body)
    aside = tmp_path / "before-20251122T000000.000Z" / "photos" / name_of(body)[:2]
    aside.mkdir(parents=True)
    (aside / name_of(body)).write_bytes(body)
    assert await town.pass_time(1) == 1
    assert (await town.row(body)).sha256.hex() == name_of(body)
    await file.close()


async def test_what_only_looks_like_it_is_not_taken(town):
    body = picture(1)
    await town.report(body)
    await town.blobs.put(name_of(body), b"\0" + body[1:])
    assert await town.pass_time(1) == 0
    assert (await town.row(body)).sha256 == b""


async def test_a_clock_that_is_set_back_makes_nothing_overdue(town):
    body = picture(1)
    await town.report(body)
    town.now_ms -= 365 * DAY_MS
    assert await town.care.look(TOWN, town.now_ms) == 0
    town.now_ms += 730 * DAY_MS
    assert await town.care.look(TOWN, town.now_ms) == 1, "asked for early, which costs one upload"


async def test_a_row_that_changed_since_it_was_read_is_left_as_it_is(town):
    body = picture(1)
    await town.report(body)
    await town.send(body)
    stale = await town.row(body)
    await town.lanes.write(TOWN, lambda lane: lane.album.put(PhotoRow(named(body), 7, b"")))
    await spoil(town, name_of(body), None)
    world = (await town.care._towns.town(TOWN)).world
    assert await town.care.prove(TOWN, [stale], world, NOW) == 0
    assert (await town.row(body)).size == 7


def test_a_list_that_is_none_names_nothing():
    assert amiss_in(b"") == amiss_in(b"{") == amiss_in(b'{"a": 1}') == amiss_in(b"[1]") == []
    assert amiss_in(b'["a"]') == ["a"]
