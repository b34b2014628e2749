"""A record kind is one page: fields, who may do what, the workflow, the words.

`parse` reads a page as tomllib gives it and raises KindError for a faulty declaration: a page is
written by us, so a fault in it is a bug and not an expected refusal.
Twin: pwa/src/sync/kind.ts (reads the JSON of GET /api/kinds). Shared cases: tests/vectors/kind.json.
How to write a page: docs/kinds.md.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, field

from sync import proofread
from sync.asking import Notice
from sync.digest import short
from sync.helps import Answers, Plate
from sync.links import Looks, looks
from sync.merges import Options
from sync.merit import Merit
from sync.nods import Nods
from sync.permit import BELOW
from sync.rounds import Round, Tick
from sync.value import Spec

Type = Literal[
    "text", "int", "flag", "choice", "choices", "day", "instant", "place", "photos", "ref", "refs", "person",
    "unit",
]  # fmt: skip
Words = dict[str, str]  # by language tag: zh and en
Tone = Literal["go", "back", "plain"]


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
    refers: str = ""  # with type ref or refs: the kind it refers to
    holds: Literal["pictures", "sound"] = "pictures"  # with type photos: what its files are
    echoes: str = ""  # what is written to that field is written here too, unless something else is
    fresh_days: int = 0  # younger than this, it is not asked for again; 0 always asked
    purpose: str = ""  # why it is kept at all, in Chinese; sensitivity 3 must say
    known: str = ""  # "ref.field": what the record named there says is not asked again: sync/asking.py
    ticks: tuple[Tick, ...] = ()  # of a choice on a day sheet: what answers it; the first that fits
    sums: str = ""  # of an int: proposed is the sum of this one over the records of the kind that hold now
    correct: Literal["", "own", "owner"] = ""  # who decides when somebody says it is wrong: sync/correct.py
    nameless: bool = False  # many will read it: no numbers of persons or cars, see sync/nameless.py
    retired: bool = False  # hidden; its data stays

    @cached_property
    def spec(self) -> Spec:
        """What a value of this field may be."""
        return Spec(self.type, tuple(option.value for option in self.options), self.low, self.high)

    @cached_property
    def marks(self) -> Mapping[str, Mapping[str, str]]:
        """What the page says of each answer."""
        return {option.value: option.marks for option in reversed(self.options)}


class Clock(Struct, frozen=True, forbid_unknown_fields=True):
    """How long the states that name it may last together, in the words of sync.deadline.limit_of."""

    limit: str  # such as "4 work_hour"
    of: str = ""  # a choice field; the mark `mark` of its answer, if it has one, outranks `limit`
    mark: str = ""
    until: str = ""  # a day field: where it says a day, the clock runs until that day is over instead
    anew: tuple[
        str, ...
    ] = ()  # it runs beside that of a state; a step that carries such a field starts it anew


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
    withheld: bool = False  # nobody reads it through `@below` meanwhile: a draft, or what holds no more


class Timed(Struct, frozen=True, forbid_unknown_fields=True):
    """When the system takes a step: at a share of the state's clock, or so long past its end."""

    share: int = 1_000  # thousandths; 1,000 is the due time
    past: str = ""  # limit counted from the due time; only with share 1,000
    clock: str = ""  # the clock beside that counts, one with `anew`; that of the state if empty


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
    responder: str = ""  # of an automatic one: a unit field, filled with who answers for the matter
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

    @cached_property
    def named(self) -> Mapping[str, Step]:
        """Steps by name."""
        return {step.name: step for step in self.steps}

    @cached_property
    def automatic(self) -> Mapping[str, tuple[Step, ...]]:
        """Steps that are taken by themselves, by the state they lead out of, in page order."""
        return _leading_out(step for step in self.steps if step.auto)

    @cached_property
    def timed(self) -> Mapping[str, tuple[Step, ...]]:
        """Steps that time takes, by the state they lead out of, in page order."""
        return _leading_out(step for step in self.steps if step.timed)


