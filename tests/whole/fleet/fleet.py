"""One seed: a town, some phones, a list of steps, then everything heals and the oracles are asked.

Every step draws from a generator of its own, made of the seed and its place, so that a step can be left out
without changing the others: that is how a failing seed is made small.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from backend import view
from backend.exchange import read_push
from backend.ports import Person
from sync.permit import Grant
from tests.whole.fleet import oracles
from tests.whole.fleet.cabinet import Cabinet, MemoryCabinet, SqlCabinet
from tests.whole.fleet.disk import Crash, Disk
from tests.whole.fleet.ledger import Ledger
from tests.whole.fleet.link import Link
from tests.whole.fleet.model import ModelPhone
from tests.whole.fleet.plan import Plan, drawn
from tests.whole.fleet.server import Server, hush
from tests.whole.fleet.town import NOW, PAGES, ROLES, TOWN

ROUNDS_MAX = 14  # of all phones after everything healed
Say = Callable[[str], None]
Event = Callable[["Fleet", Random], None]


@dataclass
class Watch:
    """A phone's clocks."""

    fleet: "Fleet"
    offset_ms: int = 0

    def wall_ms(self) -> int:
        return max(0, self.fleet.now + self.offset_ms)

    def steady_ms(self) -> int:
        return self.fleet.now


@dataclass
class Handset:
    """A phone in somebody's hand."""

    name: str
    person: int
    phone: Any
    watch: Watch
    number: str
    kept: Any = None  # an earlier state of its store
    made: list[str] = field(default_factory=list)  # records it made
    copied: bool = False
    spilt: dict[str, int] = field(default_factory=dict)  # by device: numbers up to here went with its store


