"""The server of the simulated town: the real code from the bytes of a push to the bytes of a receipt.

What stands in for the web framework is `post`; all that the town is made of (grants, units, pages, devices)
lies here in the open, so that events can change it. The clock is the simulation's.
"""

import re
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from backend.adapters.ledger import MemoryLedger
from backend.adapters.memory import MemoryBlobs, MemoryPeople
from backend.erase import NotErased, Store, erase, replay
from backend.exchange import Town, exchange, read_push
from backend.people import Common, Session, common, hashed, signed_in, version_for
from backend.ports import Person, Unit
from backend.problems import PROBLEMS, Refused
from backend.timers import elapse_due
from backend.view import Tree
from sync.clock import tick
from sync.deadline import Calendar
from sync.op import Op, Verdict
from sync.permit import Grant
from sync.settle import SYSTEM, Settled, World, enter
from sync.wire import trimmed
from tests.whole.fleet.cabinet import Cabinet, Doors, Line
from tests.whole.fleet.disk import Crash, Full
from tests.whole.fleet.town import DAY_MS, PAGES, TOWN, units

TOKEN: Final = re.compile(rb"t\d+\.(?=[\"\\])")  # of an entry, as it stands in a body
KEEP_MS: Final = 180 * DAY_MS  # how long a tombstone is kept


def hush(_: str) -> None:
    """Say nothing of what happens."""


class Answer(NamedTuple):
    """What came back: status 0 is nothing at all."""

    status: int
    sort: str = ""
    body: bytes = b""

    @property
    def code(self) -> str:
        """The problem code, if it is one of ours."""
        if self.sort != "application/problem+json":
            return ""
        try:
            return str(msgspec.json.decode(self.body)["code"])
        except msgspec.MsgspecError:
            return ""


NOTHING: Final = Answer(0)


class Backup(NamedTuple):
    """A copy of the store, and where its log ended."""

    copy: Any
    head: int


