"""Reads a kind page through: what it declares that cannot be, told in words; `sync.kind.parse` asks.

What bears on one part of a page stands with that part (sync/pace.py, sync/rounds.py and others).
No twin: pages are checked where they are written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sync import correct, pace
from sync.asking import known_faults, notice_faults
from sync.guards import GUARDS
from sync.helps import help_faults
from sync.links import far_faults
from sync.merges import RULES
from sync.merit import merit_faults
from sync.nods import nod_faults
from sync.permit import AUTHOR, BELOW, ROLES
from sync.responder import responder_faults
from sync.rounds import round_faults, stop_faults, tick_faults

if TYPE_CHECKING:
    from sync.kind import Field, Kind, Lists

NAME: Final = re.compile("[a-z][a-z0-9_]*")  # JavaScript would reorder names that look like numbers
LIST_TYPES: Final = ("choices", "photos", "refs")
SENSITIVE: Final = 3  # sensitivity from which a field must say what it is for


def faults(kind: Kind) -> list[str]:
    """List what is wrong with a page whose lists are filled in; none if all is well."""
    return [*_field_faults(kind), *_step_faults(kind), *_page_faults(kind)]


def list_faults(kind: Kind, lists: Lists) -> list[str]:
    """Tell which lists a page names that are not there, or where a list does not belong."""
    lacking = kind.weighed and not kind.risks and kind.weighed not in lists
    faults = [f"weighed: no list {kind.weighed}"] if lacking else []
    for name, each in kind.fields.items():
        if each.listed and not each.options and each.listed not in lists:
            faults.append(f"{name}: no list {each.listed}")
        if each.listed and (
            each.type not in ("choice", "choices") or (each.options and each.listed in lists)
        ):
            faults.append(f"{name}: a list gives a choice its options, all of them")
    return faults


def _field_faults(kind: Kind) -> list[str]:
    faults = []
    for name, each in kind.fields.items():
        listed = each.type in LIST_TYPES
        if each.rule not in RULES:
            faults.append(f"{name}: no rule {each.rule}")
        if listed != (each.rule == "union"):
            faults.append(f"{name}: a list merges by union, and only a list does")
        if each.rule == "count" and each.type != "int":
            faults.append(f"{name}: only an int counts")
        if each.type in ("choice", "choices") and not each.options:
            faults.append(f"{name}: a choice needs options")
        if each.holds == "sound" and each.type != "photos":
            faults.append(f"{name}: only a photos field holds sound")
        if (each.rule == "authority") != bool(each.own):
            faults.append(f"{name}: rule authority and own go together")
        if each.sensitivity >= SENSITIVE and not each.purpose:
            faults.append(f"{name}: sensitive, and no purpose")
        faults += tick_faults(name, each) + known_faults(kind, name, each)
        if each.echoes and _type(kind, each.echoes) != each.type:
            faults.append(f"{name}: echoes no field like itself")
        faults += _sum_faults(kind, name, each) + list(correct.field_faults(name, each))
        faults += [f"{name}: no role {role}" for role in _strangers(kind, each.write, each.see, each.own)]
    return faults


def _sum_faults(kind: Kind, name: str, each: Field) -> list[str]:
    wrong = each.sums and {each.type, _type(kind, each.sums)} != {"int"}
    return [f"{name}: sums no int field, or is none"] if wrong else []


def _step_faults(kind: Kind) -> list[str]:
    states, faults = kind.workflow.states, []
    if kind.workflow.begin not in states:
        faults.append(f"no state {kind.workflow.begin}")
    for step in kind.workflow.steps:
        faults += [
            f"{step.name}: no state {state}"
            for state in (*step.start, step.to or kind.workflow.begin)
            if state not in states
        ]
        faults += [
            f"{step.name}: no field {name}" for name in (*step.needs, *step.takes) if name not in kind.fields
        ]
        faults += [f"{step.name}: no guard {name}" for name in step.guards if name not in GUARDS]
        faults += [f"{step.name}: no role {role}" for role in _strangers(kind, step.by, step.tells)]
        if bool(step.by) == (step.auto or step.timed is not None):
            faults.append(f"{step.name}: taken by somebody, or by itself; not both, not neither")
        faults += pace.step_faults(kind, step)
        faults += far_faults(kind, step)
        faults += correct.step_faults(kind, step)
        faults += responder_faults(kind, step)
    names = [step.name for step in kind.workflow.steps]
    if len(set(names)) < len(names):
        faults.append("two steps share a name")
    return faults


def _holder_faults(kind: Kind) -> list[str]:
    states = kind.workflow.states.items()
    return [
        f"state {name}: no role {role}" for name, state in states for role in _strangers(kind, state.holder)
    ]


def _page_faults(kind: Kind) -> list[str]:
    words = (kind.name, *kind.fields, *kind.workflow.states, *(step.name for step in kind.workflow.steps))
    faults = [f"{word!r} is no name" for word in words if NAME.fullmatch(word) is None]
    faults += [f"no field may be called {BELOW}"] if BELOW in kind.fields else []
    faults += [
        f"no role {role}" for role in _strangers(kind, kind.create, kind.read, kind.write, kind.review)
    ]
    faults += pace.clock_faults(kind) + _holder_faults(kind) + round_faults(kind) + help_faults(kind)
    faults += stop_faults(kind) + notice_faults(kind)
    faults += [f"no guard {name}" for name in kind.guards if name not in GUARDS] + list(merit_faults(kind))
    faults += [
        f"title names no field {name}" for name in (*kind.title, *kind.about) if name not in kind.fields
    ]
    faults += nod_faults(kind)
    if (kind.identity == "person_day") != (kind.series > 0):
        faults.append("identity person_day and series go together")
    return faults


def _strangers(kind: Kind, *lists: tuple[str, ...] | None) -> list[str]:
    return [role for roles in lists for role in roles or () if not _known(kind, role)]


def _known(kind: Kind, token: str) -> bool:
    """Tell whether a page may name this: a role, `@person_field`, `role@unit_field`, or `role@below`."""
    role, at, name = token.partition("@")
    if not at:
        return role in ROLES
    if name == BELOW:
        return role in ROLES - {AUTHOR}
    wanted = "unit" if role else "person"
    return (not role or role in ROLES) and _type(kind, name) == wanted and kind.fields[name].rule != "log"


def _type(kind: Kind, name: str) -> str:
    """Give the type of a field, "" where there is no such field."""
    return kind.fields[name].type if name in kind.fields else ""
