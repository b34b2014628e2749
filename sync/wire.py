"""What crosses the link: a push up, a receipt down. Packed small, because weak links decide.

Ops travel with codes for kinds, fields, options, steps and states: their places in the kind pages,
valid under one version of the pages only, which the push names. Three ops and more travel as
columns: the same field of all ops side by side compresses 4 per cent better than coded rows
(figures: docs/adr/0008-packed-columns.md). An op that the pages cannot code travels raw.
The normative description, with worked bytes, is docs/sync.md.
Twin: pwa/src/sync/wire.ts. Shared cases: tests/vectors/wire.json.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from sync.clock import Stamp
from sync.kind import Field, Kind, Kinds, together
from sync.op import Op, StepTaken, Verdict
from sync.shape import flaw_of
from sync.value import INT_MAX

VERSION: Final = 1  # of this format; a server that speaks another says so with `wrong_version`
ROWS_MAX: Final = 2  # up to so many ops travel as rows: columns only pay from three on
OPS_MAX: Final = 500  # ops of one push
PHOTOS_MAX: Final = 64  # photos announced in one push
STATES: Final = ("expected", "verified", "overdue", "partial")  # of a photo, as a receipt tells them
COLUMNS_MAX: Final = 2_000  # field columns of one push: all kinds of a large town have fewer fields
PARTS_MAX: Final = 64  # numbers of one value; a place has six
FAULTS: Final = (TypeError, LookupError, AttributeError, ValueError, OverflowError, RecursionError)


class WireError(ValueError):
    """The bytes are not a push: the request is refused as a whole, with code `malformed`."""


class TooManyOps(WireError):
    """More than OPS_MAX ops: the phone sends them in parts, so it is told apart."""


class Shot(Struct, frozen=True, array_like=True):
    """How a photo came to be, as its phone says; parts a later version adds at the end are not read."""

    source: int = 0  # 0 the phone's camera, 1 the album, 2 the camera within the page
    taken_ms: int = 0  # when the page first saw it, by the clock of the device's stamps; 0: unknown
    place: list[int] | None = None  # where the phone was then, a value of type place
    thumb: str = ""  # ThumbHash in base64, 25 bytes at most
    original: str = ""  # SHA-256 of the file as the camera gave it, in base64; "": not kept
    original_size: int = 0  # bytes of that file
    link: int = 0  # its number in the device's chain of photos, from 1; 0: not sealed
    seal: str = ""  # the device's signature over its link, 104 bytes in base64; see sync/evidence.py


class Push(Struct, frozen=True, array_like=True):
    """What a device sends in one exchange; parts a later version adds at the end are not read."""

    version: int
    kinds: str  # version of the kind pages the codes are valid under
    incarnation: str  # 8 hex digits; with the token's device number they make the device id
    device_ms: int  # the device's clock, for measuring its offset and as origin of stamps
    cursor: str = ""  # as the last receipt gave it
    top: int = 0  # highest op number made
    low: int = 1  # lowest op number not acknowledged
    ops: Any = None  # packed, see pack
    photos: list[list[Any]] = []  # key, bytes of the screen size, preview in base64, Shot


class Delta(Struct, frozen=True, array_like=True):
    """What changed of one record: its head, cells by field, new lines of history."""

    id: str
    kind: str
    area: int
    author: int
    made_ms: int
    received_ms: int
    state: str
    cells: dict[str, Any]
    story: list[Any]


class Receipt(Struct, frozen=True, array_like=True):
    """What the server answers; see `trimmed` for how it travels."""

    server_ms: int
    cursor: str
    more: bool = False  # another exchange brings further records
    acks: list[tuple[int, int]] = []  # op numbers the server holds, from `low` on
    missing: list[tuple[int, int]] = []  # op numbers up to `top` it lacks
    verdicts: list[Verdict] = []  # of ops not simply applied at server_ms
    records: list[Delta] = []
    # key, one of STATES by its place, preview in base64, and what there is of: flags, word of the original
    photos: list[list[Any]] = []
    gone: list[str] = []  # records that left this person's view
    directory: str = ""  # version of the directory, if it changed since the cursor
    anew: bool = False  # the cursor is not of this log: what was heard under it counts no more
    head: int = 0  # position of the log at this answer, told when ops were pushed
    backed: int = 0  # position up to which a verified backup exists, told with head and when it changed


def trimmed(receipt: Receipt) -> list[Any]:
    """Give a receipt as it travels: a list without the empty parts at its end."""
    parts: list[Any] = list(astuple(receipt))
    while not parts[-1]:
        parts.pop()
    return parts


def pack(ops: Sequence[Op], kinds: Kinds, device_ms: int) -> Any:
    """Pack ops of one device: rows up to ROWS_MAX, else columns with the raw ones apart."""
    rows = [row(op, kinds, device_ms) for op in ops]
    if len(ops) <= ROWS_MAX:
        return rows
    coded = [each for each in rows if isinstance(each, list)]
    raw = [each for each in rows if not isinstance(each, list)]
    return {"c": columns(coded), "r": raw} if raw else {"c": columns(coded)}


def unpack(
    packed: Any, kinds: Kinds, device: str, device_ms: int, unread: Callable[[Any], Op] | None = None
) -> list[Op]:
    """Read packed ops back; raises WireError where the bytes cannot be a push.

    A row that is no op goes to `unread`, if there is one, and so does not stop the rows beside it.
    """

    def read(row: Any) -> Op:
        try:
            return unrow(row, kinds, device, device_ms)
        except FAULTS:
            if unread is None:
                raise
            return unread(row)

    try:
        ops = [read(each) for each in _rows(packed)]
    except TooManyOps:
        raise
    except FAULTS as fault:
        raise WireError(str(fault)) from fault
    return sorted(ops, key=lambda op: op.n)


def _rows(packed: Any) -> list[Any]:
    if packed is None:
        return []
    rows = packed if isinstance(packed, list) else [*uncolumn(packed["c"]), *packed.get("r", [])]
    if len(rows) > OPS_MAX:
        raise TooManyOps
    return rows


def row(op: Op, kinds: Kinds, device_ms: int) -> Any:
    """Code one op as [kind, n, ago, count, record, area, step, saw, field, change, ...].

    ago is device_ms minus the stamp. record is 0 for the record this op makes, the number alone
    for another of this device's, else the id. step 0 is none, else its place from 1; saw is the
    place of the state.
    """
    kind = kinds.get(op.kind)
    if kind is None or not _codable(op, kind):
        return {"raw": msgspec.to_builtins(op)}
    own, number = op.record[:16] == op.stamp.device, op.record[17:]
    record: int | str = op.record if not own else 0 if int(number) == op.n else int(number)
    names, steps = kind.names, [step.name for step in kind.workflow.steps]
    coded: list[Any] = [
        together(kinds).names.index(op.kind),
        op.n,
        device_ms - op.stamp.wall_ms,
        op.stamp.count,
    ]
    coded += [record, op.area or 0]
    if op.step is None:
        coded += [0, 0]
    else:
        coded += [steps.index(op.step.name) + 1, kind.workflow.names.index(op.step.saw)]
    for name, change in op.sets.items():
        coded += [names.index(name), code(kind.fields[name], change, op.stamp.wall_ms)]
    return coded


def unrow(coded: Any, kinds: Kinds, device: str, device_ms: int) -> Op:
    """Read one row back into an op. What has no meaning under the pages is left for settle to refuse."""
    if isinstance(coded, dict):
        op = msgspec.convert(coded["raw"], Op)
        for number in (op.n, op.area or 0, op.stamp.wall_ms, op.stamp.count):
            _int(number)
        return op
    at, n, ago, count, record, area, step, saw, *changes = coded
    name = _at(together(kinds).names, at)
    kind, wall_ms = kinds[name], _int(device_ms - _int(ago))
    if len(changes) > 2 * len(kind.fields):
        raise WireError("a field twice")
    names = [_at(kind.names, place) for place in changes[::2]]
    sets = {
        each: decode(kind.fields[each], change, wall_ms)
        for each, change in zip(names, changes[1::2], strict=True)
    }
    taken = None
    if _int(step):
        taken = StepTaken(_at(kind.workflow.steps, step - 1).name, _at(kind.workflow.names, saw))
    where = record if isinstance(record, str) else f"{device}.{_int(record) or _int(n)}"
    return Op(_int(n), Stamp(wall_ms, _int(count), device), name, where, _int(area) or None, sets, taken)


def _codable(op: Op, kind: Kind) -> bool:
    """Tell whether the codes can say exactly this op: what the pages refuse travels as it is."""
    flawless = flaw_of(op, kind) is None
    return flawless and (op.step is None or op.step.saw in kind.workflow.states)


def _int(value: Any) -> int:
    if type(value) is int and -INT_MAX <= value <= INT_MAX:  # not bool, which is an int to isinstance
        return value
    raise WireError("an integer within 2**53 was expected")


def _at(places: Sequence[Any], place: Any) -> Any:
    """Take what stands at a place; counting from the end, as Python would, is refused."""
    if _int(place) < 0:
        raise WireError("a place before the first")
    return places[place]


def code(field: Field, change: Any, wall_ms: int) -> Any:
    """Code what an op writes to a field, by its merge rule and type."""
    if field.rule == "union" and isinstance(change, dict):
        add = [code_value(field, each, wall_ms) for each in change.get("add", [])]
        return [add, change["drop"]] if change.get("drop") else [add]
    if field.rule in ("keep_both", "authority") and isinstance(change, dict):
        value = code_value(field, change.get("is"), wall_ms)
        return [value, change["over"]] if change.get("over") else [value]
    return code_value(field, change, wall_ms)


def decode(field: Field, coded: Any, wall_ms: int) -> Any:
    """Read back what `code` made."""
    if field.rule in ("union", "keep_both", "authority") and not isinstance(coded, list):
        raise WireError("a list was expected")
    if field.rule == "union":
        change: dict[str, Any] = {"add": [decode_value(field, each, wall_ms) for each in coded[0]]}
        return {**change, "drop": coded[1]} if len(coded) > 1 else change
    if field.rule in ("keep_both", "authority"):
        change = {"is": decode_value(field, coded[0], wall_ms)}
        return {**change, "over": coded[1]} if len(coded) > 1 else change
    return decode_value(field, coded, wall_ms)


def code_value(field: Field, value: Any, wall_ms: int) -> Any:
    """Code one value: options by place, flags as 1 and 0, instants as ms before the stamp."""
    if field.options and value in field.spec.options:
        return field.spec.options.index(value)
    if field.type == "flag" and isinstance(value, bool):
        return int(value)
    if field.type == "instant" and isinstance(value, int) and not isinstance(value, bool):
        return wall_ms - value
    return value


def decode_value(field: Field, coded: Any, wall_ms: int) -> Any:
    """Read back one value; what is no code stays as it is, for settle to judge."""
    if isinstance(coded, bool) or not isinstance(coded, int):
        return coded
    if field.options:
        return field.spec.options[coded] if 0 <= coded < len(field.options) else coded
    if field.type == "flag":
        return bool(coded) if coded in (0, 1) else coded
    return wall_ms - coded if field.type == "instant" else coded


def columns(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Turn rows into [kinds, ns, agos, counts, records, areas, steps, saws, field columns].

    Numbers that mostly grow (n, ago) travel as differences. A column of one and the same value
    travels as that value in a list of its own, n excepted: it tells how many. A field column is
    [kind, field, rows, values], rows being 0 when every op of that kind writes the field.
    """
    fixed = [[row[part] for row in rows] for part in range(8)]
    fixed[1], fixed[2] = _differences(fixed[1]), _differences(fixed[2])
    fields: dict[tuple[int, int], list[tuple[int, Any]]] = {}
    for place, each in enumerate(rows):
        for i in range(8, len(each), 2):
            fields.setdefault((each[0], each[i]), []).append((place, each[i + 1]))
    written = []
    for (kind, field), cells in sorted(fields.items()):
        places = [place for place, _ in cells]
        every = [place for place, each in enumerate(rows) if each[0] == kind] == places
        written.append(
            [kind, field, 0 if every else _differences(places), _squeeze([cell for _, cell in cells])]
        )
    return [_same(fixed[0]), fixed[1], *(_same(part) for part in fixed[2:]), written]


