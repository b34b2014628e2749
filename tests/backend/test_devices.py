"""What the town knows of its phones, through the ports in memory."""

import sqlite3

import msgspec
import pytest
from msgspec.structs import replace

from backend.adapters.memory import MemoryLanes, MemoryPeople
from backend.devices import FLUSH_MS, Contacts, Missing, Row, keep_report, listed, read_report
from backend.people import Session
from backend.ports import Lane, Person, PhotoRow
from backend.problems import Refused
from sync.permit import Grant, live
from tests.backend.mirror import WORLD, Mirror
from tests.backend.town import (
    HOUR_MS,
    LEADER,
    NORTH,
    NORTH_ONE,
    NOW,
    OFFICER,
    PEOPLE,
    RIDER,
    SECRETARY,
    STRANGER,
    TOWN,
    WORKER,
    settle_in,
)

pytestmark = pytest.mark.anyio
DAY_MS = 24 * HOUR_MS
CURRENT = ("1.0", "kkkkkkkk")


class Place:
    """A town in memory."""

    def __init__(self) -> None:
        self.people, self.lanes, self.now_ms = MemoryPeople(), MemoryLanes(), NOW
        self.contacts = Contacts(self.people, self.lanes)
        self.sessions: dict[int, Session] = {}

    async def sign_in(self, person: int) -> Session:
        found = await self.people.person(person)
        device = await self.people.bind(found, f"phone of {person}", f"{person}".encode(), self.now_ms)
        self.sessions[person] = Session(device, found, live(found.grants, self.now_ms))
        return self.sessions[person]

    def phone(self, person: int) -> Mirror:
        session = self.sessions[person]
        return Mirror(session.device.number, person, *session.grants)

    async def say(self, person: int, current=CURRENT, **said) -> None:
        report = read_report(msgspec.json.encode(said))
        await keep_report(self.people, self.sessions[person], report, current, self.now_ms)

    async def seen_by(self, person: int) -> dict[int, Row]:
        session = self.sessions[person]
        rows = await listed(self.people, self.lanes, self.contacts, session, WORLD, self.now_ms)
        return {row.person: row for row in rows}


@pytest.fixture
async def place() -> Place:
    place = Place()
    await settle_in(place.people)
    for person in PEOPLE:
        await place.sign_in(person.id)
    return place


async def send(place: Place, phone: Mirror, *numbers: int, top: int) -> None:
    """Push reports under some numbers, saying how many were made."""
    ops = []
    for n in numbers:
        phone.n = n - 1
        ops.append(phone.op("incident", {"matter": "wires"}, area=NORTH_ONE))
    phone.n = top
    if (await phone.exchange(place.lanes, *ops)).missing:
        place.contacts.claim(TOWN, phone.actor.device, top)


async def test_phone_seventeen_made_so_many_entries_and_so_many_are_here(place):
    await send(place, place.phone(WORKER), *range(1, 101), *range(110, 241), top=240)
    row = (await place.seen_by(SECRETARY))[WORKER]
    assert (row.made, row.held) == (240, 231)
    assert [(each.incarnation, each.made, each.held, each.missing) for each in row.ids] == [
        ("aaaaaaaa", 240, 231, [(101, 109)])
    ]
    assert row.causes == [], "as long as the phone has not said whether it still has them"
    await place.say(WORKER, top=240, incarnation="aaaaaaaa", waiting=4, oldest_ms=NOW - 60_000)
    assert (await place.seen_by(SECRETARY))[WORKER].causes == [("missing", 5)]


async def test_a_claim_counts_before_anything_of_it_has_come(place):
    phone = place.phone(WORKER)
    await send(place, phone, top=7)
    row = (await place.seen_by(SECRETARY))[WORKER]
    assert (row.made, row.held, row.ids[0].missing) == (7, 0, [(1, 7)])
    await send(place, phone, top=5)
    assert (await place.seen_by(SECRETARY))[WORKER].made == 7, "and is never taken back"


async def test_a_claim_beside_ops_is_stored_with_them(place):
    await send(place, place.phone(WORKER), 1, 2, top=9)
    assert place.lanes.lanes[TOWN].claimed("00000001aaaaaaaa") == 9
    await send(place, place.phone(STRANGER), 1, 2, top=2)
    assert place.lanes.lanes[TOWN].claimed("00000005aaaaaaaa") == 0, "nothing is missing: nothing to note"


