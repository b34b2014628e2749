"""What may be wrong with the clocks of a kind page, told in words; `sync.kind.parse` asks.

No twin: pages are checked where they are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sync.deadline import limit_of
from sync.guards import GUARDS

if TYPE_CHECKING:
    from sync.kind import Clock, Kind, Step

WHOLE: Final = 1_000  # thousandths: the due time itself


def step_faults(kind: Kind, step: Step) -> list[str]:
    """Tell what is wrong with when a step is taken, and with what it does to the clock."""
    faults, states = [], kind.workflow.states
    if step.timed is not None:
        unclocked = [name for name in step.start if name in states and not states[name].clock]
        faults += [f"{step.name}: state {name} has no clock" for name in unclocked]
        if step.timed.clock not in ("", *kind.workflow.clocks):
            faults.append(f"{step.name}: no clock {step.timed.clock}")
        if not 0 < step.timed.share <= WHOLE or (step.timed.past and step.timed.share < WHOLE):
            faults.append(f"{step.name}: share is 1 to 1,000, and 1,000 with past")
        faults += [
            f"{step.name}: a step of time looks at its own record only, {name} at others"
            for name in step.guards
            if name in GUARDS and GUARDS[name].far
        ]
        if step.timed.past and limit_of(step.timed.past) is None:
            faults.append(f"{step.name}: no limit {step.timed.past!r}")
    if not step.extends:
        return faults
    if _type(kind, step.extends) != "int":
        faults.append(f"{step.name}: extends names no int field")
    if step.extends not in (*step.needs, *step.takes):
        faults.append(f"{step.name}: does not carry {step.extends}")
    return [*faults, *_unseen(kind, step.name, step.extends)]


def clock_faults(kind: Kind) -> list[str]:
    """Tell what is wrong with the clocks and with the states that name them."""
    flow = kind.workflow
    unknown = {
        name: state.clock for name, state in flow.states.items() if state.clock not in ("", *flow.clocks)
    }
    faults = [f"state {name}: no clock {clock}" for name, clock in unknown.items()]
    for name, clock in flow.clocks.items():
        faults += [f"clock {name}: {fault}" for fault in _limit_faults(kind, clock)]
        faults += _read_faults(kind, f"clock {name}", clock)
    return faults


def _read_faults(kind: Kind, name: str, clock: Clock) -> list[str]:
    """Tell what is wrong with the fields that a clock reads."""
    faults = [f"{name}: no field {field}" for field in clock.anew if field not in kind.fields]
    if clock.until and _type(kind, clock.until) != "day":
        faults.append(f"{name}: until names no day field")
    read = (clock.of, clock.until, *clock.anew)
    return [*faults, *(fault for field in read for fault in _unseen(kind, name, field))]


def _limit_faults(kind: Kind, clock: Clock) -> list[str]:
    options = kind.fields[clock.of].options if clock.of in kind.fields else ()
    limits = {clock.limit, *(each.marks[clock.mark] for each in options if clock.mark in each.marks)}
    faults = [f"no limit {text!r}" for text in sorted(limits) if limit_of(text) is None]
    if bool(clock.of) != bool(clock.mark):
        faults.append("of and mark go together")
    if clock.of and _type(kind, clock.of) != "choice":
        faults.append("of names no choice")
    return faults


def _type(kind: Kind, name: str) -> str:
    return kind.fields[name].type if name in kind.fields else ""


def _unseen(kind: Kind, name: str, field: str) -> list[str]:
    """Tell of a field that a clock reads and not every reader sees: their phones would count otherwise."""
    seen = field not in kind.fields or kind.fields[field].see is None
    return [] if seen else [f"{name}: {field} is not seen by all"]
