"""A record kind is one page: fields, who may do what, the workflow, the words.

`parse` reads a page as tomllib gives it and raises KindError for a faulty declaration: a page is
written by us, so a fault in it is a bug and not an expected refusal.
Twin: pwa/src/sync/kind.ts (reads the JSON of GET /api/kinds). Shared cases: tests/vectors/kind.json.
How to write a page: docs/kinds.md.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, field

from sync.digest import short
from sync.guards import GUARDS
from sync.merges import RULES, Options
from sync.permit import ROLES
from sync.value import Spec

Type = Literal[
    "text", "int", "flag", "choice", "choices", "day", "instant", "place", "photos", "ref", "person", "unit"
]
Words = dict[str, str]  # by language tag: zh and en
Tone = Literal["go", "back", "plain"]
NAME: Final = re.compile("[a-z][a-z0-9_]*")  # JavaScript would reorder names that look like numbers
LIST_TYPES: Final = ("choices", "photos")


class KindError(ValueError):
    """A kind page declares something that cannot be; the text says which page and what."""


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of a choice, with its words and the name of its picture."""

    value: str
    zh: str
    en: str
    icon: str = ""


class Field(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One field: its type, how it merges, who writes it, how much it reveals."""

    type: Type
    label: Words
    rule: str = "latest"
    options: tuple[Option, ...] = ()
    low: int | None = None
    high: int | None = None
    unit: str = ""  # of an int, in words the label does not repeat
    write: tuple[str, ...] | None = None  # roles; None: as the page; (): only with a step
    see: tuple[str, ...] | None = None  # roles; None: whoever may read the record
    own: tuple[str, ...] = ()  # with rule authority: roles whose value outranks the others
    sensitivity: int = 0  # 0 open, 1 internal, 2 personal, 3 sensitive (PIPL article 28)
    ask: bool = False  # on the generic form
    required: bool = False  # the form insists
    indexed: bool = False  # a query may filter by it
    refers: str = ""  # with type ref: the kind it refers to
    holds: Literal["pictures", "sound"] = "pictures"  # with type photos: what its files are
    retired: bool = False  # hidden; its data stays

    @cached_property
    def spec(self) -> Spec:
        """What a value of this field may be."""
        return Spec(self.type, tuple(option.value for option in self.options), self.low, self.high)


class State(Struct, frozen=True, forbid_unknown_fields=True):
    """One state of the workflow, with its word and how it looks."""

    label: Words
    tone: Literal["wait", "act", "done"] = "wait"
    one_way: bool = False  # once here, steps guarded by never_went_up are closed
    final: bool = False  # no step need lead out


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One decision: from which states, by whom, with what, to which state."""

    name: str
    start: tuple[str, ...]
    to: str
    label: Words = field(default_factory=dict)
    by: tuple[str, ...] = ()  # roles; empty with auto or after_hours: the system
    needs: tuple[str, ...] = ()  # fields the step must carry
    takes: tuple[str, ...] = ()  # fields it may carry
    guards: tuple[str, ...] = ()  # names in sync/guards.py, all must hold
    auto: bool = False  # taken by itself as soon as its guards hold
    after_hours: int = 0  # taken by the system this long after entering the state; 0 never
    offline: Literal["apply", "propose", "online_only"] = "apply"
    tone: Tone = "plain"
    tells: tuple[str, ...] = ()  # roles that hear of it; author is one


class Workflow(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The states and steps of one kind; `begin` is the state of a new record."""

    begin: str
    states: dict[str, State]
    steps: tuple[Step, ...]

    @cached_property
    def names(self) -> list[str]:
        """State names in page order: their places are the codes of the wire."""
        return list(self.states)


class Kind(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One kind page."""

    name: str
    label: Words
    identity: Literal["device", "person_day", "entry"]  # entry: the server keeps an op in it, sync/park.py
    create: tuple[str, ...]
    read: tuple[str, ...]
    write: tuple[str, ...]
    fields: dict[str, Field]
    workflow: Workflow
    icon: str = "record"
    series: int = 0  # with identity person_day: tells such kinds apart
    tier: int = 5  # tier of the unit a record belongs to; 5 is the grid
    title: tuple[str, ...] = ()  # fields whose values name a record in lists
    about: tuple[str, ...] = ()  # fields of the second line in lists
    review: tuple[str, ...] = ()  # roles that hear what is odd about photos, and may open originals

    @cached_property
    def names(self) -> list[str]:
        """Field names in page order: their places are the codes of the wire."""
        return list(self.fields)

    @property
    def rules(self) -> Mapping[str, tuple[str, Options]]:
        """Merge rule and ordered options by field."""
        return {name: (each.rule, each.spec.options) for name, each in self.fields.items()}


Kinds = Mapping[str, Kind]


def parse(page: Mapping[str, Any]) -> Kind:
    """Read one page; raises KindError with the reason if it declares something impossible."""
    try:
        kind = msgspec.convert(dict(page), Kind)
    except msgspec.ValidationError as fault:
        raise KindError(f"kind {page.get('name')!r}: {fault}") from fault
    faults = [*_field_faults(kind), *_step_faults(kind), *_page_faults(kind)]
    if faults:
        raise KindError(f"kind {kind.name}: " + "; ".join(faults))
    return kind


def gather(pages: list[Kind]) -> dict[str, Kind]:
    """Put pages together by name; raises KindError when two claim one name or one series."""
    kinds = {kind.name: kind for kind in sorted(pages, key=lambda each: each.name)}
    series = [kind.series for kind in pages if kind.identity == "person_day"]
    if len(kinds) < len(pages) or len(set(series)) < len(series):
        raise KindError("two pages share a name or a series")
    return kinds


def version(kinds: Kinds) -> str:
    """Name this set of pages in 8 hex digits: wire codes are only valid under the same version.

    Codes are places, and a hash sorts names, so the names are hashed in page order beside the pages.
    """
    pages = [kinds[name] for name in sorted(kinds)]
    return short([[msgspec.to_builtins(kind), kind.names, kind.workflow.names] for kind in pages])


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
        faults += [f"{name}: no role {role}" for role in _strangers(each.write, each.see, each.own)]
    return faults


def _step_faults(kind: Kind) -> list[str]:
    states, faults = kind.workflow.states, []
    if kind.workflow.begin not in states:
        faults.append(f"no state {kind.workflow.begin}")
    for step in kind.workflow.steps:
        faults += [
            f"{step.name}: no state {state}" for state in (*step.start, step.to) if state not in states
        ]
        faults += [
            f"{step.name}: no field {name}" for name in (*step.needs, *step.takes) if name not in kind.fields
        ]
        faults += [f"{step.name}: no guard {name}" for name in step.guards if name not in GUARDS]
        faults += [f"{step.name}: no role {role}" for role in _strangers(step.by, step.tells)]
        if bool(step.by) == (step.auto or step.after_hours > 0):
            faults.append(f"{step.name}: taken by somebody, or by itself; not both, not neither")
    timed = [state for step in kind.workflow.steps if step.after_hours for state in step.start]
    if len(set(timed)) < len(timed):
        faults.append("two timed steps leave one state; a record has one due time")
    names = [step.name for step in kind.workflow.steps]
    if len(set(names)) < len(names):
        faults.append("two steps share a name")
    return faults


def _page_faults(kind: Kind) -> list[str]:
    words = (kind.name, *kind.fields, *kind.workflow.states, *(step.name for step in kind.workflow.steps))
    faults = [f"{word!r} is no name" for word in words if NAME.fullmatch(word) is None]
    faults += [f"no role {role}" for role in _strangers(kind.create, kind.read, kind.write, kind.review)]
    faults += [
        f"title names no field {name}" for name in (*kind.title, *kind.about) if name not in kind.fields
    ]
    if (kind.identity == "person_day") != (kind.series > 0):
        faults.append("identity person_day and series go together")
    return faults


def _strangers(*lists: tuple[str, ...] | None) -> list[str]:
    return [role for roles in lists for role in roles or () if role not in ROLES]
