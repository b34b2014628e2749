"""Lists that fields take their options from: a file of rows, and what a row may say beside its words.

A page says `listed = "matters"`; the rows of `kinds/lists/matters.toml` become the field's options, and
those of a town's file of the same name are laid over them, row by row and key by key. A row that stands for
a unit of the town says so in the mark `at`; whatever names that row in a mark then says the unit too. Raises
KindError with file and row for what cannot be, as sync/kind.py does for pages.
How to write one: docs/kinds.md; what the list of matters says: docs/catalogue.md.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from sync.deadline import limit_of
from sync.kind import KindError, Lists, Option
from sync.permit import Units, is_body

VALUE: Final = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
AT: Final = "at"  # the mark by which a row stands for a unit
PLAIN: Final = frozenset(Option.__struct_fields__) - {"family", "marks"}
Row = dict[str, Any]


class Mark(Struct, frozen=True, forbid_unknown_fields=True):
    """What a mark may say; any text if nothing else is said."""

    options: tuple[str, ...] = ()  # one of these
    limit: bool = False  # how long, in the words of sync.deadline.limit_of
    listed: str = ""  # a value of the list of this name
    points: bool = False  # a whole number from 0 on
    unit: bool = False  # the number of a department, board or post
    many: bool = False  # several, split by blanks


class Family(Struct, frozen=True, forbid_unknown_fields=True):
    """Rows under one heading."""

    zh: str
    en: str
    rows: tuple[Row, ...] = ()


class Sheet(Struct, frozen=True, forbid_unknown_fields=True):
    """One file. Rows that stand under no heading are those a form shows first."""

    edition: str = ""
    marks: dict[str, Mark] = {}  # what each mark of a row may say
    like: dict[str, dict[str, str]] = {}  # marks that rows share, by a name a row gives as `like`
    rows: tuple[Row, ...] = ()
    families: tuple[Family, ...] = ()


class _Draft(Struct):
    """A list under way: what its files said so far."""

    marks: dict[str, Mark]
    like: dict[str, dict[str, str]]
    rows: dict[str, Row]  # by value, in order
    named: dict[str, str]  # the file that said the last word on a row


def gather_lists(files: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Lists:
    """Put lists together from (file, list, content), the built-in files first; raises KindError."""
    drafts: dict[str, _Draft] = {}
    for file, name, content in files:
        draft = drafts.setdefault(name, _Draft({}, {}, {}, {}))
        try:
            _lay(draft, file, msgspec.convert(dict(content), Sheet))
        except msgspec.ValidationError as fault:
            raise KindError(f"{file}: {fault}") from fault
    for draft in drafts.values():
        for value, row in draft.rows.items():
            _check(draft, row, drafts, f"{draft.named[value]}: row {value}")
    return {
        name: tuple(_seated(draft, _option(draft, row), drafts) for row in draft.rows.values())
        for name, draft in drafts.items()
    }


def misplaced(lists: Lists, trees: Sequence[Units]) -> Iterator[str]:
    """Say which rows stand for a unit that no town has, or for one of land; nothing if no unit is known."""
    for name, rows in lists.items():
        for each in rows:
            unit = int(each.marks.get(AT, 0))
            if not any(trees) or not unit or any(is_body(unit, units) for units in trees):
                continue
            known = any(unit in units for units in trees)
            fault = f"unit {unit} is no department, board or post" if known else f"no unit {unit} here"
            yield f"{name}.toml: row {each.value}: {AT}: {fault}"


def _lay(draft: _Draft, file: str, sheet: Sheet) -> None:
    """Lay a file over what was said before."""
    if AT in sheet.marks and not sheet.marks[AT].unit:
        raise KindError(f"{file}: the mark {AT} names a unit")
    draft.marks |= sheet.marks
    for name, marks in sheet.like.items():
        draft.like[name] = {**draft.like.get(name, {}), **marks}
    seen = set()
    for heading, row in _rows(sheet):
        value = row.get("value")
        if not isinstance(value, str) or VALUE.fullmatch(value) is None:
            raise KindError(f"{file}: {value!r} is no value of a row")
        if value in seen:
            raise KindError(f"{file}: row {value} stands twice")
        seen.add(value)
        draft.rows[value] = {**draft.rows.get(value, {}), **heading, **row}
        draft.named[value] = file


def _rows(sheet: Sheet) -> Iterable[tuple[Row, Row]]:
    """List the rows of a file, each with its heading."""
    yield from (({}, row) for row in sheet.rows)
    for family in sheet.families:
        yield from (({"family": family.zh, "family_en": family.en}, row) for row in family.rows)


def _check(draft: _Draft, row: Row, drafts: Mapping[str, _Draft], where: str) -> None:
    if row.get("like", "") not in {"", *draft.like}:
        raise KindError(f"{where}: like {row['like']!r} is not described")
    for name, text in _marks(draft, row).items():
        if name == "family_en":
            continue
        if name not in draft.marks:
            raise KindError(f"{where}: no mark {name}")
        values = drafts[draft.marks[name].listed].rows if draft.marks[name].listed in drafts else ()
        fault = _fault_of(draft.marks[name], text, tuple(values))
        if fault:
            raise KindError(f"{where}: {name}: {fault}")
    try:
        _option(draft, row)
    except msgspec.ValidationError as fault:
        raise KindError(f"{where}: {fault}") from fault


def _fault_of(mark: Mark, text: object, values: Sequence[str]) -> str:
    """Say what is wrong with what a row says; "" if nothing is."""
    if not isinstance(text, str):
        return f"{text!r} is no text"
    if mark.limit:
        return "" if limit_of(text) else f"no limit {text!r}"
    if mark.points or mark.unit:
        what = "points" if mark.points else "number of a unit"
        return "" if text.isascii() and text.isdigit() else f"no {what} {text!r}"
    known = (*mark.options, *values)
    strange = [each for each in (text.split() if mark.many else [text]) if each not in known]
    return f"no {strange[0]!r} here" if strange and (mark.options or mark.listed) else ""


def _marks(draft: _Draft, row: Row) -> dict[str, Any]:
    """Give the marks of a row: those of its like, and over them its own; an empty one takes one away."""
    own = {name: text for name, text in row.items() if name not in PLAIN and name not in ("family", "like")}
    marks = {**draft.like.get(row.get("like", ""), {}), **own}
    return {name: marks[name] for name in sorted(marks) if marks[name] != ""}


def _option(draft: _Draft, row: Row) -> Option:
    plain = {name: row[name] for name in row if name in PLAIN or name == "family"}
    return msgspec.convert({**plain, "marks": _marks(draft, row)}, Option)


def _seated(draft: _Draft, option: Option, drafts: Mapping[str, _Draft]) -> Option:
    """Add to the marks that name rows of another list the units these rows stand for: `unit_at` to `unit`."""
    found = {}
    for name, text in option.marks.items():
        other = drafts.get(draft.marks[name].listed) if name in draft.marks else None
        rows = [other.rows[each] for each in text.split() if each in other.rows] if other else []
        seats = [_marks(other, each).get(AT, "") for each in rows] if other else []
        if any(seats):
            found[f"{name}_{AT}"] = " ".join(filter(None, seats))
    return msgspec.structs.replace(option, marks=dict(sorted((option.marks | found).items())))
