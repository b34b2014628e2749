"""What may happen to a phone of the real client only: of two engines that hold its entries, one is spoilt.

What one of them still has is there after the next start, and nobody is asked for it (reliability, trap 6).
"""

from collections.abc import Callable
from random import Random
from typing import Final

from tests.whole.fleet.events import enter, take_back
from tests.whole.fleet.fleet import Fleet, Handset

FILES: Final = ("journal-0", "journal-0", "journal-1", "town")
SORTS: Final = ("lost", "cut", "rotten")
ABSENT: Final = (0, 1)  # seeds that leave these rests when divided by 4 go without: they show what these hide
WEIGHTS: Final = {"reopen": 3, "blank": 6, "spoil": 4}


def reopen(fleet: Fleet, rng: Random) -> None:
    """Somebody closes the app and opens it again."""
    handset = rng.choice(fleet.handsets)
    _same(fleet, handset, handset.phone.restart)


def blank(fleet: Fleet, rng: Random) -> None:
    """The power goes, now or at a call to come, and the database is empty or lacks the latest."""
    copies = [handset for handset in fleet.handsets if handset.copied]
    _blank(fleet, rng.choice(copies or fleet.handsets), rng)


def spoil(fleet: Fleet, rng: Random) -> None:
    """A file of a phone is damaged, its database is whole; afterwards it may be the other way round."""
    handset = rng.choice(fleet.handsets)
    name, sort, share = rng.choice(FILES), rng.choice(SORTS), rng.random()
    fleet.say(f"    {handset.name} {name} {sort}")
    _same(fleet, handset, lambda: handset.phone.spoil(name, sort, share))
    if rng.random() < 0.5:
        _blank(fleet, handset, rng)


def _blank(fleet: Fleet, handset: Handset, rng: Random) -> None:
    enter(fleet, handset, rng)
    draw, earlier = rng.random(), handset.phone.kept()
    (take_back if rng.random() < 0.5 else enter)(fleet, handset, rng)
    if handset.phone.doubtful():
        return  # a fault hit it since it was opened: the journal may owe something
    if draw < 0.7:
        _same(fleet, handset, lambda: handset.phone.lose(earlier if draw < 0.4 else None, whole=False))
        enter(fleet, handset, rng)
    else:
        handset.phone.arm(rng.randint(1, 9), rng.choice(("crash", "after")))
        handset.phone.brittle = True


def _same(fleet: Fleet, handset: Handset, what: Callable[[], object]) -> None:
    """Let something happen after which a phone has all that it had, and says that it lost nothing."""
    before, told = set(handset.phone.held()), handset.phone.lost()
    what()
    gone = sorted(before - set(handset.phone.held()))
    if gone:
        fleet.wrong.append(f"O1 {handset.name} was not given {gone} back")
    if handset.phone.lost() > told:
        fleet.wrong.append(f"O1 {handset.name} says that it lost {handset.phone.lost()}, and lost nothing")


EVENTS: Final = {each.__name__: each for each in (reopen, blank, spoil)}
