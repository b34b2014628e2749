"""Letters about corrections to other offices, and what their answers do."""

import json

import pytest
from msgspec.structs import replace

from backend.adapters.memory import MemoryBell, MemoryLanes, MemoryPeople
from backend.kinds import Pages
from backend.outward import Answer, Letter, Outward
from backend.ports import Person
from backend.towns import Towns
from sync.permit import Grant
from tests.backend.mirror import Mirror
from tests.backend.town import NORTH_ONE, NOW, PAGES, TOWN, WORKER, settle_in

pytestmark = pytest.mark.anyio

STEWARD = 13
HELD = [Grant("data_steward", TOWN)]


class Desk:
    """An office in memory."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.asked: list[Answer] = []
        self.words: list[str] = []

    async def post(self, letter: Letter) -> None:
        self.letters.append(letter)

    async def answers(self) -> list[Answer]:
        return self.asked

    async def dealt(self, answer: Answer, word: str) -> None:
        self.asked.remove(answer)
        self.words.append(word)


class Place:
    """A town whose steward has sent a correction of a name out."""

    async def begin(self) -> None:
        self.lanes, self.people, self.office = MemoryLanes(), MemoryPeople(), Desk()
        await settle_in(self.people)
        await self.hold(HELD)
        self.towns = Towns(self.people, Pages((PAGES,)), lambda: NOW)
        self.outward = Outward(self.lanes, self.towns, MemoryBell(), self.office)
        self.worker = Mirror(1, WORKER, Grant("fulltime_worker", NORTH_ONE))
        self.steward = Mirror(4, STEWARD, *HELD)
        home = self.worker.op("household", {"name": "张家"}, area=NORTH_ONE)
        await self.worker.exchange(self.lanes, home)
        self.home = home.record
        said = {"target": home.record, "field": "name", "sort": "owner", "owner_value": '"章家"'}
        op = self.worker.op("correction", said, area=NORTH_ONE)
        await self.worker.exchange(self.lanes, op)
        self.said = op.record

    async def hold(self, grants: list[Grant]) -> None:
        await self.people.put_person(Person(STEWARD, TOWN, "谭", "", grants))

    async def send_out(self) -> None:
        await self.steward.hear_all(self.lanes)
        sets = {"sent_to": "派出所"}
        op = self.steward.op("correction", sets, self.said, step=("send_out", "with_owner"))
        await self.steward.exchange(self.lanes, op)
        await self.outward.turn(NOW)

    async def answer(self, *, agreed: bool, note: str = "", about: str = "") -> str:
        self.office.asked.append(Answer(TOWN, about or self.said, agreed, note))
        await self.outward.turn(NOW)
        return self.office.words[-1]

    def kept(self, record: str):
        return self.lanes.lanes[TOWN].kept[record]


@pytest.fixture
async def place() -> Place:
    place = Place()
    await place.begin()
    return place


async def test_what_is_sent_out_is_a_letter_once(place):
    await place.outward.turn(NOW)
    assert place.office.letters == []
    await place.send_out()
    (letter,) = place.office.letters
    assert (letter.correction, letter.record, letter.field) == (place.said, place.home, "name")
    assert json.loads(letter.says) == "章家"
    assert letter.said["sent_to"] == "派出所"
    await place.outward.turn(NOW)
    assert len(place.office.letters) == 1


async def test_a_yes_puts_the_record_right_in_the_name_of_who_sent_it(place):
    await place.send_out()
    assert await place.answer(agreed=True) == "applied"
    assert place.kept(place.said).state == "confirmed_out"
    assert place.kept(place.said).story[-1].person == STEWARD
    assert place.kept(place.home).cells["name"][0] == "章家"


async def test_a_no_refuses_with_the_offices_words_and_changes_nothing(place):
    await place.send_out()
    assert await place.answer(agreed=False, note="户口本上就是张" * 50) == "applied"
    assert place.kept(place.said).state == "refused"
    assert place.kept(place.said).cells["refuse_note"][0].startswith("户口本上就是张")
    assert place.kept(place.home).cells["name"][0] == "张家"


async def test_an_answer_that_does_not_fit_leaves_all_as_it_is(place):
    assert await place.answer(agreed=True) == "wrong_state"
    assert await place.answer(agreed=True, about="00000009aaaaaaaa.99") == "not_found"
    assert await place.answer(agreed=True, about=place.home) == "not_found"
    await place.send_out()
    assert await place.answer(agreed=True) == "applied"
    assert await place.answer(agreed=False) == "wrong_state"
    assert place.kept(place.said).state == "confirmed_out"


async def test_who_may_not_decide_any_more_decides_nothing_through_an_office(place):
    await place.send_out()
    await place.hold([replace(HELD[0], until_ms=NOW - 1)])
    assert await place.answer(agreed=True) == "not_found"
    assert place.kept(place.said).state == "sent_out"


async def test_without_an_office_nothing_is_read(place):
    await Outward(place.lanes, place.towns, MemoryBell(), None).turn(NOW)
