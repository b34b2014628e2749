"""Records that name each other: along which fields guards look, and what they find there.

A ref field of a record names another. Guards look along such fields, both ways (`Guard.linked`,
`Guard.linking`); only kinds whose pages use such guards ever cause a neighbour to be looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from sync.around import told
from sync.guards import GUARDS, Near
from sync.register import plain
from sync.value import fits

if TYPE_CHECKING:
    from sync.kind import Kind, Kinds, Step
    from sync.register import Change, Record

# Records naming one another that a guard is shown, those made last: an incident has a handful of parts and
# duplicates, a household visited every day is asked about its last visits; and what is named by more than
# this must not make every write on it slow.
LINKING_MAX: Final = 200
PERSONAL: Final = 2  # sensitivity from which a field is about a person
COPIED: Final = ("first", "latest", "largest", "union")  # rules under which a plain value can be written


class Looks(Struct, frozen=True):
    """Ref fields along which guards look."""

    linked: frozenset[str]  # at the record this one names in such a field
    linking: frozenset[str]  # at the records that name this one in such a field
    beside: frozenset[str] = frozenset()  # at those of its kind that name there what this one names

    def __bool__(self) -> bool:
        return bool(self.linked or self.linking or self.beside)


def looks(steps: Iterable[Step]) -> Looks:
    """Say along which fields steps look."""
    taken = list(steps)
    guards = [GUARDS[name] for step in taken for name in step.guards if name in GUARDS]
    linked = {guard.linked for guard in guards} | {step.via for step in taken}
    linking = {guard.linking for guard in guards}
    beside = {guard.beside for guard in guards}
    return Looks(frozenset(linked - {""}), frozenset(linking - {""}), frozenset(beside - {""}))


def far_faults(kind: Kind, step: Step) -> Iterator[str]:
    """Give what is wrong with how a step of a page looks at other records, and copies from them."""
    if step.via and (step.via not in kind.fields or kind.fields[step.via].type != "ref"):
        yield f"{step.name}: via names no ref field"
    far = [name for name in step.guards if name in GUARDS and GUARDS[name].far]
    if far and step.timed is not None:
        yield f"{step.name}: {far[0]} looks at other records, and time does not know them"
    if step.copies and not (step.auto and step.via):
        yield f"{step.name}: an automatic step with via copies, and no other"
    for name in step.copies:
        field = kind.fields.get(name)
        if field is None:
            yield f"{step.name}: no field {name}"
        elif field.rule not in COPIED:
            yield f"{step.name}: {name} merges by {field.rule}, and cannot be copied"
        elif field.sensitivity >= PERSONAL or field.see is not None:
            # What is copied reaches people who may not read where it comes from.
            yield f"{step.name}: {name} is not for everybody, and may not be copied"


def refs_of(kind: Kind, record: Record) -> dict[str, str]:
    """Give the records that a record names, by ref field; "" in one that was cleared."""
    values = {
        name: plain(kind.fields[name].rule, record.cells[name]) for name in kind.refs if name in record.cells
    }
    return {name: value if isinstance(value, str) else "" for name, value in values.items()}


def copied(kind: Kind, step: Step, near: Near) -> dict[str, Change]:
    """Word what an automatic step takes over from the record its `via` names; what does not fit stays."""
    source = near.linked.get(step.via)
    other = None if source is None else near.kinds.get(source.kind)
    if source is None or other is None:
        return {}
    found = {}
    for name in step.copies:
        field, value = kind.fields[name], told(other, source, name)
        if value and fits(field.spec, value):
            found[name] = {"add": value} if field.rule == "union" else value
    return found


class Pool:
    """Records at hand, and who among them names whom; kept up as they change."""

    def __init__(self, kinds: Kinds, records: Iterable[Record], *, blind: bool = False) -> None:
        self.kinds = kinds
        self._blind = blind
        self._records: dict[str, Record] = {}
        self._refs: dict[str, dict[str, str]] = {}  # by record, then field
        self._naming: dict[str, set[str]] = {}
        for record in records:
            self.put(record)

    def put(self, record: Record) -> None:
        """Take a record in as it is now; one that was removed is absent."""
        kind = self.kinds.get(record.kind)
        if kind is None:
            return
        self._records[record.id] = record
        for target in self._refs.get(record.id, {}).values():
            self._naming[target].discard(record.id)
        if not kind.refs:
            return
        self._refs[record.id] = refs_of(kind, record)
        for target in self._refs[record.id].values():
            self._naming.setdefault(target, set()).add(record.id)

    def find(self, record: str) -> Record | None:
        """Give a record at hand."""
        return self._records.get(record)

    def linked(self, record: Record) -> dict[str, Record]:
        """Give the records that one names, by the fields its guards look along."""
        kind = self.kinds[record.kind]
        if not kind.looks.linked:
            return {}
        named = refs_of(kind, record)
        found = {name: self._records.get(named.get(name, "")) for name in sorted(kind.looks.linked)}
        return {name: each for name, each in found.items() if each is not None}

    def linking(self, record: str, fields: frozenset[str]) -> list[Record]:
        """List the records that name one in some fields, the last made, in the order of their ids."""
        return _last(self._hits(record, fields))

    def _hits(self, record: str, fields: frozenset[str]) -> list[Record]:
        named = self._naming.get(record, ())
        hits = [name for name in named if any(self._refs[name].get(field) == record for field in fields)]
        return [self._records[name] for name in hits]

    def beside(self, record: Record) -> list[Record]:
        """List the records of the same kind that name what one names, along fields its guards look along."""
        fields = self.kinds[record.kind].looks.beside
        named = refs_of(self.kinds[record.kind], record) if fields else {}
        found = []
        for name in sorted(fields):
            hits = self._hits(named[name], frozenset({name})) if named.get(name) else []
            found += _last([each for each in hits if each.kind == record.kind and each.id != record.id])
        return found

    def near(self, record: Record, now_ms: int, hidden: frozenset[str] = frozenset()) -> Near:
        """Gather what the guards of a record may look at."""
        fields = self.kinds[record.kind].looks.linking
        linking = tuple(self.linking(record.id, fields)) if fields else ()
        near = Near(self.kinds, self.linked(record), linking, hidden, now_ms, self._blind)
        return replace(near, beside=tuple(self.beside(record)))


class Wanted(Struct, frozen=True):
    """What must be looked up before guards can look around."""

    records: frozenset[str]  # ids of records that are named
    linking: Mapping[str, frozenset[str]]  # by field: ids of records whose namers are asked for

    def __bool__(self) -> bool:
        return bool(self.records or self.linking)


class Made(Struct, frozen=True):
    """Of a record, what says how new it is."""

    id: str
    made_ms: int


def newest_first(record: Record | Made) -> tuple[int, tuple[str, int]]:
    """Order records by when they were made, the last first; those of one instant by their ids."""
    return -record.made_ms, place(record.id)


def _last(records: list[Record]) -> list[Record]:
    """Keep the records made last, as many as are shown, in the order of their ids."""
    if len(records) > LINKING_MAX:
        records = sorted(records, key=newest_first)[:LINKING_MAX]
    return sorted(records, key=lambda each: place(each.id))


def place(record: str) -> tuple[str, int]:
    """Order record ids by origin, then number, as the store does."""
    return record[:16], int(record[17:])
