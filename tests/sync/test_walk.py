"""Walks every kind page: each step from each state by each role, allowed or refused with the right word.

What ought to happen is read off the page by plain rules here, apart from the code that decides; what
does happen is settle's answer to a real op on a record put into that state. A new kind page is walked
without a line of test; a new guard needs one line in GUARDS_SET. Guards that look at other records are asked
in test_around.py, those about what a step carries in the shared cases; here the first are not asked, and the
second hold.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backend.kinds import read_pages
from sync import workflow
from sync.clock import Stamp
from sync.deadline import Calendar
from sync.digest import ROOT
from sync.elapse import waiting
from sync.guards import GUARDS, Question
from sync.kind import Field, Kind, Step
from sync.op import Op, StepTaken, Verdict
from sync.permit import AUTHOR, BELOW, ROLES, Actor, Grant, OrgUnit
from sync.register import Entry, Held, Record
from sync.settle import Known, World, settle

PAGES = Path(__file__).parents[2] / "sync/kinds"
SEATED = Path(__file__).parents[2] / "backend/demo/kinds"  # a town that says who answers for matters
KINDS = read_pages((PAGES, SEATED))
ASIDE = 99  # a board that the record does not lie in
BENEATH = 5  # the unit beneath all others
UNITS = {tier: OrgUnit(tier, tier - 1) for tier in range(1, 6)} | {ASIDE: OrgUnit(3, 3)}
DAY_MS = 86_400_000
LONG_MS, NOW_MS = 20 * DAY_MS, 40 * DAY_MS  # what a record has behind it, and now
DEVICE, AUTHOR_ID, HANDLER, ACTOR = "a" * 16, 5, 60, 50
HELD = Held(1, "b" * 16, 0)


@dataclass
class Try:
    """One attempt: who tries which step on which record, and what must come of it."""

    step: Step
    role: str
    record: Record
    saw: str
    want: str
    without: str = ""  # a field the step needs, left out

    def __str__(self) -> str:
        lacking = f" without {self.without}" if self.without else ""
        return f"{self.role} takes {self.step.name} on {self.record.state}, having seen {self.saw}{lacking}"


def _line(
    step: str, to: str, person: int = HANDLER, *, start: str = "", at_ms: int = LONG_MS, unit: int = 0
) -> Entry:
    sets = {"unit": unit} if unit else {}
    return Entry(1, Stamp(at_ms, 0, "b" * 16), person, step, start, to, "done", 1, sets)


def _record(kind: Kind, state: str) -> Record:
    came = _line("arrived", state, at_ms=NOW_MS - 1_000)
    story = (_line("", kind.workflow.begin, AUTHOR_ID), came)
    return Record(f"{'b' * 16}.1", kind.name, kind.tiers[0], AUTHOR_ID, 1, 1, state, HELD, {}, {}, story, 1)


Setting = Callable[[Question], Record]


def _as_is(asked: Question) -> Record:
    return asked.record


def _cell(name: str, value: Any) -> Setting:
    cell = [value, [1, 0, "b" * 16]]
    return lambda asked: replace(asked.record, cells={**asked.record.cells, name: cell})


def _told(told: Callable[[Question], Entry], *, last: bool = False) -> Setting:
    """Give a record one more line of history, before all others unless it is to be the last."""

    def setting(asked: Question) -> Record:
        line, story = told(asked), asked.record.story
        return replace(asked.record, story=(*story, line) if last else (line, *story))

    return setting


def _lasting(days: int) -> Setting:
    """Let a record have come into its state so many days ago."""

    def setting(asked: Question) -> Record:
        story = asked.record.story
        came = replace(story[-1], stamp=Stamp(NOW_MS - days * DAY_MS - 10, 0, "b" * 16))
        return replace(asked.record, story=(*story[:-1], came))

    return setting


def _hurried(asked: Question) -> Record:
    """Mark a report urgent, or want a task at once."""
    flagged = "emergency" in asked.kind.fields
    return (_cell("emergency", True) if flagged else _cell("urgency", "emergency"))(asked)


def _many(name: str, value: Any) -> Setting:
    cell = [[[[1, 0, "b" * 16], value]], []]
    return lambda asked: replace(asked.record, cells={**asked.record.cells, name: cell})


def _declined(asked: Question) -> Record:
    """Let the unit that has a record have said no to it before."""
    sent = _line("dispatch", "dispatched", unit=ASIDE)
    record = _cell("unit", ASIDE)(asked)
    return replace(record, story=(sent, _line("decline", "triaged"), *record.story))


def _given(asked: Question) -> Record:
    """Let more time have been given twice."""
    name = next(step.name for step in asked.kind.workflow.steps if step.extends)
    more = _line(name, asked.record.state)
    return replace(asked.record, story=(more, more, *asked.record.story))


def _handed_in(asked: Question) -> Record:
    """Let work have been handed in too late."""
    name = next(step.name for step in asked.kind.workflow.steps if "result" in step.needs)
    late = replace(_line(name, "done"), outcome="overtaken")
    return replace(asked.record, story=(late, *asked.record.story))


def _above(asked: Question) -> Entry:
    states = asked.kind.workflow.states
    return _line("rose", next(name for name, state in states.items() if state.one_way))


def _ending(kind: Kind) -> str:
    return next(name for name, state in kind.workflow.states.items() if state.final)


# By guard: how to make a record on which it holds, and one on which it does not, for who asks.
GUARDS_SET: dict[str, tuple[Setting, Setting]] = {
    "not_author": (_as_is, lambda asked: replace(asked.record, author=asked.person)),
    "not_handler": (_as_is, _told(lambda asked: _line("did", asked.record.state, asked.person), last=True)),
    "not_repeated": (
        _as_is,
        _told(lambda asked: _line(asked.step.name, asked.step.to or asked.record.state)),
    ),
    "went_up": (_told(_above), _as_is),
    "never_went_up": (_as_is, _told(_above)),
    "is_emergency": (_hurried, _as_is),
    "not_emergency": (_as_is, _cell("emergency", True)),
    "nobody_answered": (_cell("result", "no_answer"), _cell("result", "ok")),
    "somebody_answered": (_cell("result", "ok"), _cell("result", "no_answer")),
    "route_emergency": (_cell("matter", "L-E08"), _cell("matter", "06033")),
    "route_centre": (_cell("matter", "06033"), _cell("matter", "rubbish")),
    "route_community": (_cell("matter", "rubbish"), _cell("matter", "06033")),
    "level_1": (_cell("matter", "L-E08"), _cell("matter", "06033")),
    "level_2": (_cell("matter", "06033"), _cell("matter", "rubbish")),
    "level_low": (_cell("matter", "rubbish"), _cell("matter", "06033")),
    "on_duty_list": (_cell("matter", "rubbish"), _cell("matter", "06001")),
    "hazard_found": (_many("hazards", "blocked"), _as_is),
    "sort_own": (_cell("sort", "own"), _cell("sort", "owner")),
    "sort_owner": (_cell("sort", "owner"), _cell("sort", "own")),
    "within_days_7": (_as_is, _lasting(7)),
    "within_days_3": (_as_is, _lasting(3)),
    "first_decline": (_as_is, _declined),
    "twice_declined": (
        lambda asked: replace(asked.record, story=(*[_line("decline", "triaged")] * 2, *asked.record.story)),
        _as_is,
    ),
    "not_binding": (_as_is, _told(lambda asked: _line("decide", asked.record.state), last=True)),
    "was_dispatched": (_told(lambda _: _line("dispatch", "dispatched")), _as_is),
    "never_dispatched": (_as_is, _told(lambda _: _line("dispatch", "dispatched"))),
    "went_to_district": (_told(lambda _: _line("send_up", "at_district")), _as_is),
    "only_in_town": (_as_is, _told(lambda _: _line("send_up", "at_district"))),
    "extensions_left": (_as_is, _given),
    "nobody_wrote": (
        _as_is,
        _told(lambda asked: _line("note", asked.record.state, start=asked.record.state), last=True),
    ),
    "has_responder": (_cell("matter", "fire_hazard"), _cell("matter", "quarrel")),
    "no_unit": (_as_is, _cell("unit", ASIDE)),
    "self_resolved": (_cell("self_resolved", True), _as_is),
    "came_late": (_handed_in, _as_is),
    "not_refuser": (_as_is, _told(lambda asked: _line("ended", _ending(asked.kind), asked.person))),
}
# About what a step carries.
CARRIED = {
    "above_community", "conditions_met", "evidence_given", "no_personal_data", "not_negative", "names_self",
    "cause_given", "unit_listed", "within_board",
}  # fmt: skip
FAR = {name for name, guard in GUARDS.items() if guard.far}


def _holding(kind: Kind, record: Record, step: Step, person: int, but: str = "") -> Record:
    """Make every guard of a step hold on a record, but one."""
    for name in _asked(step):
        hold, fail = GUARDS_SET[name]
        record = (fail if name == but else hold)(Question(kind, record, step, person))
    return record


def _asked(step: Step) -> list[str]:
    """List the guards of a step that are asked here."""
    return [name for name in step.guards if name not in FAR | CARRIED]


def _tokens(kind: Kind) -> list[str]:
    """List everybody a page may mean: all roles, and whom it means by a field."""
    lists = [kind.read, *(step.by for step in kind.workflow.steps)]
    return sorted(ROLES | {token for tokens in lists for token in tokens})


def _naming(record: Record, token: str) -> Record:
    """Let a record name whom a token means: the actor, or the unit aside."""
    role, _, field = token.partition("@")
    cell = [ASIDE if role else ACTOR, [1, 0, "b" * 16]]
    return replace(record, cells={**record.cells, field: cell}) if field else record


def _person(role: str) -> int:
    return AUTHOR_ID if role == AUTHOR else ACTOR


def _actor(kind: Kind, token: str) -> Actor:
    """Make whom a token means: somebody of a role on the record's unit or on the one aside, or the one named.

    An author is one who may make such a record.
    """
    role, at, name = token.partition("@")
    held = _maker(kind) if role == AUTHOR else role
    aside = BENEATH if name == BELOW else ASIDE
    grants = (Grant(held, aside if at else kind.tiers[0]),) if held else ()
    return Actor(_person(role), grants, DEVICE)


def _has(kind: Kind, role: str, asked: tuple[str, ...]) -> bool:
    return role in asked or (role == AUTHOR and _maker(kind) in asked)


def _maker(kind: Kind) -> str:
    """Give a role that may make such records; none where only the server makes them."""
    return next(iter(kind.create), "")


SAMPLES: dict[str, Any] = {
    "text": "x", "int": 1, "flag": True, "day": 20260730, "instant": 1, "person": ACTOR, "unit": ASIDE,
    "place": [0] * 6, "ref": f"{'b' * 16}.1", "photos": "A" * 22,
}  # fmt: skip


def _sample(field: Field) -> Any:
    """Give a change that a field accepts and that says something."""
    value = SAMPLES.get(field.type) or field.options[0].value
    if field.type == "int":
        value = field.low or 1
    if field.rule == "union":
        return {"add": [value]}
    return {"is": value} if field.rule in ("keep_both", "authority") else value


def _push(kind: Kind, record: Record | None, op: Op, actor: Actor) -> tuple[Verdict, Record | None]:
    clock = Stamp(1, 0, "0" * 16)
    known = Known({record.id: record} if record else {}, {}, frozenset(), clock, 1, ROOT, blind=True)
    settled = settle(known, [op], actor, World({kind.name: kind}, UNITS), NOW_MS)
    return settled.verdicts[0], settled.records.get(op.record)


def _attempt(kind: Kind, each: Try) -> tuple[Verdict, Record | None]:
    sets = {name: _sample(kind.fields[name]) for name in each.step.needs if name != each.without}
    taken = StepTaken(each.step.name, each.saw)
    op = Op(1, Stamp(NOW_MS - 1, 0, DEVICE), kind.name, each.record.id, None, sets, taken)
    return _push(kind, each.record, op, _actor(kind, each.role))


def _tries(kind: Kind, step: Step) -> Iterator[Try]:
    """List all ways a step can be tried, each with what the page says of it."""
    for role in _tokens(kind):
        for state in kind.workflow.states:
            record = _naming(_holding(kind, _record(kind, state), step, _person(role)), role)
            if not _has(kind, role, kind.read):
                yield Try(step, role, record, state, "not_found")
                break  # whoever may not see a record may not see its state either
            if role.endswith(BELOW) and kind.workflow.states[state].withheld:
                yield Try(step, role, record, state, "not_found")
                continue
            if not _has(kind, role, step.by):
                yield Try(step, role, record, state, "not_your_role")
            elif state not in step.start:
                yield Try(step, role, record, state, "wrong_state")
                yield from (Try(step, role, record, start, "overtaken") for start in step.start)
            else:
                yield from _fitting(kind, step, role, record)


def _fitting(kind: Kind, step: Step, role: str, record: Record) -> Iterator[Try]:
    """List the ways to try a step in a state it starts from, by a role that may take it."""
    own = role == AUTHOR and "not_author" in step.guards
    yield Try(step, role, record, record.state, "your_own" if own else "applied")
    for name in step.needs:
        yield Try(step, role, record, record.state, "needs_field", without=name)
    for guard in [] if own else _asked(step):
        failing = _holding(kind, _record(kind, record.state), step, _person(role), but=guard)
        yield Try(step, role, _naming(failing, role), record.state, GUARDS[guard].refusal)


STEPS = [(kind, step) for kind in KINDS.values() for step in kind.workflow.steps]


@pytest.mark.parametrize(("kind", "step"), STEPS, ids=[f"{kind.name}-{step.name}" for kind, step in STEPS])
def test_a_step_is_taken_by_those_and_from_where_its_page_says_only(kind: Kind, step: Step) -> None:
    wants = set()
    for each in _tries(kind, step):
        verdict, after = _attempt(kind, each)
        assert verdict.code == each.want, str(each)
        if each.want == "applied":
            assert after is not None, str(each)
            _check_taken(each, after)
        elif each.want == "overtaken":
            assert after is not None, str(each)
            assert after.story[len(each.record.story)].outcome == "overtaken", str(each)
        else:
            assert after is None, str(each)
        wants.add(each.want)
    others = [role for role in _tokens(kind) if _has(kind, role, kind.read) and not _has(kind, role, step.by)]
    assert ("not_your_role" in wants) == bool(others)
    assert ("applied" in wants) == bool(step.by)


def _check_taken(each: Try, after: Record) -> None:
    """See that the step is the next line of the history, and that only automatic ones follow it."""
    taken, *followed = after.story[len(each.record.story) :]
    told = (taken.step, taken.start, taken.to, taken.outcome, taken.person)
    to, person = each.step.to or each.record.state, _person(each.role)
    assert told == (each.step.name, each.record.state, to, "done", person), str(each)
    assert set(taken.sets) >= set(each.step.needs), str(each)
    assert all(line.outcome == "auto" and line.person == 0 for line in followed), str(each)
    assert after.state == after.story[-1].to, str(each)


SELF = [(kind, step) for kind, step in STEPS if not step.by and FAR.isdisjoint(step.guards)]


@pytest.mark.parametrize(("kind", "step"), SELF, ids=[f"{kind.name}-{step.name}" for kind, step in SELF])
def test_a_step_that_is_taken_by_itself_is_taken_when_its_guards_hold_only(kind: Kind, step: Step) -> None:
    for state in kind.workflow.states:
        record = _record(kind, state)
        holding = _by_itself(kind, step, _holding(kind, record, step, 0))
        assert (step.name in holding) == (state in step.start), state
        for guard in _asked(step):
            failing = _by_itself(kind, step, _holding(kind, record, step, 0, but=guard))
            assert step.name not in failing, f"{state}, but not {guard}"


def _by_itself(kind: Kind, step: Step, record: Record) -> list[str]:
    """List what is taken on a record by itself, of a step's own sort: by time, or the first at once."""
    if step.timed is not None:
        return [each.name for _, each in waiting(kind, record, Calendar())]
    event = workflow.Event(NOW_MS, 0, DEVICE, 2, DEVICE, NOW_MS)
    after = workflow.follow(kind, record, event)
    return [line.step for line in after.story[len(record.story) :]][:1]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_record_is_made_by_those_its_page_says_only(kind: Kind) -> None:
    for role in ROLES - {AUTHOR}:
        actor = _actor(kind, role)
        own = f"ffffffff{ACTOR:08x}.{kind.series * 10**8 + 20260730}"
        record = f"{DEVICE}.1" if kind.identity == "device" else own
        op = Op(1, Stamp(9, 0, DEVICE), kind.name, record, kind.tiers[0], {})
        verdict, after = _push(kind, None, op, actor)
        assert verdict.code == ("applied" if role in kind.create else "not_your_role"), role
        assert (after is not None) == (role in kind.create), role


def test_every_guard_has_a_setting() -> None:
    assert set(GUARDS_SET) == set(GUARDS) - FAR - CARRIED


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_everything_has_words_in_both_languages(kind: Kind) -> None:
    labels = {kind.name: kind.label}
    labels |= {name: each.label for name, each in (kind.fields | kind.workflow.states).items()}
    labels |= {step.name: step.label for step in kind.workflow.steps if not step.auto}
    labels |= {
        f"{name}.{option.value}": {"zh": option.zh, "en": option.en}
        for name, each in kind.fields.items()
        for option in each.options
    }
    for name, words in labels.items():
        assert set(words) == {"zh", "en"}, name
        assert all(word.strip() for word in words.values()), name


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_a_page_refers_to_is_there(kind: Kind) -> None:
    for name, field in kind.fields.items():
        assert not field.refers or field.type in ("ref", "refs"), name
        assert field.refers in {"", *KINDS}, name
        assert len({option.value for option in field.options}) == len(field.options), name