def uncolumn(columned: Sequence[Any]) -> list[list[Any]]:
    """Turn columns back into rows; the row count is that of the numbers, bounded by OPS_MAX."""
    *fixed, written = columned
    size = len(fixed[1])
    if size > OPS_MAX:
        raise TooManyOps
    if len(fixed) != 8 or len(written) > COLUMNS_MAX:
        raise WireError("not so many columns")
    parts = [_spread(part, size) for part in fixed]
    parts[1], parts[2] = _sums(parts[1]), _sums(parts[2])
    rows = [[part[place] for part in parts] for place in range(size)]
    for kind, field, where, values in written:
        places = _sums(where) if where else [at for at in range(size) if parts[0][at] == kind]
        for place, value in zip(places, _unsqueeze(values, len(places)), strict=True):
            row_at: list[Any] = _at(rows, place)
            row_at += [field, value]
    return rows


def _differences(numbers: Sequence[int]) -> list[int]:
    return [*numbers[:1], *(after - before for before, after in pairwise(numbers))]


def _sums(differences: Sequence[Any]) -> list[int]:
    return list(accumulate(map(_int, differences)))


def _same(column: list[Any]) -> list[Any]:
    """Shorten a column of one and the same value to that value."""
    alike = len({msgspec.json.encode(each) for each in column}) == 1  # True is not 1 here, as it is to ==
    return column[:1] if alike else column


def _spread(column: list[Any], size: int) -> list[Any]:
    if not isinstance(column, list):
        raise WireError("a list was expected")
    spread = column * size if len(column) == 1 else column
    if len(spread) != size:
        raise WireError("a column of another length")
    return spread


def _is_numbers(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(part, int) and not isinstance(part, bool) for part in value)
    )


def _squeeze(values: list[Any]) -> Any:
    """Turn a column of equal-length number lists (places) by its side, as differences: {"t": ...}."""
    if len(values) > 1 and all(_is_numbers(value) and len(value) == len(values[0]) for value in values):
        return {
            "t": [_same(_differences(list(part))) for part in zip(*values, strict=True)],
            "n": len(values),
        }
    return _same(values)


def _unsqueeze(values: Any, size: int) -> list[Any]:
    if isinstance(values, dict):
        if values["n"] != size or len(values["t"]) > PARTS_MAX:
            raise WireError("a column of another length")
        parts = [_sums(_spread(part, size)) for part in values["t"]]
        return [list(value) for value in zip(*parts, strict=True)]
    return _spread(values, size)