class Fleet:
    """A seed under way."""

    def __init__(
        self, seed: int, say: Say | None = None, skip: Iterable[int] = (), *, sql: bool = False
    ) -> None:
        self.seed, self.plan, self.skip = seed, drawn(seed), frozenset(skip)
        self.plan = self.plan._replace(sql=sql or self.plan.sql)
        self.say: Say = say or hush
        self.rng = Random(seed * 7919 + 2)
        self.now = NOW
        self.ledger = Ledger()
        self.wrong: list[str] = []
        self.steps = 0
        view.PAGE_RECORDS, view.GONE_MAX = self.plan.page_records, self.plan.gone_max  # type: ignore[misc]
        cabinet: Cabinet = SqlCabinet() if self.plan.sql else MemoryCabinet()
        self.server = Server(cabinet, lambda: self.now, self.plan.wire_max, self.say)
        self.server.page = self.rng.randrange(len(PAGES)) if "pages" in self.plan.weights else len(PAGES) - 1
        self.link = Link(self.server, self.plan, self.say)
        self.link.calm, self.link.overdue = True, self.overdue
        self.down = 0
        self.minted = 0
        self.handsets: list[Handset] = []
        self.copied: set[str] = set()  # numbers of phones whose store was copied or went back, lost ones too
        self._settle_in()

    def _settle_in(self) -> None:
        for person in range(1, self.plan.people + 1):
            role = self.rng.choice(list(ROLES)) if person > 1 else "fulltime_worker"
            self.server.put_person(Person(person, TOWN, f"p{person}", "", [self._post_of(self.rng, role, 0)]))
        for place in range(self.plan.phones):
            person = place % self.plan.people + 1
            handset = self.handset(person, f"h{place + 1}")
            self.handsets.append(handset)
            handset.phone.exchange()

    @staticmethod
    def _post_of(rng: Random, role: str, from_ms: int) -> Grant:
        return Grant(role, rng.choice(ROLES[role]), from_ms)

    def mint(self) -> str:
        """Give a new incarnation."""
        self.minted += 1
        return f"{self.minted:08x}"

    def handset(self, person: int, name: str) -> Handset:
        """Give a person a new phone."""
        watch = Watch(self, self.rng.choice((0, 0, -3000, 40_000, 7_200_000)))
        phone = ModelPhone(Disk(), watch, self.link, self.plan.most, self.mint)
        token, number = self.server.bind(person)
        phone.sign_in(token, number, person)
        return Handset(name, person, phone, watch, number)

    def events(self) -> Mapping[str, Event]:
        """What may happen in a step, by name."""
        from tests.whole.fleet.events import EVENTS  # noqa: PLC0415 - events are about fleets

        return EVENTS

    def run(self) -> list[str]:
        """Run the seed; gives what is wrong."""
        events = self.events()
        self.link.calm = False
        names, weights = list(self.plan.weights), list(self.plan.weights.values())
        for step in range(self.plan.steps):
            if step in self.skip or self.wrong:
                continue
            rng = Random((self.seed << 20) + step)
            self.link.rng = rng
            self.now += rng.choice((5, 900, 20_000))
            name = rng.choices(names, weights)[0]
            self.say(f"{step} {name}")
            self.steps += 1
            self.server.up = step >= self.down
            events[name](self, rng)
        if not self.wrong:
            self.heal()
        if not self.wrong:
            self.wrong += oracles.judge(self)
        self.wrong += [f"O6 {fault}" for fault in self.server.faults]
        return self.wrong

    def exchange(self, handset: Handset, rng: Random, meanwhile: Callable[[], None] | None = None) -> str:
        """Let a phone exchange; whatever happens to it, it goes on afterwards."""
        self.link.meanwhile = meanwhile or (lambda: None)
        self.link.watch = lambda body: self.wrong.extend(oracles.hurried(self, handset, body))
        try:
            end = handset.phone.exchange()
        except Crash:
            self.say(f"    {handset.name} crashed")
            handset.phone.restart()
            return "crashed"
        finally:
            self.link.meanwhile = lambda: None
            self.link.watch = lambda _: None
        self.say(f"    {handset.name} {end}")
        if end == "done" and meanwhile is None:
            self.wrong += oracles.leaks(self, handset)
        return end

    def heal(self) -> None:
        """End all faults, and let everybody speak until nothing changes any more."""
        self.say("heal")
        server, link = self.server, self.link
        server.up, link.calm, server.page = True, True, len(PAGES) - 1
        server.cabinet.fuse.clear()
        while link.held:
            self.now += 5  # a stamp that the server gives lies in no millisecond a person has just written in
            link.deliver()
        rng = Random(self.seed)
        for handset in self.handsets:
            handset.phone.arm(0, "")
        for _ in range(ROUNDS_MAX):
            self.now += 600_000
            for _ in range(len(server.cabinet.records())):
                if not server.elapse():
                    break
            before = server.head()
            for handset in self.handsets:
                if handset.phone.out():
                    self.sign_in(handset)
            ends = [self.exchange(handset, rng) for handset in self.handsets]
            self.say(f"    round: {ends}")
            if self.wrong:
                return
            if server.head() == before and set(ends) == {"done"} and not any(map(self._open, self.handsets)):
                return
        self.wrong.append(f"O1 never quiet: {[self._open(handset) for handset in self.handsets]}")

    @staticmethod
    def _open(handset: Handset) -> list[str]:
        """List what still waits for an answer."""
        return [token for token, code in handset.phone.waiting().items() if code in oracles.OPEN]

    def sign_in(self, handset: Handset) -> None:
        """Sign a phone in again: it keeps its device number, and so do its copies."""
        token, number = self.server.bind(handset.person, handset.number)
        if number != handset.number:
            self.wrong.append(f"O1 {handset.name} got another number")
        for each in self.handsets:
            if each.number == number:
                each.phone.arm(0, "")
                each.phone.sign_in(token, number, handset.person)

    def overdue(self, body: bytes, sent: int) -> None:
        """Look at a push that arrives late: what it holds may have gone on under another number meanwhile.

        A server that went back since has forgotten that it refused the old one (`number_reused`), and takes
        it: the entry is there twice, and no rule of either side could tell.
        """
        if sent == self.server.restores:
            return
        incarnation = read_push(body).incarnation
        for handset in self.handsets:
            for token, op in handset.phone.held().items():
                moved = op[8:16] != incarnation and token.encode() in body
                self.ledger.deeds[token].twice |= moved

    def on_server(self) -> set[str]:
        """List the tokens that the log holds."""
        return oracles.tokens(self.server.cabinet.log(0))


def run(seed: int, say: Say | None = None, skip: Iterable[int] = (), *, sql: bool = False) -> Fleet:
    """Run a seed to its end; `wrong` of what is given back says what is wrong."""
    fleet = Fleet(seed, say, skip, sql=sql)
    try:
        fleet.run()
    except Exception as fault:
        fleet.wrong.append(f"O6 {type(fault).__name__}: {fault}")
        if say is not None:
            raise
    if isinstance(fleet.server.cabinet, SqlCabinet):
        fleet.server.cabinet.close()
    return fleet


__all__ = ["Fleet", "Handset", "Plan", "run"]
