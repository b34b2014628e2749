"""A record kind is one page: fields, who may do what, the workflow, the words.

`parse` reads a page as tomllib gives it and raises KindError for a faulty declaration: a page is
written by us, so a fault in it is a bug and not an expected refusal.
Twin: pwa/src/sync/kind.ts (reads the JSON of GET /api/kinds). Shared cases: tests/vectors/kind.json.
How to write a page: docs/kinds.md.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, field

from sync import correct, pace
from sync.digest import short
from sync.guards import GUARDS
from sync.links import Looks, far_faults, looks
from sync.merges import RULES, Options
from sync.permit import ROLES
from sync.rounds import Round, Tick, round_faults, tick_faults
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
    family: str = ""  # heading under which a long list shows it
    words: str = ""  # synonyms and pinyin to search by, split by blanks
    marks: dict[str, str] = {}  # what clocks and guards read of it: level, route, limits (docs/kinds.md)
    retired: bool = False  # no longer offered; its place stays, for codes count places


class Field(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One field: its type, how it merges, who writes it, how much it reveals."""

    type: Type
    label: Words
    rule: str = "latest"
    options: tuple[Option, ...] = ()
    listed: str = ""  # options come from the list of this name beside the pages instead
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
    echoes: str = ""  # what is written to that field is written here too, unless something else is
    fresh_days: int = 0  # younger than this, it is not asked for again; 0 always asked
    purpose: str = ""  # why it is kept at all, in Chinese; sensitivity 3 must say
    ticks: tuple[Tick, ...] = ()  # of a choice on a day sheet: what answers it; the first that fits
    correct: Literal["", "own", "owner"] = ""  # who decides when somebody says it is wrong: sync/correct.py
    retired: bool = False  # hidden; its data stays

    @cached_property
    def spec(self) -> Spec:
        """What a value of this field may be."""
        return Spec(self.type, tuple(option.value for option in self.options), self.low, self.high)


class Clock(Struct, frozen=True, forbid_unknown_fields=True):
    """How long the states that name it may last together, in the words of sync.deadline.limit_of."""

    limit: str  # such as "4 work_hour"
    of: str = ""  # a choice field; the mark `mark` of its answer, if it has one, outranks `limit`
    mark: str = ""


class State(Struct, frozen=True, forbid_unknown_fields=True):
    """One state of the workflow, with its word, whose turn it is, and how it looks."""

    label: Words
    tone: Literal["wait", "act", "done"] = "wait"
    one_way: bool = False  # once here, steps guarded by never_went_up are closed
    final: bool = False  # no step need lead out
    clock: str = ""  # name in workflow.clocks; it runs on through states that share it
    holder: tuple[str, ...] = ()  # roles whose turn it is
    answer: Words = field(default_factory=dict)  # what the author reads; the label if empty
    rests: bool = False  # nobody's turn, and nothing is due: it is kept as it is (sync/model.py)


class Timed(Struct, frozen=True, forbid_unknown_fields=True):
    """When the system takes a step: at a share of the state's clock, or so long past its end."""

    share: int = 1_000  # thousandths; 1,000 is the due time
    past: str = ""  # limit counted from the due time; only with share 1,000


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One decision: from which states, by whom, with what, to which state."""

    name: str
    start: tuple[str, ...]
    to: str = ""  # empty: it stays where it is
    label: Words = field(default_factory=dict)
    by: tuple[str, ...] = ()  # roles; empty with auto or timed: the system
    needs: tuple[str, ...] = ()  # fields the step must carry
    takes: tuple[str, ...] = ()  # fields it may carry
    guards: tuple[str, ...] = ()  # names in sync/guards.py, all must hold
    auto: bool = False  # taken by itself as soon as its guards hold
    timed: Timed | None = None  # taken by the system at a time, once a stay
    extends: str = ""  # an int field it carries: so many units more on the clock
    pauses: bool = False  # stops the clock
    resumes: bool = False  # lets it run again
    via: str = ""  # a ref field: `copies` are taken over from the record it names
    copies: tuple[str, ...] = ()  # fields of both records
    mends: bool = False  # what it says is right is written into the record it is about: sync/mend.py
    offline: Literal["apply", "propose", "online_only"] = "apply"
    tone: Tone = "plain"
    tells: tuple[str, ...] = ()  # roles that hear of it; author is one


class Workflow(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The states and steps of one kind; `begin` is the state of a new record."""

    begin: str
    states: dict[str, State]
    steps: tuple[Step, ...] = ()
    clocks: dict[str, Clock] = {}

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
    round: Round | None = None  # of calls made again and again
    filed: bool = False  # made over others' units too: whoever has such a role anywhere files it there
    guards: tuple[str, ...] = ()  # names in sync/guards.py: all must hold of a new record, or it is refused

    @cached_property
    def names(self) -> list[str]:
        """Field names in page order: their places are the codes of the wire."""
        return list(self.fields)

    @cached_property
    def refs(self) -> tuple[str, ...]:
        """Fields that name another record."""
        return tuple(name for name, each in self.fields.items() if each.type == "ref")

    @cached_property
    def echoes(self) -> Mapping[str, str]:
        """Fields that take over what is written to another, with that other."""
        return {name: each.echoes for name, each in self.fields.items() if each.echoes}

    @cached_property
    def birth(self) -> Step:
        """The making of a record, put as a step: what its page asks of a new one."""
        return Step("", (), guards=self.guards)

    @cached_property
    def looks(self) -> Looks:
        """Along which fields the steps of its workflow look at other records."""
        return looks((self.birth, *self.workflow.steps))

    @cached_property
    def awaits(self) -> Looks:
        """The same of the steps that are taken by themselves: they may follow when a neighbour changes."""
        return looks(step for step in self.workflow.steps if step.auto)

    @cached_property
    def namers(self) -> tuple[str, ...]:
        """Fields of persons and units on which rights rest: `@field`, `role@field` on the page."""
        lists: list[tuple[str, ...] | None] = [self.read, self.write, self.review]
        for each in self.fields.values():
            lists += [each.write, each.see, each.own]
        lists += [step.by for step in self.workflow.steps]
        return tuple(
            sorted({name for roles in lists for role in roles or () if (name := role.partition("@")[2])})
        )

    @property
    def rules(self) -> Mapping[str, tuple[str, Options]]:
        """Merge rule and ordered options by field."""
        return {name: (each.rule, each.spec.options) for name, each in self.fields.items()}


