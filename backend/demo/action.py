"""What the story is made of: one write by one person, with names in place of ids.

The seeding program turns each into an op and lets the real settle code decide on it. Whatever depends
on today or on the store is a small type of its own, to be resolved there.
"""

from msgspec import Struct


class Ref(Struct, frozen=True):
    """A value that names another record by its key."""

    key: str


class Day(Struct, frozen=True):
    """A value that is a calendar day."""

    days: int  # from today


class At(Struct, frozen=True):
    """A value that is an instant."""

    ms: int  # from the start of today


class Shot(Struct, frozen=True):
    """A photo to draw (media/drawing.py), and the field it goes to."""

    field: str
    scene: str
    seed: int


Told = bool | int | str | list[int] | list[str] | list[Ref] | Ref | Day | At


class Action(Struct, frozen=True):
    """One write: it creates a record (step "" and an area), or takes a step on one."""

    at_ms: int  # from the start of today; negative for the past
    person: int  # number of the person, 1..29
    kind: str
    key: str  # names the record: the first action with a key creates it
    step: str = ""
    area: int = 0  # unit of a new record; 0 with a step
    values: dict[str, Told] = {}
    photo: Shot | None = None
