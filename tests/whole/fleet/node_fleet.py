"""Fleets of the real client: the same towns, events, faults and oracles, Node phones, HTTP between."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

from tests.whole.fleet import node_events
from tests.whole.fleet.bugs import ROOT, Bug
from tests.whole.fleet.cabinet import SqlCabinet
from tests.whole.fleet.disk import Crash
from tests.whole.fleet.fleet import Event, Fleet, Handset, Say, Watch
from tests.whole.fleet.front import Front
from tests.whole.fleet.node_phone import NodePhone, Nodes, Road, bundled
from tests.whole.fleet.oracles import HELD

STEPS_MAX: Final = 40  # of one seed: a request takes some milliseconds here
PHONES_MAX: Final = 4
BUILD: Final = ROOT / "build"


def drawn(seed: int) -> dict[str, int]:
    """Draw what may happen in a seed beside what its plan says."""
    chance = Random(seed * 7919 + 3)
    weights = () if seed % 4 in node_events.ABSENT else node_events.WEIGHTS.items()
    return {name: weight for name, weight in weights if chance.random() < 0.7}


class NodeFleet(Fleet):
    """A seed whose phones are the app."""

    def __init__(self, seed: int, floor: "Floor", say: Say | None = None, skip: Iterable[int] = ()) -> None:
        self.floor = floor
        super().__init__(seed, say, skip)

    def _settle_in(self) -> None:
        steps, phones = min(self.plan.steps, STEPS_MAX), min(self.plan.phones, PHONES_MAX)
        people = min(self.plan.people, phones)
        weights = self.plan.weights | drawn(self.seed)
        self.plan = self.plan._replace(steps=steps, phones=phones, people=people, weights=weights)
        road = self.link = Road(self.server, self.plan, self.say)
        road.calm, road.front, road.overdue = True, self.floor.front, self.overdue
        self.floor.front.serve(self.server)
        self.floor.nodes.fate = road.fate
        self.floor.nodes.call("forget")
        super()._settle_in()

    def events(self) -> Mapping[str, Event]:
        """What may happen in a step, by name."""
        return {**super().events(), **node_events.EVENTS}

    def handset(self, person: int, name: str) -> Handset:
        """Give a person a new phone."""
        watch = Watch(self, self.rng.choice((0, 0, -3000, 40_000, 7_200_000)))
        phone = NodePhone(self.floor.nodes, watch)
        token, number = self.server.bind(person)
        phone.sign_in(token, number, person)
        return Handset(name, person, phone, watch, number)

    def run(self) -> list[str]:
        """Run the seed; gives what is wrong."""
        super().run()
        for handset in () if self.wrong else self.handsets:
            for token, code in handset.phone.waiting().items():
                if code in HELD:
                    self.wrong.append(f"O1 {handset.name} holds {token} for refused, which is {code}")
        return self.wrong


class Floor:
    """What all seeds of a process share: the app, served, and the process of the phones."""

    def __init__(self, bundle: str) -> None:
        self._bundle, self.front = bundle, Front()
        self.nodes = Nodes(bundle, self.front.address)

    def run(self, seed: int, say: Say | None = None, skip: Iterable[int] = ()) -> NodeFleet:
        """Run a seed to its end; `wrong` of what is given back says what is wrong."""
        fleet = NodeFleet(seed, self, say, skip)
        try:
            fleet.run()
        except (Exception, Crash) as fault:
            fleet.wrong.append(f"O6 {type(fault).__name__}: {fault}")
            self.nodes.close()  # somebody may still wait for an answer in there
            self.nodes = Nodes(self._bundle, self.front.address)
        if isinstance(fleet.server.cabinet, SqlCabinet):
            fleet.server.cabinet.close()
        return fleet

    def close(self) -> None:
        self.nodes.close()
        self.front.close()


@contextmanager
def floor(bug: Bug | None = None) -> Iterator[Floor]:
    """Bundle the phones, perhaps with a bug in them, and start what a run of seeds needs."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fleet-", dir=BUILD) as folder:
        planted = (bug.file, bug.old, bug.new) if bug else ()
        made = Floor(bundled(str(Path(folder, "phones.mjs")), *planted))
        try:
            yield made
        finally:
            made.close()
