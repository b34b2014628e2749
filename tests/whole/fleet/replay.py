"""The log told again by rules written a second time: what every record must have come to.

Short and slow on purpose, and without a line of sync/merges.py or sync/workflow.py: both ends of the wire run
those, so a mistake in them looks alike on both and only another telling shows it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sync.kind import Kind
from sync.op import Op
from tests.whole.fleet.cabinet import Line
from tests.whole.fleet.town import HOUR_MS, PAGES

if TYPE_CHECKING:
    from tests.whole.fleet.fleet import Fleet

WRITTEN = frozenset({"applied", "amended", "overtaken"})


class Told:
    """One record as the log tells it."""

    def __init__(self, kind: Kind, area: int) -> None:
        self.kind, self.area, self.state = kind, area, kind.workflow.begin
        self.writes: dict[str, list[tuple[list[Any], Any, int]]] = {}  # field: stamp, change, weight
        self.entered_ms = 0  # when it came into its state
        self.odd = ""

    def cell(self, name: str) -> Any:
        """Merge all writes of a field at once."""
        field, writes = self.kind.fields[name], sorted(self.writes[name], key=lambda write: write[0])
        match field.rule:
            case "first":
                return [writes[0][1], writes[0][0]]
            case "latest":
                return [writes[-1][1], writes[-1][0]]
            case "largest":
                ranks = [option.value for option in field.options]
                best = max(writes, key=lambda write: ranks.index(write[1]) if ranks else write[1])
                alike = [write for write in writes if write[1] == best[1]]
                return [alike[-1][1], alike[-1][0]]
            case "log":
                return [[stamp, value] for stamp, value, _ in writes]
            case "count":
                devices = sorted({stamp[2] for stamp, _, _ in writes})
                return [
                    [each, max(total for stamp, total, _ in writes if stamp[2] == each)] for each in devices
                ]
            case "union":
                adds = [[stamp, each] for stamp, change, _ in writes for each in change.get("add", [])]
                drops = [each for _, change, _ in writes for each in change.get("drop", [])]
                return [_once(adds), _once(drops)]
        named = [(stamp, heavy) for _, change, heavy in writes for stamp in change.get("over", [])]
        if field.rule == "keep_both":
            over = _once([stamp for stamp, _ in named])
            return [[[stamp, change["is"]] for stamp, change, _ in writes if stamp not in over], over]
        graver = [stamp for stamp, heavy in named if heavy]
        over = _once([[stamp, int(stamp in graver)] for stamp, _ in named])
        least = {tuple(stamp): weight for stamp, weight in over}
        live = [
            [stamp, heavy, change["is"]]
            for stamp, change, heavy in writes
            if heavy > least.get(tuple(stamp), -1)  # less weight writes over none
        ]
        return [live, over]

    def _hours(self) -> int:
        """Read how long the state lasts; the fleet's clocks are all in hours."""
        flow = self.kind.workflow
        return int(flow.clocks[flow.states[self.state].clock].limit.removesuffix(" hour"))

    def step(self, op: Op, code: str, now_ms: int) -> None:
        """Take the step of an op, and what follows by itself."""
        before = self.state
        if op.step is not None and code != "overtaken":
            step = next(each for each in self.kind.workflow.steps if each.name == op.step.name)
            if op.step.saw != self.state or self.state not in step.start:
                self.odd = self.odd or f"{step.name} was taken in {self.state}, seen {op.step.saw}"
            if step.timed is not None and now_ms < self.entered_ms + self._hours() * HOUR_MS:
                self.odd = self.odd or f"{step.name} was taken too soon"
            self.state = step.to or self.state
        for _ in self.kind.workflow.steps:
            urgent = "emergency" in self.writes and self.cell("emergency")[0] is True
            hurry = [step for step in self.kind.workflow.steps if step.auto and self.state in step.start]
            if urgent and hurry:
                self.state = hurry[0].to
        if self.state != before or not self.entered_ms:
            self.entered_ms = now_ms