async def test_a_claim_is_written_once_and_again_after_trouble(place, monkeypatch):
    written: list[int] = []

    async def write(town, work):
        written.append(town)
        raise sqlite3.OperationalError("database is locked")

    device = "00000001aaaaaaaa"
    place.contacts.claim(TOWN, device, 7)
    with monkeypatch.context() as trouble:
        trouble.setattr(place.lanes, "write", write)
        await place.contacts.write_claims()
    assert written == [TOWN]
    await place.contacts.write_claims()
    assert place.lanes.lanes[TOWN].claimed(device) == 7
    monkeypatch.setattr(place.lanes, "write", write)
    place.contacts.claim(TOWN, device, 7)
    await place.contacts.write_claims()
    assert written == [TOWN], "known by now"


async def test_a_new_life_of_a_store_does_not_hide_what_the_old_one_owes(place):
    await send(place, place.phone(WORKER), 1, 2, top=6)
    await place.say(WORKER, top=3, incarnation="bbbbbbbb", waiting=3)
    row = (await place.seen_by(SECRETARY))[WORKER]
    assert {each.incarnation: (each.made, each.held) for each in row.ids} == {
        "aaaaaaaa": (6, 2), "bbbbbbbb": (3, 0),
    }  # fmt: skip
    assert row.causes == [("missing", 4)]


async def test_numbers_made_after_the_last_report_are_not_yet_missing(place):
    phone = place.phone(WORKER)
    await send(place, phone, 1, 2, top=2)
    await place.say(WORKER, top=2, incarnation="aaaaaaaa")
    await send(place, phone, 3, top=9)
    row = (await place.seen_by(SECRETARY))[WORKER]
    assert (row.made, row.held, row.causes) == (9, 3, [])


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        (SECRETARY, {WORKER, SECRETARY, LEADER, RIDER}),
        (LEADER, {WORKER, LEADER}),
        (OFFICER, {WORKER, SECRETARY, LEADER, OFFICER, STRANGER, RIDER}),
    ],
)
async def test_a_supervisor_sees_the_phones_of_the_people_at_and_below_a_unit(place, person, seen):
    assert (await place.seen_by(person)).keys() == seen


@pytest.mark.parametrize("person", [WORKER, STRANGER, RIDER])
async def test_nobody_else_sees_any(place, person):
    with pytest.raises(Refused, match="not_found"):
        await place.seen_by(person)


async def test_a_supervisor_whose_grant_ended_sees_none(place):
    await place.people.put_person(
        Person(SECRETARY, TOWN, "罗书记", "", [Grant("community_secretary", NORTH, 0, NOW)])
    )
    await place.sign_in(SECRETARY)
    with pytest.raises(Refused, match="not_found"):
        await place.seen_by(SECRETARY)


async def test_a_phone_out_of_use_is_listed_only_while_something_of_it_is_amiss(place):
    await place.people.revoke(place.sessions[WORKER].device.number, NOW)
    await place.people.put_person(
        Person(RIDER, TOWN, "骑手", "", [Grant("parttime_worker", NORTH_ONE, 0, NOW)])
    )
    assert (await place.seen_by(SECRETARY)).keys() == {SECRETARY, LEADER}
    await send(place, place.phone(WORKER), 1, top=3)
    await place.say(RIDER, waiting=2)
    rows = await place.seen_by(SECRETARY)
    assert rows.keys() == {SECRETARY, LEADER, WORKER, RIDER}
    assert rows[WORKER].out
    assert not rows[RIDER].out


async def test_the_phone_that_lacks_most_comes_first_then_the_one_silent_longest(place):
    place.contacts.note(place.sessions[SECRETARY].device.number, NOW + 2)
    place.contacts.note(place.sessions[RIDER].device.number, NOW + 1)
    await send(place, place.phone(WORKER), top=2)
    rows = await place.seen_by(SECRETARY)
    assert list(rows) == [WORKER, LEADER, RIDER, SECRETARY]


async def test_a_report_replaces_the_one_before_and_is_a_contact(place):
    await place.say(WORKER, waiting=3, lost=[{"count": 2, "device": "00000001aaaaaaaa"}])
    place.now_ms += 5_000
    await place.say(WORKER, geo="denied")
    row = (await place.seen_by(SECRETARY))[WORKER]
    assert (row.waiting, row.lost, row.heard_ms) == (0, [], NOW + 5_000)
    assert row.causes == [("no_place", 0)]


