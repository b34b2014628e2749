"""What is made up or somebody else's: cursors, positions, numbers. It shows, hides and takes nothing."""

import pytest
from msgspec.structs import replace

from backend.cursor import SEAL_DIGITS, TOLD_DIGITS, Heard, Scope, parse, spell
from tests.backend.town import NORTH_ONE, OFFICER, SECRETARY, SOUTH_ONE, STRANGER, WORKER, Phone
from tests.backend.town import Heard as Receipt
from tests.hostile.sender import assert_well, envelope, good, hear, raw, spelled

pytestmark = pytest.mark.anyio


async def told_all(phone: Phone, cursor: str) -> Receipt:
    """Exchange under a cursor of any origin; gives the answer."""
    return await hear(phone, spelled(envelope(phone, cursor=cursor)))


def is_anew(heard: Receipt) -> bool:
    return bool(heard.anew)


def names(heard: Receipt) -> set[str]:
    return {record[0] for record in heard.records}


async def filled(enrol) -> tuple[Phone, Phone, str, str]:
    """A worker of the north and an officer of the whole town who have heard all; a record of each end."""
    worker, officer, stranger = await enrol(WORKER), await enrol(OFFICER), await enrol(STRANGER)
    north = worker.op("incident", {"matter": "wires"}, area=NORTH_ONE)
    south = stranger.op("incident", {"matter": "wires"}, area=SOUTH_ONE)
    await worker.exchange(north)
    await stranger.exchange(south)
    for phone in (worker, officer):
        await phone.exchange()
    return worker, officer, north.record, south.record


def forged(cursor: str) -> dict[str, str]:
    """Give a cursor in ways its server never gave it."""
    true = parse(cursor)
    start, end = TOLD_DIGITS, TOLD_DIGITS + SEAL_DIGITS
    scopes = true.heard
    ahead = {scope: Heard(each.at + 1, each.base + 1) for scope, each in scopes.items()}
    behind = {scope: Heard(each.at - 1, each.base - 1) for scope, each in scopes.items()}
    return {
        "another seal": cursor[:start] + "AAAAA" + cursor[end:],
        "no seal": cursor[:start] + cursor[end:],
        "positions ahead": spell(replace(true, heard=ahead)),
        "positions behind": spell(replace(true, heard=behind)),
        "a log position ahead": spell(replace(true, head=true.head + 1)),
        "a log position behind": spell(replace(true, head=true.head - 1)),
        "a log position beyond all": spell(replace(true, head=36**12 - 1)),
        "another scope": spell(replace(true, heard={**scopes, Scope(3, "0000"): Heard(1, 1)})),
        "one scope less": spell(replace(true, heard=dict(list(scopes.items())[1:]))),
        "somebody's own records": spell(replace(true, heard={**scopes, Scope(-STRANGER, ""): Heard(1, 1)})),
    }


FORGERIES = tuple(forged("aaaaBBBBB2-1.0000.2-_7..2"))


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_cursor_hears_its_own_view_from_the_start(enrol, name):
    worker, _, north, _ = await filled(enrol)
    before = worker.cursor
    heard = await told_all(worker, forged(worker.cursor)[name])
    assert is_anew(heard)
    assert (names(heard), heard.gone) == ({north}, [])
    assert heard.cursor == before, "and is given the one it should have"
    await assert_well(worker)


async def test_a_true_cursor_hears_nothing_twice(enrol):
    worker, _, _, _ = await filled(enrol)
    heard = await told_all(worker, worker.cursor)
    assert (names(heard), is_anew(heard)) == (set(), False)


async def test_a_receipt_played_back_tells_again_what_came_after_it_and_no_more(enrol):
    worker, _, _, _ = await filled(enrol)
    old = worker.cursor
    secretary = await enrol(SECRETARY)
    later = good(secretary)
    await secretary.exchange(later)
    for _ in range(2):
        heard = await told_all(worker, old)
        assert (names(heard), is_anew(heard)) == ({later.record}, False)