Kinds = Mapping[str, Kind]
Lists = Mapping[str, tuple[Option, ...]]  # by name, read by sync/listing.py
NO_LISTS: Final[Lists] = MappingProxyType({})
NO_FIELD: Final = Field("flag", {})
SENSITIVE: Final = 3  # sensitivity from which a field must say what it is for


def parse(page: Mapping[str, Any], lists: Lists = NO_LISTS) -> Kind:
    """Read one page; raises KindError with the reason if it declares something impossible.

    Fields that name a list get its options. A page as it is served has them already: it is read without.
    """
    try:
        kind = msgspec.convert(dict(page), Kind)
    except msgspec.ValidationError as fault:
        raise KindError(f"kind {page.get('name')!r}: {fault}") from fault
    listed = _list_faults(kind, lists)
    kind = msgspec.structs.replace(
        kind, fields={name: _filled(each, lists) for name, each in kind.fields.items()}
    )
    faults = [*listed, *_field_faults(kind), *_step_faults(kind), *_page_faults(kind)]
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


def _filled(each: Field, lists: Lists) -> Field:
    """Give a field the options of the list it names."""
    return msgspec.structs.replace(each, options=lists[each.listed]) if each.listed in lists else each


def _list_faults(kind: Kind, lists: Lists) -> list[str]:
    faults = []
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
        faults += tick_faults(name, each)
        if each.echoes and kind.fields.get(each.echoes, NO_FIELD).type != each.type:
            faults.append(f"{name}: echoes no field like itself")
        faults += correct.field_faults(name, each)
        faults += [f"{name}: no role {role}" for role in _strangers(kind, each.write, each.see, each.own)]
    return faults


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
    names = [step.name for step in kind.workflow.steps]
    if len(set(names)) < len(names):
        faults.append("two steps share a name")
    return faults


def _holder_faults(kind: Kind) -> list[str]:
    states = kind.workflow.states.items()
    return [
        f"state {name}: no role {role}" for name, state in states for role in _strangers(kind, state.holder)
    ]


def options_of(kind: Kind, name: str) -> tuple[Option, ...]:
    """Give the options of a field; none if there is no such field."""
    return kind.fields[name].options if name in kind.fields else ()


def marks_of(kind: Kind, name: str, value: object) -> Mapping[str, str]:
    """Give the marks of an answer to a choice; none of one this page does not know."""
    return next((each.marks for each in options_of(kind, name) if each.value == value), {})


def _page_faults(kind: Kind) -> list[str]:
    words = (kind.name, *kind.fields, *kind.workflow.states, *(step.name for step in kind.workflow.steps))
    faults = [f"{word!r} is no name" for word in words if NAME.fullmatch(word) is None]
    faults += [
        f"no role {role}" for role in _strangers(kind, kind.create, kind.read, kind.write, kind.review)
    ]
    faults += pace.clock_faults(kind) + _holder_faults(kind) + round_faults(kind)
    faults += [f"no guard {name}" for name in kind.guards if name not in GUARDS]
    faults += [
        f"title names no field {name}" for name in (*kind.title, *kind.about) if name not in kind.fields
    ]
    if (kind.identity == "person_day") != (kind.series > 0):
        faults.append("identity person_day and series go together")
    return faults


def _strangers(kind: Kind, *lists: tuple[str, ...] | None) -> list[str]:
    return [role for roles in lists for role in roles or () if not _known(kind, role)]


def _known(kind: Kind, token: str) -> bool:
    """Tell whether a page may name this: a role, `@person_field`, or `role@unit_field` (sync/permit.py)."""
    role, at, name = token.partition("@")
    if not at:
        return role in ROLES
    field = kind.fields.get(name, NO_FIELD)
    wanted = "unit" if role else "person"
    return (not role or role in ROLES) and field.type == wanted and field.rule != "log"