def _leading_out(steps: Iterable[Step]) -> dict[str, tuple[Step, ...]]:
    found: dict[str, tuple[Step, ...]] = {}
    for step in steps:
        for state in dict.fromkeys(step.start):
            found[state] = (*found.get(state, ()), step)
    return found


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
    tier: int | tuple[int, ...] = 5  # tier of the unit a record belongs to, or several; 5 is the grid
    bodies: bool = False  # it may belong to a department, board or post as well
    title: tuple[str, ...] = ()  # fields whose values name a record in lists
    about: tuple[str, ...] = ()  # fields of the second line in lists
    review: tuple[str, ...] = ()  # roles that hear what is odd about photos, and may open originals
    round: Round | None = None  # of calls made again and again
    stop: str = ""  # person field: what is that person's turn stands in their day, where it lies
    notice: Notice | None = None  # why people are asked for this at all, shown to them at the door
    filed: bool = False  # made over others' units too: whoever has such a role anywhere files it there
    guards: tuple[str, ...] = ()  # names in sync/guards.py: all must hold of a new record, or it is refused
    answers: Answers | None = None  # its records answer questions
    plate: Plate | None = None  # its form proposes what somebody has in hand
    weighed: str = ""  # list of what is unusual about a record, with the points that order the review
    risks: tuple[Option, ...] = ()  # its rows
    nods: Nods | None = None  # its readers say that they have read it
    merit: Merit | None = None  # its records come by themselves, as thanks: sync/earn.py

    @cached_property
    def names(self) -> list[str]:
        """Field names in page order: their places are the codes of the wire."""
        return list(self.fields)

    @property
    def tiers(self) -> tuple[int, ...]:
        """Tiers of the units in which a record may lie."""
        return (self.tier,) if isinstance(self.tier, int) else self.tier

    @cached_property
    def refs(self) -> tuple[str, ...]:
        """Fields that name another record."""
        return tuple(name for name, each in self.fields.items() if each.type == "ref")

    @cached_property
    def pictures(self) -> frozenset[str]:
        """Fields of photos and sounds."""
        return frozenset(name for name, each in self.fields.items() if each.type == "photos")

    @cached_property
    def reserved(self) -> Mapping[str, Field]:
        """Fields that not everybody sees who may read the record."""
        return {name: each for name, each in self.fields.items() if each.see is not None}

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
    def asks(self) -> Mapping[str, Looks]:
        """Along which fields an op looks that takes a step, by the step's name; "" takes none."""
        taken = {step.name: looks((step, self.birth)) for step in self.workflow.steps}
        return {**taken, "": looks([self.birth])}

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
        named = {role.partition("@")[2] for roles in lists for role in roles or ()}
        return tuple(sorted(named - {"", BELOW}))

    @cached_property
    def spreads(self) -> bool:
        """Whether somebody reads it who stands beneath its unit: `role@below` on the page."""
        return any(role.partition("@")[2] == BELOW for role in self.read)

    @property
    def rules(self) -> Mapping[str, tuple[str, Options]]:
        """Merge rule and ordered options by field."""
        return {name: (each.rule, each.spec.options) for name, each in self.fields.items()}

    def marks_of(self, name: str, value: object) -> Mapping[str, str]:
        """Give the marks of an answer to a choice; none of one this page does not know."""
        known = self.fields[name].marks if name in self.fields else {}
        return known.get(value, {}) if isinstance(value, str) else {}


class Pages(dict[str, Kind]):
    """Pages by name, with what all of them together say worked out once: a town keeps them long."""

    @cached_property
    def names(self) -> list[str]:
        """Names in order: their places are the codes of the wire."""
        return list(self)

    @cached_property
    def along(self) -> Mapping[str, Looks]:
        """Along which fields records of a kind have neighbours that matter to either of them, by kind."""
        awaited = [each for each in self.values() if each.awaits]
        return {name: _along(kind, awaited) for name, kind in self.items()}


def _along(kind: Kind, awaited: Iterable[Kind]) -> Looks:
    outward, inward = set(kind.looks.linked), set(kind.looks.linking)
    for each in awaited:
        outward |= {name for name in each.awaits.linking if name in kind.refs}
        inward |= {
            name for name in each.awaits.linked
            if name in each.fields and each.fields[name].refers in ("", kind.name)
        }  # fmt: skip
    return Looks(frozenset(outward), frozenset(inward), kind.looks.beside)


Kinds = Mapping[str, Kind]
Lists = Mapping[str, tuple[Option, ...]]  # by name, read by sync/listing.py
NO_LISTS: Final[Lists] = MappingProxyType({})


def parse(page: Mapping[str, Any], lists: Lists = NO_LISTS) -> Kind:
    """Read one page; raises KindError with the reason if it declares something impossible.

    Fields that name a list get its options. A page as it is served has them already: it is read without.
    """
    try:
        kind = msgspec.convert(dict(page), Kind)
    except msgspec.ValidationError as fault:
        raise KindError(f"kind {page.get('name')!r}: {fault}") from fault
    listed = proofread.list_faults(kind, lists)
    kind = msgspec.structs.replace(
        kind,
        fields={name: _filled(each, lists) for name, each in kind.fields.items()},
        risks=lists.get(kind.weighed, kind.risks),
    )
    faults = [*listed, *proofread.faults(kind)]
    if faults:
        raise KindError(f"kind {kind.name}: " + "; ".join(faults))
    return kind


def gather(pages: list[Kind]) -> Pages:
    """Put pages together by name; raises KindError when two claim one name or one series."""
    kinds = Pages({kind.name: kind for kind in sorted(pages, key=lambda each: each.name)})
    series = [kind.series for kind in pages if kind.identity == "person_day"]
    if len(kinds) < len(pages) or len(set(series)) < len(series):
        raise KindError("two pages share a name or a series")
    return kinds


def together(kinds: Kinds) -> Pages:
    """Give pages with what all of them say together."""
    return kinds if isinstance(kinds, Pages) else Pages(kinds)


def version(kinds: Kinds) -> str:
    """Name this set of pages in 8 hex digits: wire codes are only valid under the same version.

    Codes are places, and a hash sorts names, so the names are hashed in page order beside the pages.
    """
    pages = [kinds[name] for name in sorted(kinds)]
    return short([[msgspec.to_builtins(kind), kind.names, kind.workflow.names] for kind in pages])


def _filled(each: Field, lists: Lists) -> Field:
    """Give a field the options of the list it names."""
    return msgspec.structs.replace(each, options=lists[each.listed]) if each.listed in lists else each


def options_of(kind: Kind, name: str) -> tuple[Option, ...]:
    """Give the options of a field; none if there is no such field."""
    return kind.fields[name].options if name in kind.fields else ()