async def test_a_cursor_of_another_device_counts_for_nothing(enrol):
    worker, officer, north, south = await filled(enrol)
    heard = await told_all(worker, officer.cursor)
    assert is_anew(heard)
    assert names(heard) == {north}, "not what the other may see"
    second = await enrol(WORKER)
    mine = worker.cursor
    heard = await told_all(second, mine)
    assert is_anew(heard)
    assert names(heard) == {north}, "not even of the same person: it hears what that phone had heard"
    assert south not in names(heard)


async def test_a_cursor_outlives_its_incarnation_but_not_its_device(enrol):
    worker, _, _, _ = await filled(enrol)
    worker.device = f"{worker.device[:8]}bbbbbbbb"
    assert not is_anew(await told_all(worker, worker.cursor))


async def test_the_token_says_whose_number_an_op_has(enrol):
    worker, thief = await enrol(WORKER), await enrol(STRANGER)
    thief.device = f"{thief.device[:8]}{worker.device[8:]}"
    await hear(
        thief, spelled(envelope(thief, [raw(thief.op("visit", {"mode": "door"}, area=SOUTH_ONE))], top=9))
    )
    op = good(worker)
    heard = await worker.exchange(op)
    assert (heard.codes, heard.acks, heard.missing) == ({}, [[1, 1]], [])


async def test_an_op_that_bears_another_devices_stamp_is_refused_and_takes_none_of_its_numbers(enrol):
    worker, thief = await enrol(WORKER), await enrol(STRANGER)
    stolen = raw(good(worker))
    heard = await hear(thief, spelled(envelope(thief, [stolen], top=1)))
    assert heard.codes == {1: "bad_stamp"}
    worker.n, worker.wall = 0, worker.wall - 1
    heard = await worker.exchange(good(worker))
    assert (heard.codes, heard.acks) == ({}, [[1, 1]])


async def test_a_record_under_another_devices_name_is_not_made(enrol):
    worker, thief = await enrol(WORKER), await enrol(STRANGER)
    op = thief.op("incident", {"matter": "wires"}, record=f"{worker.device}.1", area=SOUTH_ONE)
    assert (await thief.exchange(op)).codes == {1: "not_found"}
    assert (await worker.exchange(good(worker))).codes == {}


async def test_a_top_nobody_reached_costs_nothing_and_frightens_nobody_else(client, enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    heard = await hear(worker, spelled(envelope(worker, top=2**53 - 1)))
    assert heard.missing == [[1, 2**53 - 1]]
    answer = await client.get("/api/devices", headers={"authorization": f"Bearer {secretary.token}"})
    rows = {row["person"]: row for row in answer.json()["devices"]}
    assert rows[WORKER]["made"] == 2**53 - 1
    assert rows[SECRETARY]["made"] == 0
    await assert_well(worker)


async def test_a_report_speaks_for_its_own_phone_only(client, enrol):
    worker, thief, secretary = await enrol(WORKER), await enrol(STRANGER), await enrol(SECRETARY)
    await worker.exchange(good(worker))
    number = int(worker.device[:8], 16)
    report = {"incarnation": worker.device[8:], "top": 99, "device": number, "lost": [{"count": 5}]}
    answer = await client.post("/api/device", json=report, headers={"authorization": f"Bearer {thief.token}"})
    assert answer.status_code == 200
    told = await client.get("/api/devices", headers={"authorization": f"Bearer {secretary.token}"})
    (row,) = [each for each in told.json()["devices"] if each["person"] == WORKER]
    assert (row["made"], row["lost"], row["causes"]) == (1, [], [])


async def test_sums_made_up_are_answered_with_ones_own_view(client, enrol):
    worker, officer, north, _ = await filled(enrol)
    asked = {"cursor": worker.cursor, "areas": {str(SOUTH_ONE): [1, 5], str(NORTH_ONE): [1, 5], "99": [0, 1]}}
    answer = await client.post("/api/check", json=asked, headers={"authorization": f"Bearer {worker.token}"})
    assert {area: [each[0] for each in there] for area, there in answer.json()["areas"].items()} == {
        str(SOUTH_ONE): [], str(NORTH_ONE): [north], "99": [],
    }  # fmt: skip
    asked["cursor"] = officer.cursor
    answer = await client.post("/api/check", json=asked, headers={"authorization": f"Bearer {worker.token}"})
    assert answer.json() == {"stale": True}