async def test_an_old_version_counts_from_when_it_was_first_seen(place):
    await place.say(WORKER, version="0.9", kinds="kkkkkkkk")
    for _ in range(8):
        place.now_ms += DAY_MS
        await place.say(WORKER, version="0.9", kinds="kkkkkkkk")
    assert (await place.seen_by(SECRETARY))[WORKER].causes == [("old_version", 8 * DAY_MS)]
    await place.say(WORKER, version="1.0", kinds="")
    assert (await place.seen_by(SECRETARY))[WORKER].causes == []
    await place.say(WORKER, version="1.0", kinds="oldkinds")
    assert (await place.seen_by(SECRETARY))[WORKER].causes == [], "it counts anew"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b"\xff", b"[" * 9_000, b'{"waiting":-1}', b'{"waiting":"1"}',
        b'{"top":9007199254740992}', b'{"top":true}', b'{"incarnation":"AAAAAAAA"}', b'{"offset_ms":1.5}',
        b'{"lost":[{}]}', b'{"lost":[' + b",".join([b'{"count":1}'] * 33) + b"]}",
        b'{"geo":"' + b"x" * 81 + b'"}', b'{"persisted":null}',
    ],
)  # fmt: skip
def test_what_is_no_report_is_malformed(body):
    with pytest.raises(Refused, match="malformed"):
        read_report(body)


def test_what_a_later_phone_adds_is_not_read():
    assert read_report(b'{"waiting":1,"battery":{"level":5},"lost":[{"count":1,"why":"?"}]}').waiting == 1


async def test_contacts_are_written_at_most_once_a_minute(place, monkeypatch):
    written: list[dict[int, int]] = []

    async def heard(times):
        written.append(dict(times))

    monkeypatch.setattr(place.people, "heard", heard)
    await place.contacts.flush(NOW)
    assert written == [], "nothing noted, nothing written"
    place.contacts.note(1, NOW)
    place.contacts.note(1, NOW + 5)
    place.contacts.note(2, NOW)
    await place.contacts.flush(NOW + 5)
    assert written == [{1: NOW + 5, 2: NOW}]
    place.contacts.note(2, NOW + 9)
    await place.contacts.flush(NOW + 5 + FLUSH_MS - 1)
    assert len(written) == 1
    await place.contacts.flush(NOW + 5 + FLUSH_MS)
    assert written[1:] == [{2: NOW + 9}]


async def test_contacts_that_could_not_be_written_are_kept(place, monkeypatch):
    async def heard(times):
        raise sqlite3.OperationalError("database is locked")

    place.contacts.note(1, NOW + 7)
    with monkeypatch.context() as patch:
        patch.setattr(place.people, "heard", heard)
        with pytest.raises(sqlite3.OperationalError):
            await place.contacts.flush(NOW)
    await place.contacts.flush(NOW + FLUSH_MS)
    assert (await place.people.reported(TOWN))[0].heard_ms == NOW + 7


async def test_a_contact_counts_before_it_is_written(place):
    place.contacts.note(place.sessions[WORKER].device.number, NOW + 3)
    assert (await place.seen_by(SECRETARY))[WORKER].heard_ms == NOW + 3


async def test_photos_that_do_not_come_are_counted_by_the_phone_that_spoke_of_them(place):
    await place.sign_in(WORKER)
    await place.sign_in(SECRETARY)
    phone, keys = place.phone(WORKER), [letter * 22 for letter in "ABCD"]
    op = phone.op("incident", {"photos": {"add": keys[:3]}}, area=NORTH_ONE)
    await phone.exchange(place.lanes, op)
    device = bytes.fromhex(phone.actor.device)

    def announce(lane: Lane) -> None:
        for at, key in enumerate(keys):  # the last one is shown by no record
            row = PhotoRow(key, 9, b"", announced_ms=NOW + at, device=device, person=WORKER)
            lane.album.put(replace(row, partial=at, overdue_ms=NOW + DAY_MS if at == 1 else 0))
        lane.album.refer({op.record: keys[:3]})

    place.lanes.now(TOWN, announce)
    place.now_ms += DAY_MS
    row = (await place.seen_by(SECRETARY))[WORKER]
    assert row.photos == Missing(count=3, partial=2, overdue=1, oldest_ms=NOW, overdue_ms=NOW + 1)
    assert ("photos_late", DAY_MS - 1) in row.causes
    assert (await place.seen_by(SECRETARY))[SECRETARY].photos == Missing()
