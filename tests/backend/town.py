"""A small town for tests: one town, two communities, three grids, and people over the roles."""

import zlib
from pathlib import Path
from typing import Any

import msgspec

from backend.kinds import Pages
from backend.people import new_code
from backend.ports import People, Person, Unit
from sync.clock import Stamp
from sync.kind import Kinds
from sync.op import Op, StepTaken
from sync.permit import Grant
from sync.wire import Push, pack

TOWN, NORTH, SOUTH = 3, 31, 32
NORTH_ONE, NORTH_TWO, SOUTH_ONE = 311, 312, 321
WORKER, SECRETARY, LEADER, OFFICER, STRANGER, RIDER = 7, 8, 9, 10, 11, 12
NOW = 1_763_750_000_000
HOUR_MS = 3_600_000
PAGES = Path(__file__).parents[2] / "sync" / "kinds"
BUILT_IN = Pages((PAGES,))  # read once for all tests: that takes a while, and none changes the files
KINDS = BUILT_IN.kinds

UNITS = [
    Unit(1, 1, 0, "市"),
    Unit(2, 2, 1, "区"),
    Unit(TOWN, 3, 2, "镇"),
    Unit(NORTH, 4, TOWN, "北村"),
    Unit(SOUTH, 4, TOWN, "南村"),
    Unit(NORTH_ONE, 5, NORTH, "北一", [(0, 0), (0, 1000), (1000, 1000), (1000, 0)]),
    Unit(NORTH_TWO, 5, NORTH, "北二", [(0, 1000), (0, 2000), (1000, 2000), (1000, 1000)]),
    Unit(SOUTH_ONE, 5, SOUTH, "南一", [(1000, 0), (1000, 2000), (2000, 2000), (2000, 0)]),
]
PEOPLE = [
    Person(WORKER, TOWN, "陈素芬", "19900000001", [Grant("fulltime_worker", NORTH_ONE)]),
    Person(SECRETARY, TOWN, "罗书记", "19900000002", [Grant("community_secretary", NORTH)]),
    Person(LEADER, TOWN, "向网格长", "19900000003", [Grant("grid_leader", NORTH_ONE)]),
    Person(OFFICER, TOWN, "值班员", "19900000004", [Grant("duty_officer", TOWN)]),
    Person(STRANGER, TOWN, "南一网格员", "19900000005", [Grant("fulltime_worker", SOUTH_ONE)]),
    Person(RIDER, TOWN, "骑手", "19900000006", [Grant("parttime_worker", NORTH_TWO)]),
]


async def settle_in(people: People) -> None:
    """Put the units and people in."""
    await people.put_units(TOWN, UNITS)
    for person in PEOPLE:
        await people.put_person(person)


class Phone:
    """A phone as the server sees it: numbers its ops and speaks the wire."""

    def __init__(self, client: Any, device: str, token: str, kinds: Kinds, version: str) -> None:
        self.client, self.token, self.kinds, self.version = client, token, kinds, version
        self.device = f"{device}{'a' * 8}"
        self.n, self.low, self.cursor, self.wall = 0, 1, "", NOW

    def op(self, kind: str, sets: dict[str, Any], record: str = "", area: int | None = None,
           step: tuple[str, str] | None = None, stamp: Stamp | None = None, n: int = 0) -> Op:  # fmt: skip
        """Make the next op; without a record it makes one."""
        self.n += 0 if n else 1
        self.wall += 1
        taken = StepTaken(*step) if step else None
        number = n or self.n
        return Op(number, stamp or Stamp(self.wall, 0, self.device), kind,
                  record or f"{self.device}.{number}", area, sets, taken)  # fmt: skip

    def push(self, ops: list[Op], photos: list[tuple[str, int, str]] | None = None) -> Push:
        """Put a push together."""
        return Push(1, self.version, self.device[8:], NOW, self.cursor, self.n, self.low,
                    pack(ops, self.kinds, NOW) if ops else None, photos or [])  # fmt: skip

    async def post(self, body: bytes, **headers: str) -> Any:
        """Post raw bytes to the exchange."""
        return await self.client.post(
            "/api/exchange", content=body,
            headers={"authorization": f"Bearer {self.token}", "content-type": "application/json", **headers},
        )  # fmt: skip

    async def exchange(self, *ops: Op, photos: list[tuple[str, int, str]] | None = None) -> "Heard":
        """Send ops, compressed, and hear the answer."""
        body = zlib.compress(push_bytes(self.push(list(ops), photos)))
        answer = await self.post(body, **{"content-encoding": "deflate"})
        assert answer.status_code == 200, answer.text
        heard = Heard(answer.json())
        self.cursor = heard.cursor
        return heard


def push_bytes(push: Push) -> bytes:
    """Write a push as it travels: without the empty parts at its end."""
    parts = [getattr(push, name) for name in Push.__struct_fields__]
    while not parts[-1]:
        parts.pop()
    return msgspec.json.encode(parts)


class Heard:
    """A receipt, by name."""

    NAMES = (
        "server_ms",
        "cursor",
        "more",
        "acks",
        "missing",
        "verdicts",
        "records",
        "photos",
        "gone",
        "directory",
        "anew",
        "head",
        "backed",
    )

    def __init__(self, parts: list[Any]) -> None:
        self.parts = dict(zip(self.NAMES, parts, strict=False))

    def __getattr__(self, name: str) -> Any:
        return self.parts.get(name, [])

    @property
    def codes(self) -> dict[int, str]:
        """Give the verdict codes by op number."""
        return {verdict[0]: verdict[1] for verdict in self.verdicts}

    @property
    def states(self) -> dict[str, str]:
        """Give the states told by record."""
        return {record[0]: record[6] for record in self.records}


async def enrolled(client: Any, people: People, person: int) -> Phone:
    """Enrol a phone of a person over HTTP."""
    code = await new_code(people, person, client.app.state.context.towns.now_ms(), 24)
    session = (await client.post("/api/session", json={"code": code, "device_name": "test"})).json()
    pages = client.app.state.context.towns.pages
    return Phone(client, session["device"], session["token"], pages.kinds, pages.version)
