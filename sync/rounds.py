"""The day as a page tells it: what ticks a duty, which calls come again and again, what else is a way to go.

Twin: none; pwa/src/sync/kind.ts has the shapes, and phones draw up the day from them (pwa/src/day.ts). In
words: docs/kinds.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from sync.kind import Field, Kind


class Tick(Struct, frozen=True, forbid_unknown_fields=True):
    """What answers a duty of a day sheet by itself: a record that the person made, or moved on, that day."""

    kind: str  # of the record; a town without this kind has no such tick
    gives: str = "ok"  # the option it answers with
    step: str = ""  # counts those on which the person took this step that day, instead of those made
    field: str = ""  # only if this field of the record says something
    answers: tuple[str, ...] = ()  # and, if any are named, one of these
    whose: str = ""  # only if the record it is about says something in this field
    due: bool = False  # the calls of this kind that are due stand under the duty


class Round(Struct, frozen=True, forbid_unknown_fields=True):
    """Records of this kind are calls on another's, again and again; phones list whose turn it is."""

    of: str  # ref field: on whom, or on what
    every: str  # field of that kind: days between two calls, or a choice whose mark `days` says them
    again: str = ""  # day field of this kind: agreed on at a call, it outranks `every`
    moved: str = ""  # day field of that kind: not before this day
    soon: tuple[str, ...] = ()  # states of a call that did not work out: again the next day
    step: str = ""  # step of that kind which a call takes


def tick_faults(name: str, each: Field) -> list[str]:
    """List what is wrong with the ticks of a field."""
    if each.ticks and each.type != "choice":
        return [f"{name}: only a choice is ticked"]
    offered = each.spec.options
    return [f"{name}: ticks give no option {tick.gives}" for tick in each.ticks if tick.gives not in offered]


def round_faults(kind: Kind) -> list[str]:
    """List what is wrong with the round of a page."""
    if kind.round is None:
        return []
    of, again = kind.fields.get(kind.round.of), kind.fields.get(kind.round.again)
    faults = [f"round: no state {name}" for name in kind.round.soon if name not in kind.workflow.states]
    if of is None or of.type != "ref" or not of.refers:
        faults.append("round: of names no ref field that says its kind")
    if kind.round.again and (again is None or again.type != "day"):
        faults.append("round: again names no day")
    return faults


def stop_faults(kind: Kind) -> list[str]:
    """List what is wrong with how records of a page stand in somebody's day."""
    if not kind.stop:
        return []
    whose = kind.fields.get(kind.stop)
    if whose is None or whose.type != "person":
        return ["stop names no person"]
    turns = (state.holder for state in kind.workflow.states.values())
    return [] if any(f"@{kind.stop}" in holder for holder in turns) else ["stop: it is never their turn"]
