"""Checks workflow pages as models: can each state be reached and left, by whom, and who has it meanwhile.

Guards are taken as what they are, questions with two answers: a step counts as a way out whatever its guards
say, and an automatic step counts as certain only without guards. What is found is a fault of the page.

A record that is not over and done with is a case: its state has a holder who can move it on, a clock at whose
end something happens, and an answer for whoever made it, its label if that says enough, in both languages.
Unless the page says of the state that it `rests`: nobody's turn, nothing due, kept as it is (a household in
which people live). So what is nobody's is said, and never forgotten.

The server alone reads pages: this module has no twin. In words: docs/kinds.md.
"""

from collections.abc import Iterator
from typing import Final

from sync.clocks import WHOLE, paused, run
from sync.deadline import Calendar
from sync.kind import Kind, State, Step, Words
from sync.permit import AUTHOR, named
from sync.register import Record

LANGUAGES: Final = ("zh", "en")
# Guards of which one always holds, and the other does not.
OPPOSITES: Final = (
    (("went_up",), ("never_went_up",)),
    (("is_emergency",), ("not_emergency",)),
    (("hazard_found",), ("no_hazard",)),
    (("sort_own",), ("sort_owner",)),
)
UP: Final = "never_went_up"  # guard of the steps that are closed once a record has left the community


def findings(kind: Kind) -> list[str]:
    """List what is wrong with a page's workflow, one line each; none if all is well."""
    parts = _ways(kind), _rings(kind), _readers(kind), _returns(kind), _turns(kind), _words(kind)
    return [f"{kind.name}: {fault}" for part in parts for fault in part]


def astray(kind: Kind, record: Record) -> str:
    """Say what an open record lacks of a case: a state, a holder, a due time, an answer; "" if nothing."""
    state = kind.workflow.states.get(record.state)
    if state is None:
        return f"stands in {record.state}, which its page does not have"
    if state.final or state.rests:
        return ""
    if not any(_somebody(kind, record, token) for token in state.holder):
        return f"is {record.state}, and nobody has it"
    if not _spoken(state.answer or state.label):
        return f"is {record.state}, and whoever reported it is told nothing"
    clock = run(kind, record, Calendar())
    if clock is None or not (clock.due.due_ms or paused(clock)):
        return f"is {record.state}, and not due at any time"
    return ""


def _somebody(kind: Kind, record: Record, token: str) -> bool:
    """Tell whether a token means anybody on this record."""
    _, at, name = token.partition("@")
    return not at or named(kind, record, name) != 0


def _away(kind: Kind, name: str) -> list[Step]:
    """List the steps that lead from a state to another."""
    return [step for step in kind.workflow.steps if name in step.start and step.to not in ("", name)]


def passing(kind: Kind, name: str) -> bool:
    """Tell whether no record ever stays in a state: an automatic step leaves it, whatever it holds."""
    asked = [frozenset(step.guards) for step in _away(kind, name) if step.auto]
    return frozenset() in asked or any({frozenset(one) for one in pair} <= set(asked) for pair in OPPOSITES)


def _reached(kind: Kind, begin: set[str], closed: str = "") -> set[str]:
    """Give the states that can be reached from some, without the steps that a guard closes."""
    reached, more = set(begin), set(begin)
    while more:
        steps = [step for name in sorted(more) for step in _away(kind, name) if closed not in step.guards]
        more = {step.to for step in steps} - reached
        reached |= more
    return reached


def _ways(kind: Kind) -> Iterator[str]:
    """Find states without a way in or out."""
    reached = _reached(kind, {kind.workflow.begin})
    for name, state in kind.workflow.states.items():
        if name not in reached:
            yield f"state {name}: no way leads there"
        if not state.final and not _away(kind, name):
            yield f"state {name}: no way leads out, and it is not final"


def _rings(kind: Kind) -> Iterator[str]:
    """Find rings of steps that nobody takes: a record would go round for ever."""
    alone = {name: {step.to for step in _away(kind, name) if not step.by} for name in kind.workflow.states}
    for name in kind.workflow.states:
        seen: set[str] = set()
        more = alone[name]
        while more:
            seen |= more
            more = {to for near in more for to in alone.get(near, set())} - seen
        if name in seen:
            yield f"state {name}: it comes back here with nobody doing anything"


def _readers(kind: Kind) -> Iterator[str]:
    """Find people who may do something with a record they cannot see, or are to hear of it."""
    for step in kind.workflow.steps:
        for token in step.by:
            if token != AUTHOR and token not in kind.read:
                yield f"step {step.name}: {token} may take it and may not read the record"
        for token in step.tells:
            if token != AUTHOR and token not in kind.read:
                yield f"step {step.name}: {token} is to hear of it and may not read the record"
    for name, state in kind.workflow.states.items():
        for token in state.holder:
            if token != AUTHOR and token not in kind.read:
                yield f"state {name}: {token} has it and may not read the record"


def _returns(kind: Kind) -> Iterator[str]:
    """Find ways back into the community for what has left it (domain W5)."""
    states, steps = kind.workflow.states, kind.workflow.steps
    above = {name for name, state in states.items() if state.one_way}
    below = {name for step in steps if UP in step.guards and step.to in above for name in step.start}
    for name in sorted(_reached(kind, above, closed=UP) & below):
        yield f"state {name}: what went up can come back here"


def _turns(kind: Kind) -> Iterator[str]:
    """Find states that nobody has, that end at no time, or of which nobody is told."""
    for name, state in kind.workflow.states.items():
        if state.answer and not _spoken(state.answer):
            yield f"state {name}: no answer for whoever reported it"
        if state.rests and (state.final or state.holder):
            yield f"state {name}: it rests, so it is neither final nor anybody's"
        if state.final or state.rests or passing(kind, name):
            continue
        if not state.holder:
            yield f"state {name}: nobody has it"
        if not state.clock:
            yield f"state {name}: no clock runs"
        elif not _ends(kind, name):
            yield f"state {name}: nothing happens when it is due"
        yield from _stuck(kind, name, state)


def _ends(kind: Kind, name: str) -> bool:
    """Tell whether something happens when a state is due."""
    due = [step.timed for step in kind.workflow.steps if step.timed and name in step.start]
    return any(timed.share == WHOLE and not timed.past and not timed.clock for timed in due)


def _stuck(kind: Kind, name: str, state: State) -> Iterator[str]:
    """Find holders who cannot leave a state they hold."""
    for token in state.holder:
        if not any(token in step.by for step in _away(kind, name)):
            yield f"state {name}: {token} has it and cannot move it on"


def _words(kind: Kind) -> Iterator[str]:
    """Find what has no words in both languages."""
    for name, state in kind.workflow.states.items():
        if not _spoken(state.label):
            yield f"state {name}: no label"
    for step in kind.workflow.steps:
        if not step.auto and not _spoken(step.label):
            yield f"step {step.name}: no label"


def _spoken(words: Words) -> bool:
    """Tell whether something is said in both languages."""
    return all(words.get(language, "").strip() for language in LANGUAGES)
