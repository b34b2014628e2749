"""The kinds and the directory: told when they change, cheap while they do not."""

import msgspec
import pytest

from backend.ports import Person
from sync.kind import Kind, version
from sync.permit import Grant
from tests.backend.town import NORTH_ONE, NORTH_TWO, SECRETARY, TOWN, UNITS, WORKER, Phone

pytestmark = pytest.mark.anyio


async def directory(phone: Phone):
    return await phone.client.get("/api/directory", headers={"authorization": f"Bearer {phone.token}"})


async def test_the_pages_are_told_to_anybody_under_their_version(client):
    answer = await client.get("/api/kinds")
    told = answer.json()
    assert answer.headers["etag"] == f'"{told["version"]}"'
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "application/json"
    listed = [
        field for kind in told["kinds"].values() for field in kind["fields"].values() if field["listed"]
    ]
    assert listed
    for field in listed:  # a list travels once
        assert field["options"] == []
        field["options"] = told["lists"][field["listed"]]
    kinds = msgspec.convert(told["kinds"], dict[str, Kind])
    assert kinds == client.app.state.context.towns.pages.kinds
    assert version(kinds) == told["version"]


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"abc", "{}"'])
async def test_pages_that_are_known_are_not_told_again(client, form):
    tag = client.app.state.context.towns.pages.version
    answer = await client.get("/api/kinds", headers={"if-none-match": form.format(tag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == f'"{tag}"'
    other = await client.get("/api/kinds", headers={"if-none-match": '"00000000"'})
    assert other.status_code == 200


async def test_a_directory_is_told_to_who_is_signed_in(client, enrol):
    worker = await enrol(WORKER)
    answer = await directory(worker)
    told = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert told["me"]["name"] == "陈素芬"
    assert told["me"]["helpPhone"] == "19900000003"
    assert [unit["id"] for unit in told["units"]] == [unit.id for unit in UNITS]
    assert told["units"][5]["shape"] == [[0, 0], [0, 1000], [1000, 1000], [1000, 0]]
    assert [WORKER, "陈素芬"] in told["people"]
    assert (await client.get("/api/directory")).status_code == 401


async def test_an_exchange_says_when_the_directory_changed(client, enrol):
    worker, people = await enrol(WORKER), client.app.state.context.people
    first = (await worker.exchange()).directory
    assert first == (await directory(worker)).json()["version"]
    assert (await worker.exchange()).directory == []
    moved = Person(WORKER, TOWN, "陈素芬", "", [Grant("fulltime_worker", NORTH_TWO)])
    await people.put_person(moved)
    second = (await worker.exchange()).directory
    assert second not in ("", first)
    assert second == (await directory(worker)).json()["version"]
    assert (await directory(worker)).json()["me"]["grants"] == [
        {"role": "fulltime_worker", "unit": NORTH_TWO}
    ]


async def test_a_changed_grant_holds_at_the_next_exchange(client, enrol):
    worker, secretary = await enrol(WORKER), await enrol(SECRETARY)
    visit = worker.op("visit", {"mode": "door"}, area=NORTH_ONE)
    await worker.exchange(visit)
    await secretary.exchange()
    await client.app.state.context.people.put_person(Person(WORKER, TOWN, "陈素芬"))
    heard = await worker.exchange(worker.op("visit", {"result": "ok"}, visit.record))
    assert heard.codes == {2: "not_found"}
    assert heard.gone == [visit.record]