def _once(listed: list[Any]) -> list[Any]:
    once: list[Any] = []
    for each in sorted(listed, key=repr):
        if each not in once:
            once.append(each)
    return once


def faults(fleet: "Fleet", log: list[Line]) -> Iterator[str]:
    """Compare what the log tells with what the store holds."""
    told, blurred = _tell(fleet, log)
    records = fleet.server.cabinet.records()
    for name, record in records.items():
        if (
            record.kind not in PAGES[-1][1]
            or PAGES[-1][1][record.kind].identity == "entry"
            or name in blurred
        ):
            continue
        if name not in told:
            yield f"{name} is in the store, and not in the log"
            continue
        mine = told[name]
        for field in sorted({*mine.writes, *record.cells}):
            there = record.cells.get(field)
            if field not in mine.writes or _sorted(mine.cell(field)) != _sorted(there):
                yield f"{field} of {name} is {there}, by the log {mine.writes.get(field)}"
        if mine.odd or mine.state != record.state:
            yield f"{name} is in {record.state}, by the log in {mine.state}; {mine.odd}"
    yield from _missing(fleet, told, records)
    yield from _sums(fleet, log, records)


def _missing(fleet: "Fleet", told: dict[str, Told], records: Any) -> Iterator[str]:
    for name in told:
        if name not in records and name not in fleet.server.removed:
            yield f"{name} is in the log, and not in the store"


def _sorted(cell: Any) -> Any:
    """Put the lists of a cell in one order, whatever it was."""
    if isinstance(cell, list) and cell and all(isinstance(each, list) for each in cell):
        return sorted((_sorted(each) for each in cell), key=repr)
    return cell


def _tell(fleet: "Fleet", log: list[Line]) -> tuple[dict[str, Told], set[str]]:
    told: dict[str, Told] = {}
    blurred = set(fleet.server.removed)
    for line in log:
        op, verdict = line.read()
        if verdict.code not in WRITTEN:
            continue
        if line.digest:
            blurred.add(op.record)
            continue
        kind = PAGES[-1][1][op.kind]
        record = told.get(op.record)
        if record is None:
            if op.area is None:
                blurred.add(op.record)
                continue
            record = told[op.record] = Told(kind, op.area)
        stamp = [line.wall_ms, line.count, line.device]
        for name, change in op.sets.items():
            if kind.fields[name].write == () and (op.step is None or verdict.code == "overtaken"):
                continue
            weight = _weight(fleet, line, kind.fields[name].own, record.area)
            record.writes.setdefault(name, []).append((stamp, change, weight))
        record.step(op, verdict.code, verdict.received_ms)
    return told, blurred


def _weight(fleet: "Fleet", line: Line, own: tuple[str, ...], area: int) -> int:
    if not own:
        return 0
    grants, tree = fleet.server.grants[line.device, line.seq]
    above, unit = [], area
    while unit in tree:
        above.append(unit)
        unit = tree[unit].parent
    return int(any(grant.role in own and grant.unit in above for grant in grants))


def _sums(fleet: "Fleet", log: list[Line], records: Any) -> Iterator[str]:
    """What was counted is the sum of what people counted, where all they counted was taken."""
    from tests.whole.fleet.oracles import tokens  # noqa: PLC0415 - oracles ask this module

    if fleet.copied or "restore" in fleet.plan.weights:
        return  # a server that went back may take what was refused, and copies count under one device id
        # until they learn that they are copies; from then on their records have other names.
    written = tokens([line for line in log if line.read()[1].code in WRITTEN])
    sums: dict[str, int] = {}
    unsure: set[str] = set()
    for token, deed in fleet.ledger.deeds.items():
        if "tally" not in deed.intent.values:
            continue
        if token not in written or deed.twice or deed.exposed:
            unsure.add(deed.record)
        sums[deed.record] = sums.get(deed.record, 0) + deed.intent.values["tally"]
    for name, wanted in sums.items():
        if name in records and name not in unsure | fleet.server.removed:
            there = sum(total for _, total in records[name].cells.get("tally", []))
            if there != wanted:
                yield f"tally of {name} is {there}, people counted {wanted}"