def drive(work: Coroutine[Any, Any, Any]) -> Any:
    """Run what never waits: the memory adapters only look as if they did."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a memory adapter waited")


@cache
def problem(code: str) -> Answer:
    body = msgspec.json.encode({"status": PROBLEMS[code].status, "code": code})
    return Answer(PROBLEMS[code].status, "application/problem+json", body)


class Server:
    """One town's server."""

    def __init__(
        self, cabinet: Cabinet, now_ms: Callable[[], int], wire_max: int, say: Callable[[str], None]
    ) -> None:
        self.cabinet, self.now_ms, self.wire_max = cabinet, now_ms, wire_max
        self.say = say
        self.people = MemoryPeople()
        self.units: dict[int, Unit] = {}
        self.page = 0
        self.up = True
        self.backups: list[Backup] = []
        self.backed = 0
        self.restores = 0  # times it went back
        self.lanes = Doors(cabinet)
        self.ledger = MemoryLedger()  # of erasures, outside the store
        self.store = Store(self.lanes, MemoryBlobs(), self.ledger)
        self.faults: list[str] = []  # what no request may come to
        self.removed: set[str] = set()  # records that were removed once
        self.erased: set[str] = set()  # those of them that the law wanted away
        self.forgotten: set[str] = set()  # tokens of what was erased with them
        # Under which grants and in which tree an op was decided, by device and position.
        self.grants: dict[tuple[str, int], tuple[tuple[Grant, ...], Mapping[int, Any]]] = {}
        self.posted: dict[tuple[str, int], bool] = {}  # whether its author had any post, now or lately
        self.roles: dict[int, Person] = {}
        self._versions: dict[Any, str] = {}
        self._shared: tuple[int, Common] | None = None  # what all directories say, and after how many changes
        self._changes = 0
        self._made = 0
        for unit in units().values():
            self.put_unit(unit)

    # What the town is made of

    def put_unit(self, unit: Unit) -> None:
        self.units[unit.id] = unit
        drive(self.people.put_units(TOWN, [unit]))
        self.tree = Tree({each.id: each.node for each in self.units.values()})
        self._changes += 1

    def put_person(self, person: Person) -> None:
        self.roles[person.id] = person
        drive(self.people.put_person(person))
        self._changes += 1

    def bind(self, person: int, number: str = "0") -> tuple[str, str]:
        """Sign a phone in: its token, and its device number as 8 hex digits; `number` is the one it had."""
        self._made += 1
        token = f"token{self._made}"
        device = drive(
            self.people.bind(self.roles[person], "phone", hashed(token), self.now_ms(), int(number, 16))
        )
        self._changes += 1
        return token, f"{device.number:08x}"

    def revoke(self, number: str) -> None:
        drive(self.people.revoke(int(number, 16), self.now_ms()))

    @property
    def world(self) -> World:
        return World(PAGES[self.page][1], self.tree)

    def directory_version(self, session: Session) -> str:
        key = self._changes, session.device.number, session.grants
        if self._shared is None or self._shared[0] != self._changes:
            self._shared = self._changes, drive(common(self.people, TOWN, Calendar()))
        if key not in self._versions:
            self._versions[key] = version_for(self._shared[1], session, self.now_ms())
        return self._versions[key]

    def tell_directory(self, token: str) -> tuple[str, tuple[Grant, ...], Mapping[int, Any]] | Literal[False]:
        """GET /api/directory, as much of it as a phone decides by; False when signed out."""
        try:
            session = drive(signed_in(self.people, token, self.now_ms()))
        except Refused:
            return False
        return self.directory_version(session), session.grants, self.tree

    # Requests

    def post(self, token: str, body: bytes) -> Answer:
        """POST /api/exchange; NOTHING when the process died on the way."""
        if not self.up:
            return NOTHING
        try:
            return self._post(token, body)
        except Refused as refused:
            return problem(refused.code)
        except Full:
            return problem("storage_full")
        except Crash:
            return NOTHING
        except Exception as fault:
            self.faults.append(f"{type(fault).__name__}: {fault}")
            return Answer(500, "text/plain", b"Internal Server Error")

    def _post(self, token: str, body: bytes) -> Answer:
        now_ms = self.now_ms()
        session = drive(signed_in(self.people, token, now_ms))
        if len(body) > self.wire_max:
            raise Refused("too_large")
        push = read_push(body)
        actor = session.actor(push.incarnation)
        told = self.directory_version(session)
        town = Town(TOWN, self.world, PAGES[self.page][0], told, self.backed, self.ledger)
        before = self.head() if push.ops else 0
        try:
            receipt, _ = drive(exchange(self.lanes, town, actor, push, now_ms))
        finally:
            for line in self.cabinet.log(before) if push.ops else ():
                self.grants[line.device, line.seq] = session.grants, self.tree
                self.posted[line.device, line.seq] = bool(session.grants or session.once)
        if self.say is not hush and (push.ops or receipt.anew):
            codes = [f"{verdict.n} {verdict.code}" for verdict in receipt.verdicts]
            said = f"acks {receipt.acks} missing {receipt.missing} anew {receipt.anew} more {receipt.more}"
            self.say(f"      {actor.device} {push.ops} {codes} {said}")
        return Answer(200, "application/json", msgspec.json.encode(trimmed(receipt)))

    # What happens by itself, or by the operator's hand

    def head(self) -> int:
        return self.cabinet.read(lambda lane: lane.head())

    def elapse(self) -> int:
        """Take the timed steps that are due."""
        now_ms = self.now_ms()
        if not self.up or not self.cabinet.read(lambda lane: lane.due(now_ms, 1)):
            return 0
        return int(
            self._by_hand(lambda: self.cabinet.write(lambda lane: elapse_due(lane, self.world, now_ms))) or 0
        )

    def remove(self, record: str, *, erased: bool) -> None:
        """Remove a record: by retention, or by law."""
        if not erased:
            self.removed.add(record)
            self._by_hand(lambda: self.cabinet.write(lambda lane: self._put_away(lane, record)))
            return
        about = [line for line in self.cabinet.log(0) if record.encode() in line.body]
        self._by_hand(lambda: drive(erase(self.store, TOWN, record, self.world.kinds, self.now_ms())))
        if not self.ledger.holds(TOWN, record):
            return  # an entry that was kept goes with what it is about
        self._by_hand(lambda: drive(replay(self.store, self.world.kinds, self.now_ms())))
        self.erased.add(record)
        self.forgotten |= {found.decode() for line in about for found in TOKEN.findall(line.body)}
        self.removed |= {
            name for name in self.cabinet.read(lambda lane: lane.names()) if self.ledger.holds(TOWN, name)
        }

    def _put_away(self, lane: Any, record: str) -> None:
        known, now_ms = lane.load("", []), self.now_ms()
        clock, seq = tick(known.clock, now_ms), known.seq + 1
        op = Op(seq, clock, "", record, None, {})
        settled = Settled({}, [], [], clock, known.seq, known.head)
        lane.save(enter(settled, SYSTEM, clock, op, Verdict(seq, "gone", now_ms)), {})
        lane.remove(record, seq, now_ms, erased=False)

    def sweep(self) -> int:
        """Throw old tombstones away."""
        before_ms = self.now_ms() - KEEP_MS
        return int(self._by_hand(lambda: self.cabinet.write(lambda lane: lane.sweep(before_ms, 100))) or 0)

    def back_up(self, *, verified: bool) -> None:
        backup = Backup(self.cabinet.copy(), self.head())
        self.backups = [*self.backups, backup]
        if verified:
            self.backed = backup.head
            self.backups = [each for each in self.backups if each.head >= self.backed]

    def restore(self, place: int) -> list[Line]:
        """Go back to a backup and replay the ledger of erasures; gives the lines of the log that are lost."""
        self.restores += 1
        backup = self.backups[place]
        lost = self.cabinet.log(0)
        self.cabinet.put_back(backup.copy)
        self.backups = self.backups[: place + 1]
        kept = {(line.seq, line.hash) for line in self.cabinet.log(0)}
        drive(replay(self.store, self.world.kinds, self.now_ms()))
        return [line for line in lost if (line.seq, line.hash) not in kept]

    def _by_hand(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except (Crash, Full, NotErased):
            return None
        except Exception as fault:
            self.faults.append(f"{type(fault).__name__}: {fault}")
            return None


def ended(person: Person, place: int, now_ms: int) -> Person:
    """Give a person one of whose grants ends now."""
    grants = list(person.grants)
    grants[place] = replace(grants[place], until_ms=now_ms)
    return replace(person, grants=grants)
