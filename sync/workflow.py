"""Steps of a record's workflow: what is open to whom, what happens by itself, and by when.

Facts merge, decisions are ordered: a step names the state its author saw, and one that no longer
fits is kept as `overtaken`, never applied silently and never dropped (I4).
Twin: pwa/src/sync/workflow.ts. Shared cases: tests/vectors/workflow.json.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from sync.clock import Stamp
from sync.guards import GUARDS, Question
from sync.kind import Kind, Step
from sync.op import Refusal, StepTaken
from sync.permit import Actor, Units, may_step
from sync.register import Change, Entry, Record, moved

HOUR_MS: Final = 3_600_000


def find(kind: Kind, name: str) -> Step | None:
    """Find a step by name."""
    return next((step for step in kind.workflow.steps if step.name == name), None)


def refused_by(kind: Kind, record: Record, step: Step, person: int) -> Refusal | None:
    """Ask the step's guards in order; the first that says no gives the refusal."""
    question = Question(kind, record, step, person)
    for name in step.guards:
        if not GUARDS[name].holds(question):
            return GUARDS[name].refusal
    return None


def judge(
    kind: Kind, record: Record, taken: StepTaken, actor: Actor, units: Units
) -> Refusal | Literal["overtaken"] | None:
    """Decide a step a person took: None lets it happen, else why not."""
    step = find(kind, taken.name)
    if step is None:
        return "unknown_step"
    if not may_step(step, actor, record, units):
        return "not_your_role"
    if taken.saw not in step.start:
        return "wrong_state"
    if taken.saw != record.state:
        return "overtaken"
    return refused_by(kind, record, step, actor.person)


def offers(kind: Kind, record: Record, actor: Actor, units: Units) -> list[str]:
    """List the steps this person may take on the record as it is now, in page order."""
    return [
        step.name
        for step in kind.workflow.steps
        if judge(kind, record, StepTaken(step.name, record.state), actor, units) is None
    ]


def due_ms(kind: Kind, state: str, now_ms: int) -> int:
    """Say when a timed step moves a record that enters `state` now; 0 if none will."""
    hours = [step.after_hours for step in kind.workflow.steps if step.after_hours and state in step.start]
    return now_ms + min(hours) * HOUR_MS if hours else 0


class Event(Stamp, frozen=True, array_like=True):
    """Where, when and by which device a move is written: its stamp, lane position and time."""

    seq: int
    by: str  # device the change is credited to; "" makes everyone hear it
    now_ms: int

    @property
    def stamp(self) -> Stamp:
        """The stamp alone."""
        return Stamp(self.wall_ms, self.count, self.device)


def begin(kind: Kind, record: Record, event: Event) -> Record:
    """Write the first line of a new record's history; `advance` or `follow` takes it from there."""
    entry = Entry(event.seq, event.stamp, record.author, "", "", record.state, "done", event.now_ms, {})
    due = due_ms(kind, record.state, event.now_ms)
    return moved(record, record.state, entry, event.by, due)


def advance(
    kind: Kind, record: Record, step: Step, person: int, sets: Mapping[str, Change], event: Event
) -> Record:
    """Take a step that was judged good, and the steps that follow by themselves."""
    outcome: Literal["done", "auto"] = "done" if step.by else "auto"
    line = Entry(
        event.seq, event.stamp, person, step.name, record.state, step.to, outcome, event.now_ms, dict(sets)
    )
    due = due_ms(kind, step.to, event.now_ms)
    return follow(kind, moved(record, step.to, line, event.by, due), event)


def follow(kind: Kind, record: Record, event: Event) -> Record:
    """Take automatic steps while one fits, at most as many as the page has: it cannot loop for ever."""
    for _ in kind.workflow.steps:
        step = next(_ready(kind, record), None)
        if step is None:
            return record
        line = Entry(event.seq, event.stamp, 0, step.name, record.state, step.to, "auto", event.now_ms, {})
        due = due_ms(kind, step.to, event.now_ms)
        record = moved(record, step.to, line, event.by, due)
    return record


def _ready(kind: Kind, record: Record) -> Iterator[Step]:
    for step in kind.workflow.steps:
        if step.auto and record.state in step.start and refused_by(kind, record, step, 0) is None:
            yield step


def timed(kind: Kind, record: Record) -> Step | None:
    """Find the step that time takes on this record in its present state."""
    for step in kind.workflow.steps:
        if step.after_hours and record.state in step.start and refused_by(kind, record, step, 0) is None:
            return step
    return None
