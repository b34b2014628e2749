"""What one seed is like: its own sizes, and which faults are on and how often (the swarm idea).

Source: Groce et al., "Swarm testing", ISSTA 2012: leaving features out finds what all of them at once hide.
"""

from random import Random
from typing import Final, NamedTuple

SQL_EVERY: Final = 25  # every so manieth seed runs on SQLite
# What may happen in a step, and how often beside the others when it is on.
ALWAYS: Final = {"write": 30, "exchange": 26, "wait": 6}
EVENTS: Final = {
    "crash_phone": 3,
    "crash_server": 3,
    "down": 2,
    "tab": 4,
    "clock": 3,
    "clone": 1,
    "empty": 1,
    "go_back": 1,
    "lose": 1,
    "restore": 3,
    "back_up": 3,
    "end_grant": 3,
    "give_grant": 3,
    "move_unit": 1,
    "pages": 2,
    "remove": 3,
    "sweep": 2,
    "elapse": 4,
    "undo": 2,
    "sign_in": 1,
    "deliver": 3,
    "clash": 6,
    "long_wait": 2,
    "assign": 6,
    "toil": 6,
}
# Drawn apart, so that what the seeds were like before them stays: by name as above.
LATER: Final = {"pair": 24, "post": 16}
FATES: Final = ("lose", "mute", "repeat", "delay", "cut", "torn", "portal", "between", "after")


class Plan(NamedTuple):
    """The configuration of a seed."""

    sql: bool
    phones: int
    people: int
    steps: int
    most: int  # ops of one push
    wire_max: int  # bytes of one push that the server takes
    loss: float  # chance that a request does not simply succeed
    fates: tuple[str, ...]
    weights: dict[str, int]
    page_records: int  # records of one answer: small, so that views come in pages
    gone_max: int


def drawn(seed: int) -> Plan:
    """Draw the configuration of a seed."""
    rng = Random(seed * 7919 + 1)
    on = {name: weight for name, weight in EVENTS.items() if rng.random() < 0.45}
    chance = Random(seed * 7919 + 2)
    on |= {name: weight for name, weight in LATER.items() if chance.random() < 0.45}
    phones = rng.randint(2, 8)
    return Plan(
        sql=seed % SQL_EVERY == SQL_EVERY - 1,
        phones=phones,
        people=rng.randint(2, min(phones, 5)),
        steps=rng.randint(40, 200) if rng.random() < 0.4 else rng.randint(40, 80),
        most=rng.choice((2, 5, 20, 100)),
        wire_max=rng.choice((1200, 4000, 2**20)),
        loss=rng.choice((0.0, 0.1, 0.3, 0.5)),
        fates=tuple(fate for fate in FATES if rng.random() < 0.6) or FATES,
        weights={**ALWAYS, **on},
        page_records=rng.choice((2, 5, 200)),
        gone_max=rng.choice((2, 500)),
    )
