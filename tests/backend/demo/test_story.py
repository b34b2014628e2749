"""The story: that it could have happened. Every step is checked against the kind pages and the permit."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from backend.demo.action import Action, At, Day, Ref, Told
from backend.demo.days import DAY_MS, at, working_days
from backend.demo.geometry import land
from backend.demo.households import households
from backend.demo.incidents import OUTSIDE_ACCURACY_CM, cases
from backend.demo.people import people, workers
from backend.demo.seed import DEMO_KINDS, calendar_day, change, midnight
from backend.demo.story import story
from backend.demo.units import BODIES, UNITS
from backend.kinds import read_pages
from media.drawing import SCENES
from sync.clock import Stamp
from sync.digest import ROOT
from sync.op import Op, StepTaken, minted, per_day
from sync.permit import Actor, Grant, OrgUnit
from sync.place import inside, metres_outside
from sync.register import Record
from sync.ripple import ripple
from sync.settle import Known, World, settle
from tests.backend.town import NOW

TREE = {unit.id: OrgUnit(unit.tier, unit.parent) for unit in (*UNITS, *BODIES)}
KINDS = read_pages((Path(__file__).resolve().parents[3] / "sync/kinds", DEMO_KINDS), [TREE])
WORLD = World(KINDS, TREE)
PHONE = "0" * 16  # all are told from one
NOON = at(0, 12 * 60)
HOUR_MS = DAY_MS // 24
# A weekend may lie in between.
HOURS = {"minute": 1 / 60, "hour": 1, "work_hour": 1, "day": 24, "work_day": 96}
MOMENTS = [
    (weekday, at(0, minute))
    for weekday, minute in zip(range(7), (0, 200, 425, 600, 720, 1199, 1439), strict=True)
]


def hours(limit: str) -> float:
    amount, unit = limit.split()
    return int(amount) * HOURS[unit]


def actor(number: int, at_ms: int) -> Actor:
    held = people()[number].grants
    return Actor(number, tuple(Grant(g.role, g.unit) for g in held if g.holds(at_ms // DAY_MS)), PHONE)


def by_record(told) -> dict[str, list[Action]]:
    found: dict[str, list[Action]] = {}
    for action in told:
        found.setdefault(action.key, []).append(action)
    return found


class Play:
    """Plays a story through the real settle code, with what follows in neighbours; keeps each state."""

    def __init__(self, weekday: int, now_ms: int) -> None:
        self.records: dict[str, Record] = {}
        self.states: dict[str, list[str]] = {}  # by key, after each action
        self._ids: dict[str, str] = {}
        self._start = midnight(NOW)
        self._seq = 0
        for action in story(weekday, now_ms):
            self._take(action)

    def state(self, key: str) -> str:
        """Give the state a record ends in."""
        return self.records[self._ids[key]].state

    def _take(self, action: Action) -> None:
        kind, n = KINDS[action.kind], self._seq + 1
        values = {name: self._value(told) for name, told in action.values.items()}
        if action.key not in self._ids:
            day = next((value for name, value in values.items() if kind.fields[name].type == "day"), 0)
            daily = kind.identity == "person_day"
            self._ids[action.key] = per_day(action.person, kind.series, day) if daily else minted(PHONE, n)
        record = self.records.get(self._ids[action.key])
        sets = {name: change(kind.fields[name], value, record, name) for name, value in values.items()}
        if action.photo:
            sets[action.photo.field] = {"add": ["A" * 22]}
        taken = StepTaken(action.step, record.state) if action.step and record else None
        at_ms = self._start + action.at_ms
        op = Op(n, Stamp(at_ms, 0, PHONE), kind.name, self._ids[action.key], action.area or None, sets, taken)
        self._settle(action, op, at_ms)
        self.states.setdefault(action.key, []).append(self.state(action.key))

    def _settle(self, action: Action, op: Op, at_ms: int) -> None:
        known = {op.record: self.records[op.record]} if op.record in self.records else {}
        peers = [each for each in self.records.values() if each.kind == op.kind == "incident"]
        near = tuple(each for each in peers if each.id not in known)
        stand = Known(known, {}, frozenset(), Stamp(0, 0, "0" * 16), self._seq, ROOT, near=near)
        done = settle(stand, [op], actor(action.person, action.at_ms), WORLD, at_ms)
        assert done.verdicts[0].code == "applied", (action, done.verdicts[0])
        done = ripple(done, known, lambda _: peers, WORLD, at_ms)
        self.records |= done.records
        self._seq = done.seq

    def _value(self, told: Told) -> Any:
        if isinstance(told, Ref):
            return self._ids.setdefault(told.key, minted(PHONE, 900_000 + len(self._ids)))
        if isinstance(told, Day):
            return calendar_day(self._start + told.days * DAY_MS)
        if isinstance(told, list):
            return [self._value(each) for each in told]
        return self._start + told.ms if isinstance(told, At) else told


@cache
def played(weekday: int, now_ms: int) -> Play:
    return Play(weekday, now_ms)


@pytest.mark.parametrize(("weekday", "now_ms"), MOMENTS)
def test_every_step_of_every_record_is_allowed(weekday, now_ms):
    assert played(weekday, now_ms).states.keys() == by_record(story(weekday, now_ms)).keys()


@pytest.mark.parametrize(("weekday", "now_ms"), MOMENTS)
def test_nothing_happens_in_the_future_or_before_the_month(weekday, now_ms):
    told = story(weekday, now_ms)
    assert all(-30 * DAY_MS <= action.at_ms <= now_ms for action in told)
    assert [action.at_ms for action in told] == sorted(action.at_ms for action in told)


@pytest.mark.parametrize(("weekday", "now_ms"), MOMENTS)
def test_nobody_waits_so_long_that_the_workflow_goes_on_by_itself(weekday, now_ms):
    play = played(weekday, now_ms)
    for key, actions in by_record(story(weekday, now_ms)).items():
        flow = KINDS[actions[0].kind].workflow
        timed = {name for step in flow.steps if step.timed and step.to for name in step.start}
        moving = {name for name in timed if not flow.states[name].final}  # in a final one nobody waits
        limits = {name: hours(flow.clocks[flow.states[name].clock].limit) for name in moving}
        for here, there, state in zip(actions, [*actions[1:], None], play.states[key], strict=True):
            if state in limits:
                assert (there.at_ms if there else now_ms) - here.at_ms < limits[state] * HOUR_MS, here


def test_the_incidents_stand_all_over_the_workflow():
    play = played(2, NOON)
    ends = Counter(play.state(key) for key in play.states if key.startswith("incident"))
    assert ends == {
        "closed": 36, "evaluated": 2, "rejected": 2, "in_review": 7, "returned": 3, "handling": 5,
        "handled": 4,
        "at_center": 1, "urgent": 1, "dispatched": 1, "center_handling": 3, "commander_decision": 1,
        "time_asked": 1, "merged": 1,
    }  # fmt: skip


def test_every_community_has_something_to_look_at_today():
    told = by_record(story(2, NOON))
    waiting = {
        actions[0].area // 10
        for key, actions in told.items()
        if key.startswith("incident") and played(2, NOON).state(key) == "in_review"
    }
    assert waiting == {31, 32, 33}


def test_about_sixty_per_cent_of_reports_have_a_photo():
    assert len(cases()) == 68
    assert 38 <= sum(bool(case.scene) for case in cases()) <= 44
    assert {case.scene for case in cases() if case.scene} == set(SCENES)


def test_no_two_photos_are_drawn_alike():
    shots = [(action.photo.scene, action.photo.seed) for action in story(2, NOON) if action.photo]
    assert len(set(shots)) == len(shots)


def test_matters_vary_and_fit_page_and_catalogue():
    options = {option.value for option in KINDS["incident"].fields["matter"].options}
    assert {case.matter for case in cases()} | {case.code for case in cases()} <= options
    assert len({case.matter for case in cases()}) == 8
    assert len({case.code for case in cases()}) >= 25


def test_required_fields_are_there():
    for action in story(2, NOON):
        needed = {name for name, field in KINDS[action.kind].fields.items() if field.required}
        assert action.step or needed <= set(action.values)


def test_every_worker_hands_in_a_sheet_each_working_day():
    told = [action for action in story(2, NOON) if action.kind == "day_sheet"]
    handed = Counter((action.person, action.at_ms // DAY_MS) for action in told if action.step == "submit")
    assert handed == dict.fromkeys(((w, day) for w in workers() for day in working_days(2)), 1)
    opened = [action for action in told if not action.step]
    assert all(action.values["day"] == Day(action.at_ms // DAY_MS) for action in opened)


def test_only_the_last_sheets_still_wait():
    told = by_record(action for action in story(2, NOON) if action.kind == "day_sheet")
    play = played(2, NOON)
    waiting = [actions[0].at_ms // DAY_MS for key, actions in told.items() if play.state(key) == "submitted"]
    assert waiting == [working_days(2)[-1]] * len(workers())


def test_a_sheet_says_what_the_day_says():
    told = story(2, NOON)
    reported = {(a.person, a.at_ms // DAY_MS) for a in told if a.kind == "incident" and not a.step}
    for action in told:
        if action.kind == "day_sheet" and not action.step:
            found = (action.person, action.at_ms // DAY_MS) in reported
            assert action.values["patrol_visit"] == ("found" if found else "ok")


def test_visits_are_those_of_the_households():
    made = Counter(a.values["household"].key for a in story(2, NOON) if a.kind == "visit")
    assert made == {home.key: len(home.visit_days) for home in households(2) if home.visit_days}


def test_a_place_is_told_at_the_door_only():
    for action in story(2, NOON):
        if action.kind == "visit":
            assert ("place" in action.values) == (action.values["mode"] == "door")


def test_one_fix_lies_across_the_line_within_its_accuracy():
    shapes = land().shapes
    reports = [a for a in story(2, NOON) if a.kind == "incident" and not a.step]
    outside = [a for a in reports if not inside(a.values["place"], shapes[a.area])]
    assert len(outside) == 1
    metres = metres_outside(outside[0].values["place"], shapes[outside[0].area])
    assert 7 <= metres <= 9 < OUTSIDE_ACCURACY_CM // 100


def test_the_same_moment_gives_the_same_story():
    assert story(3, NOON) == story(3, NOON)
