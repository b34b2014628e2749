"""Steps of a record's workflow: what is open to whom, what happens by itself, and by when.

Facts merge, decisions are ordered: a step names the state its author saw, and one that no longer
fits is kept as `overtaken`, never applied silently and never dropped (I4).
Twin: pwa/src/sync/workflow.ts. Shared cases: tests/vectors/workflow.json.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from sync.clock import Stamp
from sync.guards import ALONE, GUARDS, Near, ask
from sync.kind import Kind, Step
from sync.links import copied
from sync.merges import join
from sync.op import Refusal, StepTaken
from sync.permit import Actor, Units, may_step
from sync.register import Change, Entry, Record, moved, touch, write
from sync.responder import asked_for, sent_on


def find(kind: Kind, name: str) -> Step | None:
    """Find a step by name."""
    return kind.workflow.named.get(name)


def refused_by(kind: Kind, record: Record, step: Step, person: int, near: Near = ALONE) -> Refusal | None:
    """Ask the step's guards in order; the first that says no gives the refusal.

    Where nothing is known around a record, as on a phone that predicts, a guard that looks at other
    records lets a person's step pass, for the server will say, and holds a step back that is taken by
    itself: sync/ripple.py takes those.
    """
    if not step.guards:
        return None
    question = ask(kind, record, step, person, near)
    for name in step.guards:
        guard = GUARDS[name]
        holds = person != 0 if near.blind and guard.far else guard.holds(question)
        if not holds:
            return guard.refusal
    return None


def judge(
    kind: Kind, record: Record, taken: StepTaken, actor: Actor, units: Units, near: Near = ALONE
) -> Refusal | Literal["overtaken"] | None:
    """Decide a step a person took: None lets it happen, else why not."""
    step = find(kind, taken.name)
    if step is None:
        return "unknown_step"
    if not may_step(kind, step, actor, record, units):
        return "not_your_role"
    if taken.saw not in step.start:
        return "wrong_state"
    if taken.saw != record.state and not sent_on(kind, record, step, taken.saw):
        return "overtaken"
    return refused_by(kind, record, step, actor.person, replace(near, units=units))


def offers(kind: Kind, record: Record, actor: Actor, units: Units, near: Near = ALONE) -> list[str]:
    """List the steps this person may take on the record as it is now, in page order."""
    return [
        step.name
        for step in kind.workflow.steps
        if judge(kind, record, StepTaken(step.name, record.state), actor, units, near) is None
    ]


class Event(Stamp, frozen=True, array_like=True):
    """Where, when and by which device a move is written: its stamp, lane position and time."""

    seq: int
    by: str  # device the change is credited to; "" makes everyone hear it
    now_ms: int

    @property
    def stamp(self) -> Stamp:
        """The stamp alone."""
        return Stamp(self.wall_ms, self.count, self.device)


def begin(record: Record, event: Event) -> Record:
    """Write the first line of a new record's history; `advance` or `follow` takes it from there."""
    entry = Entry(event.seq, event.stamp, record.author, "", "", record.state, "done", event.now_ms, {})
    return moved(record, record.state, entry, event.by)


def advance(
    kind: Kind,
    record: Record,
    step: Step,
    person: int,
    sets: Mapping[str, Change],
    event: Event,
    near: Near = ALONE,
) -> Record:
    """Take a step that was judged good, and the steps that follow by themselves."""
    outcome: Literal["done", "auto"] = "done" if step.by else "auto"
    return follow(kind, _taken(record, step, person, outcome, sets, event), event, near)


def follow(kind: Kind, record: Record, event: Event, near: Near = ALONE) -> Record:
    """Take automatic steps while one fits, at most as many as the page has: it cannot loop for ever."""
    for _ in kind.workflow.steps:
        step = _ready(kind, record, near, event.wall_ms)
        if step is None:
            return record
        sets = copied(kind, step, near) | asked_for(kind, record, step)
        # No phone foresees who answers for a matter: each hears of it, the one whose op led to it too.
        heard = replace(event, by="") if step.responder else event
        record = _taken(given(kind, record, sets, heard), step, 0, "auto", sets, heard)
    return record


def given(kind: Kind, record: Record, sets: Mapping[str, Change], event: Event) -> Record:
    """Write into a record what an automatic step carries."""
    cells, held = dict(record.cells), dict(record.held)
    for name, change in sets.items():
        field = kind.fields[name]
        cell = write(field.rule, change, event.stamp)
        cells[name] = join(field.rule, cells[name], cell, field.spec.options) if name in cells else cell
        held[name] = touch(held.get(name), event.seq, event.by)
    return replace(record, cells=cells, held=held) if sets else record


def _taken(
    record: Record,
    step: Step,
    person: int,
    outcome: Literal["done", "auto"],
    sets: Mapping[str, Change],
    event: Event,
) -> Record:
    """Put a record where a step leads, if it leads anywhere, and write the line."""
    to, at = step.to or record.state, event.now_ms
    line = Entry(event.seq, event.stamp, person, step.name, record.state, to, outcome, at, dict(sets))
    return moved(record, to, line, event.by)


def _ready(kind: Kind, record: Record, near: Near, now_ms: int) -> Step | None:
    """Find the first automatic step that fits; most states have none."""
    steps = kind.workflow.automatic.get(record.state)
    if not steps:
        return None
    at_once = replace(near, now_ms=now_ms)
    return next((step for step in steps if refused_by(kind, record, step, 0, at_once) is None), None)
