"""The story: that it could have happened. Every step is checked against the kind pages and the permit."""

import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from backend.demo.action import Action, At, Day, Ref
from backend.demo.days import DAY_MS, at, working_days
from backend.demo.geometry import land
from backend.demo.households import households
from backend.demo.incidents import OUTSIDE_ACCURACY_CM, cases
from backend.demo.people import people, workers
from backend.demo.story import story
from backend.demo.units import UNITS
from media.drawing import SCENES
from sync.permit import Actor, Grant, OrgUnit, holds
from sync.place import inside, metres_outside
from sync.value import is_place

PAGES = Path(__file__).resolve().parents[3] / "sync/kinds"
TREE = {unit.id: OrgUnit(unit.tier, unit.parent) for unit in UNITS}
NOON = at(0, 12 * 60)
HOUR_MS = DAY_MS // 24
MOMENTS = [
    (weekday, at(0, minute))
    for weekday, minute in zip(range(7), (0, 200, 425, 600, 720, 1199, 1439), strict=True)
]


@cache
def page(kind: str) -> dict:
    return tomllib.loads((PAGES / f"{kind}.toml").read_text("utf-8"))


def actor(number: int, at_ms: int) -> Actor:
    held = people()[number].grants
    return Actor(number, tuple(Grant(g.role, g.unit) for g in held if g.holds(at_ms // DAY_MS)), "0" * 16)


def by_record(told) -> dict[str, list[Action]]:
    found: dict[str, list[Action]] = {}
    for action in told:
        found.setdefault(action.key, []).append(action)
    return found


def settled(kind: str, state: str, values: dict) -> str:
    """Follow the automatic steps a state leads to."""
    urgent = bool(values.get("emergency"))
    missed = values.get("result") == "no_answer"
    facts = {
        "is_emergency": urgent,
        "not_emergency": not urgent,
        "nobody_answered": missed,
        "somebody_answered": not missed,
    }
    for step in page(kind)["workflow"]["steps"]:
        if (
            step.get("auto")
            and state in step["start"]
            and all(facts[name] for name in step.get("guards", []))
        ):
            return settled(kind, step["to"], values)
    return state


def walk(actions: list[Action]) -> str:
    """Walk one record through its page; give the state it ends in. Asserts that each step is allowed."""
    born, *steps = actions
    kind, workflow = born.kind, page(born.kind)["workflow"]
    assert born.step == ""
    assert holds(actor(born.person, born.at_ms), page(kind)["create"], born.area, born.person, TREE)
    state, last, taken = settled(kind, workflow["begin"], born.values), 0, []
    for action in steps:
        step = next(step for step in workflow["steps"] if step["name"] == action.step)
        guards = step.get("guards", [])
        assert state in step["start"], (born.key, action.step, state)
        assert holds(actor(action.person, action.at_ms), step["by"], born.area, born.person, TREE), action
        assert "not_author" not in guards or action.person != born.person
        assert "not_handler" not in guards or action.person != last
        assert "not_repeated" not in guards or action.step not in taken
        assert ("never_went_up" not in guards) or not {"escalate", "object", "accept"} & set(taken)
        assert set(step.get("needs", [])) <= set(action.values)
        given = set(action.values) | ({action.photo.field} if action.photo else set())
        assert given <= {*step.get("needs", []), *step.get("takes", [])}, action
        state, last = settled(kind, step["to"], born.values), action.person
        taken.append(action.step)
    return state


@pytest.mark.parametrize(("weekday", "now_ms"), MOMENTS)
def test_every_step_of_every_record_is_allowed(weekday, now_ms):
    for actions in by_record(story(weekday, now_ms)).values():
        walk(actions)


@pytest.mark.parametrize(("weekday", "now_ms"), MOMENTS)
def test_nothing_happens_in_the_future_or_before_the_month(weekday, now_ms):
    told = story(weekday, now_ms)
    assert all(-30 * DAY_MS <= action.at_ms <= now_ms for action in told)
    assert [action.at_ms for action in told] == sorted(action.at_ms for action in told)


@pytest.mark.parametrize(("weekday", "now_ms"), MOMENTS)
def test_nobody_waits_so_long_that_the_workflow_goes_on_by_itself(weekday, now_ms):
    for actions in by_record(story(weekday, now_ms)).values():
        limits = {
            s["start"][0]: s["after_hours"]
            for s in page(actions[0].kind)["workflow"]["steps"]
            if "after_hours" in s
        }
        for here, there in zip(actions, [*actions[1:], None], strict=True):
            state = walk(actions[: actions.index(here) + 1])
            if state in limits:
                assert (there.at_ms if there else now_ms) - here.at_ms < limits[state] * HOUR_MS, here


def test_the_incidents_stand_all_over_the_workflow():
    ends = Counter(
        walk(actions) for key, actions in by_record(story(2, NOON)).items() if key.startswith("incident")
    )
    assert ends == {
        "closed": 36, "rejected": 2, "in_review": 7, "returned": 3, "handling": 5, "handled": 3,
        "at_center": 2, "center_handling": 2,
    }  # fmt: skip


def test_every_community_has_something_to_look_at_today():
    told = by_record(story(2, NOON))
    waiting = {
        actions[0].area // 10
        for key, actions in told.items()
        if key.startswith("incident") and walk(actions) == "in_review"
    }
    assert waiting == {31, 32, 33}


def test_about_sixty_per_cent_of_reports_have_a_photo():
    assert len(cases()) == 60
    assert 34 <= sum(bool(case.scene) for case in cases()) <= 38
    assert {case.scene for case in cases() if case.scene} == set(SCENES)


def test_no_two_photos_are_drawn_alike():
    shots = [(action.photo.scene, action.photo.seed) for action in story(2, NOON) if action.photo]
    assert len(set(shots)) == len(shots)


def test_matters_vary_and_fit_page_and_catalogue():
    options = {option["value"] for option in page("incident")["fields"]["matter"]["options"]}
    assert {case.matter for case in cases()} == options
    assert len({case.code for case in cases()}) >= 25


@pytest.mark.parametrize("kind", ["incident", "visit", "day_sheet"])
def test_every_value_fits_its_field(kind):
    fields = page(kind)["fields"]
    for action in story(2, NOON):
        if action.kind == kind:
            for name, value in action.values.items():
                assert fitting(fields[name], value), (action.key, name, value)


def fitting(field: dict, value: object) -> bool:
    options = {option["value"] for option in field.get("options", [])}
    return {
        "text": lambda: isinstance(value, str) and 0 < len(value) <= field["high"],
        "choice": lambda: value in options,
        "choices": lambda: isinstance(value, list) and set(value) <= options,
        "flag": lambda: isinstance(value, bool),
        "place": lambda: is_place(value),
        "ref": lambda: isinstance(value, Ref),
        "day": lambda: isinstance(value, Day),
        "instant": lambda: isinstance(value, At),
    }[field["type"]]()


def test_required_fields_are_there():
    for action in story(2, NOON):
        needed = {name for name, field in page(action.kind)["fields"].items() if field.get("required")}
        assert action.step or needed <= set(action.values)


def test_every_worker_hands_in_a_sheet_each_working_day():
    told = [action for action in story(2, NOON) if action.kind == "day_sheet"]
    handed = Counter((action.person, action.at_ms // DAY_MS) for action in told if action.step == "submit")
    assert handed == dict.fromkeys(((w, day) for w in workers() for day in working_days(2)), 1)
    opened = [action for action in told if not action.step]
    assert all(action.values["day"] == Day(action.at_ms // DAY_MS) for action in opened)


def test_only_the_last_sheets_still_wait():
    told = by_record(action for action in story(2, NOON) if action.kind == "day_sheet")
    waiting = [actions[0].at_ms // DAY_MS for actions in told.values() if walk(actions) == "submitted"]
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
